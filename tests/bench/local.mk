# Measurements, built and run by hand: make tests/bench/NAME CFLAGS=-O2.
EXTRA_PROGRAMS = tests/bench/scan_bench tests/bench/engine_bench tests/bench/digest_bench
tests_bench_scan_bench_SOURCES = tests/bench/scan_bench.c
tests_bench_scan_bench_LDADD = $(BASE_LIBS)
tests_bench_engine_bench_SOURCES = tests/bench/engine_bench.c
tests_bench_engine_bench_LDADD = $(FETCH_LIBS)
tests_bench_digest_bench_SOURCES = tests/bench/digest_bench.c tests/bench/jsonc_rival.c tests/bench/jsonc_rival.h
tests_bench_digest_bench_LDADD = $(DATA_LIBS)
EXTRA_DIST += tests/bench/million tests/bench/restart

# What landing costs: tests/bench/landing runs these two, and fetchd beside the second.
EXTRA_PROGRAMS += tests/bench/land_bench tests/bench/plain_fetchd
tests_bench_land_bench_SOURCES = tests/bench/land_bench.c tests/unit/run/house.h tests/unit/unit.h
tests_bench_land_bench_LDADD = $(RUN_LIBS) $(CHECK_LIBS)
tests_bench_plain_fetchd_SOURCES = src/fetchd/main.c tests/bench/plain_lander.c
tests_bench_plain_fetchd_LDADD = $(FETCHD_LIBS)
EXTRA_DIST += tests/bench/landing
