/* The client's side of the conversation: one call after the other over the UNIX socket, through
 * libcurl. Used by fetchctl and by tests. Blocking.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"

struct client;

int client_new(const char *socket, struct client **client, struct err *err);
void client_free(struct client *client);
/* `go_on` is asked about once a second while a call waits, and soon after a signal. When it says
 * no, a stream ends as if `event` had said so, and another call with -EINTR. */
void client_set_patience(struct client *client, bool (*go_on)(void *arg), void *arg);

/* What came of a call. */
struct client_reply {
	int status;       /* of HTTP; 0 when no reply came */
	struct json *doc; /* the caller's to unref; NULL when the reply was empty */
	struct err err;   /* the sentence of a failed call, or of a reply with status >= 400 */
};

/* One call. `body` NULL: none. 0 when any HTTP reply came. -ECONNREFUSED or -ENOENT: no daemon is
 * there; -EPIPE: it broke off. `reply` is set anew in any case. */
int client_call(struct client *client, const char *method, const char *path,
		const struct json *body, struct client_reply *reply);
/* POSTs a text of some content type (YAML). */
int client_post(struct client *client, const char *path, const char *type, struct slice text,
		struct client_reply *reply);
/* Reads an NDJSON stream: `event` gets each line (borrowed) and answers whether to go on. 0 when
 * the stream ended or event said no; -EPIPE when it broke off. `reply` has no document. */
int client_stream(struct client *client, const char *path,
		  bool (*event)(const struct json *event, void *arg), void *arg,
		  struct client_reply *reply);
/* A path segment or query value, percent-encoded. Caller frees. */
char *client_escape(const char *text);

#endif
