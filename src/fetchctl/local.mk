# The program fetchctl: everything but main in a library, which its tests and tools/docgen use too.
noinst_LIBRARIES += src/fetchctl/libfetchctl.a
src_fetchctl_libfetchctl_a_SOURCES = \
	src/fetchctl/ask.c \
	src/fetchctl/ask.h \
	src/fetchctl/authview.c \
	src/fetchctl/authview.h \
	src/fetchctl/await.c \
	src/fetchctl/await.h \
	src/fetchctl/csvtext.c \
	src/fetchctl/csvtext.h \
	src/fetchctl/ctl.h \
	src/fetchctl/limit.c \
	src/fetchctl/limit.h \
	src/fetchctl/options.c \
	src/fetchctl/options.h \
	src/fetchctl/params.c \
	src/fetchctl/params.h \
	src/fetchctl/problems.c \
	src/fetchctl/problems.h \
	src/fetchctl/progress.c \
	src/fetchctl/progress.h \
	src/fetchctl/runview.c \
	src/fetchctl/runview.h \
	src/fetchctl/say.c \
	src/fetchctl/say.h \
	src/fetchctl/table.c \
	src/fetchctl/table.h \
	src/fetchctl/verb.c \
	src/fetchctl/verb.h \
	src/fetchctl/verb_apply.c \
	src/fetchctl/verb_check.c \
	src/fetchctl/verb_head.c \
	src/fetchctl/verb_help.c \
	src/fetchctl/verb_import.c \
	src/fetchctl/verb_jobs.c \
	src/fetchctl/verb_plan.c \
	src/fetchctl/verb_reload.c \
	src/fetchctl/verb_run.c \
	src/fetchctl/verb_runs.c \
	src/fetchctl/verb_show.c \
	src/fetchctl/verb_state.c \
	src/fetchctl/verb_status.c \
	src/fetchctl/verb_try.c \
	src/fetchctl/verbs.c \
	src/fetchctl/yamltext.c \
	src/fetchctl/yamltext.h

FETCHCTL_LIBS = src/fetchctl/libfetchctl.a src/import/libimport.a src/control/libcontrol.a $(SPEC_LIBS) $(CURL_LIBS) \
	$(SMARTCOLS_LIBS)

bin_PROGRAMS += src/fetchctl/fetchctl
src_fetchctl_fetchctl_SOURCES = src/fetchctl/main.c
src_fetchctl_fetchctl_LDADD = $(FETCHCTL_LIBS)
