# Unit tests of src/control, one program a module.
check_PROGRAMS += tests/unit/control/route_test tests/unit/control/params_test
TESTS += tests/unit/control/route_test tests/unit/control/params_test
tests_unit_control_route_test_SOURCES = tests/unit/control/route_test.c tests/unit/unit.h
tests_unit_control_route_test_LDADD = $(CONTROL_LIBS) $(CHECK_LIBS)
tests_unit_control_params_test_SOURCES = tests/unit/control/params_test.c tests/unit/unit.h
tests_unit_control_params_test_LDADD = $(CONTROL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/control/server_test
TESTS += tests/unit/control/server_test
tests_unit_control_server_test_SOURCES = tests/unit/control/server_test.c tests/unit/unit.h
tests_unit_control_server_test_LDADD = $(CONTROL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/control/client_test
TESTS += tests/unit/control/client_test
tests_unit_control_client_test_SOURCES = tests/unit/control/client_test.c tests/unit/unit.h
tests_unit_control_client_test_LDADD = $(CONTROL_LIBS) $(CHECK_LIBS)
