/* The table of verbs, in the order people meet them. Adding a verb is one row here and one function
 * in a verb_*.c file. */
#include "fetchctl/options.h"
#include "fetchctl/verb.h"

#include <limits.h>
#include <stddef.h>

#define LIMIT   OPTION_BIT(OPTION_LIMIT)
#define WAITING (OPTION_BIT(OPTION_WAIT) | OPTION_BIT(OPTION_FOLLOW))
#define START   (WAITING | OPTION_BIT(OPTION_ENGINE) | OPTION_BIT(OPTION_WORKERS))

/* A summary is cut at its first ":" or ";" where verbs are listed. */
/* clang-format off */
const struct verb verbs[] = {
	{ "status", "", 0, 0, 0, verb_status, "GET /v1/status",
	  "Show the daemon: version, uptime, memory, engines, live runs, and the state of each "
	  "job" },
	{ "list", "", 0, 0, LIMIT, verb_list, "GET /v1/jobs",
	  "List the jobs: state, engine, schedule, last result and when it ended" },
	{ "show", "JOB", 1, 1, 0, verb_show, "GET /v1/jobs/{job}",
	  "Show one job as fetchd understood it: defaults filled in, secrets as references" },
	{ "check", "FILE", 1, 1, 0, verb_check, "POST /v1/check",
	  "Validate a job file without loading it: by the running daemon's rules, or by fetchctl's "
	  "own when none runs" },
	{ "apply", "FILE", 1, 1, 0, verb_apply, "PUT /v1/jobs/{job}",
	  "Add or replace the jobs of a file: the daemon keeps them over restarts" },
	{ "delete", "JOB", 1, 1, 0, verb_delete, "DELETE /v1/jobs/{job}",
	  "Remove a job that was added with apply; what it has landed stays" },
	{ "enable", "JOB", 1, 1, 0, verb_enable, "POST /v1/jobs/{job}/enable",
	  "Enable a job: whatever its file says, and also after a restart" },
	{ "disable", "JOB", 1, 1, 0, verb_disable, "POST /v1/jobs/{job}/disable",
	  "Disable a job: whatever its file says, and also after a restart; it can still be run by "
	  "hand" },
	{ "plan", "JOB", 1, 1, 0, verb_plan, "GET /v1/jobs/{job}/plan",
	  "Show what a run would do, without fetching: how many requests, the first and the last, "
	  "and the files it would write" },
	{ "try", "JOB [NAME=VALUE...]", 1, INT_MAX, 0, verb_try, "POST /v1/jobs/{job}/try",
	  "Make one request of a job: show its answer and the rows as they would land; nothing "
	  "lands" },
	{ "run", "JOB [NAME=VALUE...]", 1, INT_MAX, START, verb_run, "POST /v1/jobs/{job}/run",
	  "Start a run; NAME=VALUE narrows a declared parameter" },
	{ "runs", "[JOB]", 0, 1, LIMIT, verb_runs, "GET /v1/runs",
	  "List the runs, newest first: of one job or of all" },
	{ "info", "RUN", 1, 1, 0, verb_info, "GET /v1/runs/{id}",
	  "Show one run: result, counts, timings, workers and the files it wrote" },
	{ "failed", "RUN", 1, 1, LIMIT, verb_failed, "GET /v1/runs/{id}/requests",
	  "List the requests of a run that failed: parameters, status or error, tries" },
	{ "retry", "RUN", 1, 1, WAITING, verb_retry, "POST /v1/runs/{id}/retry",
	  "Fetch again what failed in a run: under the definition it had; nothing lands twice" },
	{ "cancel", "RUN", 1, 1, 0, verb_cancel, "POST /v1/runs/{id}/cancel",
	  "End a run now; what it has landed stays" },
	{ "state", "JOB [set mark=VALUE [NAME=VALUE...]|reset]", 1, INT_MAX, LIMIT, verb_state,
	  "GET /v1/jobs/{job}/state",
	  "Show the marks of an incremental job; set them, all or those of some parameters; reset "
	  "all it keeps of earlier runs" },
	{ "head", "JOB", 1, 1, LIMIT, verb_head, "GET /v1/jobs/{job}/head",
	  "Show the last rows that landed: 10 of them or as many as -n says, closed by the size of "
	  "the whole output" },
	{ "reload", "", 0, 0, 0, verb_reload, "POST /v1/reload",
	  "Read the job files again; a file with an error changes nothing" },
	{ "import", "curl|openapi WORD...", 2, INT_MAX, 0, verb_import, "",
	  "Write a job file: out of a curl command line, in quotes or behind \"--\" or on standard "
	  "input for \"-\", or out of an OpenAPI 3 document's file and one of its paths, which are "
	  "listed when none is given" },
	{ "help", "[VERB]", 0, 1, 0, verb_help, "",
	  "Explain fetchctl, or one verb" },
	{ NULL },
};
/* clang-format on */
