# What the documentation says, against what the programs do.
docs_tests = tests/docs/examples.t tests/docs/generated.t tests/docs/help.t tests/docs/man-lint.t
dist_check_SCRIPTS += $(docs_tests)
dist_noinst_DATA += tests/docs/tap.bash
TESTS += $(docs_tests)
