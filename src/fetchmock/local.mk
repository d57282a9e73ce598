# The program fetchmock. Its logic is a library of its own, so that unit tests can ask it.
MOCK_ARCHIVES = src/fetchmock/libfetchmock.a $(SPEC_ARCHIVES)
MOCK_LIBS = $(MOCK_ARCHIVES) $(EVENT_LIBS) $(YAML_LIBS) $(ZLIB_LIBS) $(JSONC_LIBS)

noinst_LIBRARIES += src/fetchmock/libfetchmock.a
src_fetchmock_libfetchmock_a_SOURCES = \
	src/fetchmock/admin.c \
	src/fetchmock/admin.h \
	src/fetchmock/answer.c \
	src/fetchmock/answer.h \
	src/fetchmock/api.h \
	src/fetchmock/ask.c \
	src/fetchmock/ask.h \
	src/fetchmock/body.c \
	src/fetchmock/body.h \
	src/fetchmock/dataset.c \
	src/fetchmock/dataset.h \
	src/fetchmock/fake.c \
	src/fetchmock/fake.h \
	src/fetchmock/fault.c \
	src/fetchmock/fault.h \
	src/fetchmock/guard.c \
	src/fetchmock/guard.h \
	src/fetchmock/gzip.c \
	src/fetchmock/gzip.h \
	src/fetchmock/hole.c \
	src/fetchmock/hole.h \
	src/fetchmock/http.c \
	src/fetchmock/http.h \
	src/fetchmock/keys.c \
	src/fetchmock/keys.h \
	src/fetchmock/listen.c \
	src/fetchmock/listen.h \
	src/fetchmock/load.c \
	src/fetchmock/load.h \
	src/fetchmock/load_dataset.c \
	src/fetchmock/load_faults.c \
	src/fetchmock/load_route.c \
	src/fetchmock/options.c \
	src/fetchmock/options.h \
	src/fetchmock/reply.c \
	src/fetchmock/reply.h \
	src/fetchmock/route.c \
	src/fetchmock/route.h \
	src/fetchmock/seed.h \
	src/fetchmock/served.c \
	src/fetchmock/served.h \
	src/fetchmock/stats.c \
	src/fetchmock/stats.h \
	src/fetchmock/trace.c \
	src/fetchmock/trace.h \
	src/fetchmock/words.c \
	src/fetchmock/words.h
nodist_src_fetchmock_libfetchmock_a_SOURCES = src/fetchmock/builtin.c

bin_PROGRAMS += src/fetchmock/fetchmock
src_fetchmock_fetchmock_SOURCES = src/fetchmock/main.c
src_fetchmock_fetchmock_LDADD = $(MOCK_LIBS)

# The built-in API is the shipped example, word for word.
src/fetchmock/builtin.c: etc/fetchmock/inventory.yaml
	$(AM_V_GEN)$(MKDIR_P) src/fetchmock && { \
	  echo '/* Made from etc/fetchmock/inventory.yaml by src/fetchmock/local.mk. */'; \
	  echo '#include "fetchmock/api.h"'; \
	  echo 'const char api_builtin[] ='; \
	  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/	"/' -e 's/$$/\\n"/' \
	    $(top_srcdir)/etc/fetchmock/inventory.yaml; \
	  echo ';'; } > $@.tmp && mv $@.tmp $@
CLEANFILES += src/fetchmock/builtin.c

mockexampledir = $(docdir)/fetchmock
dist_mockexample_DATA = \
	etc/fetchmock/faults.yaml \
	etc/fetchmock/inventory.yaml \
	etc/fetchmock/pages.yaml

dist_man_MANS += man/fetchmock.1
