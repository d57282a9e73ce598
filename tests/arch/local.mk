# The rules of the house.
dist_check_SCRIPTS += tests/arch/arch.t
TESTS += tests/arch/arch.t
