# Unit tests of src/data, one program a module.
check_PROGRAMS += tests/unit/data/colset_test
TESTS += tests/unit/data/colset_test
tests_unit_data_colset_test_SOURCES = tests/unit/data/colset_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_colset_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/columns_test
TESTS += tests/unit/data/columns_test
tests_unit_data_columns_test_SOURCES = tests/unit/data/columns_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_columns_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/dialect_test
TESTS += tests/unit/data/dialect_test
tests_unit_data_dialect_test_SOURCES = tests/unit/data/dialect_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_dialect_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/extract_test
TESTS += tests/unit/data/extract_test
tests_unit_data_extract_test_SOURCES = tests/unit/data/extract_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_extract_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/format_test
TESTS += tests/unit/data/format_test
tests_unit_data_format_test_SOURCES = tests/unit/data/format_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_format_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/format_random_test
TESTS += tests/unit/data/format_random_test
tests_unit_data_format_random_test_SOURCES = tests/unit/data/format_random_test.c tests/unit/data/random_records.h tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_format_random_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/new_columns_test
TESTS += tests/unit/data/new_columns_test
tests_unit_data_new_columns_test_SOURCES = tests/unit/data/new_columns_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_new_columns_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/outfile_test
TESTS += tests/unit/data/outfile_test
tests_unit_data_outfile_test_SOURCES = tests/unit/data/outfile_test.c tests/unit/data/disk.h tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_outfile_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/outfile_recover_test
TESTS += tests/unit/data/outfile_recover_test
tests_unit_data_outfile_recover_test_SOURCES = tests/unit/data/outfile_recover_test.c tests/unit/data/disk.h tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_outfile_recover_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/tail_test
TESTS += tests/unit/data/tail_test
tests_unit_data_tail_test_SOURCES = tests/unit/data/tail_test.c tests/unit/unit.h
tests_unit_data_tail_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/pack_test
TESTS += tests/unit/data/pack_test
tests_unit_data_pack_test_SOURCES = tests/unit/data/pack_test.c tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_pack_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/snapshot_test
TESTS += tests/unit/data/snapshot_test
tests_unit_data_snapshot_test_SOURCES = tests/unit/data/snapshot_test.c tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_snapshot_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/manifest_test
TESTS += tests/unit/data/manifest_test
tests_unit_data_manifest_test_SOURCES = tests/unit/data/manifest_test.c tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_manifest_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/whole_test
TESTS += tests/unit/data/whole_test
tests_unit_data_whole_test_SOURCES = tests/unit/data/whole_test.c tests/unit/unit.h
tests_unit_data_whole_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/outfile_footer_test
TESTS += tests/unit/data/outfile_footer_test
tests_unit_data_outfile_footer_test_SOURCES = tests/unit/data/outfile_footer_test.c tests/unit/data/disk.h tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_outfile_footer_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/outfile_life_test
TESTS += tests/unit/data/outfile_life_test
tests_unit_data_outfile_life_test_SOURCES = tests/unit/data/outfile_life_test.c tests/unit/data/disk.h tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_outfile_life_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/shelf_test
TESTS += tests/unit/data/shelf_test
tests_unit_data_shelf_test_SOURCES = tests/unit/data/shelf_test.c tests/unit/data/faults.h tests/unit/unit.h
tests_unit_data_shelf_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/data/csvbody_test
TESTS += tests/unit/data/csvbody_test
tests_unit_data_csvbody_test_SOURCES = tests/unit/data/csvbody_test.c tests/unit/data/sample.h tests/unit/unit.h
tests_unit_data_csvbody_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/data/increment_test
TESTS += tests/unit/data/increment_test
tests_unit_data_increment_test_SOURCES = tests/unit/data/increment_test.c tests/unit/unit.h
tests_unit_data_increment_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/data/recast_test
TESTS += tests/unit/data/recast_test
tests_unit_data_recast_test_SOURCES = tests/unit/data/recast_test.c tests/unit/unit.h
tests_unit_data_recast_test_LDADD = $(DATA_LIBS) $(CHECK_LIBS)
