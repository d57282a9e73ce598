noinst_LIBRARIES += src/run/librun.a
src_run_librun_a_SOURCES = \
	src/run/dispatcher.h \
	src/run/parcel.h \
	src/run/query.h \
	src/run/run.h
