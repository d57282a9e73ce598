/* The server over a real socket, spoken to in raw bytes where a well-behaved client would not do. It
 * runs in its own thread, as the daemon's main loop does. */
#include "control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "base/clock.h"
#include "control/call.h"

#define DEADLINE_MS 20000

static struct house {
	char dir[64], path[96];
	struct loop *loop;
	struct server *server;
	pthread_t thread;
	int stop_fd;
	struct server_options options;
	struct loop_timer *poll_timer;
	struct call *kept;
	/* what the handlers saw */
	atomic_int waiting, left, streams_closed, connections;
} house;

/* ---- the handlers ---- */

static void hello(struct call *call, void *daemon)
{
	struct json *reply = json_new_object();

	ck_assert_ptr_eq(daemon, &house);
	json_put_str(reply, "method", call_method(call));
	json_put_str(reply, "name", call_path_param(call, "name"));
	json_put_str(reply, "q", call_query(call, "q"));
	call_reply(call, 200, reply);
}

static void echo(struct call *call, void *daemon)
{
	struct json *body;

	if (call_json_body(call, &body))
		call_reply(call, 201, body);
}

static void number(struct call *call, void *daemon)
{
	struct json *reply = json_new_object();
	uint64_t value;

	if (!call_query_number(call, "n", (struct call_bounds) { 7, 1, 100 }, &value)) {
		json_unref(reply);
		return;
	}
	json_put_int(reply, "n", (int64_t)value);
	call_reply(call, 200, reply);
}

static void empty(struct call *call, void *daemon)
{
	call_reply_empty(call, 204);
}

static void trouble(struct call *call, void *daemon)
{
	struct json *extra = json_new_object();

	json_put_str(extra, "pointer", "/jobs/a");
	call_problem(call, 422, extra, "jobs.a: %s", "expected\na map");
}

/* Keeps the call until its client leaves or somebody lets go. */
static void wait_for_it(struct call *call, void *daemon)
{
	house.kept = call;
	atomic_store(&house.waiting, 1);
	loop_timer_set(house.poll_timer, 1);
}

static void look_at_kept(void *arg)
{
	atomic_store(&house.connections, (int)server_connections(house.server));
	if (house.kept && call_gone(house.kept)) {
		call_reply(house.kept, 200, json_new_object());
		house.kept = NULL;
		atomic_store(&house.left, 1);
	}
	loop_timer_set(house.poll_timer, 2);
}

static void stream_closed(struct call *call, void *arg)
{
	ck_assert_ptr_eq(arg, &house);
	atomic_fetch_add(&house.streams_closed, 1);
}

static void stream(struct call *call, void *daemon)
{
	struct json *event = json_new_object();
	uint64_t n, size;
	char *text;

	if (!call_query_number(call, "n", (struct call_bounds) { 0, 0, 1000000 }, &n) ||
	    !call_query_number(call, "size", (struct call_bounds) { 10, 0, 100000 }, &size)) {
		json_unref(event);
		return;
	}
	text = malloc(size + 1);
	memset(text, 'x', size);
	text[size] = '\0';
	json_put_str(event, "event", "tick");
	json_put_str(event, "text", text);
	free(text);
	call_stream_begin(call, stream_closed, &house);
	for (uint64_t i = 0; i < n; i++)
		call_stream_event(call, event);
	json_unref(event);
	if (call_query(call, "end"))
		call_stream_end(call);
}

static const struct route table[] = {
	{ "GET", "/v1/hello/{name}", ACCESS_READ, hello, "q", "", "" },
	{ "GET", "/v1/number", ACCESS_READ, number, "n", "", "" },
	{ "GET", "/v1/stream", ACCESS_READ, stream, "n size end", "", "" },
	{ "GET", "/v1/trouble", ACCESS_READ, trouble, "", "", "" },
	{ "POST", "/v1/echo", ACCESS_WRITE, echo, "", "", "" },
	{ "POST", "/v1/wait", ACCESS_WRITE, wait_for_it, "", "", "" },
	{ "DELETE", "/v1/hello/{name}", ACCESS_WRITE, empty, "", "", "" },
	{ NULL },
};

/* ---- the house ---- */

static void asked_to_stop(int fd, int what, void *arg)
{
	loop_stop(house.loop);
}

static void *live(void *arg)
{
	struct loop_watch *watch =
		loop_watch_new(house.loop, house.stop_fd, LOOP_READ, asked_to_stop, NULL);

	house.poll_timer = loop_timer_new(house.loop, look_at_kept, NULL);
	loop_timer_set(house.poll_timer, 1);
	loop_run(house.loop);
	server_stop(house.server);
	if (house.kept)
		call_reply_empty(house.kept, 204);
	loop_timer_free(house.poll_timer);
	loop_watch_free(watch);
	return NULL;
}

static void build(void)
{
	signal(SIGPIPE, SIG_IGN);
	house = (struct house) { .stop_fd = eventfd(0, EFD_CLOEXEC) };
	strcpy(house.dir, "/tmp/fetchd-server-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(house.dir));
	snprintf(house.path, sizeof(house.path), "%s/run/s", house.dir);
	house.options = (struct server_options) {
		.routes = table,
		.daemon = &house,
		.socket = house.path,
		.listen_fd = -1,
		.group = (gid_t)-1,
	};
	ck_assert_int_eq(loop_new(&house.loop, NULL), 0);
}

static void open_house(void)
{
	struct err err = ERR_INIT;

	ck_assert_msg(server_start(house.loop, &house.options, &house.server, &err) == 0, "%s",
		      err.text);
	ck_assert_int_eq(pthread_create(&house.thread, NULL, live, NULL), 0);
}

static void start(void)
{
	build();
	open_house();
}

static void close_house(void)
{
	eventfd_write(house.stop_fd, 1);
	ck_assert_int_eq(pthread_join(house.thread, NULL), 0);
}

static void tear_down(void)
{
	char run[128];

	loop_free(house.loop);
	close(house.stop_fd);
	unlink(house.path);
	snprintf(run, sizeof(run), "%s/run", house.dir);
	rmdir(run);
	rmdir(house.dir);
}

static void stop(void)
{
	close_house();
	tear_down();
}

/* Polls until *what is `value`, with a deadline. */
static void await(atomic_int *what, int value)
{
	int64_t until = clock_monotonic_ms() + DEADLINE_MS;

	while (atomic_load(what) != value) {
		ck_assert_msg(clock_monotonic_ms() < until, "still %d, not %d", atomic_load(what),
			      value);
		poll(NULL, 0, 1);
	}
}

/* ---- the client, in bytes ---- */

static int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { DEADLINE_MS / 1000, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	memcpy(address.sun_path, house.path, strlen(house.path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	ck_assert_msg(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "%s",
		      strerror(errno));
	return fd;
}

static void say(int fd, const char *text)
{
	size_t len = strlen(text);

	ck_assert_int_eq(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Reads until `mark` came `times` times, or to the end when NULL. Borrowed until the next call. */
static const char *hear(int fd, const char *mark, int times)
{
	static char text[4 << 20];
	size_t len = 0;

	for (;;) {
		ssize_t n;
		int seen = 0;

		text[len] = '\0';
		for (const char *at = text; mark && (at = strstr(at, mark)); at++)
			seen++;
		if (mark && seen >= times)
			return text;
		n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
		if (n < 0 && errno == ECONNRESET)
			n = 0;
		ck_assert_msg(n >= 0, "%s after: %.200s", strerror(errno), text);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	ck_assert_msg(!mark, "closed without \"%s\" after: %.400s", mark, text);
	return text;
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in: %.600s", part, text);
}

/* One request on a connection of its own, which the server is asked to close. */
static const char *ask(const char *request_line, const char *more)
{
	static char request[1 << 16];
	const char *reply;
	int fd = dial();

	snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s",
		 request_line, more);
	say(fd, request);
	reply = hear(fd, NULL, 0);
	close(fd);
	return reply;
}

/* ---- what is promised ---- */

START_TEST(a_request_reaches_its_handler_and_the_answer_its_client)
{
	const char *reply;

	start();
	reply = ask("GET /v1/hello/a%20b?q=1%262", "\r\n");
	has(reply, "HTTP/1.1 200 OK\r\n");
	has(reply, "Content-Type: application/json\r\n");
	has(reply, "{\"method\":\"GET\",\"name\":\"a b\",\"q\":\"1&2\"}\n");
	has(ask("DELETE /v1/hello/x", "\r\n"), "HTTP/1.1 204 No Content\r\n");
	stop();
}
END_TEST

START_TEST(head_is_get_without_the_body)
{
	const char *reply;

	start();
	reply = ask("HEAD /v1/hello/me", "\r\n");
	has(reply, "HTTP/1.1 200 OK\r\n");
	has(reply, "Content-Length: 39\r\n");
	ck_assert_ptr_null(strchr(reply, '{'));
	stop();
}
END_TEST

START_TEST(problems_are_rfc_9457_documents)
{
	const char *reply;

	start();
	reply = ask("GET /v1/trouble", "\r\n");
	has(reply, "HTTP/1.1 422 Unprocessable Content\r\n");
	has(reply, "Content-Type: application/problem+json\r\n");
	has(reply, "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,"
		   "\"detail\":\"jobs.a: expected\\\\x0aa map\",\"pointer\":\"/jobs/a\"}\n");
	has(ask("GET /v1/nothing", "\r\n"), "HTTP/1.1 404 ");
	has(ask("GET /v1/hello/", "\r\n"), "HTTP/1.1 404 ");
	has(ask("GET //v1/hello/x", "\r\n"), "HTTP/1.1 404 ");
	has(ask("GET /v1/hello/x?z=1", "\r\n"), "HTTP/1.1 400 ");
	reply = ask("PUT /v1/hello/x", "\r\n");
	has(reply, "HTTP/1.1 405 ");
	has(reply, "Allow: GET, HEAD, DELETE\r\n");
	stop();
}
END_TEST

START_TEST(unknown_methods_and_stray_bodies_are_refused)
{
	start();
	has(ask("BREW /v1/hello/x", "\r\n"), "HTTP/1.1 501 ");
	has(ask("OPTIONS /v1/hello/x", "\r\n"), "HTTP/1.1 405 ");
	has(ask("GET /v1/hello/x", "Content-Length: 3\r\n\r\nabc"), "HTTP/1.1 400 ");
	has(ask("nonsense", "\r\n"), "HTTP/1.1 ");
	stop();
}
END_TEST

START_TEST(a_number_out_of_its_bounds_is_a_400)
{
	start();
	has(ask("GET /v1/number", "\r\n"), "{\"n\":7}");
	has(ask("GET /v1/number?n=100", "\r\n"), "{\"n\":100}");
	has(ask("GET /v1/number?n=101", "\r\n"), "HTTP/1.1 400 ");
	has(ask("GET /v1/number?n=-1", "\r\n"), "HTTP/1.1 400 ");
	has(ask("GET /v1/number?n=1x", "\r\n"), "HTTP/1.1 400 ");
	has(ask("GET /v1/number?n=", "\r\n"), "HTTP/1.1 400 ");
	has(ask("GET /v1/number?n=99999999999999999999", "\r\n"), "HTTP/1.1 400 ");
	stop();
}
END_TEST

START_TEST(a_body_is_an_object_or_a_400)
{
	start();
	has(ask("POST /v1/echo", "Content-Length: 7\r\n\r\n{\"a\":1}"), "{\"a\":1}\n");
	has(ask("POST /v1/echo", "Content-Length: 0\r\n\r\n"), "{}\n");
	has(ask("POST /v1/echo", "\r\n"), "{}\n");
	has(ask("POST /v1/echo", "Content-Length: 2\r\n\r\n[]"), "not a list");
	has(ask("POST /v1/echo", "Content-Length: 1\r\n\r\n{"), "HTTP/1.1 400 ");
	has(ask("POST /v1/echo",
		"Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:2}\r\n0\r\n\r\n"),
	    "{\"a\":2}\n");
	stop();
}
END_TEST

START_TEST(a_request_may_come_in_pieces)
{
	static const char text[] = "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n"
				   "{\"a\":1}";
	int fd;

	start();
	fd = dial();
	for (const char *c = text; *c; c++)
		ck_assert_int_eq(send(fd, c, 1, MSG_NOSIGNAL), 1);
	has(hear(fd, "}\n", 1), "HTTP/1.1 201 Created\r\n");
	close(fd);
	stop();
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
	const char *reply, *one, *two;
	int fd;

	start();
	fd = dial();
	say(fd, "GET /v1/hello/one HTTP/1.1\r\nHost: x\r\n\r\n"
		"GET /v1/hello/two HTTP/1.1\r\nHost: x\r\n\r\n"
		"GET /v1/hello/three HTTP/1.1\r\nHost: x\r\n\r\n");
	reply = hear(fd, "}\n", 3);
	one = strstr(reply, "one");
	two = strstr(reply, "two");
	ck_assert(one && two && one < two && two < strstr(reply, "three"));
	close(fd);
	stop();
}
END_TEST

START_TEST(oversized_headers_and_bodies_are_refused)
{
	static char request[64 << 10];
	const char *reply;

	start();
	snprintf(request, sizeof(request), "X: %0*d\r\n\r\n", 20000, 0);
	has(ask("GET /v1/hello/x", request), "HTTP/1.1 400 ");
	reply = ask("POST /v1/echo", "Content-Length: 17000000\r\nExpect: 100-continue\r\n\r\n");
	has(reply, "HTTP/1.1 413 ");
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 "); /* and the server goes on */
	stop();
}
END_TEST

START_TEST(idle_connections_disturb_nobody)
{
	enum { IDLE = 500 };
	int fds[IDLE];

	start();
	for (int i = 0; i < IDLE; i++)
		fds[i] = dial();
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 ");
	await(&house.connections, IDLE);
	for (int i = 0; i < IDLE; i++)
		close(fds[i]);
	await(&house.connections, 0);
	stop();
}
END_TEST

START_TEST(connections_past_the_limit_wait_for_a_place)
{
	int first, second, third;

	build();
	house.options.max_connections = 2;
	house.options.heartbeat_ms = 10;
	open_house();
	first = dial();
	second = dial();
	await(&house.connections, 2);
	third = dial();
	say(third, "GET /v1/hello/x HTTP/1.1\r\nHost: x\r\n\r\n");
	close(first);
	has(hear(third, "}\n", 1), "HTTP/1.1 200 ");
	close(second);
	close(third);
	stop();
}
END_TEST

/* With no descriptor left accept fails; the waiting client is served when there is one again. */
START_TEST(without_descriptors_clients_wait)
{
	struct rlimit old, low;
	int hogs[64], n = 0, fd;

	build();
	house.options.heartbeat_ms = 10;
	open_house();
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 ");
	await(&house.connections, 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	getrlimit(RLIMIT_NOFILE, &old);
	low = (struct rlimit) { (rlim_t)fd + 3, old.rlim_max };
	setrlimit(RLIMIT_NOFILE, &low);
	while (n < 64 && (hogs[n] = dup(0)) >= 0)
		n++;
	ck_assert_int_eq(errno, EMFILE);
	{
		struct sockaddr_un address = { .sun_family = AF_UNIX };

		memcpy(address.sun_path, house.path, strlen(house.path));
		ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	}
	say(fd, "GET /v1/hello/x HTTP/1.1\r\nHost: x\r\n\r\n");
	while (n > 0)
		close(hogs[--n]);
	has(hear(fd, "}\n", 1), "HTTP/1.1 200 ");
	setrlimit(RLIMIT_NOFILE, &old);
	close(fd);
	stop();
}
END_TEST

START_TEST(a_client_that_leaves_while_its_handler_waits_is_noticed)
{
	int fd;

	start();
	fd = dial();
	say(fd, "POST /v1/wait HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
	await(&house.waiting, 1);
	close(fd);
	await(&house.left, 1);
	stop();
}
END_TEST

START_TEST(a_client_that_only_stopped_sending_is_still_there)
{
	int fd;

	start();
	fd = dial();
	say(fd, "POST /v1/wait HTTP/1.1\r\nHost: x\r\n\r\n");
	await(&house.waiting, 1);
	shutdown(fd, SHUT_WR);
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 ");
	close_house();
	has(hear(fd, "}\n", 1), "HTTP/1.1 503 ");
	close(fd);
	tear_down();
}
END_TEST

START_TEST(a_stream_is_ndjson_and_ends_when_its_handler_says)
{
	const char *reply;

	start();
	reply = ask("GET /v1/stream?n=2&size=1&end=1", "\r\n");
	has(reply, "Content-Type: application/x-ndjson\r\n");
	has(reply, "{\"event\":\"tick\",\"text\":\"x\"}\n");
	has(reply, "\r\n0\r\n\r\n");
	reply = ask("GET /v1/stream?n=1&size=1&end=1", "Accept: text/event-stream\r\n\r\n");
	has(reply, "Content-Type: text/event-stream\r\n");
	has(reply, "event: tick\ndata: {\"event\":\"tick\",\"text\":\"x\"}\n\n");
	ck_assert_int_eq(atomic_load(&house.streams_closed), 0);
	stop();
}
END_TEST

START_TEST(a_silent_stream_beats)
{
	int fd;

	build();
	house.options.heartbeat_ms = 5;
	open_house();
	fd = dial();
	say(fd, "GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n");
	has(hear(fd, "\"event\":\"heartbeat\"}\n", 3), "{\"time\":\"2");
	close(fd);
	await(&house.streams_closed, 1);
	stop();
}
END_TEST

/* What a client sends while a stream goes to it stays in the kernel, and its sending stalls. */
START_TEST(a_stream_takes_nothing_in)
{
	static char junk[64 << 10];
	size_t taken = 0;
	ssize_t n = 0;
	int fd;

	start();
	fd = dial();
	say(fd, "GET /v1/stream?n=1 HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(fd, "tick", 1);
	for (int idle = 0; idle < 50 && taken<8 << 20; idle = n> 0 ? 0 : idle + 1) {
		n = send(fd, junk, sizeof(junk), MSG_DONTWAIT | MSG_NOSIGNAL);
		taken += n > 0 ? (size_t)n : 0;
		if (n < 0)
			poll(NULL, 0, 1);
	}
	ck_assert_uint_lt(taken, 4 << 20);
	close(fd);
	await(&house.streams_closed, 1);
	stop();
}
END_TEST

START_TEST(a_stream_whose_client_left_is_closed_once)
{
	int fd;

	start();
	fd = dial();
	say(fd, "GET /v1/stream?n=1 HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(fd, "tick", 1);
	close(fd);
	await(&house.streams_closed, 1);
	await(&house.connections, 0);
	stop();
}
END_TEST

START_TEST(a_slow_reader_of_a_stream_is_dropped_with_a_last_event)
{
	const char *reply;
	int fd;

	start();
	fd = dial();
	say(fd,
	    "GET /v1/stream?n=1000&size=10000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	await(&house.streams_closed, 1); /* nothing was read until here */
	reply = hear(fd, NULL, 0);
	ck_assert_uint_lt(strlen(reply), 2 << 20);
	has(reply, "\"event\":\"dropped\"");
	has(reply, "\r\n0\r\n\r\n");
	close(fd);
	stop();
}
END_TEST

START_TEST(stopping_answers_those_who_wait_and_ends_streams)
{
	int waiting, streaming;

	start();
	waiting = dial();
	say(waiting, "POST /v1/wait HTTP/1.1\r\nHost: x\r\n\r\n");
	streaming = dial();
	say(streaming, "GET /v1/stream?n=1 HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(streaming, "tick", 1);
	await(&house.waiting, 1);
	close_house();
	has(hear(waiting, NULL, 0), "HTTP/1.1 503 ");
	has(hear(streaming, NULL, 0), "0\r\n\r\n");
	ck_assert_int_eq(atomic_load(&house.streams_closed), 1);
	ck_assert_int_ne(access(house.path, F_OK), 0);
	close(waiting);
	close(streaming);
	tear_down();
}
END_TEST

START_TEST(the_socket_is_narrow_and_a_stale_one_replaced)
{
	struct server *second;
	struct err err = ERR_INIT;
	struct stat st;
	struct loop *loop;

	umask(0);
	start();
	ck_assert_int_eq(lstat(house.path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(loop_new(&loop, NULL), 0);
	ck_assert_int_eq(server_start(loop, &house.options, &second, &err), -EADDRINUSE);
	has(err.text, house.path);
	loop_free(loop);
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 "); /* the first was not disturbed */
	close_house();
	loop_free(house.loop);

	/* what a killed daemon leaves */
	{
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		memcpy(address.sun_path, house.path, strlen(house.path));
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		close(fd);
	}
	house.options.group = getgid();
	ck_assert_int_eq(loop_new(&house.loop, NULL), 0);
	eventfd_read(house.stop_fd, &(eventfd_t) { 0 });
	open_house();
	ck_assert_int_eq(lstat(house.path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0660);
	has(ask("GET /v1/hello/x", "\r\n"), "HTTP/1.1 200 ");
	stop();
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	struct err err = ERR_INIT;
	char run[128];

	build();
	snprintf(run, sizeof(run), "%s/run", house.dir);
	mkdir(run, 0755);
	close(open(house.path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(server_start(house.loop, &house.options, &house.server, &err), -EEXIST);
	ck_assert_int_eq(access(house.path, F_OK), 0);
	tear_down();
}
END_TEST

/* As another user: nothing but reading, unless the process has the group. */
static void ask_as(uid_t uid, gid_t gid, const char *expect_write)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const char *reply;

		if (setgroups(1, &gid) < 0 || setgid(65534) < 0 || setuid(uid) < 0)
			_exit(3);
		reply = ask("GET /v1/hello/x", "\r\n");
		if (!strstr(reply, " 200 OK"))
			_exit(1);
		reply = ask("DELETE /v1/hello/x", "\r\n");
		_exit(strstr(reply, expect_write) ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(only_root_ourselves_and_the_group_may_write)
{
	if (geteuid() != 0)
		return;
	build();
	house.options.group = 4242;
	chmod(house.dir, 0755);
	open_house();
	ck_assert_int_eq(chmod(house.path, 0666), 0); /* as a socket unit may have it */
	has(ask("DELETE /v1/hello/x", "\r\n"), " 204 ");
	ask_as(65534, 65534, "HTTP/1.1 403 ");
	ask_as(65534, 4242, "HTTP/1.1 204 ");
	stop();
}
END_TEST

UNIT_MAIN("server", a_request_reaches_its_handler_and_the_answer_its_client,
	  head_is_get_without_the_body, problems_are_rfc_9457_documents,
	  unknown_methods_and_stray_bodies_are_refused, a_number_out_of_its_bounds_is_a_400,
	  a_body_is_an_object_or_a_400, a_request_may_come_in_pieces,
	  pipelined_requests_are_answered_in_order, oversized_headers_and_bodies_are_refused,
	  idle_connections_disturb_nobody, connections_past_the_limit_wait_for_a_place,
	  without_descriptors_clients_wait, a_client_that_leaves_while_its_handler_waits_is_noticed,
	  a_client_that_only_stopped_sending_is_still_there,
	  a_stream_is_ndjson_and_ends_when_its_handler_says, a_silent_stream_beats,
	  a_stream_takes_nothing_in, a_stream_whose_client_left_is_closed_once,
	  a_slow_reader_of_a_stream_is_dropped_with_a_last_event,
	  stopping_answers_those_who_wait_and_ends_streams,
	  the_socket_is_narrow_and_a_stale_one_replaced, a_file_that_is_no_socket_is_left_alone,
	  only_root_ourselves_and_the_group_may_write)
