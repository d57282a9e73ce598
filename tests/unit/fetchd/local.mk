# Unit tests of src/fetchd, one program a module.
check_PROGRAMS += tests/unit/fetchd/options_test
TESTS += tests/unit/fetchd/options_test
tests_unit_fetchd_options_test_SOURCES = tests/unit/fetchd/options_test.c tests/unit/unit.h
tests_unit_fetchd_options_test_LDADD = src/fetchd/libfetchd.a $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/fetchd/report_test
TESTS += tests/unit/fetchd/report_test
tests_unit_fetchd_report_test_SOURCES = tests/unit/fetchd/report_test.c tests/unit/unit.h
tests_unit_fetchd_report_test_LDADD = src/fetchd/libfetchd.a $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/fetchd/events_test
TESTS += tests/unit/fetchd/events_test
tests_unit_fetchd_events_test_SOURCES = tests/unit/fetchd/events_test.c tests/unit/unit.h
tests_unit_fetchd_events_test_LDADD = $(FETCHD_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/fetchd/once_test
TESTS += tests/unit/fetchd/once_test
tests_unit_fetchd_once_test_SOURCES = tests/unit/fetchd/once_test.c tests/unit/unit.h
tests_unit_fetchd_once_test_LDADD = $(FETCHD_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/fetchd/stored_test
TESTS += tests/unit/fetchd/stored_test
tests_unit_fetchd_stored_test_SOURCES = tests/unit/fetchd/stored_test.c tests/unit/unit.h
tests_unit_fetchd_stored_test_LDADD = $(FETCHD_LIBS) $(CHECK_LIBS)
