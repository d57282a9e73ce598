/* 100,000 random records written as CSV and as JSON lines, and read back by a reader of our own.
 *
 * The generator writes each body and, beside it, what the rows must say, without using any code of
 * the floor under test; the reader below knows RFC 4180 and nothing else.
 */
#include <stdio.h>

#include "base/random.h"
#include "sample.h"

/* An assertion that costs nothing while it holds; Check's own make a system call each. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg("%s", #condition);                                            \
	} while (0)

enum { RECORDS = 100000, BATCH_MAX = 40, FIELDS_MAX = 48 };

/* What a cell must be: NULL text is a null. */
struct want {
	char *name, *text;
};

struct expected {
	struct want cells[FIELDS_MAX];
	size_t n;
	char *line; /* the record without white space */
};

struct generator {
	struct random random;
	struct buf body, compact; /* the same values with and without white space */
	struct expected *record;
};

static unsigned roll(struct generator *g, unsigned limit)
{
	return (unsigned)random_below(&g->random, limit);
}

static void emit(struct generator *g, const char *text)
{
	buf_add_text(&g->body, text);
	buf_add_text(&g->compact, text);
}

static void space(struct generator *g)
{
	static const char *const spaces[] = { "", "", "", "", " ", "\n", "\t ", "\r\n" };

	buf_add_text(&g->body, spaces[roll(g, 8)]);
}

static void expect(struct generator *g, const char *name, char *text)
{
	struct expected *record = g->record;

	for (size_t i = 0; i < record->n; i++) {
		if (strcmp(record->cells[i].name, name) == 0) {
			free(record->cells[i].text);
			record->cells[i].text = text;
			return;
		}
	}
	MUST(record->n < FIELDS_MAX);
	record->cells[record->n++] = (struct want) { xstrdup(name), text };
}

/* One character: as JSON, and the text it stands for. */
struct piece {
	const char *json, *text;
};

static const struct piece pieces[] = {
	{ "a", "a" },
	{ "Z", "Z" },
	{ "0", "0" },
	{ " ", " " },
	{ ",", "," },
	{ ";", ";" },
	{ "'", "'" },
	{ ".", "." },
	{ "{", "{" },
	{ "]", "]" },
	{ ":", ":" },
	{ "\\\"", "\"" },
	{ "\\\\", "\\" },
	{ "\\/", "/" },
	{ "\\n", "\n" },
	{ "\\r", "\r" },
	{ "\\t", "\t" },
	{ "\\b", "\b" },
	{ "\\u0041", "A" },
	{ "\\u002C", "," },
	{ "\\u0022", "\"" },
	{ "\\u000a", "\n" },
	{ "\\u0020", " " },
	{ "\\u00e9", "\xc3\xa9" },
	{ "\\u20AC", "\xe2\x82\xac" },
	{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
	{ "\\ud83d", "\xef\xbf\xbd" },
	{ "\\u0000", "\xef\xbf\xbd" },
	{ "\xc3\xa9", "\xc3\xa9" },
	{ "\xe2\x82\xac", "\xe2\x82\xac" },
	{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	{ "long run of plain text here", "long run of plain text here" },
};

/* Appends a JSON string; returns its text, the caller's. */
static char *string(struct generator *g, unsigned longest)
{
	unsigned n = roll(g, longest + 1), plain = roll(g, 3);
	struct buf text;

	buf_init(&text, 10000);
	emit(g, "\"");
	for (unsigned i = 0; i < n; i++) {
		const struct piece *piece = &pieces[roll(g, plain ? 3 : 32)];

		emit(g, piece->json);
		buf_add_text(&text, piece->text);
	}
	emit(g, "\"");
	return buf_take(&text);
}

static char *number(struct generator *g)
{
	static const char *const odd[] = { "0",
					   "-0",
					   "1.10",
					   "1e400",
					   "-1.5E-7",
					   "0.000",
					   "9007199254740993",
					   "18446744073709551616" };
	char *text = roll(g, 2) ? xstrdup(odd[roll(g, 8)])
				: xasprintf("%lld", (long long)random_next(&g->random));

	emit(g, text);
	return text;
}

static char *scalar(struct generator *g)
{
	static const char *const words[] = { "null", "true", "false" };
	unsigned kind = roll(g, 8);

	if (kind < 4)
		return string(g, kind == 0 ? 40 : 8);
	if (kind < 6)
		return number(g);
	kind = roll(g, 3);
	emit(g, words[kind]);
	return kind ? xstrdup(words[kind]) : NULL;
}

/* An array of anything, or an object inside one: whole, so only its compact text is expected. */
static void nest(struct generator *g, unsigned depth, bool object)
{
	unsigned n = roll(g, 4);

	emit(g, object ? "{" : "[");
	for (unsigned i = 0; i < n; i++) {
		space(g);
		if (object) {
			free(string(g, 3));
			space(g);
			emit(g, ":");
			space(g);
		}
		if (depth > 0 && roll(g, 4) == 0)
			nest(g, depth - 1, roll(g, 2));
		else
			free(scalar(g));
		space(g);
		if (i + 1 < n)
			emit(g, ",");
	}
	space(g);
	emit(g, object ? "}" : "]");
}

/* The compact text of what was emitted since `from`. */
static char *since(struct generator *g, size_t from)
{
	return xstrndup(g->compact.data + from, g->compact.len - from);
}

static void object(struct generator *g, const char *prefix, unsigned depth);

static void member(struct generator *g, const char *prefix, unsigned depth)
{
	static const char *const common[] = { "id", "name", "a", "b", "a.b", "value", "x,y", "" };
	char *key, *name;
	size_t from;

	if (roll(g, 20) == 0) {
		key = string(g, 2);
	} else {
		key = xstrdup(common[roll(g, 8)]);
		emit(g, "\"");
		emit(g, key);
		emit(g, "\"");
	}
	name = xasprintf("%s%s", prefix, key);
	space(g);
	emit(g, ":");
	space(g);
	from = g->compact.len;
	switch (roll(g, 8)) {
	case 0:
		nest(g, 2, false);
		expect(g, name, since(g, from));
		break;
	case 1:
		if (depth < 3) {
			object(g, name, depth + 1);
			break;
		}
		/* fallthrough */
	default:
		expect(g, name, scalar(g));
	}
	free(key);
	free(name);
}

/* `name` is what it is a member of; NULL at the top. */
static void object(struct generator *g, const char *name, unsigned depth)
{
	unsigned n = roll(g, depth ? 4 : 10);
	char *prefix = name ? xasprintf("%s.", name) : xstrdup("");

	emit(g, "{");
	space(g);
	for (unsigned i = 0; i < n; i++) {
		member(g, prefix, depth);
		space(g);
		if (i + 1 < n)
			emit(g, ",");
		space(g);
	}
	emit(g, "}");
	if (n == 0)
		expect(g, name ? name : "value", xstrdup("{}"));
	free(prefix);
}

static void record(struct generator *g)
{
	size_t from = g->compact.len;

	if (roll(g, 20) == 0) {
		expect(g, "value", scalar(g));
	} else if (roll(g, 30) == 0) {
		nest(g, 2, false);
		expect(g, "value", since(g, from));
	} else {
		object(g, NULL, 0);
	}
	g->record->line = since(g, from);
}

/* The reader: one field of CSV at `*at`; `*at` moves to its comma, line feed or the end. */
struct text_field {
	struct buf text;
	bool quoted;
};

static void read_field(const char **at, struct text_field *field)
{
	buf_clear(&field->text);
	field->quoted = **at == '"';
	if (!field->quoted) {
		for (; **at && **at != ',' && **at != '\n'; ++*at) {
			MUST(**at != '"' && **at != '\r'); /* a bare quote or CR */
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
	MUST(**at == ',' || **at == '\n'); /* text behind a closing quote */
}

static bool must_be_quoted(const char *text)
{
	size_t len = strlen(text);

	return len == 0 || strpbrk(text, ",\"\r\n") || text[0] == ' ' || text[len - 1] == ' ';
}

static void expect_field(const char **at, struct text_field *field, const char *text, bool alone)
{
	read_field(at, field);
	if (!text) {
		MUST(strcmp(buf_text(&field->text), "") == 0);
		MUST(field->quoted == alone);
		return;
	}
	MUST(strcmp(buf_text(&field->text), text) == 0);
	MUST(field->quoted == must_be_quoted(text));
}

static const char *wanted(const struct expected *record, struct slice name)
{
	for (size_t i = 0; i < record->n; i++) {
		if (slice_is(name, record->cells[i].name))
			return record->cells[i].text;
	}
	return NULL;
}

static void check_csv(const char *text, const struct colset *set, const struct expected *records,
		      size_t n)
{
	size_t columns = colset_len(set), nonempty = 0;
	struct text_field field;

	buf_init(&field.text, 1 << 20);
	for (size_t row = 0; row <= n; row++) {
		for (size_t i = 0; i < columns; i++) {
			struct slice name = colset_name(set, i);
			const char *want = row ? wanted(&records[row - 1], name) : name.ptr;

			nonempty += row && want;
			expect_field(&text, &field, want, columns == 1);
			MUST(*text == (i + 1 < columns ? ',' : '\n'));
			text++;
		}
	}
	MUST(strcmp(text, "") == 0);
	for (size_t row = 0; row < n; row++) {
		for (size_t i = 0; i < records[row].n; i++)
			nonempty -= records[row].cells[i].text != NULL;
	}
	MUST(nonempty == 0); /* every value was in some column */
	buf_done(&field.text);
}

static void check_jsonl(const char *text, const struct expected *records, size_t n)
{
	for (size_t row = 0; row < n; row++) {
		size_t len = strlen(records[row].line);

		MUST(strncmp(text, records[row].line, len) == 0);
		MUST(text[len] == '\n');
		text += len + 1;
	}
	MUST(strcmp(text, "") == 0);
}

static void write_and_check(struct generator *g, const struct job *job, enum job_format kind,
			    const struct expected *records, size_t n)
{
	const struct format *format = format_of(kind);
	struct slice body = buf_slice(&g->body);
	struct pointer *pointer = sample_pointer("");
	struct extract extract = { 0 };
	struct rows rows = { .count = 0 };
	struct colset *set = colset_new(job);
	struct err err = ERR_INIT;
	bool truncated;

	buf_init(&rows.bytes, 1 << 24);
	ck_assert_msg(extract_records(body, pointer, NULL, &extract, &truncated, &err) == 0, "%s",
		      err.text);
	MUST(extract.len == n);
	set = sample_grown(set, &extract);
	format->header(job, set, &rows.bytes);
	MUST(format->encode(job, set, &extract, NULL, &rows, &err) == 0);
	ck_assert(!rows.unknown);
	MUST(rows.count == n);
	if (kind == JOB_FORMAT_CSV)
		check_csv(buf_text(&rows.bytes), set, records, n);
	else
		check_jsonl(buf_text(&rows.bytes), records, n);
	buf_done(&rows.bytes);
	extract_done(&extract);
	colset_unref(set);
	pointer_free(pointer);
}

static void one_batch(struct generator *g, const struct job *job, size_t n)
{
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
	write_and_check(g, job, JOB_FORMAT_CSV, records, n);
	write_and_check(g, job, JOB_FORMAT_JSONL, records, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < records[i].n; c++) {
			free(records[i].cells[c].name);
			free(records[i].cells[c].text);
		}
		free(records[i].line);
	}
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
