/* fetchctl check: is a job file right? The running daemon is asked, because its rules count;
 * without one the same code is used here. */
#include "fetchctl/verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "control/client.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/problems.h"
#include "fetchctl/say.h"
#include "io/file.h"
#include "spec/jobset.h"

#define FILE_MAX (16u << 20)

/* {"items": [...], "jobs": [...]} as the daemon answers it. */
static struct json *check_here(const char *file)
{
	struct problems problems = { 0 };
	struct jobset *set = jobset_load_file(file, &problems);
	struct json *reply = jobset_report(set, &problems);

	jobset_free(set);
	problems_done(&problems);
	return reply;
}

static int check_there(struct ctl *ctl, const char *file, const struct buf *text,
		       struct json **reply)
{
	const char *type =
		doc_syntax_of(file) == DOC_JSON ? "application/json" : "application/yaml";
	struct client *client = ask_client(ctl);
	char *path = ask_path("/v1/check?file=", file, "");
	struct client_reply got;
	int r;

	r = client ? client_post(client, path, type, buf_slice(text), &got) : -EIO;
	free(path);
	if (!client)
		return CTL_FAILED;
	if (r == -ECONNREFUSED || r == -ENOENT || r == -EACCES || r == -EPERM) {
		*reply = check_here(file);
		return 0;
	}
	if (r < 0)
		return ask_failed(ctl, r, &got);
	if (got.status >= 400)
		return ask_refused(&got);
	*reply = got.doc;
	return 0;
}

static int show_check(const struct ctl *ctl, const char *file, const struct json *reply)
{
	size_t wrong = json_len(json_get(reply, "items"));
	size_t jobs = json_len(json_get(reply, "jobs"));
	long long dropped = json_int(json_get(reply, "dropped"), 0);

	if (ctl->json) {
		say_json(reply, true);
		return wrong ? CTL_FAILED : CTL_DONE;
	}
	problems_say(json_get(reply, "items"));
	if (dropped > 0)
		say_error("%lld more problems are not shown", dropped);
	if (wrong)
		return CTL_FAILED;
	say_text(stdout, file, false);
	printf(": %zu %s, no problems\n", jobs, jobs == 1 ? "job" : "jobs");
	return CTL_DONE;
}

int verb_check(struct ctl *ctl)
{
	const char *file = ctl->words[0];
	struct json *reply = NULL;
	struct err err = ERR_INIT;
	struct buf text;
	int r;

	buf_init(&text, FILE_MAX);
	if (file_read(file, &text, &err) < 0) {
		say_error("%s", err.text);
		r = CTL_FAILED;
	} else {
		r = check_there(ctl, file, &text, &reply);
	}
	buf_done(&text);
	if (r == 0)
		r = show_check(ctl, file, reply);
	json_unref(reply);
	return r;
}
