/* The client's side of the conversation: one call after the other over the UNIX socket, through
 * libcurl. Used by fetchctl and by tests. Blocking.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct client;

int client_new(const char *socket, struct client **client, struct err *err);
void client_free(struct client *client);
/* `go_on` is asked about once a second while a call waits, and soon after a signal. When it says no,
 * a stream ends as if `event` had said so, and another call with -EINTR. */
void client_set_patience(struct client *client, bool (*go_on)(void *arg), void *arg);

/* One call. `body` NULL: none. 0 when any HTTP reply came: *status and *reply (the caller's; NULL
 * when there was none). -ECONNREFUSED or -ENOENT: no daemon there. A problem document's detail is
 * put into *err as well. */
int client_call(struct client *client, const char *method, const char *path,
		const struct json *body, int *status, struct json **reply, struct err *err);
/* The same with a text body of some type (YAML). */
int client_send(struct client *client, const char *method, const char *path, const char *type,
		const char *text, size_t len, int *status, struct json **reply, struct err *err);
/* Reads an NDJSON stream: `event` gets each line (borrowed) and answers whether to go on. 0 when
 * the stream ended or event said no; -EPIPE when it broke off. */
int client_stream(struct client *client, const char *path,
		  bool (*event)(const struct json *event, void *arg), void *arg, int *status,
		  struct err *err);
/* A path segment or query value, percent-encoded. Caller frees. */
char *client_escape(const char *text);

#endif
