noinst_LIBRARIES += src/fetch/libfetch.a
src_fetch_libfetch_a_SOURCES = \
	src/fetch/auth.c \
	src/fetch/auth.h \
	src/fetch/decode.c \
	src/fetch/decode.h \
	src/fetch/engine.h \
	src/fetch/headers.c \
	src/fetch/headers.h \
	src/fetch/outcome.c \
	src/fetch/outcome.h \
	src/fetch/pace.c \
	src/fetch/pace.h \
	src/fetch/page.c \
	src/fetch/page.h \
	src/fetch/redirect.c \
	src/fetch/request.c \
	src/fetch/request.h \
	src/fetch/response.c \
	src/fetch/response.h \
	src/fetch/retry.c \
	src/fetch/retry.h \
	src/fetch/transfer.h \
	src/fetch/url.c \
	src/fetch/url.h \
	src/fetch/url_query.c
