# Fuzz targets. `make check` replays their corpora (tests/fuzz/corpus/NAME) with any compiler; to hunt,
# link a target with clang's -fsanitize=fuzzer instead of replay_main.c.
fuzz_targets = \
	tests/fuzz/page_fuzz \
	tests/fuzz/rows_fuzz \
	tests/fuzz/scan_fuzz \
	tests/fuzz/tail_fuzz \
	tests/fuzz/values_fuzz \
	tests/fuzz/yaml_fuzz
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus

tests_fuzz_page_fuzz_SOURCES = tests/fuzz/page_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_page_fuzz_LDADD = $(FETCH_LIBS)

tests_fuzz_rows_fuzz_SOURCES = tests/fuzz/rows_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_rows_fuzz_LDADD = $(DATA_LIBS)

tests_fuzz_scan_fuzz_SOURCES = tests/fuzz/scan_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_scan_fuzz_LDADD = $(BASE_LIBS)

tests_fuzz_tail_fuzz_SOURCES = tests/fuzz/tail_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_tail_fuzz_LDADD = $(DATA_LIBS)

tests_fuzz_values_fuzz_SOURCES = tests/fuzz/values_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_values_fuzz_LDADD = $(SPEC_LIBS)

tests_fuzz_yaml_fuzz_SOURCES = tests/fuzz/yaml_fuzz.c tests/fuzz/replay_main.c
tests_fuzz_yaml_fuzz_LDADD = $(SPEC_LIBS)
