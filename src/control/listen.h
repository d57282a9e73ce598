/* The listening UNIX socket: made, or taken over when only a stale file is left of an old one. */
#ifndef CONTROL_LISTEN_H
#define CONTROL_LISTEN_H

#include <sys/types.h>

#include "base/err.h"

/* A non-blocking listening descriptor on `path`. Mode 0660 with `group`, 0600 without ((gid_t)-1);
 * at no moment wider. Missing directories are made (0755). -EADDRINUSE when a live process answers
 * there, -EEXIST when something else than a socket is in the way. */
int listen_unix(const char *path, gid_t group, int *fd, struct err *err);

#endif
