noinst_LIBRARIES += src/io/libio.a
src_io_libio_a_SOURCES = \
	src/io/file.h \
	src/io/loop.c \
	src/io/loop.h \
	src/io/mailbox.c \
	src/io/mailbox.h
