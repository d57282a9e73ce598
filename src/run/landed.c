/* Rows of a job as values: see landed.h. */
#include "run/landed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/expand.h"
#include "data/format.h"
#include "data/outfile.h"
#include "io/file.h"
#include "store/files.h"
#include "store/outputs.h"
#include "store/runs.h"
#include "store/snapshots.h"

#define TRIES_MAX 5

/* A file to read, with texts of its own. */
struct part {
	char *name;     /* relative to data_dir */
	char *original; /* the same before it was compressed, while it is there; NULL */
	uint64_t bytes, raw_bytes;
	uint64_t dev, ino; /* of a live one; 0: whatever bears the name */
	struct json *policy;
};

struct reading {
	const struct landed_order *order;
	struct db *db;
	int root; /* data_dir */
	char **keys;
	size_t nkeys;
	struct part *parts;
	size_t nparts;
	values_fn *each;
	void *arg;
	uint64_t read;   /* files that had such a column */
	struct err last; /* why one had none */
};

static void part_done(struct part *part)
{
	free(part->name);
	free(part->original);
	json_unref(part->policy);
}

static void drop_parts(struct reading *reading)
{
	for (size_t i = 0; i < reading->nparts; i++)
		part_done(&reading->parts[i]);
	free(reading->parts);
	reading->parts = NULL;
	reading->nparts = 0;
}

static void forget(struct reading *reading)
{
	drop_parts(reading);
	for (size_t i = 0; i < reading->nkeys; i++)
		free(reading->keys[i]);
	free(reading->keys);
	reading->keys = NULL;
	reading->nkeys = 0;
}

static struct part *add_part(struct reading *reading)
{
	reading->parts = xreallocarray(reading->parts, reading->nparts + 1, sizeof(struct part));
	reading->parts[reading->nparts] = (struct part) { 0 };
	return &reading->parts[reading->nparts++];
}

static void add_key(struct reading *reading, char *key)
{
	reading->keys = xreallocarray(reading->keys, reading->nkeys + 1, sizeof(char *));
	reading->keys[reading->nkeys++] = key;
}

/* Reading. */

static int open_data(const struct reading *reading, const char *name, struct err *err)
{
	return file_open_beneath(reading->root, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0, err);
}

/* What is at the top of a JSON record under the name of a column. */
static struct pointer *member_pointer(const char *column)
{
	struct pointer *pointer = NULL;
	struct buf text;

	buf_init(&text, strlen(column) * 2 + 2);
	buf_add_char(&text, '/');
	for (; *column; column++)
		if (*column == '~' || *column == '/')
			buf_add_text(&text, *column == '~' ? "~0" : "~1");
		else
			buf_add_char(&text, *column);
	pointer_parse(buf_text(&text), &pointer, NULL);
	buf_done(&text);
	return pointer;
}

static int check_form(const struct source *source, const struct format *format, struct err *err)
{
	if (!format)
		return err_set(err, -ENOTSUP, "there is no format with that extension");
	if (format->kind == JOB_FORMAT_CSV && !source->column)
		return err_set(err, -EINVAL, "it is CSV: give column, not pointer");
	return 0;
}

static int scan_part(struct reading *reading, const struct values_input *input,
		     const struct part *part, enum job_format kind, struct err *err)
{
	const struct source *source = reading->order->source;
	const struct json *csv = json_get(part->policy, "csv");
	const char *delimiter = json_str(json_get(csv, "delimiter"));
	struct pointer *own = NULL;
	struct values_form form = { .sparse = true };
	int code;

	if (kind == JOB_FORMAT_CSV) {
		form.column = source->column;
		form.delimiter = delimiter ? delimiter[0] : 0;
		form.null = json_str(json_get(csv, "null"));
		form.guard = json_bool(json_get(csv, "guard"), false);
	} else {
		own = source->pointer ? NULL : member_pointer(source->column);
		form.pointer = own ? own : source->pointer;
	}
	code = values_scan(input, &form, reading->each, reading->arg, err);
	pointer_free(own);
	return code;
}

/* A file of earlier columns may lack this one; that all lack it is told at the end. */
static int read_fd(struct reading *reading, int fd, const struct part *part, const char *name,
		   struct err *err)
{
	struct expand_file file = { .fd = fd, .bytes = part->bytes };
	const struct format *format = format_by_name(name, &file.compress);
	struct values_input input = { .name = name, .read = expand_read };
	struct err why = ERR_INIT;
	int code = check_form(reading->order->source, format, err);

	if (code < 0)
		return code;
	if (file.compress == JOB_COMPRESS_NONE && part->raw_bytes)
		file.bytes = part->raw_bytes;
	file.raw_bytes = part->raw_bytes;
	input.arg = expand_new(&file);
	code = scan_part(reading, &input, part, format->kind, &why);
	expand_free(input.arg);
	if (code == -ENOENT)
		reading->last = why;
	else if (code < 0)
		*err = why;
	else
		reading->read++;
	return code == -ENOENT ? 0 : code;
}

static bool is_the_one(int fd, const struct part *part)
{
	struct stat st;

	return part->ino == 0 || (fstat(fd, &st) == 0 && st.st_dev == part->dev &&
				  st.st_ino == part->ino && st.st_size >= (off_t)part->bytes);
}

/* -ESTALE: the ledger knows better by now. */
static int read_named(struct reading *reading, const struct part *part, const char *name,
		      struct err *err)
{
	int fd = open_data(reading, name, err), code;

	if (fd < 0)
		return fd == -ENOENT ? -ESTALE : fd;
	code = is_the_one(fd, part)
		       ? read_fd(reading, fd, part, name, err)
		       : err_set(err, -ESTALE, "%s is not the file that was written", name);
	close(fd);
	return code;
}

static int read_part(struct reading *reading, const struct part *part, struct err *err)
{
	int code = part->original ? read_named(reading, part, part->original, err) : -ESTALE;

	return code == -ESTALE ? read_named(reading, part, part->name, err) : code;
}

/* Finding. */

static void take_closed(const struct file_record *record, void *arg)
{
	struct part *part = add_part(arg);

	part->name = xstrdup(record->name);
	part->original = record->source ? xstrdup(record->source) : NULL;
	part->bytes = record->bytes;
	part->raw_bytes = record->raw_bytes;
	part->policy = json_copy(record->policy);
}

/* A file that is being closed may bear its new name already. */
static void take_live(struct reading *reading, const struct output_record *live)
{
	struct part *part;

	if (live->rows == 0 || (live->phase != OUTFILE_LIVE && live->phase != OUTFILE_CLOSING))
		return;
	part = add_part(reading);
	part->original = xasprintf("%s%s", live->path, live->extension);
	part->name = xstrdup(live->closing ? live->closing : part->original);
	part->bytes = live->offset;
	part->dev = live->dev;
	part->ino = live->ino;
	part->policy = json_copy(live->policy);
}

/* The live file is looked up before the closed ones: it may become one of them meanwhile, and is
 * read twice then rather than not at all. */
static int read_output(struct reading *reading, const char *key, struct err *err)
{
	struct output_record live = { 0 };
	int code = outputs_get(reading->db, key, &live, err);

	drop_parts(reading);
	if (code < 0 && code != -ENOENT)
		return code;
	code = files_each(reading->db, key, FILES_ALL & ~(1u << FILE_DROPPING), take_closed,
			  reading, err);
	if (code >= 0 && live.path)
		take_live(reading, &live);
	output_record_done(&live);
	for (size_t i = 0; i < reading->nparts && code >= 0; i++)
		code = read_part(reading, &reading->parts[i], err);
	return code;
}

static void take_output(const struct output_record *record, void *arg)
{
	struct reading *reading = arg;

	if (record->snapshot == 0 && strcmp(record->job, reading->order->source->name) == 0)
		add_key(reading, xstrdup(record->path));
}

struct newest {
	struct reading *reading;
	struct snapshot_record best; /* of the path at hand */
};

static void end_path(struct newest *newest)
{
	if (newest->best.path)
		add_key(newest->reading, snapshot_key(newest->best.path, newest->best.run));
	snapshot_record_done(&newest->best);
	newest->best = (struct snapshot_record) { 0 };
}

/* Ordered by path: of each the newest published one. */
static void take_snapshot(const struct snapshot_record *record, void *arg)
{
	struct newest *newest = arg;
	const struct snapshot_record *best = &newest->best;

	if (record->state != SNAPSHOT_PUBLISHED ||
	    strcmp(record->job, newest->reading->order->source->name) != 0)
		return;
	if (best->path && strcmp(best->path, record->path) != 0)
		end_path(newest);
	if (best->path && (record->slot_ms < best->slot_ms ||
			   (record->slot_ms == best->slot_ms && record->run < best->run)))
		return;
	snapshot_record_done(&newest->best);
	newest->best = snapshot_record_copy(record);
}

/* How the job landed when it last did: its last run knows; without one it can only have appended.
 */
static bool lands_snapshots(const struct reading *reading)
{
	uint64_t run = runs_last_id(reading->db, reading->order->source->name);
	struct run_record record = { 0 };
	const char *mode = NULL;
	bool snapshots;

	if (run && runs_get(reading->db, run, &record, NULL) == 0)
		mode = json_str(json_get(json_get(record.definition, "output"), "mode"));
	snapshots = mode && strcmp(mode, "snapshot") == 0;
	run_record_done(&record);
	return snapshots;
}

static int find_outputs(struct reading *reading, struct err *err)
{
	struct newest newest = { .reading = reading };
	bool snapshots = lands_snapshots(reading);
	int code;

	if (snapshots) {
		code = snapshots_each(reading->db, 0, take_snapshot, &newest, err);
		end_path(&newest);
	} else {
		code = outputs_each(reading->db, take_output, reading, err);
	}
	if (code >= 0 && reading->nkeys == 0)
		code = err_set(err, -ENOENT, "nothing of the job \"%s\" has %s yet",
			       reading->order->source->name,
			       snapshots ? "been published" : "landed");
	return code;
}

static int read_all(struct reading *reading, struct err *err)
{
	int code = find_outputs(reading, err);

	for (size_t i = 0; i < reading->nkeys && code >= 0; i++)
		code = read_output(reading, reading->keys[i], err);
	return code < 0 ? code : 0;
}

int landed_values(struct db *db, const struct landed_order *order, values_fn *each, void *arg,
		  struct err *err)
{
	struct reading reading = { .order = order, .db = db, .each = each, .arg = arg };
	int code = -ESTALE;

	reading.root = open(order->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reading.root < 0)
		return err_sys(err, -errno, "cannot open %s", order->data_dir);
	for (int i = 0; code == -ESTALE && i < TRIES_MAX; i++) {
		forget(&reading);
		code = read_all(&reading, err);
	}
	if (code == 0 && reading.read == 0 && reading.last.text[0])
		code = err_set(err, -EINVAL, "%s", reading.last.text);
	forget(&reading);
	close(reading.root);
	return code;
}
