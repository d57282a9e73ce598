/* One HTTP exchange on one libcurl easy handle: every option of a handle is set here.
 *
 * The handle lives long (keep-alive needs it); transfer_begin dresses it for a request,
 * transfer_end reads out what happened. Both engines that run in this process, and the worker
 * processes, use it. A transfer belongs to one thread.
 *
 * What counts as complete: the header section ended, and the body did as RFC 9112 section 6.3
 * says: after Content-Length bytes, after the last chunk, or, when the answer has neither, at the
 * close of the connection. That last case proves nothing by itself; it is accepted because only a
 * JSON document that closes at depth 0 counts later, and the front part of an object or an array
 * never does. (The front part of a bare number would; nobody sends those without a length.) A
 * format that does not close, as JSON lines, must not be taken from such an answer. */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/tailor.h"

#define TRANSFER_HEADERS_MAX 65536 /* bytes of all header lines of one answer */

struct transfer {
	void *easy;          /* CURL *, its private pointer is this transfer */
	void *url;           /* CURLU * */
	void *header_list;   /* struct curl_slist[]: nodes around request->headers */
	size_t header_nodes; /* room of it */
	struct request *request;
	struct response response;
	int64_t begun_us, last_byte_us; /* monotonic */
	size_t header_bytes;
	enum outcome refused; /* how a callback of ours ended it; OUTCOME_OK: none did */
	bool connected;       /* a connection, new or kept, carries the request */
	bool headers_done;
	bool own_timers;
	bool worn; /* to be reset before its next use */
	struct tailored tailored;
	const atomic_bool *cancel; /* looked at while performing; NULL: never */
	char error[256];           /* CURLOPT_ERRORBUFFER */
	const struct transfer_sockets *sockets;
	void *owner; /* the engine's own use */
};

/* Who wants to know the descriptors of connections: called where they are made and closed. They
 * outlive the handle: connections are kept beyond it. */
struct transfer_sockets {
	void (*opened)(int fd, void *arg);
	void (*closing)(int fd, void *arg); /* before close(2) */
	void *arg;
};

/* Once per process, before any thread: curl_global_init, SIGPIPE and SIGXFSZ ignored. */
int transfer_global_init(struct err *err);

/* On the thread that will use it (its number goes into the responses). `sockets` may be NULL. */
int transfer_init(struct transfer *transfer, const struct transfer_sockets *sockets,
		  struct err *err);
void transfer_done(struct transfer *transfer);

/* Borrows the request until transfer_end. `own_timers`: libcurl keeps the time-outs itself
 * (threads, processes) and `cancel` is obeyed within about a second; otherwise the engine asks
 * transfer_due_ms and ends the transfer itself. */
void transfer_begin(struct transfer *transfer, struct request *request, bool own_timers);
/* The exchange itself, blocking; for transfers with own timers. Gives the CURLcode. */
int transfer_perform(struct transfer *transfer);
/* How long it may still take: milliseconds until the next limit that may pass, INT64_MAX when there
 * is none; 0 when one has passed, and *why tells which (TIMEOUT, CONNECT, STALL). A stall is
 * counted from the start and from every byte that arrives. */
int64_t transfer_due_ms(const struct transfer *transfer, int64_t now_us, enum outcome *why);

/* `curl_code` is the CURLcode of the finished transfer; `forced` (OUTCOME_OK: none) overrides it
 * for ends the engine decided: TIMEOUT, CONNECT, STALL, CANCELLED, WORKER. Fills
 * transfer->response. Strict: a transfer that libcurl calls good is OK only when its framing was
 * complete. */
void transfer_end(struct transfer *transfer, int curl_code, enum outcome forced);

#endif
