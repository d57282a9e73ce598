# Unit tests of src/run, one program a module.
RUN_TESTS = \
	tests/unit/run/account_test \
	tests/unit/run/ailing_test \
	tests/unit/run/chain_watch_test \
	tests/unit/run/chains_test \
	tests/unit/run/clock_test \
	tests/unit/run/closed_test \
	tests/unit/run/crew_test \
	tests/unit/run/digest_test \
	tests/unit/run/expect_test \
	tests/unit/run/dispatcher_test \
	tests/unit/run/fleet_test \
	tests/unit/run/fresh_test \
	tests/unit/run/grant_store_test \
	tests/unit/run/head_test \
	tests/unit/run/inputs_test \
	tests/unit/run/housekeeper_test \
	tests/unit/run/lander_test \
	tests/unit/run/landing_test \
	tests/unit/run/latency_test \
	tests/unit/run/many_outputs_test \
	tests/unit/run/output_cache_test \
	tests/unit/run/output_test \
	tests/unit/run/policy_test \
	tests/unit/run/publish_many_test \
	tests/unit/run/publish_test \
	tests/unit/run/query_test \
	tests/unit/run/recover_test \
	tests/unit/run/retention_test \
	tests/unit/run/run_test \
	tests/unit/run/seed_test \
	tests/unit/run/window_test
check_PROGRAMS += $(RUN_TESTS)
TESTS += $(RUN_TESTS)
tests_unit_run_account_test_SOURCES = tests/unit/run/account_test.c tests/unit/run/house.h
tests_unit_run_account_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)

tests_unit_run_ailing_test_SOURCES = tests/unit/run/ailing_test.c tests/unit/run/house.h
tests_unit_run_ailing_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_chains_test_SOURCES = tests/unit/run/chains_test.c tests/unit/unit.h
tests_unit_run_chains_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_crew_test_SOURCES = tests/unit/run/crew_test.c tests/unit/unit.h
tests_unit_run_crew_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_digest_test_SOURCES = tests/unit/run/digest_test.c tests/unit/run/house.h
tests_unit_run_digest_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_dispatcher_test_SOURCES = tests/unit/run/dispatcher_test.c tests/unit/run/stage.h
tests_unit_run_dispatcher_test_LDADD = tests/contract/libcontract.a $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_fleet_test_SOURCES = tests/unit/run/fleet_test.c tests/unit/run/house.h
tests_unit_run_fleet_test_LDADD = tests/contract/libcontract.a $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_fresh_test_SOURCES = tests/unit/run/fresh_test.c tests/unit/unit.h
tests_unit_run_fresh_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_head_test_SOURCES = tests/unit/run/head_test.c tests/unit/unit.h
tests_unit_run_head_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_inputs_test_SOURCES = tests/unit/run/inputs_test.c tests/unit/run/house.h
tests_unit_run_inputs_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_housekeeper_test_SOURCES = tests/unit/run/housekeeper_test.c
tests_unit_run_housekeeper_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_lander_test_SOURCES = tests/unit/run/lander_test.c tests/unit/run/house.h
tests_unit_run_lander_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_landing_test_SOURCES = tests/unit/run/landing_test.c tests/unit/run/house.h
tests_unit_run_landing_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_latency_test_SOURCES = tests/unit/run/latency_test.c tests/unit/unit.h
tests_unit_run_latency_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_output_test_SOURCES = tests/unit/run/output_test.c tests/unit/run/house.h
tests_unit_run_output_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_publish_many_test_SOURCES = tests/unit/run/publish_many_test.c tests/unit/run/house.h
tests_unit_run_publish_many_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)

tests_unit_run_publish_test_SOURCES = tests/unit/run/publish_test.c tests/unit/run/house.h
tests_unit_run_publish_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)

tests_unit_run_query_test_SOURCES = tests/unit/run/query_test.c tests/unit/run/house.h
tests_unit_run_query_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_recover_test_SOURCES = tests/unit/run/recover_test.c tests/unit/unit.h
tests_unit_run_recover_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_run_test_SOURCES = tests/unit/run/run_test.c tests/unit/run/stage.h
tests_unit_run_run_test_LDADD = tests/contract/libcontract.a $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_seed_test_SOURCES = tests/unit/run/seed_test.c tests/unit/run/house.h
tests_unit_run_seed_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_window_test_SOURCES = tests/unit/run/window_test.c tests/unit/unit.h
tests_unit_run_window_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_closed_test_SOURCES = tests/unit/run/closed_test.c tests/unit/run/shelf.h
tests_unit_run_closed_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_policy_test_SOURCES = tests/unit/run/policy_test.c tests/unit/run/house.h
tests_unit_run_policy_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_expect_test_SOURCES = tests/unit/run/expect_test.c tests/unit/unit.h
tests_unit_run_expect_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_retention_test_SOURCES = tests/unit/run/retention_test.c tests/unit/run/shelf.h
tests_unit_run_retention_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_clock_test_SOURCES = tests/unit/run/clock_test.c tests/unit/run/shelf.h
tests_unit_run_clock_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_many_outputs_test_SOURCES = tests/unit/run/many_outputs_test.c tests/unit/run/shelf.h
tests_unit_run_many_outputs_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_output_cache_test_SOURCES = tests/unit/run/output_cache_test.c tests/unit/run/shelf.h
tests_unit_run_output_cache_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_unit_run_grant_store_test_SOURCES = tests/unit/run/grant_store_test.c tests/unit/unit.h
tests_unit_run_grant_store_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)

tests_unit_run_chain_watch_test_SOURCES = tests/unit/run/chain_watch_test.c tests/unit/unit.h
tests_unit_run_chain_watch_test_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
