/* The rig of the engines' contract: see rig.h. */
#include "rig.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "fetch/decode.h"
#include "fetch/headers.h"
#include "fetch/transfer.h"

static struct parcel *digest(struct request *request, struct response *response)
{
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));
	struct err err = ERR_INIT;

	parcel->request = request;
	parcel->outcome = response->transfer;
	parcel->status = response->status;
	parcel->wire_bytes = response->wire_bytes;
	parcel->started_ms = response->started_ms;
	parcel->taken_us = response->taken_us;
	parcel->connections = response->connections;
	parcel->pid = response->pid;
	parcel->tid = response->tid;
	for (int i = 0; i < HEADER__COUNT; i++)
		if (response->headers[i])
			parcel->headers[i] = xstrdup(response->headers[i]);
	snprintf(parcel->error, sizeof(parcel->error), "%s", response->error);
	buf_init(&parcel->body, response->body.ceiling);
	parcel->body = response->body; /* moved, as the real digest does */
	response->body = (struct buf) { .ceiling = parcel->body.ceiling };
	if (parcel->outcome == OUTCOME_OK)
		parcel->outcome = outcome_of_status(response->status);
	if (parcel->outcome == OUTCOME_OK)
		parcel->outcome = decode_body(response->headers[HEADER_CONTENT_ENCODING],
					      &parcel->body, 16 << 20, &err);
	return parcel;
}

/* Hundreds of connections, both ends of each in this process. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void rig_start(struct rig *rig, int row, const struct mock_answer *answers)
{
	struct err err = ERR_INIT;

	memset(rig, 0, sizeof(*rig));
	allow_descriptors();
	ck_assert_int_eq(transfer_global_init(&err), 0);
	rig->type = &engines[row];
	rig->server = mock_server_start(answers);
	rig->job = (struct job) { .name = (char *)"contract",
				  .timeout_ms = 30000,
				  .connect_timeout_ms = 10000,
				  .max_body_bytes = 16 << 20 };
	rig->scope = (struct request_scope) { .job = &rig->job, .run = 1 };
	ck_assert_int_eq(mailbox_new(RIG_LANES + 8, &rig->done, &err), 0);
	struct engine_options options = {
		.digest = digest, .done = rig->done, .loops = 2, .lanes = RIG_LANES
	};
	ck_assert_msg(rig->type->start(&options, &rig->engine, &err) == 0, "%s", err.text);
}

void rig_stop(struct rig *rig)
{
	rig->type->stop(rig->engine);
	ck_assert_uint_eq(mailbox_len(rig->done), 0);
	mailbox_free(rig->done);
	mock_server_stop(rig->server);
}

struct request *rig_request(struct rig *rig, const char *method, const char *path)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->scope = &rig->scope;
	request->tries = 1;
	request->method = xstrdup(method);
	request->url = *path == '/' ? xasprintf("http://127.0.0.1:%u%s",
						mock_server_port(rig->server), path)
				    : xstrdup(path);
	headers_default(&request->headers, "Accept", "application/json");
	headers_default(&request->headers, "Accept-Encoding", "gzip");
	return request;
}

void rig_submit(struct rig *rig, struct request *request, unsigned lane)
{
	request->lane = lane;
	rig->type->submit(rig->engine, &request, 1);
}

struct parcel *rig_wait(struct rig *rig)
{
	void *item = NULL;

	ck_assert_msg(mailbox_wait(rig->done, &item, 1, 60000) == 1, "nothing came back");
	return item;
}

void rig_free(struct parcel *parcel)
{
	for (int i = 0; i < HEADER__COUNT; i++)
		free(parcel->headers[i]);
	buf_done(&parcel->body);
	request_free(parcel->request);
	free(parcel);
}

struct parcel *rig_get(struct rig *rig, const char *path)
{
	rig_submit(rig, rig_request(rig, "GET", path), 0);
	return rig_wait(rig);
}

static int bound_socket(struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in) { .sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(bind(fd, (struct sockaddr *)address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)address, &len), 0);
	return fd;
}

unsigned free_port(void)
{
	struct sockaddr_in address;

	close(bound_socket(&address));
	return ntohs(address.sin_port);
}

void full_listener_open(struct full_listener *full)
{
	struct sockaddr_in address;

	full->fd = bound_socket(&address);
	full->port = ntohs(address.sin_port);
	ck_assert_int_eq(listen(full->fd, 0), 0);
	for (size_t i = 0; i < sizeof(full->fillers) / sizeof(full->fillers[0]); i++) {
		full->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(full->fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
}

void full_listener_close(struct full_listener *full)
{
	for (size_t i = 0; i < sizeof(full->fillers) / sizeof(full->fillers[0]); i++)
		close(full->fillers[i]);
	close(full->fd);
}
