/* How an output's live file is closed, and what is recorded of it: see output.h.
 *
 * The order of steps is the whole point, so here it is in one place:
 *
 *   new file   commit OPENING - create, header, sync the directory - (data)
 *              - commit LIVE with dev and ino
 *   data       append - fdatasync - commit offset and rows with the ledger's progress
 *   rotation   commit CLOSING with the new name - rename, sync the directory
 *              - commit the closed file, NONE
 *
 * After a crash between any two of them outfile_recover finds which side of the step the disk is
 * on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "data/pack.h"
#include "data/snapshot.h"
#include "run/output_internal.h"
#include "run/policy.h"
#include "store/files.h"

void output_record_as(const struct output *output, struct db *db, enum outfile_phase as,
		      const char *closing)
{
	struct outfile_state state;
	struct output_record record = {
		.path = output->key,
		.extension = (char *)output->format->extension,
		.job = output->job,
		.phase = as,
		.closing = (char *)closing,
		.period_ms = output->period_ms,
		.closes_ms = as == OUTFILE_NONE ? 0 : output->closes_ms,
		.snapshot = output->snapshot,
		.policy = output->policy,
		.columns = output->columns,
	};

	outfile_state(output->file, &state);
	record.dev = state.dev;
	record.ino = state.ino;
	record.offset = state.offset;
	record.rows = state.rows;
	record.sequence = state.sequence;
	record.opened_ms = state.opened_ms;
	if (as == OUTFILE_LIVE || as == OUTFILE_CLOSING)
		outputs_put_state(db, &record);
	else /* no live file: whose rows were in it is forgotten */
		outputs_put(db, &record);
}

int output_commit_as(const struct output *output, struct db *db, enum outfile_phase as,
		     const char *closing, struct err *err)
{
	int rc = db_begin(db, err);

	if (rc < 0)
		return rc;
	output_record_as(output, db, as, closing);
	return db_commit(db, err);
}

static void forget_runs(struct output *output)
{
	json_unref(output->runs);
	json_unref(output->before);
	output->runs = json_new_object();
	output->before = json_new_object();
}

int output_commit_closed(struct output *output, struct db *db, const struct outfile_state *was,
			 const char *name, struct err *err)
{
	uint64_t bytes = was->offset + strlen(output->format->footer);
	struct file_record record = {
		.state = FILE_CLOSED,
		.name = (char *)name,
		.path = output->key,
		.job = output->job,
		.rows = was->rows,
		.bytes = bytes,
		.raw_bytes = bytes,
		.sequence = was->sequence,
		.opened_ms = was->opened_ms,
		.closed_ms = clock_unix_ms(),
		.policy = output->policy,
		.columns = output->columns,
		.runs = output->runs,
	};
	int rc = db_begin(db, err);

	if (rc == 0) {
		files_insert(db, &record);
		output_record_as(output, db, OUTFILE_NONE, NULL);
		rc = db_commit(db, err);
	}
	if (rc == 0)
		forget_runs(output);
	if (rc == 0 && output->place.closed)
		++*output->place.closed;
	return rc;
}

/* Inside the transaction: a snapshot without the part that was lost must not pass for whole. */
static void record_lost_part(const struct output *output, struct db *db, const struct err *why)
{
	const struct snapshot snapshot = { output->place.root, output->path, output->snapshot };
	struct output_record last = { 0 };
	char *staging = snapshot_staging(&snapshot);

	if (outputs_get(db, output->key, &last, NULL) == 0 && last.rows > 0) {
		struct file_record record = {
			.state = FILE_LISTED,
			.name = xasprintf("%s/part-%05llu%s%s", staging,
					  (unsigned long long)last.sequence,
					  output->format->extension, SNAPSHOT_PART_SUFFIX),
			.path = output->key,
			.job = output->job,
			.rows = last.rows,
			.bytes = last.offset,
			.raw_bytes = last.offset,
			.sequence = last.sequence,
			.opened_ms = last.opened_ms,
			.closed_ms = clock_unix_ms(),
			.policy = output->policy,
			.columns = output->columns,
			.runs = output->runs,
			.note = xasprintf("damaged: %s", why->text),
		};

		files_insert(db, &record);
		free(record.name);
		free(record.note);
	}
	output_record_done(&last);
	free(staging);
}

int output_commit_lost(struct output *output, struct db *db, const struct err *why, struct err *err)
{
	int rc;

	log_run(LOG_LEVEL_ERROR, output->job, 0, "%s", why->text);
	rc = db_begin(db, err);
	if (rc < 0)
		return rc;
	if (output->snapshot)
		record_lost_part(output, db, why);
	output_record_as(output, db, OUTFILE_NONE, NULL);
	rc = db_commit(db, err);
	if (rc == 0)
		forget_runs(output);
	return rc;
}

/* What is still to be compressed, or to be published, bears no name that a reader takes for data.
 */
static void close_name(struct output *output)
{
	bool packs = policy_compress(output->policy) != JOB_COMPRESS_NONE;
	const char *suffix = packs ? ".closed" : "", *extension = output->format->extension;
	unsigned long long sequence = output->was.sequence;
	char utc[CLOCK_TEXT_MAX];

	if (output->snapshot) {
		const struct snapshot snapshot = { output->place.root, output->path,
						   output->snapshot };
		char *staging = snapshot_staging(&snapshot);

		snprintf(output->closed_name, sizeof(output->closed_name), "%s/part-%05llu%s%s",
			 staging, sequence, extension, packs ? suffix : SNAPSHOT_PART_SUFFIX);
		free(staging);
	} else {
		clock_format_compact(clock_unix_ms(), utc);
		snprintf(output->closed_name, sizeof(output->closed_name), "%s-%s-%llu%s%s",
			 output->path, utc, sequence, extension, suffix);
	}
	outfile_close_name(output->file, output->closed_name);
}

static int rename_live(struct output *output, struct db *db, struct err *err)
{
	int rc;

	outfile_state(output->file, &output->was);
	if (output->was.phase != OUTFILE_LIVE)
		return 0;
	close_name(output);
	rc = output_commit_as(output, db, OUTFILE_CLOSING, output->closed_name, err);
	if (rc < 0)
		return rc;
	rc = outfile_close(output->file, output->closed_name, err);
	output->renamed = rc == 0;
	output->spoiled = rc < 0; /* it may bear its closed name already */
	return rc == -EUCLEAN ? output_commit_lost(output, db, err, err) : rc;
}

int output_rotate(struct output *output, struct db *db, struct err *err)
{
	int rc = output->renamed ? 0 : rename_live(output, db, err);

	if (rc == 0 && output->renamed) {
		rc = output_commit_closed(output, db, &output->was, output->closed_name, err);
		output->renamed = rc < 0;
	}
	if (rc == 0)
		output->spoiled = false;
	return rc;
}
