/* The rows of an output: gathered, appended, synced, committed, or given up. See output.h for the
 * promises and output.c for the order of steps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "run/output_internal.h"
#include "store/outputs.h"

#define HEADER_CEILING ((size_t)16 << 20)

bool output_is_full(const struct output *output, const struct parcel *parcel)
{
	uint64_t rows = outfile_rows(output->file) + output->gathered_rows;
	uint64_t bytes = outfile_bytes(output->file) + output->gathered.len;

	if (output->spoiled || output->renamed)
		return true;
	if (rows == 0)
		return false; /* a page is never split: alone it may be larger than the limit */
	if (output->rotate_rows > 0 && rows + parcel->rows.count > output->rotate_rows)
		return true;
	return output->rotate_bytes > 0 && bytes + parcel->rows.bytes.len > output->rotate_bytes;
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

void output_gather(struct output *output, const struct parcel *parcel)
{
	if (parcel->rows.count == 0)
		return;
	buf_add_slice(&output->gathered, buf_slice(&parcel->rows.bytes));
	output->gathered_rows += parcel->rows.count;
	count_rows(output, parcel->request->scope->run, parcel->rows.count);
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

static int create(struct output *output, struct db *db, struct err *err)
{
	struct buf header;
	int rc = output_commit_as(output, db, OUTFILE_OPENING, NULL, err);

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

int output_sync(struct output *output, struct db *db, struct err *err)
{
	int rc = 0;

	if (phase(output) != OUTFILE_LIVE)
		rc = create(output, db, err);
	if (rc == 0)
		rc = outfile_append(output->file, output->gathered.data, output->gathered.len,
				    output->gathered_rows, err);
	if (rc == 0) {
		rc = outfile_sync(output->file, err);
		output->spoiled = rc < 0;
	}
	return rc;
}

void output_record(const struct output *output, struct db *db)
{
	struct json_member run;

	output_record_as(output, db, phase(output), NULL);
	for (run = json_first(output->before); run.key; run = json_next(run))
		outputs_put_rows(db, output->path, strtoull(run.key, NULL, 10),
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

	for (run = json_first(output->before); run.key; run = json_next(run))
		json_put_int(output->runs, run.key, json_int(run.value, 0));
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
