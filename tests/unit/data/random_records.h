/* Random records, and beside each what its cells must say, without using any code of the floor under
 * test. */
#ifndef TESTS_UNIT_DATA_RANDOM_RECORDS_H
#define TESTS_UNIT_DATA_RANDOM_RECORDS_H

#include <stdio.h>

#include "base/random.h"
#include "sample.h"

/* An assertion that costs nothing while it holds; Check's own make a system call each. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg("%s", #condition);                                            \
	} while (0)

enum { FIELDS_MAX = 48 };

/* What a cell must be: NULL text is a null. */
struct want {
	char *name, *text;
	bool is_text; /* in JSON a string */
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
	bool is_text; /* of the last scalar */
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
			record->cells[i].is_text = g->is_text;
			return;
		}
	}
	MUST(record->n < FIELDS_MAX);
	record->cells[record->n++] = (struct want) { xstrdup(name), text, g->is_text };
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
	{ "=", "=" },
	{ "+", "+" },
	{ "-", "-" },
	{ "@", "@" },
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

enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

/* Appends a JSON string; returns its text, the caller's. */
static char *string(struct generator *g, unsigned longest)
{
	unsigned n = roll(g, longest + 1), plain = roll(g, 3);
	struct buf text;

	buf_init(&text, 10000);
	emit(g, "\"");
	for (unsigned i = 0; i < n; i++) {
		const struct piece *piece = &pieces[roll(g, plain ? 3 : PIECES)];

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

	g->is_text = kind < 4;
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

static inline void expected_done(struct expected *record)
{
	for (size_t i = 0; i < record->n; i++) {
		free(record->cells[i].name);
		free(record->cells[i].text);
	}
	free(record->line);
}

#endif
