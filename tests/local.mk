# Tests speak TAP; a unit test is one Check program a module, linked with its floor's *_LIBS.
AM_TESTS_ENVIRONMENT = export top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)';
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .bats .t
BATS_LOG_DRIVER = $(LOG_DRIVER)
BATS_LOG_COMPILER = bats
AM_BATS_LOG_FLAGS = --tap
T_LOG_DRIVER = $(LOG_DRIVER)

include tests/bench/local.mk
include tests/fuzz/local.mk
include tests/unit/base/local.mk
include tests/unit/io/local.mk
include tests/unit/spec/local.mk
include tests/unit/control/local.mk
include tests/unit/fetch/local.mk
include tests/unit/data/local.mk
include tests/unit/store/local.mk
include tests/unit/run/local.mk
include tests/unit/import/local.mk
include tests/unit/fetchctl/local.mk
include tests/unit/fetchd/local.mk
include tests/unit/fetchmock/local.mk
include tests/cli/local.mk
include tests/scenario/local.mk
include tests/contract/local.mk
include tests/arch/local.mk
include tests/docs/local.mk
include tests/crash/local.mk
include tests/system/local.mk

# What tools/check hands to prove(1), one name a line.
list-tests:
	@for test in $(TESTS); do echo $$test; done

# Everything the tests need, without running them.
check-programs: all
	$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS) $(check_LIBRARIES) $(check_DATA)

.PHONY: list-tests check-programs
