# The programs as they run, against each other.
TESTS += tests/scenario/fetchmock.bats
EXTRA_DIST += \
	tests/scenario/fetchmock.bats \
	tests/scenario/crowd.py \
	tests/scenario/mock.bash
dist_check_SCRIPTS += tests/scenario/mockoon.t
EXTRA_DIST += tests/scenario/mockoon.json
TESTS += tests/scenario/mockoon.t
