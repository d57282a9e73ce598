# Programs of the development tree, never installed.
EXTRA_DIST += tools/fill-man
noinst_PROGRAMS += tools/docgen
tools_docgen_SOURCES = tools/docgen.c
tools_docgen_LDADD = $(FETCHD_LIBS)
