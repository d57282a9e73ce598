/* The manifest's lines, written and read. See manifest.h.
 *
 * A line is a small JSON document (base/json.h), so that any tool reads it; its members stand in
 * one order, the one of manifest_line. The reader takes any bytes for a manifest: what is no entry
 * is counted, never believed, and a last line without its end is torn even when it happens to be
 * whole JSON.
 */
#include "data/manifest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/shelf.h"
#include "io/file.h"

#define LINE_CEILING (8u << 20) /* a longer line is none of ours */
#define READ_STEP    65536

void manifest_line(const struct manifest_entry *entry, struct buf *out)
{
	struct json *line = json_new_object();

	json_put_str(line, "file", entry->file);
	json_put_int(line, "rows", (int64_t)entry->rows);
	json_put_int(line, "bytes", (int64_t)entry->bytes);
	json_put_str(line, "sha256", entry->sha256);
	json_put(line, "runs", json_ref(entry->runs));
	json_put(line, "columns", json_ref(entry->columns));
	json_put_int(line, "sequence", (int64_t)entry->sequence);
	json_put_time(line, "opened", entry->opened_ms);
	json_put_time(line, "closed", entry->closed_ms);
	json_put_str(line, "job", entry->job);
	json_put_str(line, "format", entry->format);
	json_put_str(line, "compress", entry->compress);
	json_put_int(line, "raw_bytes", (int64_t)entry->raw_bytes);
	if (entry->csv)
		json_put(line, "csv", json_ref(entry->csv));
	if (entry->note)
		json_put_str(line, "note", entry->note);
	json_write(line, out);
	buf_add_char(out, '\n');
	json_unref(line);
}

static int get_count(const struct json *line, const char *key, uint64_t *count)
{
	int64_t value = json_int(json_get(line, key), -1);

	if (value < 0)
		return -EINVAL;
	*count = (uint64_t)value;
	return 0;
}

static int get_time(const struct json *line, const char *key, int64_t *unix_ms)
{
	const struct json *value = json_get(line, key);

	*unix_ms = 0;
	if (!value)
		return 0;
	return json_str(value) ? clock_parse(json_str(value), unix_ms) : -EINVAL;
}

/* A text, or NULL for null. */
static int get_text(const struct json *line, const char *key, const char **text)
{
	const struct json *value = json_get(line, key);

	*text = json_str(value);
	return value && !*text ? -EINVAL : 0;
}

static bool is_leaf(const char *file)
{
	return file && !strchr(file, '/') && file_path_clean(file);
}

static bool is_sum(const char *sum)
{
	return sum && strlen(sum) == 64 && strspn(sum, "0123456789abcdef") == 64;
}

/* Borrows from `line`. */
static int entry_of(const struct json *line, struct manifest_entry *entry)
{
	if (get_text(line, "file", &entry->file) < 0 || !is_leaf(entry->file) ||
	    get_text(line, "sha256", &entry->sha256) < 0 || !is_sum(entry->sha256))
		return -EINVAL;
	if (get_count(line, "rows", &entry->rows) < 0 ||
	    get_count(line, "bytes", &entry->bytes) < 0 ||
	    get_count(line, "sequence", &entry->sequence) < 0 ||
	    get_count(line, "raw_bytes", &entry->raw_bytes) < 0)
		return -EINVAL;
	if (get_text(line, "job", &entry->job) < 0 || !entry->job ||
	    get_text(line, "format", &entry->format) < 0 || !entry->format ||
	    get_text(line, "compress", &entry->compress) < 0 ||
	    get_text(line, "note", &entry->note) < 0)
		return -EINVAL;
	if (get_time(line, "opened", &entry->opened_ms) < 0 ||
	    get_time(line, "closed", &entry->closed_ms) < 0)
		return -EINVAL;
	entry->columns = json_get(line, "columns");
	entry->runs = json_get(line, "runs");
	entry->csv = json_get(line, "csv");
	if ((entry->columns && json_type(entry->columns) != JSON_ARRAY) ||
	    (entry->runs && json_type(entry->runs) != JSON_OBJECT) ||
	    (entry->csv && json_type(entry->csv) != JSON_OBJECT))
		return -EINVAL;
	return 0;
}

struct reading {
	manifest_entry_fn *fn;
	void *arg;
	unsigned bad;
	struct buf line;
};

static void end_line(struct reading *reading)
{
	struct manifest_entry entry;
	struct json *line = NULL;

	if (!reading->line.full &&
	    json_parse(buf_text(&reading->line), reading->line.len, &line, NULL) == 0 &&
	    entry_of(line, &entry) == 0)
		reading->fn(&entry, reading->arg);
	else
		reading->bad++;
	json_unref(line);
	buf_clear(&reading->line);
}

static void take(struct reading *reading, const char *bytes, size_t len)
{
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t piece = end ? (size_t)(end - bytes) : len;

		buf_add(&reading->line, bytes, piece);
		if (end) {
			end_line(reading);
			piece++;
		}
		bytes += piece;
		len -= piece;
	}
}

static int read_lines(int fd, struct reading *reading)
{
	char *block = xmalloc(READ_STEP);
	ssize_t got;

	do {
		got = read(fd, block, READ_STEP);
		if (got > 0)
			take(reading, block, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	free(block);
	if (reading->line.len > 0 || reading->line.full)
		reading->bad++;
	return got < 0 ? -errno : 0;
}

int manifest_read(int root, const char *name, manifest_entry_fn *fn, void *arg, unsigned *bad,
		  struct err *err)
{
	struct reading reading = { .fn = fn, .arg = arg };
	int fd = file_open_beneath(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, err), code;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, -EINVAL, "%s is no regular file", name);
	}
	buf_init(&reading.line, LINE_CEILING);
	code = read_lines(fd, &reading);
	buf_done(&reading.line);
	close(fd);
	*bad = reading.bad;
	return code < 0 ? err_sys(err, code, "cannot read %s", name) : 0;
}
