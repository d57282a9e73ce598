/* The exchange: see transfer.h. What its end means is in transfer_end.c. */
#include "fetch/transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetch/page.h"

/* Below 64 KiB a large body costs twice the time. */
#define RECEIVE_BYTES 65536L

int transfer_global_init(struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	if (code != CURLE_OK)
		return err_set(err, -EIO, "libcurl cannot start: %s", curl_easy_strerror(code));
	return 0;
}

/* ---- libcurl calls back ---- */

static void note_byte(struct transfer *transfer)
{
	transfer->last_byte_us = clock_monotonic_us();
}

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct transfer *transfer = arg;

	(void)one;
	note_byte(transfer);
	if (buf_add(&transfer->response.body, bytes, len) < 0) {
		transfer->refused = OUTCOME_TOO_BIG;
		return 0;
	}
	transfer->response.wire_bytes += len;
	return len;
}

/* "HTTP/1.1 200 OK"; libcurl has seen to the form. */
static int status_of(struct slice line)
{
	const char *space = memchr(line.ptr, ' ', line.len);
	int status = 0;

	for (const char *p = space ? space + 1 : ""; *p >= '0' && *p <= '9' && status < 1000; p++)
		status = status * 10 + (*p - '0');
	return status;
}

/* Interim answers (1xx) come with headers of their own, then the next status line. Lines behind the
 * final section are trailers; none of them counts. A challenge that libcurl answers itself has
 * another answer behind it. */
static void read_line(struct transfer *transfer, struct slice line)
{
	struct response *response = &transfer->response;
	bool begins = line.len >= 5 && memcmp(line.ptr, "HTTP/", 5) == 0;

	if (transfer->headers_done && !(begins && tailor_answers(transfer->request)))
		return;
	if (begins) {
		transfer->headers_done = false;
		response_forget_headers(response);
		response->status = status_of(line);
	} else if (line.ptr[0] == '\r' || line.ptr[0] == '\n') {
		transfer->headers_done = response->status >= 200;
	} else {
		response_header_line(response, line);
	}
}

static size_t on_header(char *bytes, size_t one, size_t len, void *arg)
{
	struct transfer *transfer = arg;

	(void)one;
	note_byte(transfer);
	transfer->header_bytes += len;
	if (transfer->header_bytes > TRANSFER_HEADERS_MAX) {
		transfer->refused = OUTCOME_TOO_BIG;
		return 0;
	}
	if (len > 0)
		read_line(transfer, (struct slice) { bytes, len });
	return len;
}

/* The connection stands and the request is about to go out. */
static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct transfer *transfer = arg;

	transfer->connected = true;
	note_byte(transfer);
	return CURL_PREREQFUNC_OK;
}

/* About once a second, and whenever something moves. */
static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up, curl_off_t sent)
{
	struct transfer *transfer = arg;
	enum outcome why = OUTCOME_OK;

	if (transfer->cancel && atomic_load(transfer->cancel))
		transfer->refused = OUTCOME_CANCELLED;
	else if (transfer_due_ms(transfer, clock_monotonic_us(), &why) == 0)
		transfer->refused = why;
	return transfer->refused != OUTCOME_OK;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct transfer_sockets *sockets = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	if (fd < 0)
		return CURL_SOCKET_BAD;
	sockets->opened(fd, sockets->arg);
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	const struct transfer_sockets *sockets = arg;

	sockets->closing(fd, sockets->arg);
	return close(fd);
}

/* ---- the handle ---- */

static void set_sockets(CURL *easy, const struct transfer_sockets *sockets)
{
	if (!sockets)
		return;
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, (void *)sockets);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, (void *)sockets);
}

/* What is the same for every request. The environment's proxy, redirects, cookies, netrc and
 * libcurl's own decoding are all off: nothing happens that a job did not ask for. */
static void dress(struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
	curl_easy_setopt(easy, CURLOPT_CURLU, transfer->url);
	set_sockets(easy, transfer->sockets);
	transfer->worn = false;
}

int transfer_init(struct transfer *transfer, const struct transfer_sockets *sockets,
		  struct err *err)
{
	*transfer = (struct transfer) { .sockets = sockets };
	response_init(&transfer->response, 0);
	transfer->response.pid = getpid();
	transfer->response.tid = gettid();
	transfer->easy = curl_easy_init();
	transfer->url = curl_url();
	if (!transfer->easy || !transfer->url) {
		transfer_done(transfer);
		return err_set(err, -ENOMEM, "libcurl gives no handle");
	}
	dress(transfer);
	return 0;
}

void transfer_done(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_url_cleanup(transfer->url);
	free(transfer->header_list);
	response_done(&transfer->response);
	transfer->easy = transfer->url = transfer->header_list = NULL;
}

/* ---- one request ---- */

/* RFC 9110 section 9.2.2. libcurl resends silently when a kept connection turns out to be dead;
 * what is not idempotent must therefore never go out on one. */
static bool idempotent(const char *method)
{
	static const char *const methods[] = { "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i], method) == 0)
			return true;
	return false;
}

static void set_connection(CURL *easy, const char *method)
{
	long alone = !idempotent(method);

	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, alone);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, alone); /* nobody would ever reuse it */
}

/* Methods whose request has a body by nature say so even when it is empty. */
static bool wants_body(const struct request *request)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i], request->method) == 0)
			return true;
	return request->body != NULL;
}

static void set_method(CURL *easy, const struct request *request)
{
	bool get = strcmp(request->method, "GET") == 0;

	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, get ? NULL : request->method);
	if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	} else if (wants_body(request)) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	}
}

/* libcurl only reads the list, so its nodes may stand around the request's own lines. The one it
 * would add unasked, "Expect: 100-continue" before a large body, is turned off. */
static void set_headers(struct transfer *transfer)
{
	static char no_expect[] = "Expect:";
	char **lines = transfer->request->headers;
	struct curl_slist *nodes;
	size_t n = 0;

	while (lines && lines[n])
		n++;
	if (n + 1 > transfer->header_nodes) {
		transfer->header_nodes = n + 8;
		transfer->header_list = xreallocarray(transfer->header_list, transfer->header_nodes,
						      sizeof(struct curl_slist));
	}
	nodes = transfer->header_list;
	for (size_t i = 0; i < n; i++)
		nodes[i] = (struct curl_slist) { lines[i], &nodes[i + 1] };
	nodes[n] = (struct curl_slist) { no_expect, NULL };
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, nodes);
}

static void set_limits(struct transfer *transfer)
{
	const struct job *job = transfer->request->scope->job;
	uint64_t most = job->max_body_bytes < INT64_MAX / 4 ? job->max_body_bytes : INT64_MAX / 4;

	transfer->response.body.ceiling = (size_t)most;
	curl_easy_setopt(transfer->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)most);
	if (!transfer->own_timers)
		return;
	curl_easy_setopt(transfer->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)job->timeout_ms);
	curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)job->connect_timeout_ms);
}

/* The handle holds the URL before: what is not absolute would be resolved against that. */
static bool set_url(CURLU *handle, const char *url)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return false;
	return curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK;
}

void transfer_begin(struct transfer *transfer, struct request *request, bool own_timers)
{
	if (transfer->worn || tailor_differs(&transfer->tailored, request)) {
		curl_easy_reset(transfer->easy);
		dress(transfer);
		transfer->tailored = (struct tailored) { 0 };
	}
	response_clear(&transfer->response);
	page_want(request, &transfer->response);
	transfer->request = request;
	transfer->own_timers = own_timers;
	transfer->refused = OUTCOME_OK;
	transfer->connected = transfer->headers_done = false;
	transfer->header_bytes = 0;
	transfer->error[0] = '\0';
	transfer->response.started_ms = clock_unix_ms();
	transfer->begun_us = transfer->last_byte_us = clock_monotonic_us();
	if (!set_url(transfer->url, request->url))
		transfer->refused = OUTCOME_BUILD;
	set_connection(transfer->easy, request->method);
	set_method(transfer->easy, request);
	set_headers(transfer);
	set_limits(transfer);
	tailor(transfer->easy, request, &transfer->tailored);
}

int transfer_perform(struct transfer *transfer)
{
	if (transfer->refused != OUTCOME_OK)
		return CURLE_URL_MALFORMAT;
	return curl_easy_perform(transfer->easy);
}

static int64_t until(int64_t from_us, int64_t limit_ms, int64_t now_us)
{
	int64_t left_us = limit_ms * 1000 - (now_us - from_us);

	if (limit_ms <= 0)
		return INT64_MAX;
	return left_us <= 0 ? 0 : (left_us + 999) / 1000;
}

int64_t transfer_due_ms(const struct transfer *transfer, int64_t now_us, enum outcome *why)
{
	const struct job *job = transfer->request->scope->job;
	int64_t total = until(transfer->begun_us, job->timeout_ms, now_us);
	int64_t stall = until(transfer->last_byte_us, job->stall_timeout_ms, now_us);
	int64_t connect = INT64_MAX;

	if (!transfer->connected)
		connect = until(transfer->begun_us, job->connect_timeout_ms, now_us);
	if (total <= stall && total <= connect) {
		*why = OUTCOME_TIMEOUT;
		return total;
	}
	*why = connect <= stall ? OUTCOME_CONNECT : OUTCOME_STALL;
	return connect <= stall ? connect : stall;
}
