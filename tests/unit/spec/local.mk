# Unit tests of src/spec, one program a module.
check_PROGRAMS += tests/unit/spec/units_test
TESTS += tests/unit/spec/units_test
tests_unit_spec_units_test_SOURCES = tests/unit/spec/units_test.c tests/unit/unit.h
tests_unit_spec_units_test_LDADD = $(SPEC_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/spec/template_test
TESTS += tests/unit/spec/template_test
tests_unit_spec_template_test_SOURCES = tests/unit/spec/template_test.c tests/unit/unit.h
tests_unit_spec_template_test_LDADD = $(SPEC_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/spec/matrix_test
TESTS += tests/unit/spec/matrix_test
tests_unit_spec_matrix_test_SOURCES = tests/unit/spec/matrix_test.c tests/unit/unit.h
tests_unit_spec_matrix_test_LDADD = $(SPEC_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/spec/secret_test
TESTS += tests/unit/spec/secret_test
tests_unit_spec_secret_test_SOURCES = tests/unit/spec/secret_test.c tests/unit/unit.h
tests_unit_spec_secret_test_LDADD = $(SPEC_LIBS) $(CHECK_LIBS)
