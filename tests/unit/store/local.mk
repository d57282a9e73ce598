# Unit tests of src/store, one program a module.
check_PROGRAMS += tests/unit/store/db_test
TESTS += tests/unit/store/db_test
tests_unit_store_db_test_SOURCES = tests/unit/store/db_test.c tests/unit/store/scratch.h
tests_unit_store_db_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/witness_test
TESTS += tests/unit/store/witness_test
tests_unit_store_witness_test_SOURCES = tests/unit/store/witness_test.c tests/unit/store/scratch.h
tests_unit_store_witness_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/runs_test
TESTS += tests/unit/store/runs_test
tests_unit_store_runs_test_SOURCES = tests/unit/store/runs_test.c tests/unit/store/scratch.h
tests_unit_store_runs_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/ledger_test
TESTS += tests/unit/store/ledger_test
tests_unit_store_ledger_test_SOURCES = tests/unit/store/ledger_test.c tests/unit/store/scratch.h
tests_unit_store_ledger_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/outputs_test
TESTS += tests/unit/store/outputs_test
tests_unit_store_outputs_test_SOURCES = tests/unit/store/outputs_test.c tests/unit/store/scratch.h
tests_unit_store_outputs_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/kill_test
TESTS += tests/unit/store/kill_test
tests_unit_store_kill_test_SOURCES = tests/unit/store/kill_test.c tests/unit/store/scratch.h
tests_unit_store_kill_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/files_test
TESTS += tests/unit/store/files_test
tests_unit_store_files_test_SOURCES = tests/unit/store/files_test.c tests/unit/store/scratch.h
tests_unit_store_files_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/snapshots_test
TESTS += tests/unit/store/snapshots_test
tests_unit_store_snapshots_test_SOURCES = tests/unit/store/snapshots_test.c tests/unit/store/scratch.h
tests_unit_store_snapshots_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/schema_test
TESTS += tests/unit/store/schema_test
tests_unit_store_schema_test_SOURCES = tests/unit/store/schema_test.c tests/unit/store/scratch.h
tests_unit_store_schema_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store/marks_test
TESTS += tests/unit/store/marks_test
tests_unit_store_marks_test_SOURCES = tests/unit/store/marks_test.c tests/unit/store/scratch.h
tests_unit_store_marks_test_LDADD = $(STORE_LIBS) $(CHECK_LIBS)
