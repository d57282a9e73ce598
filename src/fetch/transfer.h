/* One HTTP exchange on one libcurl easy handle: every curl option of the project is set here.
 *
 * The handle lives long (keep-alive needs it); transfer_begin dresses it for a request,
 * transfer_end reads out what happened. Both engines that run in this process, and the worker
 * processes, use it.
 */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/request.h"
#include "fetch/response.h"

struct transfer {
	void *easy; /* CURL * */
	void *header_list, *url;
	struct request *request;
	struct response response;
	int64_t begun_us, last_byte_us; /* monotonic */
	char error[256];
	bool too_big;
	bool headers_done;
	void *owner; /* the engine's own use */
};

/* Once per process, before any thread: curl_global_init, SIGPIPE and SIGXFSZ ignored. */
int transfer_global_init(struct err *err);

int transfer_init(struct transfer *transfer, struct err *err);
void transfer_done(struct transfer *transfer);
/* Borrows the request until transfer_end. `own_timers`: libcurl keeps the time-outs itself
 * (threads, processes); otherwise the engine's timer wheel does and calls transfer_end with
 * OUTCOME_TIMEOUT. */
void transfer_begin(struct transfer *transfer, struct request *request, bool own_timers);
/* `curl_code` is the CURLcode of the finished transfer; `forced` (OUTCOME_OK: none) overrides it
 * for ends the engine decided: TIMEOUT, STALL, CANCELLED. Fills transfer->response. Strict: a
 * transfer that libcurl calls good is OK only when its framing was complete. */
void transfer_end(struct transfer *transfer, int curl_code, enum outcome forced);

#endif
