/* fetchctl apply: the jobs of a file, into the daemon.
 *
 * The file is read here, where it lies: `defaults:` is merged under each job and its relative paths
 * become absolute, since the daemon knows neither the file nor where we stand.
 */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "control/client.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/problems.h"
#include "fetchctl/say.h"
#include "spec/jobset.h"

#define HTTP_CREATED 201

/* Applied jobs gather in `applied` for --json. */
static int apply_one(struct ctl *ctl, const struct job *job, struct json *applied)
{
	struct client *client = ask_client(ctl);
	char *path = ask_path("/v1/jobs/", job->name, "");
	struct client_reply reply;
	int r;

	r = client ? client_call(client, "PUT", path, job->document, &reply) : -1;
	free(path);
	if (!client)
		return CTL_FAILED;
	if (r < 0)
		return ask_failed(ctl, r, &reply);
	if (reply.status >= 400)
		return ask_refused(&reply);
	if (!ctl->json)
		printf("%s: %s\n", job->name, reply.status == HTTP_CREATED ? "added" : "replaced");
	json_push(applied, reply.doc);
	return 0;
}

/* All are tried; the first failure decides the exit status. A daemon that is away is asked once. */
static int apply_all(struct ctl *ctl, const struct jobset *set)
{
	struct json *applied = json_new_array();
	int first = 0;

	for (size_t i = 0; i < set->len; i++) {
		int r = apply_one(ctl, set->jobs[i], applied);

		first = first ? first : r;
		if (r == CTL_NO_DAEMON)
			break;
	}
	if (ctl->json)
		say_list(applied);
	json_unref(applied);
	return first;
}

int verb_apply(struct ctl *ctl)
{
	struct problems problems = { 0 };
	struct jobset *set = jobset_load_file(ctl->words[0], &problems);
	int r = CTL_FAILED;

	if (problems.len > 0) {
		struct json *items = problems_json(&problems);

		problems_say(json_get(items, "items"));
		json_unref(items);
	} else if (!set || set->len == 0) {
		say_error("%s defines no jobs", ctl->words[0]);
	} else {
		r = apply_all(ctl, set);
	}
	jobset_free(set);
	problems_done(&problems);
	return r;
}
