/* The client's side: see client.h. libcurl speaks HTTP; here it is told where, and its failures
 * become sentences. */
#include "control/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"

#define REPLY_MAX  (256u << 20)
#define EVENT_MAX  (16u << 20) /* of a stream */
#define CONNECT_MS 10000L

struct client {
	CURL *curl;
	char *socket;
	bool (*go_on)(void *arg);
	void *go_on_arg;
};

/* What one call sends. */
struct message {
	const char *method, *path, *type;
	struct slice text; /* ptr NULL: no body */
};

/* A stream being read. */
struct lines {
	CURL *curl;
	struct buf buf; /* the line begun; an error document as a whole */
	bool (*event)(const struct json *event, void *arg);
	void *arg;
	bool enough; /* event said no */
	struct err *err;
	int code;
};

int client_new(const char *socket, struct client **client, struct err *err)
{
	struct client *made;
	CURL *curl;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, -ENOMEM, "cannot set up libcurl");
	curl = curl_easy_init();
	if (!curl) {
		curl_global_cleanup();
		return err_set(err, -ENOMEM, "cannot set up libcurl");
	}
	made = xcalloc(1, sizeof(*made));
	made->curl = curl;
	made->socket = xstrdup(socket);
	*client = made;
	return 0;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_global_cleanup();
	free(client->socket);
	free(client);
}

void client_set_patience(struct client *client, bool (*go_on)(void *arg), void *arg)
{
	client->go_on = go_on;
	client->go_on_arg = arg;
}

/* libcurl's progress callback: it comes at least once a second, whatever the transfer does. */
static int still_patient(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct client *client = arg;

	return client->go_on(client->go_on_arg) ? 0 : 1;
}

static size_t gather(char *bytes, size_t size, size_t count, void *arg)
{
	return buf_add(arg, bytes, size * count) < 0 ? 0 : size * count;
}

static struct curl_slist *headers_for(const struct message *message)
{
	struct curl_slist *headers = NULL;
	char *type;

	/* Waiting for "100 Continue" on a local socket costs a second and gains nothing. */
	headers = curl_slist_append(headers, "Expect:");
	if (message->text.ptr) {
		type = xasprintf("Content-Type: %s", message->type);
		headers = curl_slist_append(headers, type);
		free(type);
	}
	return headers;
}

static void set_up(struct client *client, const struct message *message, const char *url,
		   struct curl_slist *headers)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl); /* keeps the connection */
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, message->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (client->go_on) {
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, still_patient);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	}
	if (message->text.ptr) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->text.ptr);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->text.len);
	} else if (message->method[0] == 'P') { /* POST, PUT, PATCH say that they have none */
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
	}
}

/* A failure of the transfer as a negative errno and a sentence. */
static int transfer_failed(struct client *client, CURLcode code, struct err *err)
{
	long os_errno = 0;

	curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &os_errno);
	if (code == CURLE_COULDNT_CONNECT) {
		int reason = os_errno ? (int)os_errno : ECONNREFUSED;

		return err_sys(err, -reason, "no fetchd answers on %s", client->socket);
	}
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(err, -EINTR, "interrupted");
	if (code == CURLE_WRITE_ERROR)
		return err_set(err, -E2BIG, "the reply is larger than %u MiB", REPLY_MAX >> 20);
	return err_set(err, -EPIPE, "the connection to fetchd on %s broke off: %s", client->socket,
		       curl_easy_strerror(code));
}

static int perform(struct client *client, const struct message *message,
		   size_t (*write)(char *, size_t, size_t, void *), void *arg, CURLcode *code)
{
	struct curl_slist *headers = headers_for(message);
	char *url = xasprintf("http://localhost%s", message->path);
	long status = 0;

	set_up(client, message, url, headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, write);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, arg);
	*code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	free(url);
	return (int)status;
}

/* The sentence of a problem document, or of a reply that is none. */
static void explain(struct client_reply *reply)
{
	const char *detail = json_str(json_get(reply->doc, "detail"));

	if (reply->status < 400)
		return;
	if (detail)
		err_set(&reply->err, 0, "%s", detail);
	else
		err_set(&reply->err, 0, "fetchd answered with status %d", reply->status);
}

/* An error in another form than JSON (a page of evhttp's) is still an error. */
static int read_reply(const struct buf *body, struct client_reply *reply)
{
	struct json *doc = NULL;

	if (body->len && json_parse(buf_text(body), body->len, &doc, NULL) < 0 &&
	    reply->status < 400)
		return err_set(&reply->err, -EPROTO, "the reply is not JSON; is that fetchd?");
	reply->doc = doc;
	explain(reply);
	return 0;
}

static int exchange(struct client *client, const struct message *message,
		    struct client_reply *reply)
{
	struct buf body;
	CURLcode code;
	int r;

	*reply = (struct client_reply) { .status = 0 };
	buf_init(&body, REPLY_MAX);
	reply->status = perform(client, message, gather, &body, &code);
	if (code != CURLE_OK)
		r = transfer_failed(client, code, &reply->err);
	else
		r = read_reply(&body, reply);
	buf_done(&body);
	return r;
}

int client_post(struct client *client, const char *path, const char *type, struct slice text,
		struct client_reply *reply)
{
	struct message message = { "POST", path, type, text };

	return exchange(client, &message, reply);
}

int client_call(struct client *client, const char *method, const char *path,
		const struct json *body, struct client_reply *reply)
{
	char *text = body ? json_text(body, false) : NULL;
	struct message message = { method, path, "application/json", slice_of(text) };
	int r = exchange(client, &message, reply);

	free(text);
	return r;
}

static bool give_line(struct lines *lines, size_t len)
{
	struct json *event = NULL;

	lines->code = json_parse(lines->buf.data, len, &event, lines->err);
	if (lines->code < 0) {
		err_within(lines->err, "a line of the stream is not JSON");
		return false;
	}
	lines->enough = !lines->event(event, lines->arg);
	json_unref(event);
	return !lines->enough;
}

static bool give_lines(struct lines *lines)
{
	char *end;

	while ((end = lines->buf.len ? memchr(lines->buf.data, '\n', lines->buf.len) : NULL)) {
		size_t len = (size_t)(end - lines->buf.data);

		if (len && !give_line(lines, len))
			return false;
		buf_drop_front(&lines->buf, len + 1);
	}
	return true;
}

static size_t gather_lines(char *bytes, size_t size, size_t count, void *arg)
{
	struct lines *lines = arg;
	long status = 0;

	curl_easy_getinfo(lines->curl, CURLINFO_RESPONSE_CODE, &status);
	if (buf_add(&lines->buf, bytes, size * count) < 0) {
		lines->code = err_set(lines->err, -E2BIG, "a line of the stream has no end");
		return 0;
	}
	if (status >= 400)
		return size * count;
	return give_lines(lines) ? size * count : 0;
}

static int stream_result(struct client *client, const struct lines *lines, CURLcode code,
			 struct client_reply *reply)
{
	int r;

	if (lines->enough || code == CURLE_ABORTED_BY_CALLBACK)
		return 0;
	if (lines->code < 0)
		return lines->code;
	if (code != CURLE_OK)
		return transfer_failed(client, code, &reply->err);
	if (reply->status < 400)
		return 0;
	r = read_reply(&lines->buf, reply);
	json_unref(reply->doc);
	reply->doc = NULL;
	return r;
}

int client_stream(struct client *client, const char *path,
		  bool (*event)(const struct json *event, void *arg), void *arg,
		  struct client_reply *reply)
{
	struct message message = { .method = "GET", .path = path };
	struct lines lines = {
		.curl = client->curl, .event = event, .arg = arg, .err = &reply->err
	};
	CURLcode code;
	int r;

	*reply = (struct client_reply) { .status = 0 };
	buf_init(&lines.buf, EVENT_MAX);
	reply->status = perform(client, &message, gather_lines, &lines, &code);
	r = stream_result(client, &lines, code, reply);
	buf_done(&lines.buf);
	return r;
}

char *client_escape(const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~"; /* RFC 3986 section 2.3 */
	char *out = xmalloc(strlen(text) * 3 + 1), *to = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr(plain, c)) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	*to = '\0';
	return out;
}
