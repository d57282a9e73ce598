# The program fetchd: everything but main in a library, which its tests and tools/docgen use too.
noinst_LIBRARIES += src/fetchd/libfetchd.a
src_fetchd_libfetchd_a_SOURCES = \
	src/fetchd/changes.c \
	src/fetchd/changes.h \
	src/fetchd/daemon.c \
	src/fetchd/daemon.h \
	src/fetchd/descriptors.c \
	src/fetchd/descriptors.h \
	src/fetchd/events.c \
	src/fetchd/events.h \
	src/fetchd/handlers_daemon.c \
	src/fetchd/handlers_daemon.h \
	src/fetchd/handlers_head.c \
	src/fetchd/handlers_jobs.c \
	src/fetchd/handlers_jobs.h \
	src/fetchd/handlers_plan.c \
	src/fetchd/handlers_run.c \
	src/fetchd/handlers_runs.c \
	src/fetchd/handlers_runs.h \
	src/fetchd/handlers_state.c \
	src/fetchd/handlers_state.h \
	src/fetchd/lookup.c \
	src/fetchd/lookup.h \
	src/fetchd/news.c \
	src/fetchd/news.h \
	src/fetchd/once.c \
	src/fetchd/once.h \
	src/fetchd/options.c \
	src/fetchd/options.h \
	src/fetchd/recovery.c \
	src/fetchd/recovery.h \
	src/fetchd/reload.c \
	src/fetchd/reload.h \
	src/fetchd/reply.c \
	src/fetchd/reply.h \
	src/fetchd/routes.c \
	src/fetchd/routes.h \
	src/fetchd/report.c \
	src/fetchd/report.h \
	src/fetchd/screen.c \
	src/fetchd/screen.h \
	src/fetchd/settings.c \
	src/fetchd/settings.h \
	src/fetchd/stored.c \
	src/fetchd/stored.h \
	src/fetchd/systemd.c \
	src/fetchd/systemd.h \
	src/fetchd/targets.c \
	src/fetchd/targets.h

sbin_PROGRAMS += src/fetchd/fetchd
src_fetchd_fetchd_SOURCES = src/fetchd/main.c
src_fetchd_fetchd_LDADD = $(FETCHD_LIBS)
