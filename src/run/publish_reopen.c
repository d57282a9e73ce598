/* A run with snapshots goes on: what was kept aside is staged again. See publish.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/snapshot.h"
#include "io/file.h"
#include "run/publish.h"
#include "run/publish_internal.h"

/* It can only go on with what it has landed. */
static int must_be_there(struct lander *lander, const struct snapshot_record *record,
			 struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	char *name = snapshot_aside(&snapshot, record->result);
	int fd = file_open_beneath(lander->place.root, name, O_PATH | O_DIRECTORY, 0, NULL);
	int rc = 0;

	if (fd >= 0)
		close(fd);
	else if (fd == -ENOENT || fd == -ENOTDIR)
		rc = err_set(
			err, -EUCLEAN,
			"%s is not there any more, so run %llu cannot go on; run the job again",
			name, (unsigned long long)record->run);
	free(name);
	return rc;
}

/* Retention forgets what it removes, so no fewer rows may be left than the run had landed. */
static int must_be_all(const struct published *published, const struct run_record *run,
		       struct err *err)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < published->n; i++) {
		if (published->at[i].state == SNAPSHOT_STAGING)
			return 0; /* left so by a stop: its rows are not counted yet */
		rows += published->at[i].rows;
	}
	if (rows >= run->counts.rows)
		return 0;
	return err_set(err, -EUCLEAN,
		       "of the %llu rows that run %llu had landed %llu are kept, so it cannot go "
		       "on; run the job again",
		       (unsigned long long)run->counts.rows, (unsigned long long)run->id,
		       (unsigned long long)rows);
}

int publish_mark_reopening(struct lander *lander, const struct seed *seed, struct err *err)
{
	const struct run_record *run = &seed->record;
	struct published published = { 0 };
	int rc = publish_load(lander, run->id, &published, err);

	if (rc == 0 && seed->job->mode == JOB_MODE_SNAPSHOT && strcmp(run->state, "ended") == 0)
		rc = must_be_all(&published, run, err);
	for (size_t i = 0; i < published.n && rc == 0; i++) {
		if (published.at[i].state != SNAPSHOT_KEPT)
			continue;
		rc = must_be_there(lander, &published.at[i], err);
		published.at[i].state = SNAPSHOT_REOPENING;
		snapshots_put(lander->db, &published.at[i]);
	}
	publish_forget(&published);
	return rc;
}

static int reopen_one(struct lander *lander, struct snapshot_record *record, struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	int rc = snapshot_reopen(&snapshot, record->result, err);

	/* What was not kept aside yet is staged still; what is lost is found when it is published.
	 */
	if (record->state != SNAPSHOT_REOPENING && (rc == -EUCLEAN || rc == -EEXIST))
		rc = 0;
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	record->state = SNAPSHOT_STAGING;
	snapshots_put(lander->db, record);
	publish_rename_files(lander, record);
	return db_commit(lander->db, err);
}

int publish_reopen(struct lander *lander, uint64_t run, struct err *err)
{
	struct published published = { 0 };
	int rc = publish_load(lander, run, &published, err);

	for (size_t i = 0; i < published.n && rc == 0; i++)
		if (published.at[i].state == SNAPSHOT_REOPENING ||
		    published.at[i].state == SNAPSHOT_KEEPING ||
		    published.at[i].state == SNAPSHOT_KEPT)
			rc = reopen_one(lander, &published.at[i], err);
	publish_forget(&published);
	return rc;
}
