noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/bitmap.c \
	src/base/bitmap.h \
	src/base/buf.c \
	src/base/buf.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/clock_parse.c \
	src/base/err.c \
	src/base/err.h \
	src/base/heap.c \
	src/base/heap.h \
	src/base/human.c \
	src/base/human.h \
	src/base/json.c \
	src/base/json.h \
	src/base/json_parse.c \
	src/base/json_tree.c \
	src/base/log.c \
	src/base/log.h \
	src/base/pointer.c \
	src/base/pointer.h \
	src/base/printable.c \
	src/base/printable.h \
	src/base/random.c \
	src/base/random.h \
	src/base/rangeset.c \
	src/base/rangeset.h \
	src/base/scan.c \
	src/base/scan.h \
	src/base/scan_bytes.h \
	src/base/scan_text.c \
	src/base/slice.h \
	src/base/utf8.c \
	src/base/utf8.h \
	src/base/xalloc.c \
	src/base/xalloc.h
