/* A small HTTP/1.1 server that misbehaves on purpose, for tests of whoever talks to servers.
 *
 * It answers each path with the bytes of its table row, as they stand there: whole, cut, wrong or
 * garbage; late or never; and then keeps, closes, resets or forgets the connection. One thread of
 * its own on 127.0.0.1 and a free port. Pipelining is not understood.
 */
#ifndef TESTS_CONTRACT_MOCK_SERVER_H
#define TESTS_CONTRACT_MOCK_SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum mock_then {
	MOCK_KEEP,  /* the connection serves on */
	MOCK_CLOSE, /* it ends properly */
	MOCK_RESET, /* it ends with RST */
	MOCK_STALL, /* nothing more happens on it */
};

struct mock_answer {
	const char *path; /* without query */
	const char *bytes;
	size_t len; /* 0: strlen(bytes) */
	enum mock_then then;
	int delay_ms;    /* before the first byte */
	unsigned times;  /* 0: always; else only so often, then a later row of the path answers */
	bool only_fresh; /* on a connection that has served before: closed without a byte */
};

struct mock_server;

/* The answers are borrowed and must outlive the server; the last row has a NULL path. Aborts when
 * the machine gives no port. */
struct mock_server *mock_server_start(const struct mock_answer *answers);
void mock_server_stop(struct mock_server *server);

unsigned mock_server_port(const struct mock_server *server);
unsigned mock_server_connections(struct mock_server *server);            /* accepted so far */
unsigned mock_server_seen(struct mock_server *server, const char *path); /* whole requests */
/* The newest whole request as it came, head and body. Caller frees. */
char *mock_server_last(struct mock_server *server);

#endif
