/* Listening sockets: names, ports and the file of a UNIX socket. */
#include "fetchmock/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/xalloc.h"

#define BACKLOG     4096 /* thousands of clients may connect in one moment */
#define UNIX_PREFIX "unix:"

static const char *unix_path(const char *where)
{
	size_t len = strlen(UNIX_PREFIX);

	return strncmp(where, UNIX_PREFIX, len) == 0 ? where + len : NULL;
}

static int unix_address(const char *path, struct sockaddr_un *address, struct err *err)
{
	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (!*path || strlen(path) >= sizeof(address->sun_path))
		return err_set(err, -EINVAL, "unix:%s: a socket's path has 1 to %zu bytes", path,
			       sizeof(address->sun_path) - 1);
	strcpy(address->sun_path, path);
	return 0;
}

static int new_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* A socket file that nobody answers on is left over from a killed process. */
static void remove_stale(const struct sockaddr_un *address)
{
	int fd = new_socket(AF_UNIX);

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
	    errno == ECONNREFUSED)
		unlink(address->sun_path);
	close(fd);
}

static int begin(int fd, const struct sockaddr *address, socklen_t len)
{
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Accepted sockets inherit it: the last piece of a long body must not wait for an ACK. */
	if (address->sa_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(fd, address, len) < 0 || listen(fd, BACKLOG) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int open_unix(const char *path, char name[static LISTEN_NAME_MAX], struct err *err)
{
	struct sockaddr_un address;
	int fd = unix_address(path, &address, err);

	if (fd < 0)
		return fd;
	remove_stale(&address);
	fd = new_socket(AF_UNIX);
	if (fd >= 0)
		fd = begin(fd, (struct sockaddr *)&address, sizeof(address));
	if (fd < 0)
		return err_sys(err, fd, "cannot listen on unix:%s", path);
	snprintf(name, LISTEN_NAME_MAX, UNIX_PREFIX "%s", path);
	return fd;
}

/* getaddrinfo(3) takes 99999 for a port and uses what is left of it in 16 bits. */
static bool is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && text[len] == '\0' && len <= 5 && atoi(text) <= 65535;
}

/* "HOST:PORT", with brackets around an IPv6 address. */
static int split(const char *where, char **host, char **port, struct err *err)
{
	const char *colon = strrchr(where, ':');
	bool bracketed = where[0] == '[' && colon && colon > where && colon[-1] == ']';

	if (!colon || !is_port(colon + 1) ||
	    (!bracketed && memchr(where, ':', (size_t)(colon - where))))
		return err_set(err, -EINVAL,
			       "expected HOST:PORT, [IPV6]:PORT or unix:PATH and not \"%s\"",
			       where);
	*host = bracketed ? xstrndup(where + 1, (size_t)(colon - where) - 2)
			  : xstrndup(where, (size_t)(colon - where));
	*port = xstrdup(colon + 1);
	return 0;
}

static void show(int fd, char name[static LISTEN_NAME_MAX])
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[256] = "?", port[16] = "?";

	getsockname(fd, (struct sockaddr *)&address, &len);
	getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(name, LISTEN_NAME_MAX, strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host,
		 port);
}

static int open_tcp(const char *host, const char *port, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *list;
	int fd = -EADDRNOTAVAIL;
	int rc = getaddrinfo(*host ? host : NULL, port, &hints, &list);

	if (rc)
		return err_set(err, -EADDRNOTAVAIL, "cannot listen on %s:%s: %s", host, port,
			       gai_strerror(rc));
	for (struct addrinfo *at = list; at && fd < 0; at = at->ai_next) {
		fd = new_socket(at->ai_family);
		if (fd >= 0)
			fd = begin(fd, at->ai_addr, at->ai_addrlen);
	}
	freeaddrinfo(list);
	return fd < 0 ? err_sys(err, fd, "cannot listen on %s:%s", host, port) : fd;
}

int listen_open(const char *where, char name[static LISTEN_NAME_MAX], struct err *err)
{
	char *host = NULL, *port = NULL;
	int fd;

	if (unix_path(where))
		return open_unix(unix_path(where), name, err);
	fd = split(where, &host, &port, err);
	if (fd < 0)
		return fd;
	fd = open_tcp(host, port, err);
	if (fd >= 0)
		show(fd, name);
	free(host);
	free(port);
	return fd;
}

void listen_cleanup(const char *where)
{
	if (unix_path(where))
		unlink(unix_path(where));
}
