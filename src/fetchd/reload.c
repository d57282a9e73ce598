/* Reading configuration and jobs again, see reload.h.
 *
 * Runs under way keep the definition they began with. Of the daemon's own settings only the jobs,
 * where they come from and the log level change; for the others the log says that they wait.
 */
#include "fetchd/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/reply.h"
#include "fetchd/settings.h"
#include "fetchd/systemd.h"

struct reload {
	struct change change;
	struct settings fresh;
	struct json *reply; /* {"added": [names], ...} */
};

static bool admit(struct change *change)
{
	systemd_reloading();
	return true;
}

static void work(struct change *change)
{
	struct reload *reload = (struct reload *)change;
	const struct options *options = change->daemon->options; /* the same from start to end */

	settings_load_config(options, &reload->fresh, &change->problems);
	settings_load_jobs(&reload->fresh, &change->problems);
	if (change->problems.len > 0)
		change->code = err_set(&change->err, -EINVAL, "the configuration has problems");
}

/* Settings read only at the start: whoever changed one should hear that it waits. */
static void warn_of_waiting(const struct config *old, const struct config *fresh)
{
	static const char *const live[] = { "jobs", "defaults", "jobs_dir", "log_level" };

	for (struct json_member m = json_first(fresh->document); m.key; m = json_next(m)) {
		bool reloads = false;

		for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++)
			reloads = reloads || strcmp(live[i], m.key) == 0;
		if (!reloads && !json_equal(m.value, json_get(old->document, m.key)))
			log_warning("%s: %s takes effect when fetchd is started again", fresh->file,
				    m.key);
	}
}

static void note(enum jobset_change kind, const struct job *old, const struct job *new, void *arg)
{
	static const char *const words[] = {
		[JOBSET_ADDED] = "added",
		[JOBSET_CHANGED] = "changed",
		[JOBSET_REMOVED] = "removed",
	};
	struct reload *reload = arg;
	const char *name = new ? new->name : old->name;

	json_push(json_get(reload->reply, words[kind]), json_new_string(name));
	events_job_changed(reload->change.daemon->events, name, words[kind]);
}

static void swap(struct reload *reload)
{
	struct daemon *daemon = reload->change.daemon;
	struct jobset *old = daemon->jobs;
	struct json *reply = json_new_object();

	json_put(reply, "added", json_new_array());
	json_put(reply, "changed", json_new_array());
	json_put(reply, "removed", json_new_array());
	reload->reply = reply;
	warn_of_waiting(daemon->config, reload->fresh.config);
	log_set_level(reload->fresh.config->log_level);
	daemon->jobs = reload->fresh.jobs;
	reload->fresh.jobs = NULL;
	jobset_diff(old, daemon->jobs, note, reload);
	jobset_free(old);
	log_info("reloaded: %zu jobs added, %zu changed, %zu removed",
		 json_len(json_get(reply, "added")), json_len(json_get(reply, "changed")),
		 json_len(json_get(reply, "removed")));
}

static void refuse(struct change *change)
{
	for (size_t i = 0; i < change->problems.len; i++) {
		char *text = problem_text(&change->problems.items[i]);

		log_error("%s", text);
		free(text);
	}
	log_error("not reloaded, nothing has changed: %s", change->err.text);
	if (change->call && change->problems.len > 0)
		reply_problems(change->call, &change->problems);
	else if (change->call)
		reply_error(change->call, change->code, &change->err);
}

static void apply(struct change *change)
{
	struct reload *reload = (struct reload *)change;

	if (change->code < 0)
		refuse(change);
	else
		swap(reload);
	daemon_tell_ready(change->daemon);
	if (change->code == 0 && change->call)
		call_reply(change->call, 200, json_ref(reload->reply));
}

static void release(struct change *change)
{
	struct reload *reload = (struct reload *)change;

	settings_done(&reload->fresh);
	json_unref(reload->reply);
	free(reload);
}

static const struct change_kind reload_kind = { admit, work, apply, release };

void reload_start(struct daemon *daemon, struct call *call)
{
	struct reload *reload = xcalloc(1, sizeof(*reload));

	reload->change.kind = &reload_kind;
	reload->change.call = call;
	changes_queue(daemon, &reload->change);
}

void handle_reload(struct call *call, void *daemon)
{
	reload_start(daemon, call);
}
