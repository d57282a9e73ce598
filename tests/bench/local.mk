# Measurements, built and run by hand: make tests/bench/NAME CFLAGS=-O2.
EXTRA_PROGRAMS = tests/bench/scan_bench tests/bench/engine_bench tests/bench/digest_bench
tests_bench_scan_bench_SOURCES = tests/bench/scan_bench.c
tests_bench_scan_bench_LDADD = $(BASE_LIBS)
tests_bench_engine_bench_SOURCES = tests/bench/engine_bench.c
tests_bench_engine_bench_LDADD = $(FETCH_LIBS)
tests_bench_digest_bench_SOURCES = tests/bench/digest_bench.c tests/bench/jsonc_rival.c tests/bench/jsonc_rival.h
tests_bench_digest_bench_LDADD = $(DATA_LIBS)
