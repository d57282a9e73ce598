/* fetchmock's command line. */
#ifndef FETCHMOCK_OPTIONS_H
#define FETCHMOCK_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"
#include "fetchmock/api.h"

struct options {
	const char *file; /* NULL: the built-in API */
	const char *log;  /* NULL: none */
	bool served, help, version;
	uint64_t seed;
	struct delay delay;
	struct api_overrides overrides; /* points into this */
};

/* `options` must stay where it is. -EINVAL with a sentence. */
int options_parse(int argc, char **argv, struct options *options, struct err *err);
extern const char options_help[];

#endif
