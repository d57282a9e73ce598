/* The route table: dispatch, access and the table of fetchd-protocol(7) all come from here. */
#include "fetchd/routes.h"

#include "fetchd/events.h"
#include "fetchd/handlers_daemon.h"
#include "fetchd/handlers_jobs.h"
#include "fetchd/handlers_runs.h"
#include "fetchd/handlers_state.h"
#include "fetchd/reload.h"
#include "fetchd/stored.h"

/* clang-format off */
const struct route routes[] = {
	{ "GET", "/v1/status", ACCESS_READ, handle_status, "",
	  "status", "The daemon: version, memory, engines, live runs, the state of each job." },

	{ "GET", "/v1/jobs", ACCESS_READ, handle_jobs, "limit after",
	  "list of job", "All jobs, by name." },
	{ "GET", "/v1/jobs/{job}", ACCESS_READ, handle_job, "",
	  "job", "One job, with its definition as fetchd understood it." },
	{ "PUT", "/v1/jobs/{job}", ACCESS_WRITE, handle_job_put, "",
	  "job", "Adds or replaces a job; the body is its definition in JSON or YAML." },
	{ "DELETE", "/v1/jobs/{job}", ACCESS_WRITE, handle_job_delete, "",
	  "nothing", "Removes a job that was put here; what it landed stays." },
	{ "POST", "/v1/jobs/{job}/enable", ACCESS_WRITE, handle_job_enable, "",
	  "job", "Enables a job, whatever its file says." },
	{ "POST", "/v1/jobs/{job}/disable", ACCESS_WRITE, handle_job_disable, "",
	  "job", "Disables a job, whatever its file says; it can still be run by hand." },
	{ "POST", "/v1/jobs/{job}/run", ACCESS_WRITE, handle_job_run, "",
	  "run", "Starts a run; answered when its start is committed." },
	{ "POST", "/v1/jobs/{job}/try", ACCESS_WRITE, handle_job_try, "",
	  "trial", "Makes one request and shows what would land; nothing lands." },
	{ "GET", "/v1/jobs/{job}/plan", ACCESS_READ, handle_job_plan, "",
	  "plan", "What a run would request and write, without fetching." },
	{ "GET", "/v1/jobs/{job}/state", ACCESS_READ, handle_job_state, "limit after",
	  "state", "The marks of an incremental job, and how many validators are kept." },
	{ "PUT", "/v1/jobs/{job}/state", ACCESS_WRITE, handle_job_state_put, "",
	  "state", "Sets the marks, all of them or, with \"params\", those of some parameters." },
	{ "DELETE", "/v1/jobs/{job}/state", ACCESS_WRITE, handle_job_state_delete, "",
	  "nothing", "Forgets all marks and validators of a job." },
	{ "GET", "/v1/jobs/{job}/head", ACCESS_READ, handle_job_head, "n",
	  "head", "The last landed rows." },

	{ "GET", "/v1/runs", ACCESS_READ, handle_runs, "job limit before",
	  "list of run", "Runs, newest first, live ones included." },
	{ "GET", "/v1/runs/{id}", ACCESS_READ, handle_run, "",
	  "run", "One run, with its files." },
	{ "POST", "/v1/runs/{id}/cancel", ACCESS_WRITE, handle_run_cancel, "",
	  "run", "Ends a live run; what has landed stays." },
	{ "POST", "/v1/runs/{id}/retry", ACCESS_WRITE, handle_run_retry, "",
	  "run", "Opens an ended run again for the requests that failed." },
	{ "GET", "/v1/runs/{id}/requests", ACCESS_READ, handle_run_requests, "state limit after",
	  "list of failed request", "The requests of a run that failed for good." },

	{ "GET", "/v1/events", ACCESS_READ, handle_events, "job run",
	  "stream of event", "What happens, as it happens." },
	{ "POST", "/v1/reload", ACCESS_WRITE, handle_reload, "",
	  "reload", "Reads configuration and jobs again; with any problem nothing changes." },
	{ "POST", "/v1/check", ACCESS_READ, handle_check, "file",
	  "check", "Checks the job file in the body without loading it." },
	{ 0 },
};
/* clang-format on */
