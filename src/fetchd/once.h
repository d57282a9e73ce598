/* fetchd --once TARGET...: runs in the foreground without a socket, for cron, containers and CI. */
#ifndef FETCHD_ONCE_H
#define FETCHD_ONCE_H

#include "fetchd/options.h"

/* The exit status of the worst run: 0 complete or unchanged, 10 partial, 13 cancelled, 11 failed; 1
 * when something could not be run at all. */
int once_main(const struct options *options);

/* The worse of two such statuses. */
int once_worse(int a, int b);

#endif
