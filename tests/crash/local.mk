# Kills and what must survive them.
dist_check_SCRIPTS += tests/crash/kills.t tests/crash/closing.t tests/crash/checker.t
EXTRA_DIST += tests/crash/api.py tests/crash/landed.py tests/crash/records.py tests/crash/ledger.py \
	tests/crash/scene.py tests/crash/shelf.py tests/crash/checker.py tests/crash/proofs.py tests/crash/disk.py
TESTS += tests/crash/kills.t tests/crash/closing.t tests/crash/checker.t

# Disks that fail, and what is damaged.
dist_check_SCRIPTS += tests/crash/powerloss.t tests/crash/diskfull.t tests/crash/damaged.t
TESTS += tests/crash/powerloss.t tests/crash/diskfull.t tests/crash/damaged.t

# Faults at the nth call, by a library for LD_PRELOAD.
dist_check_SCRIPTS += tests/crash/sweep.t tests/crash/errors.t tests/crash/order.t \
	tests/crash/mutants.t tests/crash/recovering.t tests/crash/inputs.t
TESTS += tests/crash/sweep.t tests/crash/errors.t tests/crash/order.t \
	tests/crash/mutants.t tests/crash/recovering.t tests/crash/inputs.t
EXTRA_DIST += tests/crash/faulty.py tests/crash/faults.c tests/crash/faults_calls.c tests/crash/faults.h
check_DATA = tests/crash/faults.so
CLEANFILES += tests/crash/faults.so

# A sanitizer in the library would ask to come first, and its own open(2) would be ours.
tests/crash/faults.so: tests/crash/faults.c tests/crash/faults_calls.c tests/crash/faults.h
	$(AM_V_CCLD)$(MKDIR_P) tests/crash && $(CC) -std=c17 -D_GNU_SOURCE $(WARN_CFLAGS) -O2 -g -fPIC -shared \
	  -U_FORTIFY_SOURCE -o $@ $(srcdir)/tests/crash/faults.c $(srcdir)/tests/crash/faults_calls.c -ldl
