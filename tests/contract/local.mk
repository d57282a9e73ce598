# Contract tests: one interface, all rows of its table.
check_LIBRARIES += tests/contract/libcontract.a
tests_contract_libcontract_a_SOURCES = \
	tests/contract/contract.h \
	tests/contract/mock_server.c \
	tests/contract/mock_server.h \
	tests/contract/rig.c \
	tests/contract/rig.h

contract_tests = \
	tests/contract/engine_test \
	tests/contract/engine_flow_test \
	tests/contract/names_test
check_PROGRAMS += $(contract_tests)
TESTS += $(contract_tests)
tests_contract_engine_test_SOURCES = tests/contract/engine_test.c
tests_contract_engine_test_LDADD = tests/contract/libcontract.a $(FETCH_LIBS) $(CHECK_LIBS)
tests_contract_engine_flow_test_SOURCES = tests/contract/engine_flow_test.c
tests_contract_engine_flow_test_LDADD = tests/contract/libcontract.a $(FETCH_LIBS) $(CHECK_LIBS)
tests_contract_names_test_SOURCES = tests/contract/names_test.c
tests_contract_names_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
