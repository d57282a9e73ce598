/* The mock server on the wire: HTTP/1.1 over libevent's evhttp, one thread, thousands of requests
 * waiting out their delay at once. Everything that decides is above: answer.h, admin.h.
 */
#ifndef FETCHMOCK_HTTP_H
#define FETCHMOCK_HTTP_H

#include "base/err.h"
#include "fetchmock/admin.h"
#include "io/loop.h"

struct http;

struct http_options {
	struct admin admin; /* what it serves and counts; borrowed */
	int listen_fd;      /* taken, also on failure */
	int trace_fd;       /* borrowed; -1: no request log */
};

int http_start(struct loop *loop, const struct http_options *options, struct http **http,
	       struct err *err);
/* Breaks off what is waiting. */
void http_stop(struct http *http);

#endif
