# The programs as they run, against each other.
TESTS += tests/scenario/fetchmock.bats
EXTRA_DIST += \
	tests/scenario/fetchmock.bats \
	tests/scenario/crowd.py \
	tests/scenario/mock.bash
