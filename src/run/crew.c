/* The workers of a run: see crew.h. */
#include "run/crew.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

void crew_init(struct crew *crew, uint32_t workers)
{
	crew->members = xcalloc(workers, sizeof(struct crew_member));
	crew->idle = xcalloc(workers, sizeof(uint32_t));
	crew->len = crew->nidle = workers;
	for (uint32_t i = 0; i < workers; i++) {
		crew->members[i].lane = CREW_NO_LANE;
		crew->idle[i] = workers - 1 - i;
	}
}

void crew_done(struct crew *crew)
{
	free(crew->members);
	free(crew->idle);
	*crew = (struct crew) { 0 };
}

bool crew_take(struct crew *crew, uint32_t *worker)
{
	if (crew->nidle == 0)
		return false;
	*worker = crew->idle[--crew->nidle];
	return true;
}

void crew_return(struct crew *crew, uint32_t worker)
{
	assert(crew->nidle < crew->len && worker < crew->len);
	crew->idle[crew->nidle++] = worker;
}

void crew_count(struct crew *crew, const struct parcel *parcel)
{
	struct crew_member *member = &crew->members[parcel->request->worker];

	member->pid = parcel->pid;
	member->tid = parcel->tid;
	member->requests++;
	member->connections += parcel->connections;
}

static struct json *member_json(uint32_t number, const struct crew_member *member)
{
	struct json *json = json_new_object();

	json_put_int(json, "worker", (int64_t)number + 1);
	json_put_int(json, "pid", member->pid);
	json_put_int(json, "tid", member->tid);
	json_put_int(json, "requests", (int64_t)member->requests);
	json_put_int(json, "connections", (int64_t)member->connections);
	return json;
}

struct json *crew_json(const struct crew *crew)
{
	struct json *list = json_new_array();

	for (uint32_t i = 0; i < crew->len && json_len(list) < CREW_LISTED_MAX; i++)
		if (crew->members[i].requests > 0)
			json_push(list, member_json(i, &crew->members[i]));
	return list;
}
