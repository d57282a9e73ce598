/* The rows of an output: gathered, appended, synced, committed, or given up. See output.h for the
 * promises and output.c for the order of steps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "run/output_internal.h"
#include "run/output_rows.h"
#include "store/snapshots.h"

#define HEADER_CEILING ((size_t)16 << 20)

struct output_load output_load_rows(const struct parcel *parcel)
{
	return (struct output_load) { buf_slice(&parcel->rows.bytes), parcel->rows.count,
				      parcel->request->scope->run };
}

struct output_load output_load_rejects(const struct parcel *parcel)
{
	return (struct output_load) { buf_slice(&parcel->rows.rejects), parcel->rows.rejected,
				      parcel->request->scope->run };
}

bool output_is_full(const struct output *output, const struct output_load *load)
{
	uint64_t rows = outfile_rows(output->file) + output->gathered_rows;
	uint64_t bytes = outfile_bytes(output->file) + output->gathered.len;
	const struct job *job = output->adopted;

	if (output->spoiled || output->renamed)
		return true;
	if (rows == 0)
		return false; /* a page is never split: alone it may be larger than the limit */
	if (job->rotate_rows > 0 && rows + load->rows > job->rotate_rows)
		return true;
	return job->rotate_bytes > 0 && bytes + load->bytes.len > job->rotate_bytes;
}

static void count_rows(struct output *output, uint64_t id, uint64_t rows)
{
	char run[24];
	int64_t known;

	snprintf(run, sizeof(run), "%llu", (unsigned long long)id);
	known = json_int(json_get(output->runs, run), 0);
	if (!json_has(output->before, run))
		json_put_int(output->before, run, known);
	json_put_int(output->runs, run, known + (int64_t)rows);
}

void output_gather(struct output *output, const struct output_load *load)
{
	if (load->rows == 0)
		return;
	buf_add_slice(&output->gathered, load->bytes);
	output->gathered_rows += load->rows;
	count_rows(output, load->run, load->rows);
}

static uint64_t header_bytes(const struct output *output)
{
	struct buf header;
	uint64_t bytes;

	buf_init(&header, HEADER_CEILING);
	if (output->format->has_header)
		output->format->header(output->adopted, output->colset, &header);
	bytes = header.len;
	buf_done(&header);
	return bytes;
}

void output_place(const struct output *output, uint64_t *sequence, uint64_t *offset)
{
	struct outfile_state state;
	bool first = outfile_rows(output->file) == 0;

	outfile_state(output->file, &state);
	*sequence = state.sequence;
	*offset =
		(state.phase == OUTFILE_LIVE ? outfile_bytes(output->file) : header_bytes(output)) +
		output->gathered.len + (first ? 0 : output->format->lead);
}

bool output_has_gathered(const struct output *output)
{
	return output->gathered.len > 0;
}

static enum outfile_phase phase(const struct output *output)
{
	struct outfile_state state;

	outfile_state(output->file, &state);
	return state.phase;
}

/* The intent; in snapshot mode the run's staging is known to the ledger before it is on disk. */
static int commit_opening(struct output *output, struct db *db, struct err *err)
{
	const struct snapshot_record staged = {
		.path = output->path,
		.run = output->snapshot,
		.job = output->job,
		.slot_ms = output->slot_ms,
		.state = SNAPSHOT_STAGING,
	};
	int rc = db_begin(db, err);

	if (rc < 0)
		return rc;
	if (output->snapshot)
		snapshots_put(db, &staged);
	output_record_as(output, db, OUTFILE_OPENING, NULL);
	return db_commit(db, err);
}

static int create(struct output *output, struct db *db, struct err *err)
{
	struct buf header;
	int rc = commit_opening(output, db, err);

	if (rc < 0)
		return rc;
	buf_init(&header, HEADER_CEILING);
	if (output->format->has_header)
		rc = output->format->header(output->adopted, output->colset, &header);
	if (rc == 0)
		rc = outfile_create(output->file, buf_text(&header), header.len, clock_unix_ms(),
				    err);
	if (rc == 0 && err->text[0]) /* a foreign file was in the way and is put aside */
		log_run(LOG_LEVEL_WARNING, output->job, 0, "%s", err->text);
	buf_done(&header);
	return rc;
}

/* What parts a row from the one before it is left out of a file's first row. */
static int append(struct output *output, struct err *err)
{
	size_t lead = outfile_rows(output->file) == 0 ? output->format->lead : 0;

	return outfile_append(output->file, output->gathered.data + lead,
			      output->gathered.len - lead, output->gathered_rows, err);
}

int output_sync(struct output *output, struct db *db, struct err *err)
{
	int rc = 0;

	if (phase(output) != OUTFILE_LIVE)
		rc = create(output, db, err);
	if (rc == 0)
		rc = append(output, err);
	if (rc == 0) {
		rc = outfile_sync(output->file, err);
		output->spoiled = outfile_is_sealed(output->file);
	}
	return rc;
}

void output_record(const struct output *output, struct db *db)
{
	struct json_member run;

	output_record_as(output, db, phase(output), NULL);
	for (run = json_first(output->before); run.key; run = json_next(run))
		outputs_put_rows(db, output->key, strtoull(run.key, NULL, 10),
				 (uint64_t)json_int(json_get(output->runs, run.key), 0));
}

static void forget_gathered(struct output *output)
{
	buf_shrink(&output->gathered, (size_t)8 << 20);
	output->gathered_rows = 0;
	json_unref(output->before);
	output->before = json_new_object();
}

void output_committed(struct output *output)
{
	outfile_committed(output->file);
	forget_gathered(output);
}

static void restore_rows(struct output *output)
{
	struct json_member run;

	for (run = json_first(output->before); run.key; run = json_next(run)) {
		if (json_int(run.value, 0) > 0)
			json_put_int(output->runs, run.key, json_int(run.value, 0));
		else
			json_remove(output->runs, run.key);
	}
}

int output_abandon(struct output *output, struct db *db, struct err *err)
{
	int rc = outfile_abandon(output->file, err);

	restore_rows(output);
	forget_gathered(output);
	if (rc == -EUCLEAN)
		return output_commit_lost(output, db, err, err);
	if (rc == 0 && output->spoiled)
		rc = output_rotate(output, db, err);
	return rc;
}

int output_mend(struct output *output, struct db *db, struct err *err)
{
	return outfile_is_unwell(output->file) ? output_abandon(output, db, err) : 0;
}

int output_create_empty(struct output *output, struct db *db, struct err *err)
{
	int rc;

	if (output->format->has_header && colset_len(output->colset) == 0)
		return err_set(err, -ENODATA, "no column of %s is known", output->path);
	rc = create(output, db, err);
	if (rc == 0)
		rc = outfile_sync(output->file, err);
	if (rc == 0)
		rc = output_commit_as(output, db, OUTFILE_LIVE, NULL, err);
	if (rc == 0)
		output_committed(output);
	else if (output_abandon(output, db, NULL) < 0)
		output->spoiled = true;
	return rc;
}
