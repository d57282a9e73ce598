#include "data/increment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/mark_keys.h"

#include "../unit.h"

static struct job *job_of(const char *incremental)
{
	char text[600];
	struct problems problems = { 0 };
	struct json *definition;
	struct job *job;

	snprintf(text, sizeof(text), "{'request': {'url': 'http://h/'}, 'incremental': %s}",
		 incremental);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	ck_assert_int_eq(json_parse(text, strlen(text), &definition, NULL), 0);
	job = job_new("j", definition, NULL, "", &problems);
	ck_assert_msg(job, "%s", problems.len ? problems.items[0].sentence : "?");
	problems_done(&problems);
	json_unref(definition);
	return job;
}

struct asked {
	struct job *job;
	struct extract extract;
	struct increment *found;
	int code;
	struct err err;
	char *body;
};

static struct asked ask(const char *incremental, const char *frozen, const char *body)
{
	struct asked asked = { .job = job_of(incremental), .err = ERR_INIT, .body = xstrdup(body) };
	struct extract_ask want = { .records = asked.job->records };
	bool truncated;

	for (char *c = asked.body; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	ck_assert_int_eq(
		extract_records(slice_of(asked.body), &want, &asked.extract, &truncated, NULL), 0);
	asked.found = increment_pick(asked.job, frozen, &asked.extract, &asked.code, &asked.err);
	return asked;
}

static void asked_done(struct asked *asked)
{
	increment_free(asked->found);
	extract_done(&asked->extract);
	job_unref(asked->job);
	free(asked->body);
}

/* What the next run would find frozen after this. */
static char *freeze(const struct increment *increment)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_addf(&text, "%zu:%s", strlen(increment->value), increment->value);
	mark_keys_hex(buf_slice(&increment->keys), &text);
	return buf_take(&text);
}

START_TEST(the_highest_cursor_is_found_wherever_it_stands)
{
	struct asked asked = ask("{'cursor': '/n', 'type': 'number'}", "",
				 "[{'n': 9}, {'n': '10'}, {'n': 1e1}, {'n': 2}]");

	ck_assert_ptr_nonnull(asked.found);
	ck_assert_str_eq(asked.found->value, "10");
	ck_assert_uint_eq(asked.extract.len, 4);
	ck_assert_uint_eq(asked.found->keys.len, 2 * MARK_KEY_BYTES);
	asked_done(&asked);
}
END_TEST

START_TEST(what_is_before_the_mark_or_known_at_it_is_left_out)
{
	const char *settings = "{'cursor': '/n', 'type': 'number', 'key': ['id']}";
	struct asked asked = ask(settings, "", "[{'n': 5, 'id': 1}, {'n': 5, 'id': 2}]");
	char *frozen = freeze(asked.found);

	asked_done(&asked);
	asked = ask(
		settings, frozen,
		"[{'n': 4, 'id': 9}, {'n': 5, 'id': 3}, {'n': 5.0, 'id': 1}, {'n': 6, 'id': 1}]");
	ck_assert_uint_eq(asked.extract.len, 2);
	ck_assert(slice_is(asked.extract.records[0], "{\"n\": 5, \"id\": 3}"));
	ck_assert(slice_is(asked.extract.records[1], "{\"n\": 6, \"id\": 1}"));
	ck_assert_str_eq(asked.found->value, "6");
	asked_done(&asked);
	free(frozen);
}
END_TEST

START_TEST(the_start_leaves_out_what_is_before_it)
{
	struct asked asked =
		ask("{'cursor': '/n', 'type': 'number', 'start': 5}", "", "[{'n': 4}, {'n': 5}]");

	ck_assert_uint_eq(asked.extract.len, 1);
	asked_done(&asked);
}
END_TEST

START_TEST(nothing_that_counts_is_no_increment)
{
	struct asked asked = ask("{'cursor': '/n', 'type': 'number'}", "1:7", "[{'n': 4}]");

	ck_assert_ptr_null(asked.found);
	ck_assert_int_eq(asked.code, 0);
	ck_assert_uint_eq(asked.extract.len, 0);
	asked_done(&asked);
}
END_TEST

START_TEST(what_has_no_cursor_or_no_key_is_named)
{
	static const struct {
		const char *settings, *body, *words;
	} rows[] = {
		{ "{'cursor': '/a/b'}", "[{'a': {'b': '2026-01-01'}}, {'a': 1}]", "record 2" },
		{ "{'cursor': '/a/b'}", "[{'a': {'b': null}}]", "/a/b" },
		{ "{'cursor': '/t'}", "[{'t': 5}]", "expected" },
		{ "{'cursor': '/t'}", "[{'t': 'soon'}]", "soon" },
		{ "{'cursor': '/n', 'type': 'number'}", "[{'n': true}]", "record 1" },
		{ "{'cursor': '/n', 'type': 'number', 'key': ['id']}", "[{'n': 1}]", "/id" },
		{ "{'cursor': '/n', 'type': 'text'}", "[{'n': 'a\\u0000b'}]", "NUL" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asked asked = ask(rows[i].settings, "", rows[i].body);

		ck_assert_msg(asked.code == -EINVAL && strstr(asked.err.text, rows[i].words),
			      "%s: %s", rows[i].body, asked.err.text);
		ck_assert_ptr_null(asked.found);
		asked_done(&asked);
	}
}
END_TEST

START_TEST(a_look_back_keeps_the_keys_within_it)
{
	const char *settings = "{'cursor': '/t', 'lookback': '1h'}";
	struct asked asked =
		ask(settings, "",
		    "[{'t': '2026-01-01T00:00:00Z'}, {'t': '2026-01-01T01:30:00+01:00'},"
		    " {'t': '2026-01-01T01:15:00Z'}, {'t': '2026-01-01T00:15:00Z'}]");
	struct asked later = ask(settings, "", "[{'t': '2026-01-01T01:30:00Z'}]");

	ck_assert_uint_eq(asked.found->keys.len, 3 * MARK_KEY_BYTES);
	increment_join(&asked.job->incremental, asked.found, later.found);
	ck_assert_str_eq(asked.found->value, "2026-01-01T01:30:00Z");
	ck_assert_uint_eq(asked.found->keys.len, 3 * MARK_KEY_BYTES); /* 00:15 has gone */
	asked_done(&asked);
	asked_done(&later);
}
END_TEST

START_TEST(of_too_many_keys_those_of_the_highest_ranks_stay)
{
	struct buf keys, digits;
	char rank[16];

	buf_init(&keys, SIZE_MAX / 4);
	buf_init(&digits, SIZE_MAX / 4);
	for (unsigned i = 0; i < MARK_KEYS_MAX + 500; i++) {
		snprintf(rank, sizeof(rank), "%08u", i);
		mark_keys_add(&keys, i * UINT64_C(0x9e3779b97f4a7c15), slice_of(rank));
		mark_keys_add(&keys, i * UINT64_C(0x9e3779b97f4a7c15), slice_of(rank));
	}
	ck_assert(!mark_keys_settle(&keys, slice_of("")));
	ck_assert_uint_eq(keys.len, (size_t)MARK_KEYS_MAX * MARK_KEY_BYTES);
	mark_keys_hex(buf_slice(&keys), &digits);
	for (unsigned i = 0; i < MARK_KEYS_MAX + 500; i++)
		ck_assert_int_eq(
			mark_keys_has(buf_slice(&digits), i * UINT64_C(0x9e3779b97f4a7c15)),
			i >= 500);
	buf_done(&keys);
	buf_done(&digits);
}
END_TEST

UNIT_MAIN("increment", the_highest_cursor_is_found_wherever_it_stands,
	  what_is_before_the_mark_or_known_at_it_is_left_out,
	  the_start_leaves_out_what_is_before_it, nothing_that_counts_is_no_increment,
	  what_has_no_cursor_or_no_key_is_named, a_look_back_keeps_the_keys_within_it,
	  of_too_many_keys_those_of_the_highest_ranks_stay)
