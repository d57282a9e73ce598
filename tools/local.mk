# Programs of the development tree, never installed; the README's two commands work in a tarball too.
EXTRA_DIST += tools/check tools/demo tools/fill-man tools/packages tools/run-test
noinst_PROGRAMS += tools/docgen
tools_docgen_SOURCES = \
	tools/docgen.c \
	tools/docgen.h \
	tools/docgen_fields.c \
	tools/docgen_verbs.c
tools_docgen_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
tools_docgen_LDADD = src/fetchctl/libfetchctl.a src/import/libimport.a $(FETCHD_LIBS) $(SMARTCOLS_LIBS)
