/* The option -n. */
#ifndef FETCHCTL_LIMIT_H
#define FETCHCTL_LIMIT_H

#include <stdint.h>

struct ctl;

/* What -n says, `def` without it. 0, or an exit status said. */
int limit_read(const struct ctl *ctl, uint64_t def, uint64_t *limit);

#endif
