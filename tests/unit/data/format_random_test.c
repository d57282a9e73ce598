/* 100,000 random records written in every format, CSV in random dialects too, and read back by
 * readers of our own, which know RFC 4180 and nothing else. The generator stands in
 * random_records.h.
 */
#include "random_records.h"

enum { RECORDS = 100000, BATCH_MAX = 40 };

/* The reader: one field of CSV at `*at`; `*at` moves to its delimiter, its end of line or the end. */
struct text_field {
	const struct job_csv *dialect;
	struct buf text;
	bool quoted;
};

static bool ends_field(const struct text_field *field, char c)
{
	return c == '\0' || c == field->dialect->delimiter[0] || c == '\n' || c == '\r';
}

static void read_field(const char **at, struct text_field *field)
{
	buf_clear(&field->text);
	field->quoted = **at == '"';
	if (!field->quoted) {
		for (; !ends_field(field, **at); ++*at) {
			MUST(**at != '"'); /* a bare quote */
			buf_add_char(&field->text, **at);
		}
		return;
	}
	for (++*at;; ++*at) {
		MUST(**at); /* a quote is not closed */
		if (**at == '"' && *++*at != '"')
			break;
		buf_add_char(&field->text, **at);
	}
	MUST(ends_field(field, **at)); /* text behind a closing quote */
}

static bool must_be_quoted(const struct job_csv *dialect, const char *text)
{
	const char special[] = { dialect->delimiter[0], '"', '\r', '\n', '\0' };
	size_t len = strlen(text);

	return len == 0 || strpbrk(text, special) || text[0] == ' ' || text[len - 1] == ' ' ||
	       strcmp(text, dialect->null) == 0;
}

static void expect_field(const char **at, struct text_field *field, const struct want *want,
			 bool alone)
{
	const struct job_csv *dialect = field->dialect;
	char *guarded;

	read_field(at, field);
	if (!want || !want->text) {
		MUST(strcmp(buf_text(&field->text), dialect->null) == 0);
		MUST(field->quoted == (alone && dialect->null[0] == '\0'));
		return;
	}
	guarded = xasprintf("'%s", want->text);
	if (!dialect->guard || !want->is_text || !want->text[0] ||
	    !strchr("=+-@\t\r", want->text[0]))
		memmove(guarded, guarded + 1, strlen(guarded));
	MUST(strcmp(buf_text(&field->text), guarded) == 0);
	MUST(field->quoted == must_be_quoted(dialect, guarded));
	free(guarded);
}

static const struct want *wanted(const struct expected *record, struct slice name)
{
	for (size_t i = 0; i < record->n; i++) {
		if (slice_is(name, record->cells[i].name))
			return &record->cells[i];
	}
	return NULL;
}

static void expect_text(const char **at, const char *text)
{
	MUST(strncmp(*at, text, strlen(text)) == 0);
	*at += strlen(text);
}

static void check_row(const char **text, struct text_field *field, const struct colset *set,
		      const struct expected *record)
{
	size_t columns = colset_len(set);

	for (size_t i = 0; i < columns; i++) {
		struct slice name = colset_name(set, i);
		struct want header = { NULL, (char *)name.ptr, true };

		expect_field(text, field, record ? wanted(record, name) : &header, columns == 1);
		if (i + 1 < columns)
			expect_text(text, field->dialect->delimiter);
		else
			expect_text(text, field->dialect->crlf ? "\r\n" : "\n");
	}
}

static size_t count_values(const struct expected *record, const struct colset *set)
{
	size_t n = 0;

	for (size_t i = 0; i < colset_len(set); i++) {
		const struct want *want = wanted(record, colset_name(set, i));

		n += want && want->text;
	}
	for (size_t i = 0; i < record->n; i++)
		n -= record->cells[i].text != NULL;
	return n;
}

static void check_csv(const char *text, const struct job *job, const struct colset *set,
		      const struct expected *records, size_t n)
{
	struct text_field field = { .dialect = &job->csv };

	buf_init(&field.text, 1 << 20);
	if (job->csv.bom)
		expect_text(&text, "\xef\xbb\xbf");
	check_row(&text, &field, set, NULL);
	for (size_t i = 0; i < n; i++) {
		check_row(&text, &field, set, &records[i]);
		MUST(count_values(&records[i], set) == 0); /* every value was in some column */
	}
	MUST(strcmp(text, "") == 0);
	buf_done(&field.text);
}

static void check_json(const char *text, const struct expected *records, size_t n)
{
	expect_text(&text, "[");
	for (size_t row = 0; row < n; row++) {
		expect_text(&text, row ? ",\n" : "\n");
		expect_text(&text, records[row].line);
	}
	MUST(strcmp(text, "\n]\n") == 0);
}

static void check_jsonl(const char *text, const struct expected *records, size_t n)
{
	for (size_t row = 0; row < n; row++) {
		expect_text(&text, records[row].line);
		expect_text(&text, "\n");
	}
	MUST(strcmp(text, "") == 0);
}

/* A whole file of these records. */
static void write_file(const struct job *job, const struct colset *set,
		       const struct extract *extract, struct buf *file)
{
	const struct format *format = format_of(job->format);
	struct rows rows = { .count = 0 };
	struct err err = ERR_INIT;

	buf_init(&rows.bytes, 1 << 24);
	MUST(format->header(job, set, file) == 0);
	MUST(format->encode(job, set, extract, NULL, &rows, &err) == 0);
	ck_assert(!rows.unknown);
	MUST(rows.count == extract->len);
	buf_add_text(file, buf_text(&rows.bytes) + format->lead);
	buf_add_text(file, format->footer);
	buf_done(&rows.bytes);
}

static void write_and_check(struct generator *g, const struct job *job,
			    const struct expected *records, size_t n)
{
	struct slice body = buf_slice(&g->body);
	struct pointer *pointer = sample_pointer("");
	const struct extract_ask ask = { .records = pointer };
	struct extract extract = { 0 };
	struct colset *set = colset_new(job);
	struct err err = ERR_INIT;
	struct buf file;
	bool truncated;

	buf_init(&file, 1 << 24);
	ck_assert_msg(extract_records(body, &ask, &extract, &truncated, &err) == 0, "%s", err.text);
	MUST(extract.len == n);
	set = sample_grown(set, &extract);
	write_file(job, set, &extract, &file);
	if (job->format == JOB_FORMAT_CSV)
		check_csv(buf_text(&file), job, set, records, n);
	else if (job->format == JOB_FORMAT_JSON)
		check_json(buf_text(&file), records, n);
	else
		check_jsonl(buf_text(&file), records, n);
	buf_done(&file);
	extract_done(&extract);
	colset_unref(set);
	pointer_free(pointer);
}

static void random_dialect(struct generator *g, struct job_csv *csv)
{
	static const char *const delimiters[] = { ",", ";", "\t", "|", ".", "-", ":", "'" };
	static const char *const nulls[] = { "", "NULL", "\\N", "0", "a", "true", "{}", "-" };

	csv->delimiter = (char *)delimiters[roll(g, 8)];
	csv->null = (char *)nulls[roll(g, 8)];
	if (csv->null[0] == csv->delimiter[0])
		csv->null = (char *)"";
	csv->crlf = roll(g, 2);
	csv->bom = roll(g, 2);
	csv->guard = roll(g, 2);
}

static void one_batch(struct generator *g, struct job *job, size_t n)
{
	static const struct job_csv standard = { .delimiter = (char *)",", .null = (char *)"" };
	struct expected records[BATCH_MAX] = { 0 };

	buf_clear(&g->body);
	buf_clear(&g->compact);
	emit(g, "[");
	for (size_t i = 0; i < n; i++) {
		g->record = &records[i];
		space(g);
		record(g);
		space(g);
		emit(g, i + 1 < n ? "," : "]");
	}
	g->body.data = realloc(g->body.data, g->body.len + 1); /* no slack for reads too far */
	g->body.room = g->body.len + 1;
	job->csv = standard;
	for (job->format = JOB_FORMAT_CSV; job->format <= JOB_FORMAT_JSON; job->format++)
		write_and_check(g, job, records, n);
	random_dialect(g, &job->csv);
	job->format = JOB_FORMAT_CSV;
	write_and_check(g, job, records, n);
	for (size_t i = 0; i < n; i++)
		expected_done(&records[i]);
}

START_TEST(random_records_come_back_as_they_were)
{
	struct job *job = sample_job(NULL);
	struct generator g = { .record = NULL };

	random_seed(&g.random, 20261123);
	buf_init(&g.body, 1 << 24);
	buf_init(&g.compact, 1 << 24);
	for (size_t done = 0; done < RECORDS;) {
		size_t n = 1 + roll(&g, BATCH_MAX);

		n = n > RECORDS - done ? RECORDS - done : n;
		one_batch(&g, job, n);
		done += n;
	}
	buf_done(&g.body);
	buf_done(&g.compact);
	sample_job_free(job);
}
END_TEST

UNIT_MAIN("format_random", random_records_come_back_as_they_were)
