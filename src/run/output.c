/* An output at the lander, how it is opened, adopted and closed: see output.h. What is done with
 * rows stands in output_rows.c.
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
#include "run/output_internal.h"
#include "store/files.h"
#include "store/outputs.h"

#define GATHER_CEILING ((size_t)1 << 40) /* bounded by the batch, see lander.c */

const char *output_path(const struct output *output)
{
	return output->path;
}

const struct colset *output_colset(const struct output *output)
{
	return output->colset;
}

void output_free(struct output *output)
{
	if (!output)
		return;
	outfile_free(output->file);
	colset_unref(output->colset);
	json_unref(output->runs);
	json_unref(output->before);
	job_unref(output->adopted);
	buf_done(&output->gathered);
	free(output->path);
	free(output->job);
	free(output);
}

void output_record_as(const struct output *output, struct db *db, enum outfile_phase as,
		      const char *closing)
{
	struct outfile_state state;
	struct output_record record = {
		.path = output->path,
		.extension = (char *)output->format->extension,
		.job = output->job,
		.phase = as,
		.closing = (char *)closing,
		.columns = colset_json(output->colset),
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
	json_unref(record.columns);
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

/* The last step of a rotation: the closed file is history, there is no live one. */
static int commit_closed(struct output *output, struct db *db, const struct outfile_state *was,
			 const char *name, struct err *err)
{
	struct file_record record = {
		.name = (char *)name,
		.path = output->path,
		.job = output->job,
		.rows = was->rows,
		.bytes = was->offset,
		.sequence = was->sequence,
		.opened_ms = was->opened_ms,
		.closed_ms = clock_unix_ms(),
		.columns = colset_json(output->colset),
		.runs = output->runs,
	};
	int rc = db_begin(db, err);

	if (rc == 0) {
		files_insert(db, &record);
		output_record_as(output, db, OUTFILE_NONE, NULL);
		rc = db_commit(db, err);
	}
	json_unref(record.columns);
	if (rc == 0)
		forget_runs(output);
	return rc;
}

int output_commit_lost(struct output *output, struct db *db, const struct err *why, struct err *err)
{
	log_run(LOG_LEVEL_ERROR, output->job, 0, "%s", why->text);
	forget_runs(output);
	return output_commit_as(output, db, OUTFILE_NONE, NULL, err);
}

static void close_name(struct output *output)
{
	char utc[CLOCK_TEXT_MAX];

	clock_format_compact(clock_unix_ms(), utc);
	snprintf(output->closed_name, sizeof(output->closed_name), "%s-%s-%llu%s", output->path,
		 utc, (unsigned long long)output->was.sequence, output->format->extension);
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
		rc = commit_closed(output, db, &output->was, output->closed_name, err);
		output->renamed = rc < 0;
	}
	if (rc == 0)
		output->spoiled = false;
	return rc;
}

/* The file as the ledger has it, or as a new output begins. */
static void state_of(const struct output_record *record, struct outfile_state *state)
{
	*state = (struct outfile_state) {
		.phase = (enum outfile_phase)record->phase,
		.dev = record->dev,
		.ino = record->ino,
		.offset = record->offset,
		.rows = record->rows,
		.sequence = record->sequence ? record->sequence : 1,
		.opened_ms = record->opened_ms,
	};
	if (record->closing)
		snprintf(state->closing, sizeof(state->closing), "%s", record->closing);
}

static int recover(struct output *output, struct db *db, const struct output_record *record,
		   struct err *err)
{
	struct outfile_state state;
	bool closed = false;
	int rc;

	state_of(record, &state);
	output->runs = record->recent ? json_copy(record->recent) : json_new_object();
	output->before = json_new_object();
	rc = outfile_recover(output->file, &state, &closed, err);
	if (rc == -EUCLEAN)
		return output_commit_lost(output, db, err, err);
	if (rc == 0 && closed)
		rc = commit_closed(output, db, &state, state.closing, err);
	return rc;
}

/* The format the live file was begun in; one that no later fetchd knows gives way to the job's. */
static const struct format *format_for(const struct output_record *record, const struct job *job)
{
	const struct format *known =
		record->extension ? format_by_extension(record->extension) : NULL;

	return known ? known : format_of(job->format);
}

static struct outfile *new_file(const struct output *output)
{
	const struct outfile_place place = {
		.root = output->place.root,
		.path = output->path,
		.extension = output->format->extension,
		.footer = output->format->footer,
		.mode = output->place.data_mode,
	};

	return outfile_new(&place);
}

static struct output *new_output(const struct output_place *place, const struct seed *seed)
{
	struct output *output = xcalloc(1, sizeof(*output));

	output->place = *place;
	output->path = xstrdup(seed->path);
	output->job = xstrdup(seed->job->name);
	buf_init(&output->gathered, GATHER_CEILING);
	return output;
}

int output_open(const struct output_place *place, struct db *db, const struct seed *seed,
		struct output **opened, struct err *err)
{
	struct output *output = new_output(place, seed);
	struct output_record record = { 0 };
	int rc = outputs_get(db, seed->path, &record, err);

	output->format = format_for(&record, seed->job);
	if (rc == 0)
		output->colset = colset_from_json(seed->job, record.columns);
	if (!output->colset)
		output->colset = colset_new(seed->job);
	if (rc == -ENOENT)
		rc = 0;
	if (rc == 0) {
		output->file = new_file(output);
		rc = recover(output, db, &record, err);
	}
	output_record_done(&record);
	if (rc < 0) {
		output_free(output);
		return rc;
	}
	*opened = output;
	return 0;
}

/* Another format means another extension: the numbering goes on in a new outfile. */
static int change_format(struct output *output, const struct format *format, struct err *err)
{
	struct outfile_state state;
	bool closed;

	outfile_state(output->file, &state);
	outfile_free(output->file);
	output->format = format;
	output->file = new_file(output);
	return outfile_recover(output->file, &state, &closed, err);
}

static bool same_columns(const struct colset *a, const struct colset *b)
{
	if (colset_len(a) != colset_len(b))
		return false;
	for (size_t i = 0; i < colset_len(a); i++)
		if (!slice_equal(colset_name(a, i), colset_name(b, i)))
			return false;
	return true;
}

/* Declared columns replace what was there; automatic ones go on from it. */
static struct colset *columns_for(const struct output *output, const struct job *job)
{
	struct colset *fresh = colset_new(job);
	struct json *names;

	if (!colset_auto(fresh))
		return fresh;
	colset_unref(fresh);
	names = colset_json(output->colset);
	fresh = colset_from_json(job, names);
	json_unref(names);
	return fresh;
}

int output_adopt(struct output *output, struct db *db, const struct seed *seed, struct err *err)
{
	const struct job *job = seed->job;
	const struct format *format = format_of(job->format);
	struct colset *columns = columns_for(output, job);
	int rc = 0;

	output->rotate_bytes = job->rotate_bytes;
	output->rotate_rows = job->rotate_rows;
	free(output->job);
	output->job = xstrdup(job->name);
	job_unref(output->adopted);
	output->adopted = job_ref(job);
	if (format != output->format || !same_columns(columns, output->colset))
		rc = output_rotate(output, db, err);
	if (rc == 0 && format != output->format)
		rc = change_format(output, format, err);
	if (rc < 0) {
		colset_unref(columns);
		return rc;
	}
	colset_unref(output->colset);
	output->colset = columns;
	return 0;
}

int output_widen(struct output *output, struct db *db, struct colset *wider, struct err *err)
{
	/* A live file without rows has a header that no longer fits: it goes the same way. */
	int rc = output->format->has_header ? output_rotate(output, db, err) : 0;

	if (rc < 0)
		return rc;
	colset_unref(output->colset);
	output->colset = colset_ref(wider);
	return 0;
}
