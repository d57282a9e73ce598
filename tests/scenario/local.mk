# The programs as they run, against each other.
TESTS += tests/scenario/fetchmock.bats
EXTRA_DIST += \
	tests/scenario/fetchmock.bats \
	tests/scenario/crowd.py \
	tests/scenario/mock.bash
dist_check_SCRIPTS += tests/scenario/mockoon.t tests/scenario/jsonserver.t
EXTRA_DIST += tests/scenario/mockoon.json
TESTS += tests/scenario/mockoon.t tests/scenario/jsonserver.t

# What that test and prometheus.t install for themselves.
distclean-mockoon:
	rm -rf build/mockoon build/prometheus build/jsonserver

.PHONY: distclean-mockoon

# Malformed job files, each with the sentences it must get.
check_PROGRAMS += tests/scenario/bad_jobs_test
TESTS += tests/scenario/bad_jobs_test
EXTRA_DIST += tests/scenario/bad-jobs
tests_scenario_bad_jobs_test_SOURCES = tests/scenario/bad_jobs_test.c tests/unit/unit.h
tests_scenario_bad_jobs_test_LDADD = $(SPEC_LIBS) $(CHECK_LIBS)

# fetchd against servers that answer whatever a test says.
scenarios = \
	tests/scenario/auth.t \
	tests/scenario/bodies.t \
	tests/scenario/conditional.t \
	tests/scenario/connect.t \
	tests/scenario/crowds.t \
	tests/scenario/examples.t \
	tests/scenario/expect.t \
	tests/scenario/files.t \
	tests/scenario/formats.t \
	tests/scenario/import.t \
	tests/scenario/incremental.t \
	tests/scenario/inputs.t \
	tests/scenario/obstacles.t \
	tests/scenario/ordered.t \
	tests/scenario/pages.t \
	tests/scenario/paginators.t \
	tests/scenario/params.t \
	tests/scenario/prometheus.t \
	tests/scenario/rates.t \
	tests/scenario/recovery.t \
	tests/scenario/redirects.t \
	tests/scenario/rejects.t \
	tests/scenario/responses.t \
	tests/scenario/retries.t \
	tests/scenario/rows.t \
	tests/scenario/secrets.t \
	tests/scenario/snapshots.t \
	tests/scenario/stops.t \
	tests/scenario/tokens.t \
	tests/scenario/types.t
dist_check_SCRIPTS += $(scenarios)
TESTS += $(scenarios)
EXTRA_DIST += tests/scenario/peers.py tests/scenario/server.py tests/scenario/stage.py tests/scenario/tap.py
