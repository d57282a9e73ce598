/* Pagings that are no job's: see paging.h. The settings themselves are in job_pages.c. */
#include "spec/paging.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

bool paging_counts(const struct paging *paging)
{
	return paging->by == JOB_PAGES_PAGE || paging->by == JOB_PAGES_OFFSET;
}

static bool written_in(const struct json *map, const char *key)
{
	return json_type(json_get(map, key)) != JSON_NULL;
}

static void settle_text(char **text, const char *value)
{
	if (!*text)
		*text = xstrdup(value);
}

void paging_settle(struct paging *paging, const struct json *written)
{
	bool offset = paging->by == JOB_PAGES_OFFSET;

	if (!paging_counts(paging))
		return;
	if (!paging->header && !paging->body)
		settle_text(&paging->param, offset ? "offset" : "page");
	if (offset && paging->size > 0)
		settle_text(&paging->size_param, "limit");
	if (!written_in(written, "start"))
		paging->start = offset ? 0 : 1;
	if (!written_in(written, "stop"))
		paging->stop = PAGES_STOP_EMPTY | PAGES_STOP_TOTAL;
}

/* The rows of the settings reach into a job, so a job without anything else is made. */
struct paging *paging_parse(const char *text, struct err *err)
{
	struct job *job = xcalloc(1, sizeof(*job));
	struct paging *paging = NULL;
	struct problems problems = { 0 };
	struct walk walk = { .base = "", .problems = &problems };
	struct json *map;

	if (json_parse(text, strlen(text), &map, err) == 0) {
		fields_read(job_pages_fields, map, job, &walk, NULL);
		if (problems.raised == 0) {
			paging = xcalloc(1, sizeof(*paging));
			*paging = job->paging;
			paging_settle(paging, map);
		} else {
			err_set(err, -EINVAL, "%s", problems.items[0].sentence);
			fields_done(job_pages_fields, job);
		}
		json_unref(map);
	}
	problems_done(&problems);
	free(job);
	return paging;
}

void paging_free(struct paging *paging)
{
	struct job *job;

	if (!paging)
		return;
	job = xcalloc(1, sizeof(*job));
	job->paging = *paging;
	fields_done(job_pages_fields, job);
	free(job);
	free(paging);
}
