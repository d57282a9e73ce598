noinst_LIBRARIES += src/spec/libspec.a
src_spec_libspec_a_SOURCES = \
	src/spec/config.h \
	src/spec/doc.h \
	src/spec/job.h \
	src/spec/jobset.h \
	src/spec/matrix.h \
	src/spec/problem.h \
	src/spec/secret.h \
	src/spec/template.h \
	src/spec/units.h
