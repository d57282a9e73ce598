noinst_LIBRARIES += src/io/libio.a
src_io_libio_a_SOURCES = \
	src/io/file.c \
	src/io/file.h \
	src/io/file_beneath.c \
	src/io/loop.c \
	src/io/loop.h \
	src/io/mailbox.c \
	src/io/mailbox.h \
	src/io/terminal.c \
	src/io/terminal.h \
	src/io/thread.c \
	src/io/thread.h \
	src/io/tree.c \
	src/io/tree.h
