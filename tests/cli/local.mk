# The real binaries over the real socket, with bats(1).
TESTS += tests/cli/fetchd_check.bats tests/cli/fetchd_once.bats tests/cli/fetchd_routes.bats \
	tests/cli/fetchd_signals.bats
dist_check_SCRIPTS += tests/cli/fetchd_check.bats tests/cli/fetchd_once.bats \
	tests/cli/fetchd_routes.bats tests/cli/fetchd_signals.bats
dist_noinst_DATA += tests/cli/place.bash
