# Kills and what must survive them.
dist_check_SCRIPTS += tests/crash/kills.t tests/crash/closing.t
EXTRA_DIST += tests/crash/api.py tests/crash/landed.py
TESTS += tests/crash/kills.t tests/crash/closing.t
