# Job files out of what other tools write. Only fetchctl links it.
noinst_LIBRARIES += src/import/libimport.a
src_import_libimport_a_SOURCES = \
	src/import/curl.c \
	src/import/curl.h \
	src/import/curl_address.c \
	src/import/curl_body.c \
	src/import/curl_headers.c \
	src/import/curl_line.c \
	src/import/curl_line.h \
	src/import/curl_options.c \
	src/import/draft.c \
	src/import/draft.h \
	src/import/openapi.c \
	src/import/openapi.h \
	src/import/openapi_schema.c \
	src/import/openapi_schema.h \
	src/import/words.c \
	src/import/words.h
