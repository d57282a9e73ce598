# Unit tests of src/fetchmock, one program a module.
MOCK_TESTS = \
	tests/unit/fetchmock/answer_test \
	tests/unit/fetchmock/ask_test \
	tests/unit/fetchmock/body_test \
	tests/unit/fetchmock/dataset_test \
	tests/unit/fetchmock/fake_test \
	tests/unit/fetchmock/load_test \
	tests/unit/fetchmock/stats_test
check_PROGRAMS += $(MOCK_TESTS)
TESTS += $(MOCK_TESTS)
tests_unit_fetchmock_answer_test_SOURCES = tests/unit/fetchmock/answer_test.c tests/unit/unit.h
tests_unit_fetchmock_answer_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_ask_test_SOURCES = tests/unit/fetchmock/ask_test.c tests/unit/unit.h
tests_unit_fetchmock_ask_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_body_test_SOURCES = tests/unit/fetchmock/body_test.c tests/unit/unit.h
tests_unit_fetchmock_body_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_dataset_test_SOURCES = tests/unit/fetchmock/dataset_test.c tests/unit/unit.h
tests_unit_fetchmock_dataset_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_fake_test_SOURCES = tests/unit/fetchmock/fake_test.c tests/unit/unit.h
tests_unit_fetchmock_fake_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_load_test_SOURCES = tests/unit/fetchmock/load_test.c tests/unit/unit.h
tests_unit_fetchmock_load_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
tests_unit_fetchmock_stats_test_SOURCES = tests/unit/fetchmock/stats_test.c tests/unit/unit.h
tests_unit_fetchmock_stats_test_LDADD = $(MOCK_LIBS) $(CHECK_LIBS)
