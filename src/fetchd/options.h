/* The command line of fetchd: one table gives the parsing and the help. */
#ifndef FETCHD_OPTIONS_H
#define FETCHD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

/* Texts are borrowed from argv; NULL and false where nothing was said. */
struct options {
	const char *config_file;
	const char *log_level; /* one of log_level_names[] */
	const char *state_dir, *data_dir;
	bool check, recover, once, version, help;
	char *const *targets; /* of --once: job names and job files */
	size_t ntargets;
};

/* 0, or -EINVAL with a sentence for the user. May reorder argv. */
int options_parse(int argc, char **argv, struct options *options, struct err *err);
void options_help(FILE *out);
/* The level of a name of log_level_names[]; -1: there is no such level. */
int options_level(const char *name);

#endif
