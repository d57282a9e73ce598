noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/chains.c \
	src/store/db.c \
	src/store/db.h \
	src/store/expected.c \
	src/store/expected.h \
	src/store/failures.c \
	src/store/files.c \
	src/store/files.h \
	src/store/files_shown.c \
	src/store/ledger.c \
	src/store/ledger.h \
	src/store/marks.c \
	src/store/marks.h \
	src/store/outputs.c \
	src/store/outputs.h \
	src/store/run_row.h \
	src/store/run_rows.c \
	src/store/run_rows.h \
	src/store/runs.c \
	src/store/runs.h \
	src/store/runs_json.c \
	src/store/runs_number.c \
	src/store/runs_number.h \
	src/store/schema.c \
	src/store/schema.h \
	src/store/snapshots.c \
	src/store/snapshots.h \
	src/store/sql.c \
	src/store/sql.h \
	src/store/switches.c \
	src/store/switches.h \
	src/store/validators.c \
	src/store/validators.h \
	src/store/witness.c \
	src/store/witness.h
