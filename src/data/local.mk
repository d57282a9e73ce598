noinst_LIBRARIES += src/data/libdata.a
src_data_libdata_a_SOURCES = \
	src/data/brief.h \
	src/data/cell.c \
	src/data/cell.h \
	src/data/colset.c \
	src/data/colset.h \
	src/data/csv.c \
	src/data/csv.h \
	src/data/extract.c \
	src/data/extract.h \
	src/data/format.c \
	src/data/format.h \
	src/data/jsonl.c \
	src/data/jsonl.h \
	src/data/meta.c \
	src/data/meta.h \
	src/data/names.c \
	src/data/names.h \
	src/data/outfile.c \
	src/data/outfile.h \
	src/data/outfile_internal.h \
	src/data/outfile_recover.c \
	src/data/rows.c \
	src/data/rows.h \
	src/data/shelf.c \
	src/data/shelf.h \
	src/data/shred.c \
	src/data/shred.h \
	src/data/sink.c \
	src/data/sink.h \
	src/data/tail.c \
	src/data/tail.h \
	src/data/tail_csv.c \
	src/data/tail_internal.h \
	src/data/tail_jsonl.c \
	src/data/walk.h
