/* The last landed rows of an output, see head.h.
 *
 * What is committed is what the ledger says: the live file is read up to its recorded length, and
 * only if it is the recorded file. The lander may close it between the look-up and the open; then
 * the ledger is asked again.
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
#include "store/files.h"
#include "store/outputs.h"

#define CLOSED_MAX 16 /* closed files to go back through */
#define TRIES_MAX  5

struct head {
	const struct head_order *order;
	int root; /* data_dir */
	struct output_record live;
	const struct format *format;
	struct json *columns, *rows;
	char *file; /* the newest file that gave rows */
	uint64_t total;
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
static int read_file(struct head *head, int fd, uint64_t bytes, const char *name, struct err *err)
{
	struct json *columns = json_new_array(), *rows = json_new_array();
	unsigned missing = head->order->n - (unsigned)json_len(head->rows);
	const struct tail tail = { fd, bytes, head->format->kind, missing, columns, rows };
	int code = tail_read(&tail, err);

	if (code < 0)
		err_within(err, "%s", name);
	else if (!take(head, columns, rows, name) || json_len(head->rows) >= head->order->n)
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
	struct stat st;
	int code = open_data(head, name, err), fd = code;

	if (code == -ENOENT)
		code = -ESTALE;
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_dev != head->live.dev ||
			st.st_ino != head->live.ino || st.st_size < (off_t)head->live.offset))
		code = err_set(err, -ESTALE, "%s is not the file that was written", name);
	else if (fd >= 0)
		code = read_file(head, fd, head->live.offset, name, err);
	if (fd >= 0)
		close(fd);
	return code;
}

/* A file that is being closed may bear its new name already. */
static int read_live(struct head *head, struct err *err)
{
	char *name = xasprintf("%s%s", head->live.path, head->live.extension);
	int code = read_live_as(head, name, err);

	if (code == -ESTALE && head->live.closing)
		code = read_live_as(head, head->live.closing, err);
	free(name);
	return code;
}

static bool has_live(const struct head *head)
{
	return head->live.phase == OUTFILE_LIVE || head->live.phase == OUTFILE_CLOSING;
}

static int read_closed(struct head *head, const struct json *file, struct err *err)
{
	const char *name = json_str(json_get(file, "name"));
	int fd = open_data(head, name, err), code;

	if (fd < 0)
		return fd;
	code = read_file(head, fd, (uint64_t)json_int(json_get(file, "bytes"), 0), name, err);
	close(fd);
	return code;
}

static int read_all(struct head *head, struct db *db, struct err *err)
{
	int code = has_live(head) && head->live.rows > 0 ? read_live(head, err) : 0;
	struct json *closed;

	if (code != 0)
		return code;
	closed = files_of_output(db, head->live.path, CLOSED_MAX, err);
	if (!closed)
		return -EIO;
	for (size_t i = 0; code == 0 && i < json_len(closed); i++)
		code = read_closed(head, json_at(closed, i), err);
	json_unref(closed);
	return code;
}

static void forget(struct head *head)
{
	output_record_done(&head->live);
	json_unref(head->columns);
	json_unref(head->rows);
	free(head->file);
	head->columns = head->rows = NULL;
	head->file = NULL;
}

static int look_up(struct head *head, struct db *db, struct err *err)
{
	int code = outputs_get(db, head->order->path, &head->live, err);

	if (code == -ENOENT)
		return err_set(err, code, "nothing of the job \"%s\" has landed yet",
			       head->order->job);
	if (code < 0)
		return code;
	head->rows = json_new_array();
	head->format = format_by_extension(head->live.extension);
	if (!head->format)
		return err_set(err, -ENOTSUP, "%s: there is no format with that extension",
			       head->live.extension);
	head->total = files_rows(db, head->live.path);
	if (has_live(head))
		head->total += head->live.rows;
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
	struct head head = { .order = order };
	int code = -ESTALE;

	head.root = open(order->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (head.root < 0)
		return err_sys(err, -errno, "cannot open %s", order->data_dir);
	for (int i = 0; code == -ESTALE && i < TRIES_MAX; i++) {
		forget(&head);
		head.live = (struct output_record) { 0 };
		code = look_up(&head, db, err);
		if (code == 0)
			code = read_all(&head, db, err);
	}
	if (code >= 0)
		*reply = reply_of(&head);
	forget(&head);
	close(head.root);
	return code < 0 ? code : 0;
}
