#include "spec/field.h"

#include <stddef.h>
#include <string.h>

#include "../unit.h"
#include "spec/nearest.h"

struct thing {
	char *name;
	unsigned count;
	int color;
	bool on;
	int64_t wait_ms;
	uint64_t big, bytes;
	unsigned set;
};

static const char *const colors[] = { "red", "green", NULL };
static const char *const colors_later[] = { "blue", NULL };

static const struct field inner_fields[] = {
	{ .name = "must",
	  .type = FIELD_COUNT,
	  .offset = offsetof(struct thing, count),
	  .max = 9,
	  .flags = FIELD_REQUIRED,
	  .help = "a count" },
	{ .name = "color",
	  .type = FIELD_CHOICE,
	  .offset = offsetof(struct thing, color),
	  .choices = colors,
	  .later = colors_later,
	  .def = "green" },
	{ .name = NULL },
};

static const struct field fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .offset = offsetof(struct thing, name), .def = "x" },
	{ .name = "on", .type = FIELD_BOOL, .offset = offsetof(struct thing, on), .def = "true" },
	{ .name = "wait",
	  .type = FIELD_DURATION,
	  .offset = offsetof(struct thing, wait_ms),
	  .min = 10,
	  .max = 60000,
	  .def = "1s" },
	{ .name = "bytes",
	  .type = FIELD_SIZE,
	  .offset = offsetof(struct thing, bytes),
	  .min = 1,
	  .max = 4096,
	  .def = "1KiB" },
	{ .name = "set",
	  .type = FIELD_SET,
	  .offset = offsetof(struct thing, set),
	  .choices = colors,
	  .def = "[red, green]" },
	{ .name = "inner", .type = FIELD_GROUP, .fields = inner_fields },
	{ .name = "later", .type = FIELD_RESERVED, .def = "1" },
	{ .name = NULL },
};

/* Reads a YAML map; the sentences of its problems, one a line. */
static char *sentences(const char *yaml, struct thing *thing)
{
	struct problems problems = { 0 };
	struct doc *doc = NULL;
	struct walk walk = { .base = "", .problems = &problems };
	struct buf out;

	ck_assert_int_eq(doc_parse("a", DOC_YAML, slice_of(yaml), &doc, NULL), 0);
	walk.doc = doc;
	fields_read(fields, doc_root(doc), thing, &walk, NULL);
	buf_init(&out, 10000);
	for (size_t i = 0; i < problems.len; i++)
		buf_addf(&out, "%s\n", problems.items[i].sentence);
	problems_done(&problems);
	doc_free(doc);
	return buf_take(&out);
}

static void says(const char *yaml, const char *want)
{
	struct thing thing = { 0 };
	char *got = sentences(yaml, &thing);

	ck_assert_str_eq(got, want);
	free(got);
	fields_done(fields, &thing);
}

START_TEST(what_is_not_given_has_its_default)
{
	struct thing thing = { 0 };
	char *got = sentences("{}", &thing);

	ck_assert_str_eq(got, "");
	ck_assert_str_eq(thing.name, "x");
	ck_assert(thing.on);
	ck_assert_int_eq(thing.wait_ms, 1000);
	ck_assert_uint_eq(thing.bytes, 1024);
	ck_assert_uint_eq(thing.set, 3);
	ck_assert_int_eq(thing.color, 1); /* also inside a group that is not given */
	free(got);
	fields_done(fields, &thing);
	ck_assert_ptr_null(thing.name);
}
END_TEST

START_TEST(types_are_checked)
{
	says("{name: 3, on: no, wait: [], bytes: true, set: red, inner: []}",
	     "name: expected text, found a number\n"
	     "on: expected true or false, found text\n"
	     "wait: expected a duration, \"30s\" for example, found a list\n"
	     "bytes: expected a size, \"64MiB\" for example, found true or false\n"
	     "set: expected a list, found text\n"
	     "inner: expected a map, found a list\n");
}
END_TEST

START_TEST(ranges_are_checked)
{
	says("{wait: 5ms, bytes: 5kB, inner: {must: 10}}",
	     "wait: expected a duration from 10ms to 1m\n"
	     "bytes: expected a size from 1B to 4KiB\n"
	     "inner.must: expected a whole number from 0 to 9\n");
	says("{wait: 0, bytes: 0, inner: {must: 1.5}}",
	     "wait: expected a duration from 10ms to 1m\n"
	     "bytes: expected a size from 1B to 4KiB\n"
	     "inner.must: expected a whole number from 0 to 9\n");
	says("{inner: {must: .inf}}",
	     "inner.must: expected a whole number from 0 to 9, found text\n");
	says("{inner: {must: 99999999999999999999}}",
	     "inner.must: expected a whole number from 0 to 9\n");
}
END_TEST

START_TEST(a_group_that_is_given_needs_what_it_requires)
{
	says("{inner: {}}", "inner.must: required: a count\n");
	says("{inner: {must: 3, color: blue}}",
	     "inner.color: this version does not support \"blue\" yet; it has red, green\n");
	says("{inner: {must: 3, color: purple}}",
	     "inner.color: expected one of red, green, found \"purple\"\n");
	says("{inner: {must: 3, color: geen}}",
	     "inner.color: expected one of red, green, found \"geen\"; did you mean \"green\"?\n");
}
END_TEST

START_TEST(a_reserved_setting_may_have_its_default)
{
	says("{later: 1}", "");
	says("{later: 2}", "later: this version does not support it yet (only \"1\")\n");
}
END_TEST

START_TEST(what_is_shown_reads_back)
{
	struct thing thing = { 0 };
	char *got = sentences("{name: a, wait: 1500ms, set: [green], inner: {must: 3}}", &thing);
	struct json *shown = fields_show(fields, &thing);
	char *text = json_text(shown, false);

	ck_assert_str_eq(text,
			 "{\"name\":\"a\",\"on\":true,\"wait\":\"1s500ms\",\"bytes\":\"1KiB\","
			 "\"set\":[\"green\"],\"inner\":{\"must\":3,\"color\":\"green\"}}");
	free(got);
	free(text);
	json_unref(shown);
	fields_done(fields, &thing);
}
END_TEST

static const char *nearest_of(const char *word)
{
	static const char *const known[] = { "workers", "request", "records", "retry", "url" };
	struct nearest nearest;

	nearest_init(&nearest, word);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_offer(&nearest, known[i]);
	return nearest.best ? nearest.best : "";
}

START_TEST(hints_are_near_and_not_wild)
{
	ck_assert_str_eq(nearest_of("worker"), "workers");
	ck_assert_str_eq(nearest_of("Workers"), "workers");
	ck_assert_str_eq(nearest_of("wrokers"), "workers");
	ck_assert_str_eq(nearest_of("requests"), "request");
	ck_assert_str_eq(nearest_of("uri"), "url");
	ck_assert_str_eq(nearest_of("x"), "");
	ck_assert_str_eq(nearest_of(""), "");
	ck_assert_str_eq(nearest_of("something_else"), "");
	ck_assert_str_eq(nearest_of("a_word_that_is_longer_than_anything_that_could_be_meant"), "");
}
END_TEST

UNIT_MAIN("field", what_is_not_given_has_its_default, types_are_checked, ranges_are_checked,
	  a_group_that_is_given_needs_what_it_requires, a_reserved_setting_may_have_its_default,
	  what_is_shown_reads_back, hints_are_near_and_not_wild)
