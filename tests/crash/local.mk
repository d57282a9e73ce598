# Kills and what must survive them.
dist_check_SCRIPTS += tests/crash/kills.t tests/crash/closing.t tests/crash/checker.t
EXTRA_DIST += tests/crash/api.py tests/crash/landed.py tests/crash/records.py tests/crash/ledger.py \
	tests/crash/scene.py tests/crash/shelf.py tests/crash/checker.py
TESTS += tests/crash/kills.t tests/crash/closing.t tests/crash/checker.t
