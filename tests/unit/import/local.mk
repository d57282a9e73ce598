# Unit tests of src/import, one program a module.
import_tests = \
	tests/unit/import/curl_test \
	tests/unit/import/openapi_test \
	tests/unit/import/words_test
check_PROGRAMS += $(import_tests)
TESTS += $(import_tests)
tests_unit_import_curl_test_SOURCES = tests/unit/import/curl_test.c tests/unit/unit.h
tests_unit_import_curl_test_LDADD = $(IMPORT_LIBS) $(CHECK_LIBS)
tests_unit_import_openapi_test_SOURCES = tests/unit/import/openapi_test.c tests/unit/unit.h
tests_unit_import_openapi_test_LDADD = $(IMPORT_LIBS) $(CHECK_LIBS)
tests_unit_import_words_test_SOURCES = tests/unit/import/words_test.c tests/unit/unit.h
tests_unit_import_words_test_LDADD = $(IMPORT_LIBS) $(CHECK_LIBS)
