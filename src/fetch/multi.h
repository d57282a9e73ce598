/* libcurl's multi handle on an event loop: transfers in, finished transfers out.
 *
 * Its sockets and its one timer are served by the loop; libcurl is never called from inside its own
 * callbacks, which only set a timer or a watch. Knows nothing of requests, time-outs or parcels.
 */
#ifndef FETCH_MULTI_H
#define FETCH_MULTI_H

#include <stdbool.h>

#include "fetch/sockets.h"
#include "fetch/transfer.h"
#include "io/loop.h"

struct multi;

/* A transfer has ended with this CURLcode and is out of the multi. Called from the loop, never from
 * multi_add or multi_remove. */
typedef void multi_done_fn(struct transfer *transfer, int curl_code);

/* `connections`: how many may idle, all hosts together; how many are open is never limited, for our
 * queue decides what waits. `sockets` must be told of the transfers' sockets (struct
 * transfer_sockets) and outlive the multi. */
struct multi *multi_new(struct loop *loop, struct sockets *sockets, unsigned connections,
			multi_done_fn *done);
void multi_free(
	struct multi *multi); /* no transfer may be in it; closes what idles; NULL is fine */

bool multi_add(struct multi *multi, struct transfer *transfer); /* false: libcurl will not */
/* Cuts it off when it has not ended; its connection is closed then. */
void multi_remove(struct multi *multi, struct transfer *transfer);
/* Serves what is due: for a timer that libcurl may have forgotten. */
void multi_kick(struct multi *multi);
/* What `sockets` calls when a descriptor of a multi is ready. */
void multi_ready(int fd, int what, void *multi);

#endif
