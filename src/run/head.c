/* The last landed rows of a job, see head.h.
 *
 * What is committed is what the ledger says: the live file is read up to its recorded length, and
 * only if it is the recorded file. The lander goes on meanwhile: it may close the live file, rename
 * a closed one or remove it between the look-up and the open; then the ledger is asked again.
 */
#include "run/head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/format.h"
#include "data/outfile.h"
#include "data/tail.h"
#include "io/file.h"
#include "run/head_find.h"
#include "store/files.h"

#define CLOSED_MAX 16 /* closed files to go back through */
#define TRIES_MAX  5

struct head {
	const struct head_order *order;
	struct db *db;
	int root; /* data_dir */
	struct head_output output;
	struct json *columns, *rows;
	char *file; /* the newest file that gave rows */
	uint64_t total;
};

/* A file to be read, borrowed from the ledger's records. */
struct part {
	const char *name;
	uint64_t bytes, raw_bytes;
	const struct json *policy;
};

/* Puts what a file gave before what is there. False: it has other columns, so the older files do
 * not belong under the same header. */
static bool take(struct head *head, struct json *columns, struct json *rows, const char *name)
{
	if (head->columns && !json_equal(head->columns, columns))
		return false;
	if (!head->columns) {
		head->columns = json_ref(columns);
		head->file = xstrdup(name);
	}
	for (size_t i = 0; i < json_len(head->rows); i++)
		json_push(rows, json_ref(json_at(head->rows, i)));
	json_unref(head->rows);
	head->rows = json_ref(rows);
	return true;
}

/* 0: goes on to older files; 1: that was all; negative: an error. */
static int read_file(struct head *head, int fd, const struct part *part, struct err *err)
{
	struct json *columns = json_new_array(), *rows = json_new_array();
	enum job_compress compress = JOB_COMPRESS_NONE;
	const struct format *format = format_by_name(part->name, &compress);
	const struct tail tail = {
		.fd = fd,
		.bytes = part->bytes,
		.format = format ? format->kind : JOB_FORMAT_CSV,
		.compress = compress,
		.n = head->order->n - (unsigned)json_len(head->rows),
		.columns = columns,
		.rows = rows,
		.policy = json_get(part->policy, "csv"),
		.raw_bytes = part->raw_bytes,
	};
	int code = format ? tail_read(&tail, err)
			  : err_set(err, -ENOTSUP, "there is no format with that extension");

	if (code < 0)
		err_within(err, "%s", part->name);
	else if (!take(head, columns, rows, part->name) || json_len(head->rows) >= head->order->n)
		code = 1;
	json_unref(columns);
	json_unref(rows);
	return code;
}

static int open_data(const struct head *head, const char *name, struct err *err)
{
	return file_open_beneath(head->root, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0, err);
}

/* -ESTALE: the file of that name is not the one the ledger speaks of. */
static int read_live_as(struct head *head, const char *name, struct err *err)
{
	const struct output_record *live = &head->output.live;
	const struct part part = { .name = name, .bytes = live->offset, .policy = live->policy };
	struct stat st;
	int code = open_data(head, name, err), fd = code;

	if (code == -ENOENT)
		code = -ESTALE;
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_dev != live->dev || st.st_ino != live->ino ||
			st.st_size < (off_t)live->offset))
		code = err_set(err, -ESTALE, "%s is not the file that was written", name);
	else if (fd >= 0)
		code = read_file(head, fd, &part, err);
	if (fd >= 0)
		close(fd);
	return code;
}

/* A file that is being closed may bear its new name already. */
static int read_live(struct head *head, struct err *err)
{
	const struct output_record *live = &head->output.live;
	char *name = xasprintf("%s%s", live->path, live->extension);
	int code = read_live_as(head, name, err);

	if (code == -ESTALE && live->closing)
		code = read_live_as(head, live->closing, err);
	free(name);
	return code;
}

static bool has_live(const struct head *head)
{
	uint32_t phase = head->output.live.phase;

	return head->output.live.path && (phase == OUTFILE_LIVE || phase == OUTFILE_CLOSING);
}

static int read_part(struct head *head, const struct part *part, struct err *err)
{
	int fd = open_data(head, part->name, err), code;

	if (fd < 0)
		return fd == -ENOENT ? -ESTALE : fd;
	code = read_file(head, fd, part, err);
	close(fd);
	return code;
}

/* The original while it is there: it needs no expanding, and the compressed one may not bear its
 * name yet. */
static int read_record(struct head *head, const struct file_record *record, struct err *err)
{
	const struct part original = { record->source, record->raw_bytes, 0, record->policy };
	const struct part final = { record->name, record->bytes, record->raw_bytes,
				    record->policy };
	int code = record->source ? read_part(head, &original, err) : -ESTALE;

	return code == -ESTALE ? read_part(head, &final, err) : code;
}

static int read_closed(struct head *head, const struct json *file, struct err *err)
{
	struct file_record record = { 0 };
	int code = files_get(head->db, (uint64_t)json_int(json_get(file, "id"), 0), &record, err);

	if (code == 0)
		code = read_record(head, &record, err);
	else if (code == -ENOENT)
		code = -ESTALE;
	file_record_done(&record);
	return code;
}

static int read_all(struct head *head, struct err *err)
{
	int code = has_live(head) && head->output.live.rows > 0 ? read_live(head, err) : 0;
	struct json *closed;

	if (code != 0)
		return code;
	closed = files_of_output(head->db, head->output.key, CLOSED_MAX, err);
	if (!closed)
		return -EIO;
	for (size_t i = 0; code == 0 && i < json_len(closed); i++)
		code = read_closed(head, json_at(closed, i), err);
	json_unref(closed);
	return code;
}

static void forget(struct head *head)
{
	head_output_done(&head->output);
	json_unref(head->columns);
	json_unref(head->rows);
	free(head->file);
	head->columns = head->rows = NULL;
	head->file = NULL;
}

static int look_up(struct head *head, struct err *err)
{
	int code = head_find(head->db, head->order->job, &head->output, err);

	if (code < 0)
		return code;
	head->rows = json_new_array();
	head->total = files_rows(head->db, head->output.key);
	if (has_live(head))
		head->total += head->output.live.rows;
	return 0;
}

static struct json *reply_of(const struct head *head)
{
	struct json *reply = json_new_object();
	struct json *columns = head->columns ? json_ref(head->columns) : json_new_array();

	json_put(reply, "columns", columns);
	json_put(reply, "rows", json_ref(head->rows));
	json_put_int(reply, "total_rows", (int64_t)head->total);
	json_put_int(reply, "total_columns", (int64_t)json_len(columns));
	json_put_str(reply, "file", head->file);
	return reply;
}

int head_read(struct db *db, const struct head_order *order, struct json **reply, struct err *err)
{
	struct head head = { .order = order, .db = db };
	int code = -ESTALE;

	head.root = open(order->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (head.root < 0)
		return err_sys(err, -errno, "cannot open %s", order->data_dir);
	for (int i = 0; code == -ESTALE && i < TRIES_MAX; i++) {
		forget(&head);
		code = look_up(&head, err);
		if (code == 0)
			code = read_all(&head, err);
	}
	if (code >= 0)
		*reply = reply_of(&head);
	forget(&head);
	close(head.root);
	return code < 0 ? code : 0;
}
