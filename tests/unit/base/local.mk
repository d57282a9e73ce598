# Unit tests of src/base, one program a module.
base_tests = \
	tests/unit/base/buf_test \
	tests/unit/base/clock_test \
	tests/unit/base/err_test \
	tests/unit/base/heap_test \
	tests/unit/base/human_test \
	tests/unit/base/indexmap_test \
	tests/unit/base/json_test \
	tests/unit/base/log_test \
	tests/unit/base/pick_test \
	tests/unit/base/pointer_test \
	tests/unit/base/random_test \
	tests/unit/base/rangeset_test \
	tests/unit/base/scan_test \
	tests/unit/base/scan_text_test \
	tests/unit/base/utf8_test
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_unit_base_buf_test_SOURCES = tests/unit/base/buf_test.c tests/unit/unit.h
tests_unit_base_buf_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_clock_test_SOURCES = tests/unit/base/clock_test.c tests/unit/unit.h
tests_unit_base_clock_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_err_test_SOURCES = tests/unit/base/err_test.c tests/unit/unit.h
tests_unit_base_err_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_heap_test_SOURCES = tests/unit/base/heap_test.c tests/unit/unit.h
tests_unit_base_heap_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_human_test_SOURCES = tests/unit/base/human_test.c tests/unit/unit.h
tests_unit_base_human_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_indexmap_test_SOURCES = tests/unit/base/indexmap_test.c tests/unit/unit.h
tests_unit_base_indexmap_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_json_test_SOURCES = tests/unit/base/json_test.c tests/unit/unit.h
tests_unit_base_json_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_log_test_SOURCES = tests/unit/base/log_test.c tests/unit/unit.h
tests_unit_base_log_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_pointer_test_SOURCES = tests/unit/base/pointer_test.c tests/unit/unit.h
tests_unit_base_pointer_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_random_test_SOURCES = tests/unit/base/random_test.c tests/unit/unit.h
tests_unit_base_random_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_rangeset_test_SOURCES = tests/unit/base/rangeset_test.c tests/unit/unit.h
tests_unit_base_rangeset_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_scan_test_SOURCES = tests/unit/base/scan_test.c tests/unit/unit.h
tests_unit_base_scan_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_scan_text_test_SOURCES = tests/unit/base/scan_text_test.c tests/unit/unit.h
tests_unit_base_scan_text_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_utf8_test_SOURCES = tests/unit/base/utf8_test.c tests/unit/unit.h
tests_unit_base_utf8_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

tests_unit_base_pick_test_SOURCES = tests/unit/base/pick_test.c tests/unit/unit.h
tests_unit_base_pick_test_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
