/* The daemon about itself, and about a file it is shown. */
#include "fetchd/handlers_daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/reply.h"
#include "spec/jobset.h"

/* Resident bytes, from proc(5); 0 when it cannot be told. */
static int64_t memory_bytes(void)
{
	long long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (statm && fscanf(statm, "%*d %lld", &pages) != 1)
		pages = 0;
	if (statm)
		fclose(statm);
	return pages * sysconf(_SC_PAGESIZE);
}

static struct json *job_state(const struct daemon *daemon, const struct job *job)
{
	const struct json *last = dispatcher_last(daemon->dispatcher, job->name);
	bool enabled = dispatcher_enabled(daemon->dispatcher, job);
	bool runs = dispatcher_running(daemon->dispatcher, job->name) != NULL;
	struct json *doc = json_new_object();

	json_put_str(doc, "name", job->name);
	json_put_bool(doc, "enabled", enabled);
	json_put_str(doc, "state", runs ? "running" : enabled ? "idle" : "disabled");
	json_put(doc, "last_result", json_ref(json_get(last, "result")));
	json_put(doc, "last_ended", json_ref(json_get(last, "ended")));
	return doc;
}

void handle_status(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct json *doc = dispatcher_status(daemon->dispatcher), *jobs;

	json_put_str(doc, "version", PACKAGE_VERSION);
	json_put_int(doc, "pid", getpid());
	json_put_time(doc, "started", daemon->started_ms);
	json_put_int(doc, "uptime_ms", clock_monotonic_ms() - daemon->started_mono_ms);
	json_put_str(doc, "config", daemon->config->file);
	json_put_str(doc, "state_dir", daemon->config->state_dir);
	json_put_str(doc, "data_dir", daemon->config->data_dir);
	json_put_int(doc, "memory_bytes", memory_bytes());
	json_put_int(doc, "connections", server_connections(daemon->server));
	json_put_bool(doc, "stopping", daemon->stopping);
	json_put(doc, "live_runs", dispatcher_live_runs(daemon->dispatcher));
	json_put_int(doc, "jobs_total", (int64_t)daemon->jobs->len);
	jobs = json_put(doc, "jobs", json_new_array());
	for (size_t i = 0; i < daemon->jobs->len && i < REPLY_LIMIT_MAX; i++)
		json_push(jobs, job_state(daemon, daemon->jobs->jobs[i]));
	call_reply(call, 200, doc);
}

struct checking {
	struct call *call;
	char *file;
	struct buf text;
	struct json *reply;
};

static void check_text(struct db *db, void *arg)
{
	struct checking *checking = arg;
	struct problems problems = { 0 };
	struct jobset *jobs;

	if (!db)
		return;
	jobs = jobset_parse(checking->file, doc_syntax_of(checking->file),
			    buf_slice(&checking->text), false, &problems);
	checking->reply = jobset_report(jobs, &problems);
	jobset_free(jobs);
	problems_done(&problems);
}

static void text_checked(void *arg)
{
	struct checking *checking = arg;
	struct err err = ERR_INIT;

	if (checking->reply)
		call_reply(checking->call, 200, checking->reply);
	else
		reply_error(checking->call, query_refuse(&err), &err);
	free(checking->file);
	buf_done(&checking->text);
	free(checking);
}

void handle_check(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	const char *file = call_query(call, "file");
	struct checking *checking = xcalloc(1, sizeof(*checking));

	checking->call = call;
	checking->file = xstrdup(file ? file : "<request>");
	buf_init(&checking->text, DOC_BYTES_MAX);
	buf_add_slice(&checking->text, call_body(call));
	query_ask(dispatcher_query(daemon->dispatcher), check_text, text_checked, checking);
}
