/* Which descriptors of libcurl's connections an event loop watches, with as few epoll_ctl(2) as
 * can be.
 *
 * libcurl takes its wish back at the end of every request and makes it again at the start of the
 * next one. For a connection it opened through us the read watch therefore stays while it idles,
 * and is dropped only when the idle connection moves (the server closed it). Descriptors that were
 * not opened through us (libcurl's own wake-up pipes, closed behind our back) are never kept. One
 * thread. Knows nothing of libcurl. */
#ifndef FETCH_SOCKETS_H
#define FETCH_SOCKETS_H

#include "io/loop.h"

struct sockets;

/* Tells that `fd` is ready for LOOP_READ | LOOP_WRITE; `owner` is who wanted it last. */
typedef void sockets_ready_fn(int fd, int what, void *owner);

struct sockets *sockets_new(struct loop *loop, sockets_ready_fn *ready);
void sockets_free(struct sockets *sockets); /* NULL is fine */

/* `sockets` as void *, so that these two can be a struct transfer_sockets. */
void sockets_opened(int fd, void *sockets);
void sockets_closing(int fd, void *sockets); /* before close(2) */

/* `what` 0: nothing for now. */
void sockets_want(struct sockets *sockets, int fd, int what, void *owner);

#endif
