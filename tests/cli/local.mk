# The real binaries over the real socket, with bats(1).
cli_tests = \
	tests/cli/fetchctl_jobs.bats \
	tests/cli/fetchctl_runs.bats \
	tests/cli/fetchctl_usage.bats \
	tests/cli/fetchd_check.bats \
	tests/cli/fetchd_once.bats \
	tests/cli/fetchd_recover.bats \
	tests/cli/fetchd_routes.bats \
	tests/cli/fetchd_signals.bats
TESTS += $(cli_tests)
dist_check_SCRIPTS += $(cli_tests)
dist_noinst_DATA += tests/cli/place.bash
