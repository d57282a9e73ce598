# Unit tests of src/fetchctl, one program a module.
fetchctl_tests = \
	tests/unit/fetchctl/csvtext_test \
	tests/unit/fetchctl/runview_test \
	tests/unit/fetchctl/say_test \
	tests/unit/fetchctl/verb_test \
	tests/unit/fetchctl/yamltext_test
check_PROGRAMS += $(fetchctl_tests)
TESTS += $(fetchctl_tests)
tests_unit_fetchctl_csvtext_test_SOURCES = tests/unit/fetchctl/csvtext_test.c tests/unit/unit.h
tests_unit_fetchctl_csvtext_test_LDADD = $(FETCHCTL_LIBS) $(CHECK_LIBS)
tests_unit_fetchctl_runview_test_SOURCES = tests/unit/fetchctl/runview_test.c tests/unit/unit.h
tests_unit_fetchctl_runview_test_LDADD = $(FETCHCTL_LIBS) $(CHECK_LIBS)
tests_unit_fetchctl_say_test_SOURCES = tests/unit/fetchctl/say_test.c tests/unit/unit.h
tests_unit_fetchctl_say_test_LDADD = $(FETCHCTL_LIBS) $(CHECK_LIBS)
tests_unit_fetchctl_verb_test_SOURCES = tests/unit/fetchctl/verb_test.c tests/unit/unit.h
tests_unit_fetchctl_verb_test_LDADD = $(FETCHCTL_LIBS) $(CHECK_LIBS)
tests_unit_fetchctl_yamltext_test_SOURCES = tests/unit/fetchctl/yamltext_test.c tests/unit/unit.h
tests_unit_fetchctl_yamltext_test_LDADD = $(FETCHCTL_LIBS) $(CHECK_LIBS)
