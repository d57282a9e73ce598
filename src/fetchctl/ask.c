/* Calls to the daemon: see ask.h. */
#include "fetchctl/ask.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "control/client.h"
#include "fetchctl/ctl.h"
#include "fetchctl/limit.h"
#include "fetchctl/problems.h"
#include "fetchctl/say.h"
#include "spec/config.h"

#define PAGE 1000 /* items asked for at once */

static char *socket_of(const struct ctl *ctl)
{
	const char *from_env = getenv("FETCHD_SOCKET");

	if (ctl->given[OPTION_SOCKET])
		return xstrdup(ctl->given[OPTION_SOCKET]);
	if (from_env && *from_env)
		return xstrdup(from_env);
	return config_default_socket();
}

struct client *ask_client(struct ctl *ctl)
{
	struct err err = ERR_INIT;

	if (ctl->client)
		return ctl->client;
	free(ctl->socket);
	ctl->socket = socket_of(ctl);
	if (client_new(ctl->socket, &ctl->client, &err) < 0)
		say_error("%s", err.text);
	return ctl->client;
}

/* strerror, as it stands in the middle of a sentence. */
static const char *reason(int code, char text[static 64])
{
	snprintf(text, 64, "%s", strerror(-code));
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

int ask_failed(struct ctl *ctl, int code, const struct client_reply *reply)
{
	char why[64];

	switch (code) {
	case -ECONNREFUSED:
	case -ENOENT:
		say_error("no fetchd answers on %s (%s); start it with 'systemctl start fetchd' or "
			  "give -s SOCKET",
			  ctl->socket, reason(code, why));
		return CTL_NO_DAEMON;
	case -EACCES:
	case -EPERM:
		say_error("you may not talk to the fetchd on %s (%s); become a member of its group "
			  "or use sudo",
			  ctl->socket, reason(code, why));
		return CTL_NO_DAEMON;
	case -EPIPE:
		say_error("%s; see whether fetchd still runs", reply->err.text);
		return CTL_NO_DAEMON;
	default:
		say_error("%s", reply->err.text);
		return CTL_FAILED;
	}
}

int ask_refused(struct client_reply *reply)
{
	say_error("%s", reply->err.text);
	problems_say(json_get(reply->doc, "items"));
	json_unref(reply->doc);
	reply->doc = NULL;
	return reply->status == 404 ? CTL_NO_SUCH : CTL_FAILED;
}

int ask(struct ctl *ctl, const char *method, const char *path, const struct json *body,
	struct json **reply)
{
	struct client *client = ask_client(ctl);
	struct client_reply got;
	int r;

	if (!client)
		return CTL_FAILED;
	r = client_call(client, method, path, body, &got);
	if (r < 0)
		return ask_failed(ctl, r, &got);
	if (got.status >= 400)
		return ask_refused(&got);
	*reply = got.doc;
	return 0;
}

static char *page_path(const char *path, const char *cursor, uint64_t left, const char *next)
{
	const char *glue = strchr(path, '?') ? "&" : "?";
	unsigned long long limit = left && left < PAGE ? left : PAGE;
	char *escaped, *full;

	if (!cursor)
		return xstrdup(path);
	if (!next)
		return xasprintf("%s%slimit=%llu", path, glue, limit);
	escaped = client_escape(next);
	full = xasprintf("%s%slimit=%llu&%s=%s", path, glue, limit, cursor, escaped);
	free(escaped);
	return full;
}

static void take_items(struct json *items, const struct json *page, uint64_t limit)
{
	const struct json *from = json_get(page, "items");

	for (size_t i = 0; i < json_len(from) && (!limit || json_len(items) < limit); i++)
		json_push(items, json_ref(json_at(from, i)));
}

int ask_list(struct ctl *ctl, const char *path, const char *cursor, uint64_t limit,
	     struct json **items)
{
	struct json *all = json_new_array();
	char *next = NULL;
	int r;

	do {
		struct json *page = NULL;
		uint64_t left = limit ? limit - json_len(all) : 0;
		char *full = page_path(path, cursor, left, next);

		r = ask(ctl, "GET", full, NULL, &page);
		free(full);
		free(next);
		next = NULL;
		if (r == 0) {
			take_items(all, page, limit);
			if (cursor && json_get(page, "next") && json_len(json_get(page, "items")))
				next = say_scalar(json_get(page, "next"));
		}
		json_unref(page);
	} while (r == 0 && next && (!limit || json_len(all) < limit));
	free(next);
	if (r == 0)
		*items = all;
	else
		json_unref(all);
	return r;
}

char *ask_path(const char *before, const char *word, const char *after)
{
	char *escaped = client_escape(word);
	char *path = xasprintf("%s%s%s", before, escaped, after);

	free(escaped);
	return path;
}

bool ask_run_number(const char *word)
{
	if (*word && strspn(word, "0123456789") == strlen(word))
		return true;
	say_usage("a run is named by its number, not \"%s\"; 'fetchctl runs' lists them", word);
	return false;
}

int ask_show(struct ctl *ctl, const char *method, char *path, ask_show_fn *show)
{
	struct json *reply = NULL;
	int r = ask(ctl, method, path, NULL, &reply);

	free(path);
	if (r)
		return r;
	if (!ctl->json)
		show(ctl, reply);
	else if (reply)
		say_json(reply, true);
	json_unref(reply);
	return CTL_DONE;
}

int ask_show_list(struct ctl *ctl, char *path, const char *cursor, ask_show_fn *show)
{
	struct json *items = NULL;
	uint64_t limit;
	int r = limit_read(ctl, 0, &limit);

	if (r == 0)
		r = ask_list(ctl, path, cursor, limit, &items);
	free(path);
	if (r)
		return r;
	if (ctl->json)
		say_list(items);
	else
		show(ctl, items);
	json_unref(items);
	return CTL_DONE;
}
