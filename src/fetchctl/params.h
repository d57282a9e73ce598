/* NAME=VALUE words. */
#ifndef FETCHCTL_PARAMS_H
#define FETCHCTL_PARAMS_H

#include "base/json.h"

struct ctl;

/* Puts the words after the first into order's "params" object. 0, or an exit status said. */
int params_read(const struct ctl *ctl, struct json *order);

#endif
