noinst_LIBRARIES += src/fetch/libfetch.a
src_fetch_libfetch_a_SOURCES = \
	src/fetch/decode.h \
	src/fetch/engine.h \
	src/fetch/outcome.h \
	src/fetch/pace.h \
	src/fetch/page.h \
	src/fetch/request.h \
	src/fetch/response.h \
	src/fetch/retry.h \
	src/fetch/transfer.h \
	src/fetch/url.h
