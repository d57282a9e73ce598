/* Any bytes as an answer, written in every format and read back.
 *
 * The first three bytes choose the dialect of CSV and what becomes of new columns; the others are
 * the body. What CSV, JSON lines and JSON arrays say of the same records, read by the readers of
 * `head`, must be the same texts. The body lives in a block of exactly its size, so that a sanitizer
 * sees one read too many.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/extract.h"
#include "data/format.h"
#include "data/tail.h"
#include "data/whole.h"

#define CEILING  ((size_t)1 << 24)
#define ROWS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What stands in a file, and what was read from it. */
struct shown {
	struct json *columns, *rows;
};

static void shown_done(struct shown *shown)
{
	json_unref(shown->columns);
	json_unref(shown->rows);
}

/* False: it cannot be written. */
static bool write_file(const struct job *job, const struct colset *set,
		       const struct extract *extract, struct buf *file)
{
	const struct format *format = format_of(job->format);
	struct rows rows = { .count = 0 };
	struct err err = ERR_INIT;
	int code;

	buf_init(&rows.bytes, CEILING);
	must(format->header(job, set, file) == 0);
	code = format->encode(job, set, extract, NULL, &rows, &err);
	if (code < 0) {
		must(err.text[0] && rows.count == 0 && rows.bytes.len == 0);
	} else {
		must(!rows.unknown && rows.count == extract->len);
		if (rows.count > 0)
			buf_add_text(file, buf_text(&rows.bytes) + format->lead);
		buf_add_text(file, format->footer);
	}
	buf_done(&rows.bytes);
	return code == 0;
}

static struct shown read_file(const struct job *job, const struct buf *file)
{
	struct shown shown = { json_new_array(), json_new_array() };
	struct json *policy = format_policy(job);
	struct tail tail = {
		.fd = memfd_create("rows_fuzz", MFD_CLOEXEC),
		.bytes = file->len,
		.format = job->format,
		.n = ROWS_MAX,
		.columns = shown.columns,
		.rows = shown.rows,
		.policy = policy,
	};

	must(write(tail.fd, buf_text(file), file->len) == (ssize_t)file->len);
	must(tail_read(&tail, NULL) == 0);
	close(tail.fd);
	json_unref(policy);
	return shown;
}

/* Text of the file as JSON reads it: U+0000 cannot stand in CSV. */
static void replace_nul(struct slice text, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i])
			buf_add_char(out, text.ptr[i]);
		else
			buf_add_text(out, "\xef\xbf\xbd");
	}
}

/* A CSV cell against the text that JSON has. */
static void same_cell(const struct job *job, const struct json *csv, const struct json *json,
		      bool alone)
{
	struct buf text;

	if (!json) {
		must(!csv || (alone && json_slice(csv).len == 0));
		return;
	}
	must(csv != NULL);
	buf_init(&text, CEILING);
	replace_nul(json_slice(json), &text);
	if (!slice_equal(buf_slice(&text), json_slice(csv))) {
		struct slice guarded = json_slice(csv);

		must(job->csv.guard && guarded.len == text.len + 1 && guarded.ptr[0] == '\'');
		must(strchr("=+-@\t\r", text.data[0]) &&
		     memcmp(guarded.ptr + 1, text.data, text.len) == 0);
	}
	buf_done(&text);
}

static void same_table(const struct job *job, const struct shown *csv, const struct shown *json)
{
	size_t columns = json_len(json->columns);

	must(json_len(csv->columns) == columns);
	must(json_len(csv->rows) == json_len(json->rows));
	for (size_t i = 0; i < columns; i++)
		same_cell(job, json_at(csv->columns, i), json_at(json->columns, i), false);
	for (size_t row = 0; row < json_len(csv->rows); row++) {
		const struct json *found = json_at(csv->rows, row);
		const struct json *want = json_at(json->rows, row);

		must(json_len(found) == columns && json_len(want) == columns);
		for (size_t i = 0; i < columns; i++)
			same_cell(job, json_at(found, i), json_at(want, i), columns == 1);
	}
}

/* With a set that takes no more, each row is as wide as the header, and the extra column is JSON. */
static void narrow_rows(const struct job *job, const struct extract *extract)
{
	struct extract first = { .records = extract->records, .len = extract->len > 0 };
	struct colset *set = colset_new(job);
	struct buf file;

	buf_init(&file, CEILING);
	must(format_widen(&first, &set, NULL) == 0);
	if (extract->len > 0 && write_file(job, set, extract, &file)) {
		struct shown shown = read_file(job, &file);
		size_t width = json_len(shown.columns);

		must(width == colset_len(set) && json_len(shown.rows) == extract->len);
		for (size_t row = 0; row < extract->len; row++) {
			const struct json *cells = json_at(shown.rows, row);
			struct slice extra = json_slice(json_at(cells, width - 1));

			must(json_len(cells) == width);
			must(job->new_columns != JOB_NEW_EXTRA || extra.len == 0 ||
			     (extra.ptr[0] == '{' && whole_json(extra)));
		}
		shown_done(&shown);
	}
	buf_done(&file);
	colset_unref(set);
}

static struct shown through_file(struct job *job, enum job_format format,
				 const struct extract *extract)
{
	struct colset *set = colset_new(job);
	struct shown shown;
	struct buf file;

	job->format = format;
	buf_init(&file, CEILING);
	must(format_widen(extract, &set, NULL) == 0);
	must(write_file(job, set, extract, &file));
	shown = read_file(job, &file);
	buf_done(&file);
	colset_unref(set);
	return shown;
}

static void all_formats(struct job *job, const struct extract *extract)
{
	struct shown lines = through_file(job, JOB_FORMAT_JSONL, extract);
	struct shown array = through_file(job, JOB_FORMAT_JSON, extract);
	struct shown csv = through_file(job, JOB_FORMAT_CSV, extract);

	must(json_equal(lines.columns, array.columns) && json_equal(lines.rows, array.rows));
	same_table(job, &csv, &lines);
	shown_done(&lines);
	shown_done(&array);
	shown_done(&csv);
}

static bool names_are_short(const struct job *job, const struct extract *extract)
{
	struct colset *set = colset_new(job);
	bool fit = format_widen(extract, &set, NULL) == 0;

	colset_unref(set);
	return fit;
}

static void choose(const uint8_t *data, struct job *job)
{
	static const char *const delimiters[] = { ",", ";", "\t", "|", ".", "-", ":", "'" };
	static const char *const nulls[] = { "", "NULL", "\\N", "0", "a", "true", "{}", "-" };

	*job = (struct job) { .columns_auto = true };
	job->csv = (struct job_csv) {
		.delimiter = (char *)delimiters[data[0] % 8],
		.null = (char *)nulls[data[1] % 8],
		.crlf = data[1] & 8,
		.bom = data[1] & 16,
		.guard = data[1] & 32,
	};
	if (strchr(job->csv.null, job->csv.delimiter[0]))
		job->csv.null = (char *)"";
	job->new_columns = JOB_NEW_ROTATE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum job_new_columns policies[] = { JOB_NEW_EXTRA, JOB_NEW_DROP,
							 JOB_NEW_FAIL };
	struct extract extract = { 0 };
	struct extract_ask ask = { 0 };
	struct pointer *document;
	struct job job;
	bool truncated;
	char *body;

	if (size < 4)
		return 0;
	choose(data, &job);
	body = xmalloc(size - 3);
	memcpy(body, data + 3, size - 3);
	must(pointer_parse("", &document, NULL) == 0);
	ask.records = document;
	if (extract_records((struct slice) { body, size - 3 }, &ask, &extract, &truncated, NULL) ==
		    0 &&
	    extract.len <= ROWS_MAX && names_are_short(&job, &extract)) {
		all_formats(&job, &extract);
		job.new_columns = policies[data[2] % 3];
		narrow_rows(&job, &extract);
	}
	extract_done(&extract);
	pointer_free(document);
	free(body);
	return 0;
}
