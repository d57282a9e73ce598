# A real systemd, booted in a container.
dist_check_SCRIPTS += tests/system/boot.t
TESTS += tests/system/boot.t
