/* An output at the lander, how it is opened and adopted: see output.h. How its live file is closed
 * stands in output_close.c, what is done with rows in output_rows.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/output_internal.h"
#include "run/policy.h"
#include "store/snapshots.h"

#define GATHER_CEILING ((size_t)1 << 40) /* bounded by the batch, see lander.c */

const char *output_key(const struct output *output)
{
	return output->key;
}

uint64_t output_run(const struct output *output)
{
	return output->run;
}

const struct json *output_runs(const struct output *output)
{
	return output->runs;
}

const struct colset *output_colset(const struct output *output)
{
	return output->colset;
}

bool output_is_live(const struct output *output)
{
	struct outfile_state state;

	outfile_state(output->file, &state);
	return state.phase == OUTFILE_LIVE || output->renamed;
}

char *output_key_of(const struct output_use *use)
{
	return use->job->mode == JOB_MODE_SNAPSHOT ? snapshot_key(use->path, use->run)
						   : xstrdup(use->path);
}

void output_free(struct output *output)
{
	if (!output)
		return;
	outfile_free(output->file);
	colset_unref(output->colset);
	json_unref(output->columns);
	json_unref(output->policy);
	json_unref(output->runs);
	json_unref(output->before);
	job_unref(output->adopted);
	buf_done(&output->gathered);
	free(output->key);
	free(output->path);
	free(output->job);
	free(output);
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

/* The outfile behind the output; in snapshot mode it stands in the staging directory, under a name
 * that no reader takes for data. */
static struct outfile *new_file(const struct output *output)
{
	const struct snapshot snapshot = { output->place.root, output->path, output->snapshot };
	char *staging = output->snapshot ? snapshot_staging(&snapshot) : NULL;
	char *path = staging ? xasprintf("%s/rows", staging) : xstrdup(output->path);
	char *extension = xasprintf("%s%s", output->format->extension, staging ? ".live" : "");
	const struct outfile_place place = {
		.root = output->place.root,
		.path = path,
		.extension = extension,
		.footer = output->format->footer,
		.mode = output->place.data_mode,
	};
	struct outfile *file = outfile_new(&place);

	free(extension);
	free(path);
	free(staging);
	return file;
}

static int recover(struct output *output, struct db *db, const struct output_record *record,
		   struct err *err)
{
	struct outfile_state state;
	bool closed = false;
	int rc;

	state_of(record, &state);
	rc = outfile_recover(output->file, &state, &closed, err);
	if (rc == -EUCLEAN)
		return output_commit_lost(output, db, err, err);
	if (rc == 0 && closed)
		rc = output_commit_closed(output, db, &state, state.closing, err);
	return rc;
}

static struct json *shared(struct json *doc, bool array)
{
	return doc ? json_ref(doc) : array ? json_new_array() : json_new_object();
}

/* `record` may be empty: a new output. */
static int open_with(struct output *output, struct db *db, const struct output_record *record,
		     struct output **opened, struct err *err)
{
	int rc;

	output->period_ms = record->period_ms;
	output->closes_ms = record->closes_ms;
	output->policy = record->policy ? json_ref(record->policy) : NULL;
	output->columns = shared(record->columns, true);
	output->runs = record->recent ? json_copy(record->recent) : json_new_object();
	output->before = json_new_object();
	buf_init(&output->gathered, GATHER_CEILING);
	output->file = new_file(output);
	rc = recover(output, db, record, err);
	if (rc < 0)
		output_free(output);
	else
		*opened = output;
	return rc;
}

/* The format the live file was begun in; one that no later fetchd knows gives way to the job's. */
static const struct format *format_for(const struct output_record *record, const struct job *job)
{
	const struct format *known =
		record->extension ? format_by_extension(record->extension) : NULL;

	return known ? known : format_of(job->format);
}

int output_open(const struct output_place *place, struct db *db, const struct output_use *use,
		struct output **opened, struct err *err)
{
	struct output *output = xcalloc(1, sizeof(*output));
	struct output_record record = { 0 };
	int rc;

	output->place = *place;
	output->key = output_key_of(use);
	output->path = xstrdup(use->path);
	output->job = xstrdup(use->job->name);
	output->snapshot = use->job->mode == JOB_MODE_SNAPSHOT ? use->run : 0;
	rc = outputs_get(db, output->key, &record, err);
	output->format = format_for(&record, use->job);
	if (rc < 0 && rc != -ENOENT)
		output_free(output);
	else
		rc = open_with(output, db, &record, opened, err);
	output_record_done(&record);
	return rc;
}

int output_open_recorded(const struct output_place *place, struct db *db,
			 const struct output_record *record, struct output **opened,
			 struct err *err)
{
	const struct format *format = format_by_extension(record->extension);
	const char *run = record->snapshot ? strstr(record->path, "//") : NULL;
	struct output *output;

	if (!format)
		return err_set(err, -ENOTSUP, "%s: there is no format with the extension \"%s\"",
			       record->path, record->extension);
	output = xcalloc(1, sizeof(*output));
	output->place = *place;
	output->key = xstrdup(record->path);
	output->path =
		run ? xstrndup(record->path, (size_t)(run - record->path)) : xstrdup(record->path);
	output->job = xstrdup(record->job);
	output->snapshot = record->snapshot;
	output->format = format;
	return open_with(output, db, record, opened, err);
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

struct colset *output_columns_for(const struct job *job, const struct json *names)
{
	struct colset *fresh = colset_new(job), *known;

	if (!colset_auto(fresh))
		return fresh;
	known = names ? colset_from_json(job, names) : NULL;
	if (!known)
		return fresh;
	colset_unref(fresh);
	return known;
}

/* Names in the same order, as rows care for nothing else. */
static bool same_names(const struct colset *set, const struct json *names)
{
	if (colset_len(set) != json_len(names))
		return false;
	for (size_t i = 0; i < colset_len(set); i++)
		if (!slice_equal(colset_name(set, i), json_slice(json_at(names, i))))
			return false;
	return true;
}

bool output_fits(const struct output *output, const struct colset *set)
{
	return set && (set == output->colset || same_names(set, output->columns));
}

static int64_t period_of(const struct output_use *use)
{
	int64_t every = use->job->rotate_every_ms;
	int64_t into = every > 0 ? use->slot_ms % every : 0;

	return every > 0 ? use->slot_ms - (into < 0 ? into + every : into) : 0;
}

/* True when rows of this run may not stand in the live file with those that are there. */
static bool must_close(const struct output *output, const struct output_use *use,
		       const struct colset *columns, const struct json *policy)
{
	return format_of(use->job->format) != output->format ||
	       !same_names(columns, output->columns) || period_of(use) != output->period_ms ||
	       !policy_same_dialect(policy, output->policy);
}

static void take_on(struct output *output, const struct output_use *use)
{
	const struct job *job = use->job;

	free(output->job);
	output->job = xstrdup(job->name);
	job_unref(output->adopted);
	output->adopted = job_ref(job);
	output->run = use->run;
	output->slot_ms = use->slot_ms;
	output->period_ms = period_of(use);
	output->closes_ms = job->rotate_every_ms > 0 ? output->period_ms + job->rotate_every_ms : 0;
}

static void take_columns(struct output *output, struct colset *columns)
{
	colset_unref(output->colset);
	output->colset = columns;
	json_unref(output->columns);
	output->columns = colset_json(columns);
}

int output_adopt(struct output *output, struct db *db, const struct output_use *use,
		 struct err *err)
{
	const struct format *format = format_of(use->job->format);
	struct colset *columns = output_columns_for(use->job, output->columns);
	struct json *policy = policy_of(use->job);
	int rc = 0;

	if (must_close(output, use, columns, policy))
		rc = output_rotate(output, db, err);
	if (rc == 0 && format != output->format)
		rc = change_format(output, format, err);
	if (rc < 0) {
		colset_unref(columns);
		json_unref(policy);
		return rc;
	}
	json_unref(output->policy);
	output->policy = policy;
	take_on(output, use);
	take_columns(output, columns);
	return 0;
}

void output_numbered(struct output *output, uint64_t run)
{
	output->run = run;
}

void output_release(struct output *output)
{
	output->run = 0;
}

int output_widen(struct output *output, struct db *db, struct colset *wider, struct err *err)
{
	/* A live file without rows has a header that no longer fits: it goes the same way. */
	int rc = output->format->has_header ? output_rotate(output, db, err) : 0;

	if (rc == 0)
		take_columns(output, colset_ref(wider));
	return rc;
}
