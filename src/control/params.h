/* The query part of a URL, decoded. */
#ifndef CONTROL_PARAMS_H
#define CONTROL_PARAMS_H

#include "base/err.h"
#include "base/slice.h"

#define PARAMS_MAX 16

struct param {
	char *name, *value;
};

struct params {
	struct param items[PARAMS_MAX];
	size_t len;
};

/* Reads "a=1&b=2" (without the "?"). `known`: the names the route takes, as in the route table.
 * -EINVAL with a sentence for a broken, unknown or repeated one; what was read before stays. */
int params_parse(struct params *params, struct slice query, const char *known, struct err *err);
void params_done(struct params *params);
const char *params_get(const struct params *params, const char *name); /* NULL: not given */

#endif
