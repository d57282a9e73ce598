/* The admin routes: one table. */
#include "fetchmock/admin.h"

#include <string.h>

#include "fetchmock/answer.h"

#define ADMIN_PREFIX "/__admin"

static void get_stats(const struct admin *admin, struct reply *reply)
{
	struct json *doc = stats_json(admin->stats);

	reply->content_type = "application/json";
	json_write(doc, &reply->body);
	buf_add_char(&reply->body, '\n');
	json_unref(doc);
}

static void delete_stats(const struct admin *admin, struct reply *reply)
{
	stats_reset(admin->stats);
	api_rewind(admin->api);
	if (admin->served)
		served_reset(admin->served);
	reply->status = 204;
}

static void get_served(const struct admin *admin, struct reply *reply)
{
	if (!admin->served) {
		reply_problem(reply, 404, "fetchmock counts targets only with --served");
		return;
	}
	reply->content_type = "application/x-ndjson";
	served_write(admin->served, &reply->body);
	if (reply->body.full)
		reply_problem(reply, 500, "more than 64 MiB of targets were served");
}

static const struct {
	const char *method, *path;
	void (*answer)(const struct admin *admin, struct reply *reply);
} admin_routes[] = {
	{ "GET", ADMIN_PREFIX "/stats", get_stats },
	{ "DELETE", ADMIN_PREFIX "/stats", delete_stats },
	{ "GET", ADMIN_PREFIX "/served", get_served },
};

bool admin_owns(struct slice path)
{
	size_t len = strlen(ADMIN_PREFIX);

	return path.len >= len && memcmp(path.ptr, ADMIN_PREFIX, len) == 0 &&
	       (path.len == len || path.ptr[len] == '/');
}

void admin_answer(const struct admin *admin, const struct ask *ask, struct reply *reply)
{
	for (size_t i = 0; i < sizeof(admin_routes) / sizeof(admin_routes[0]); i++) {
		if (slice_is(ask->path, admin_routes[i].path) &&
		    strcmp(ask->method, admin_routes[i].method) == 0) {
			admin_routes[i].answer(admin, reply);
			return;
		}
	}
	reply_problem(reply, 404,
		      "there are GET and DELETE " ADMIN_PREFIX "/stats and GET " ADMIN_PREFIX
		      "/served");
}
