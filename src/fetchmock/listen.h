/* Where the mock server listens: "127.0.0.1:3000", "[::1]:0", "localhost:8080", "unix:/tmp/x". */
#ifndef FETCHMOCK_LISTEN_H
#define FETCHMOCK_LISTEN_H

#include "base/err.h"

#define LISTEN_NAME_MAX 512

/* A listening, non-blocking socket, or a negative errno. `name` is how clients reach it, with the
 * port the kernel picked for port 0: "http://127.0.0.1:40123" or "unix:/tmp/x". A stale UNIX socket
 * (nobody answers) is replaced. */
int listen_open(const char *where, char name[static LISTEN_NAME_MAX], struct err *err);
/* Removes what listen_open left in the file system. */
void listen_cleanup(const char *where);

#endif
