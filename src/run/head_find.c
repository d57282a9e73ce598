/* Outputs for head: see head_find.h. */
#include "run/head_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/snapshots.h"

/* The newest published snapshot of a job whose path is not one. */
struct newest {
	const char *job;
	struct snapshot_record record;
};

static void weigh(const struct snapshot_record *record, void *arg)
{
	struct newest *newest = arg;
	struct snapshot_record *best = &newest->record;

	if (record->state != SNAPSHOT_PUBLISHED || strcmp(record->job, newest->job) != 0)
		return;
	if (best->path && (record->slot_ms < best->slot_ms ||
			   (record->slot_ms == best->slot_ms && record->run < best->run)))
		return;
	free(best->path);
	best->path = xstrdup(record->path);
	best->run = record->run;
	best->slot_ms = record->slot_ms;
}

static bool has_one_path(const struct job *job)
{
	return !job_output_varies(job) && !job_output_moves(job);
}

/* The path of a job that has only one. */
static char *path_of(const struct job *job, struct err *err)
{
	return job_output(job, clock_unix_ms(), NULL, err);
}

static int find_latest(struct db *db, const struct job *job, struct snapshot_record *record,
		       struct err *err)
{
	struct newest newest = { .job = job->name };
	char *path;
	int code;

	if (has_one_path(job)) {
		path = path_of(job, err);
		code = path ? snapshots_latest(db, path, record, err) : -EINVAL;
		free(path);
		return code;
	}
	code = snapshots_each(db, 0, weigh, &newest, err);
	*record = newest.record;
	return code == 0 && !record->path ? -ENOENT : code;
}

static int find_snapshot(struct db *db, const struct job *job, struct head_output *output,
			 struct err *err)
{
	struct snapshot_record record = { 0 };
	int code = find_latest(db, job, &record, err);

	if (code == -ENOENT)
		err_set(err, code, "no snapshot of the job \"%s\" has been published yet",
			job->name);
	else if (code == 0)
		output->key = snapshot_key(record.path, record.run);
	snapshot_record_done(&record);
	return code;
}

static int find_append(struct db *db, const struct job *job, struct head_output *output,
		       struct err *err)
{
	char *path;
	int code;

	if (has_one_path(job)) {
		path = path_of(job, err);
		code = path ? outputs_get(db, path, &output->live, err) : -EINVAL;
		free(path);
	} else {
		code = outputs_newest(db, job->name, &output->live, err);
	}
	if (code == -ENOENT)
		return err_set(err, code, "nothing of the job \"%s\" has landed yet", job->name);
	if (code < 0)
		return code;
	output->key = xstrdup(output->live.path);
	return 0;
}

int head_find(struct db *db, const struct job *job, struct head_output *output, struct err *err)
{
	*output = (struct head_output) { 0 };
	return job->mode == JOB_MODE_SNAPSHOT ? find_snapshot(db, job, output, err)
					      : find_append(db, job, output, err);
}

void head_output_done(struct head_output *output)
{
	output_record_done(&output->live);
	free(output->key);
	*output = (struct head_output) { 0 };
}
