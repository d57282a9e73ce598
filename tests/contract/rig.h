/* What the contract of engines is tested with: an engine, a misbehaving server, and a digest of the
 * test's own that keeps what came back.
 */
#ifndef TESTS_CONTRACT_RIG_H
#define TESTS_CONTRACT_RIG_H

#include "fetch/engine.h"
#include "mock_server.h"

#define RIG_LANES 640 /* more than one multi handle of the async engine serves */

/* The test's parcel: the engines never look inside. */
struct parcel {
	struct request *request;
	enum outcome outcome; /* the transfer's, else what status and decoding say */
	char error[256];
	int status;
	char *headers[HEADER__COUNT];
	struct buf body;
	uint64_t wire_bytes;
	int64_t started_ms, taken_us;
	unsigned connections;
	pid_t pid, tid;
};

struct rig {
	const struct engine_type *type;
	struct engine *engine;
	struct mailbox *done;
	struct mock_server *server;
	struct job job; /* of all requests unless a test makes its own */
	struct request_scope scope;
};

/* Engine number `row` of engines[] and a server with these answers. */
void rig_start(struct rig *rig, int row, const struct mock_answer *answers);
void rig_stop(struct rig *rig);

struct request *rig_request(struct rig *rig, const char *method, const char *path);
void rig_submit(struct rig *rig, struct request *request, unsigned lane);
struct parcel *rig_wait(struct rig *rig); /* the next one back; fails the test after 60 s */
void rig_free(struct parcel *parcel);
/* One GET on lane 0, there and back. */
struct parcel *rig_get(struct rig *rig, const char *path);

/* A port nobody listens on. */
unsigned free_port(void);

/* A listener that takes no more connections: who connects hangs. */
struct full_listener {
	int fd, fillers[8];
	unsigned port;
};
void full_listener_open(struct full_listener *full);
void full_listener_close(struct full_listener *full);

#endif
