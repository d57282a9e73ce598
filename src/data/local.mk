noinst_LIBRARIES += src/data/libdata.a
src_data_libdata_a_SOURCES = \
	src/data/colset.h \
	src/data/extract.c \
	src/data/extract.h \
	src/data/format.h \
	src/data/outfile.h \
	src/data/tail.h
