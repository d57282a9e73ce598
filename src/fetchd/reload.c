/* Reading configuration and jobs again, see reload.h.
 *
 * Runs under way keep the definition they began with. Of the daemon's own settings those
 * change that config_fields[] marks so; of the others the log says that they wait.
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
	for (const struct field *field = config_fields; field->name; field++) {
		const struct json *before = json_get(old->document, field->name);
		const struct json *after = json_get(fresh->document, field->name);

		if (!(field->flags & FIELD_RELOADS) && !json_equal(before, after))
			log_warning("%s: %s takes effect when fetchd is started again", fresh->file,
				    field->name);
	}
}

/* The settings that a reload takes up, besides the jobs and where they come from. */
static void take_over(struct config *config, struct config *fresh)
{
	char *secrets_dir = config->secrets_dir;

	warn_of_waiting(config, fresh);
	config->secrets_dir = fresh->secrets_dir;
	fresh->secrets_dir = secrets_dir;
	config->log_level = fresh->log_level;
	log_set_level(config->log_level);
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
	take_over(daemon->config, reload->fresh.config);
	daemon->jobs = reload->fresh.jobs;
	reload->fresh.jobs = NULL;
	jobset_diff(old, daemon->jobs, note, reload);
	jobset_free(old);
	log_info("reloaded; jobs added: %zu, changed: %zu, removed: %zu",
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
