noinst_LIBRARIES += src/spec/libspec.a
src_spec_libspec_a_SOURCES = \
	src/spec/config.h \
	src/spec/doc.c \
	src/spec/doc.h \
	src/spec/encode.c \
	src/spec/encode.h \
	src/spec/job.h \
	src/spec/jobset.h \
	src/spec/jobset_edit.c \
	src/spec/json_reader.c \
	src/spec/matrix.c \
	src/spec/matrix.h \
	src/spec/places.c \
	src/spec/places.h \
	src/spec/problem.c \
	src/spec/problem.h \
	src/spec/reader.h \
	src/spec/scalar.c \
	src/spec/scalar.h \
	src/spec/secret.c \
	src/spec/secret.h \
	src/spec/template.c \
	src/spec/template.h \
	src/spec/units.c \
	src/spec/units.h \
	src/spec/yaml.c
