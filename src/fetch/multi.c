/* The multi handle: see multi.h. This is one of libcurl's doors. */
#include "fetch/multi.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct multi {
	CURLM *handle;
	struct sockets *sockets;
	struct loop_timer *timer; /* the one libcurl asks for */
	multi_done_fn *done;
};

/* Every message is copied out before its handle leaves the multi, which frees it. */
static void collect(struct multi *multi)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi->handle, &left))) {
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;
		struct transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
		curl_multi_remove_handle(multi->handle, easy);
		multi->done(transfer, (int)code);
	}
}

static void move(struct multi *multi, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(multi->handle, fd, events, &running);
	collect(multi);
}

void multi_ready(int fd, int what, void *multi)
{
	int events = (what & LOOP_READ ? CURL_CSELECT_IN : 0) |
		     (what & LOOP_WRITE ? CURL_CSELECT_OUT : 0);

	move(multi, fd, events);
}

static void on_timer(void *arg)
{
	move(arg, CURL_SOCKET_TIMEOUT, 0);
}

void multi_kick(struct multi *multi)
{
	move(multi, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *per_socket)
{
	struct multi *multi = arg;
	int wanted = 0;

	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		wanted |= LOOP_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		wanted |= LOOP_WRITE;
	sockets_want(multi->sockets, fd, wanted, multi);
	return 0;
}

static int want_timer(CURLM *handle, long after_ms, void *arg)
{
	struct multi *multi = arg;

	if (after_ms < 0)
		loop_timer_clear(multi->timer);
	else
		loop_timer_set(multi->timer, after_ms);
	return 0;
}

struct multi *multi_new(struct loop *loop, struct sockets *sockets, unsigned connections,
			multi_done_fn *done)
{
	struct multi *multi = xcalloc(1, sizeof(*multi));

	multi->sockets = sockets;
	multi->done = done;
	multi->timer = loop_timer_new(loop, on_timer, multi);
	multi->handle = curl_multi_init();
	if (!multi->handle)
		no_memory();
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)connections);
	return multi;
}

/* The kept connections report their close to `sockets` meanwhile. */
void multi_free(struct multi *multi)
{
	if (!multi)
		return;
	curl_multi_cleanup(multi->handle);
	loop_timer_free(multi->timer);
	free(multi);
}

bool multi_add(struct multi *multi, struct transfer *transfer)
{
	return curl_multi_add_handle(multi->handle, transfer->easy) == CURLM_OK;
}

void multi_remove(struct multi *multi, struct transfer *transfer)
{
	curl_multi_remove_handle(multi->handle, transfer->easy);
}
