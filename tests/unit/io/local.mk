# Unit tests of src/io, one program a module.
io_tests = \
	tests/unit/io/file_test \
	tests/unit/io/loop_test \
	tests/unit/io/mailbox_test \
	tests/unit/io/tree_test
check_PROGRAMS += $(io_tests)
TESTS += $(io_tests)

tests_unit_io_file_test_SOURCES = tests/unit/io/file_test.c tests/unit/unit.h
tests_unit_io_file_test_LDADD = $(IO_LIBS) $(CHECK_LIBS)

tests_unit_io_loop_test_SOURCES = tests/unit/io/loop_test.c tests/unit/unit.h
tests_unit_io_loop_test_LDADD = $(IO_LIBS) $(CHECK_LIBS)

tests_unit_io_mailbox_test_SOURCES = tests/unit/io/mailbox_test.c tests/unit/unit.h
tests_unit_io_mailbox_test_LDADD = $(IO_LIBS) $(CHECK_LIBS)

tests_unit_io_tree_test_SOURCES = tests/unit/io/tree_test.c tests/unit/unit.h
tests_unit_io_tree_test_LDADD = $(IO_LIBS) $(CHECK_LIBS)
