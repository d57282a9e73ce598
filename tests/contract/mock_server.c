/* The misbehaving server: see mock_server.h. One poll(2) loop over all connections. */
#include "mock_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX     65536
#define ROWS_MAX        128

struct connection {
	int fd; /* -1: free */
	char in[REQUEST_MAX];
	size_t in_len;
	const struct mock_answer *answer; /* NULL: waiting for a request */
	size_t sent;
	int64_t not_before_ms;
	unsigned served;
	bool stalled;
};

struct mock_server {
	const struct mock_answer *answers;
	pthread_t thread;
	pthread_mutex_t lock; /* over what the test reads */
	unsigned connections, seen[ROWS_MAX];
	char *last;
	int listener, wake;
	unsigned port;
	struct connection *open; /* CONNECTIONS_MAX */
	struct pollfd polls[CONNECTIONS_MAX + 2];
};

static const struct mock_answer unknown = {
	.path = "", .bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t answer_len(const struct mock_answer *answer)
{
	return answer->len ? answer->len : strlen(answer->bytes);
}

static void hang_up(struct connection *connection, bool reset)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (reset)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(connection->fd);
	connection->fd = -1;
}

static void take_in(struct mock_server *server)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int one = 1;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->open[i];

		if (connection->fd >= 0)
			continue;
		connection->fd = fd;
		connection->in_len = connection->sent = 0;
		connection->served = 0;
		connection->answer = NULL;
		connection->stalled = false;
		pthread_mutex_lock(&server->lock);
		server->connections++;
		pthread_mutex_unlock(&server->lock);
		return;
	}
	close(fd);
}

/* The length of the whole request in `in`, 0 when it is not all there yet. */
static size_t whole_request(const char *in, size_t len)
{
	const char *end = memmem(in, len, "\r\n\r\n", 4);
	const char *length;
	size_t head, body = 0;

	if (!end)
		return 0;
	head = (size_t)(end - in) + 4;
	length = memmem(in, head, "\r\nContent-Length: ", 18);
	if (length)
		body = strtoul(length + 18, NULL, 10);
	return len >= head + body ? head + body : 0;
}

static const struct mock_answer *answer_to(struct mock_server *server, const char *request)
{
	const char *path = request + strcspn(request, " \r\n");
	size_t len;

	path += *path == ' ';
	len = strcspn(path, "? \r\n");
	for (size_t i = 0; server->answers[i].path; i++) {
		const struct mock_answer *row = &server->answers[i];

		if (strlen(row->path) != len || memcmp(row->path, path, len) != 0)
			continue;
		if (row->times > 0 && server->seen[i] >= row->times)
			continue;
		server->seen[i]++;
		return row;
	}
	return &unknown;
}

static void begin_answer(struct mock_server *server, struct connection *connection, size_t len)
{
	char *request = malloc(len + 1);

	must(request != NULL);
	memcpy(request, connection->in, len);
	request[len] = '\0';
	connection->in_len -= len;
	memmove(connection->in, connection->in + len, connection->in_len);
	pthread_mutex_lock(&server->lock);
	connection->answer = answer_to(server, request);
	free(server->last);
	server->last = request;
	pthread_mutex_unlock(&server->lock);
	connection->sent = 0;
	connection->not_before_ms = now_ms() + connection->answer->delay_ms;
	if (connection->answer->only_fresh && connection->served > 0)
		hang_up(connection, false);
}

static void read_some(struct mock_server *server, struct connection *connection)
{
	ssize_t got = recv(connection->fd, connection->in + connection->in_len,
			   REQUEST_MAX - connection->in_len, 0);
	size_t len;

	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			hang_up(connection, false);
		return;
	}
	connection->in_len += (size_t)got;
	len = connection->answer ? 0 : whole_request(connection->in, connection->in_len);
	if (len > 0)
		begin_answer(server, connection, len);
}

static void end_answer(struct connection *connection)
{
	enum mock_then then = connection->answer->then;

	connection->answer = NULL;
	connection->served++;
	connection->stalled = then == MOCK_STALL;
	if (then == MOCK_CLOSE || then == MOCK_RESET)
		hang_up(connection, then == MOCK_RESET);
}

static void write_some(struct connection *connection)
{
	const struct mock_answer *answer = connection->answer;
	size_t left = answer_len(answer) - connection->sent;
	ssize_t put = 0;

	if (left > 0)
		put = send(connection->fd, answer->bytes + connection->sent, left, MSG_NOSIGNAL);
	if (put < 0) {
		if (errno != EAGAIN && errno != EINTR)
			hang_up(connection, false);
		return;
	}
	connection->sent += (size_t)put;
	if (connection->sent == answer_len(answer))
		end_answer(connection);
}

static short wanted(const struct connection *connection, int64_t now, int *wait_ms)
{
	int64_t left = connection->not_before_ms - now;

	if (!connection->answer || connection->fd < 0)
		return POLLIN;
	if (left <= 0)
		return POLLIN | POLLOUT;
	if (*wait_ms < 0 || left < *wait_ms)
		*wait_ms = (int)left;
	return POLLIN;
}

static void turn(struct mock_server *server)
{
	int64_t now = now_ms();
	int wait_ms = -1;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->open[i];

		server->polls[i].fd = connection->fd;
		server->polls[i].events = wanted(connection, now, &wait_ms);
	}
	poll(server->polls, CONNECTIONS_MAX + 2, wait_ms);
	if (server->polls[CONNECTIONS_MAX].revents)
		take_in(server);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->open[i];
		short events = server->polls[i].fd == connection->fd ? server->polls[i].revents : 0;

		if (connection->fd >= 0 && (events & (POLLIN | POLLHUP | POLLERR)))
			read_some(server, connection);
		if (connection->fd >= 0 && (events & POLLOUT) && connection->answer)
			write_some(connection);
	}
}

static void *serve(void *arg)
{
	struct mock_server *server = arg;

	server->polls[CONNECTIONS_MAX] = (struct pollfd) { server->listener, POLLIN, 0 };
	server->polls[CONNECTIONS_MAX + 1] = (struct pollfd) { server->wake, POLLIN, 0 };
	while (!server->polls[CONNECTIONS_MAX + 1].revents)
		turn(server);
	return NULL;
}

static void listen_somewhere(struct mock_server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(server->listener >= 0);
	must(bind(server->listener, (struct sockaddr *)&address, len) == 0);
	must(listen(server->listener, CONNECTIONS_MAX) == 0);
	must(getsockname(server->listener, (struct sockaddr *)&address, &len) == 0);
	server->port = ntohs(address.sin_port);
}

struct mock_server *mock_server_start(const struct mock_answer *answers)
{
	struct mock_server *server = calloc(1, sizeof(*server));

	must(server != NULL);
	server->answers = answers;
	server->open = calloc(CONNECTIONS_MAX, sizeof(struct connection));
	must(server->open != NULL);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		server->open[i].fd = -1;
	pthread_mutex_init(&server->lock, NULL);
	server->wake = eventfd(0, EFD_CLOEXEC);
	must(server->wake >= 0);
	listen_somewhere(server);
	must(pthread_create(&server->thread, NULL, serve, server) == 0);
	return server;
}

void mock_server_stop(struct mock_server *server)
{
	const uint64_t one = 1;

	must(write(server->wake, &one, sizeof(one)) == sizeof(one));
	pthread_join(server->thread, NULL);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (server->open[i].fd >= 0)
			close(server->open[i].fd);
	close(server->listener);
	close(server->wake);
	pthread_mutex_destroy(&server->lock);
	free(server->open);
	free(server->last);
	free(server);
}

unsigned mock_server_port(const struct mock_server *server)
{
	return server->port;
}

unsigned mock_server_connections(struct mock_server *server)
{
	unsigned connections;

	pthread_mutex_lock(&server->lock);
	connections = server->connections;
	pthread_mutex_unlock(&server->lock);
	return connections;
}

unsigned mock_server_seen(struct mock_server *server, const char *path)
{
	unsigned seen = 0;

	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; server->answers[i].path; i++)
		if (strcmp(server->answers[i].path, path) == 0)
			seen += server->seen[i];
	pthread_mutex_unlock(&server->lock);
	return seen;
}

char *mock_server_last(struct mock_server *server)
{
	char *last;

	pthread_mutex_lock(&server->lock);
	last = strdup(server->last ? server->last : "");
	pthread_mutex_unlock(&server->lock);
	return last;
}
