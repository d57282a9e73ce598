# Unit tests of src/base, one program a module.
check_PROGRAMS += tests/unit/base/buf_test
TESTS += tests/unit/base/buf_test
tests_unit_base_buf_test_SOURCES = tests/unit/base/buf_test.c tests/unit/unit.h
tests_unit_base_buf_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
