#include "store/marks.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/runs.h"
#include "store/validators.h"

#include "scratch.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

static uint64_t begin_run(struct scratch *s)
{
	struct run_record record = {
		.job = TEXT("j"),
		.trigger = TEXT("manual"),
		.engine = TEXT("async"),
		.state = TEXT("running"),
	};

	return runs_insert(s->db, &record);
}

static void end_run(struct scratch *s, uint64_t id, const char *result)
{
	struct run_record record = { .id = id, .state = TEXT("ended"), .result = TEXT(result) };

	runs_end(s->db, &record);
}

static void put(struct scratch *s, const char *part, uint64_t run, const char *value, bool stands)
{
	struct mark_record record = {
		.run = run,
		.stands = stands,
		.value = TEXT(value),
		.rank = TEXT(value),
		.rank_len = strlen(value),
	};

	marks_put(s->db, "j", part, &record);
}

/* What stands of a part, the highest; "" none. */
static void note_highest(const char *part, const struct mark_record *record, void *arg)
{
	char *highest = arg;

	if (strcmp(record->value, highest) > 0)
		strcpy(highest, record->value);
}

static void expect(struct scratch *s, const char *part, const char *value)
{
	char highest[64] = "";

	ck_assert_int_eq(marks_standing(s->db, "j", part, note_highest, highest, NULL), 0);
	ck_assert_str_eq(highest, value);
}

START_TEST(a_candidate_stands_when_its_run_is_recorded_as_complete)
{
	static const struct {
		const char *result, *mark;
	} rows[] = { { "partial", "1" },
		     { "failed", "1" },
		     { "cancelled", "1" },
		     { "unchanged", "1" },
		     { "complete", "2" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scratch s;
		uint64_t run;

		scratch_init(&s);
		scratch_open(&s);
		scratch_begin(&s);
		put(&s, "{}", 0, "1", true);
		run = begin_run(&s);
		put(&s, "{}", run, "2", false);
		scratch_commit(&s);
		expect(&s, "{}", "1");
		scratch_begin(&s);
		end_run(&s, run, rows[i].result);
		scratch_commit(&s);
		expect(&s, "{}", rows[i].mark);
		scratch_done(&s);
	}
}
END_TEST

START_TEST(a_candidate_made_to_stand_does_whatever_becomes_of_its_run)
{
	struct scratch s;
	struct mark_record record;
	uint64_t run;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	put(&s, "{}", 0, "1", true);
	run = begin_run(&s);
	put(&s, "{}", run, "2", true);
	marks_drop_before(s.db, "j", "{}", run);
	end_run(&s, run, "failed");
	scratch_commit(&s);
	expect(&s, "{}", "2");
	expect(&s, "{\"id\":1}", "");
	ck_assert_int_eq(marks_candidate(s.db, "j", "{}", 0, &record, NULL), -ENOENT);
	ck_assert_int_eq(marks_candidate(s.db, "j", "{}", run, &record, NULL), 0);
	ck_assert_str_eq(record.value, "2");
	ck_assert_uint_eq(record.rank_len, 1);
	mark_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(what_stands_is_listed_once_a_part_in_portions)
{
	struct scratch s;
	struct json *page;
	const char *next;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	put(&s, "", 1, "7", true);
	put(&s, "{\"a\":\"1\"}", 2, "5", true);
	put(&s, "{\"a\":\"1\"}", 3, "9", true);
	put(&s, "{\"a\":\"2\"}", 3, "4", false);
	put(&s, "{\"a\":\"3\"}", 3, "6", true);
	scratch_commit(&s);
	page = marks_json(s.db, "j", 2, NULL, NULL);
	scratch_expect(page, "/items",
		       "[{'params': null, 'value': '7', 'run': 1},"
		       " {'params': {'a': '1'}, 'value': '9', 'run': 3}]");
	next = json_str(json_get(page, "next"));
	ck_assert_ptr_nonnull(next);
	ck_assert_int_eq(marks_any(s.db, "j", NULL), 1);
	ck_assert_int_eq(marks_any(s.db, "k", NULL), 0);
	{
		struct json *rest = marks_json(s.db, "j", 2, next, NULL);

		scratch_expect(rest, "",
			       "{'items': [{'params': {'a': '3'}, 'value': '6', 'run': 3}],"
			       " 'next': null}");
		json_unref(rest);
	}
	json_unref(page);
	scratch_done(&s);
}
END_TEST

START_TEST(a_reset_leaves_nothing)
{
	struct scratch s;
	struct mark_kind kind = { TEXT("/updated_at"), TEXT("time"), 7 }, found = { 0 };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	put(&s, "{}", 1, "1", true);
	marks_put_kind(s.db, "j", &kind);
	scratch_commit(&s);
	ck_assert_int_eq(marks_kind(s.db, "j", &found, NULL), 0);
	ck_assert_str_eq(found.cursor, "/updated_at");
	ck_assert_str_eq(found.type, "time");
	ck_assert_uint_eq(found.since, 7);
	mark_kind_done(&found);
	scratch_begin(&s);
	marks_drop_all(s.db, "j");
	scratch_commit(&s);
	ck_assert_int_eq(marks_any(s.db, "j", NULL), 0);
	ck_assert_int_eq(marks_kind(s.db, "j", &found, NULL), -ENOENT);
	scratch_done(&s);
}
END_TEST

static void validate(struct scratch *s, const char *request, uint32_t page, uint64_t run,
		     const char *etag)
{
	struct validator_record record = {
		.run = run,
		.definition = UINT64_MAX,
		.identity = 5,
		.etag = TEXT(etag),
		.output = TEXT("p//1"),
		.sequence = 2,
		.offset = 30,
		.length = 40,
		.sum = UINT64_MAX - 1,
		.rows = 3,
	};

	validators_put(s->db, "j", request, page, &record);
}

static void expect_etag(struct scratch *s, const char *request, uint32_t page, const char *etag)
{
	struct validator_record record = { 0 };
	int code = validators_get(s->db, "j", request, page, &record, NULL);

	if (!etag) {
		ck_assert_int_eq(code, -ENOENT);
		return;
	}
	ck_assert_int_eq(code, 0);
	ck_assert_str_eq(record.etag, etag);
	ck_assert_ptr_null(record.modified);
	ck_assert_uint_eq(record.definition, UINT64_MAX);
	ck_assert_uint_eq(record.sum, UINT64_MAX - 1);
	ck_assert_uint_eq(record.offset, 30);
	ck_assert_str_eq(record.output, "p//1");
	validator_record_done(&record);
}

START_TEST(validators_of_a_point_stand_together_and_replace_those_before)
{
	struct scratch s;
	uint64_t n;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	validate(&s, "{}", 0, 1, "a0");
	validate(&s, "{}", 1, 1, "a1");
	validators_stand(s.db, "j", "{}", 1);
	validate(&s, "{}", 0, 2, "b0");
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, "a0");
	expect_etag(&s, "{}", 1, "a1");
	ck_assert_int_eq(validators_count(s.db, "j", &n, NULL), 0);
	ck_assert_uint_eq(n, 2);
	scratch_begin(&s);
	validators_stand(s.db, "j", "{}", 2);
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, "b0");
	expect_etag(&s, "{}", 1, NULL); /* the chain has become shorter */
	scratch_begin(&s);
	validators_drop_all(s.db, "j");
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, NULL);
	scratch_done(&s);
}
END_TEST

START_TEST(validators_of_a_snapshot_stand_with_its_run_and_are_pruned_after_it)
{
	struct scratch s;
	uint64_t first, second, third;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	first = begin_run(&s);
	validate(&s, "{}", 0, first, "a");
	end_run(&s, first, "complete");
	second = begin_run(&s);
	validate(&s, "{}", 0, second, "b");
	end_run(&s, second, "failed");
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, "a");
	scratch_begin(&s);
	third = begin_run(&s);
	validate(&s, "{}", 0, third, "c");
	validators_prune(s.db, "j", "{}");
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, "a");
	scratch_begin(&s);
	end_run(&s, third, "complete");
	validators_prune(s.db, "j", "{}");
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, "c");
	scratch_begin(&s);
	validators_drop_before(s.db, "j", third + 1);
	scratch_commit(&s);
	expect_etag(&s, "{}", 0, NULL);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("marks", a_candidate_stands_when_its_run_is_recorded_as_complete,
	  a_candidate_made_to_stand_does_whatever_becomes_of_its_run,
	  what_stands_is_listed_once_a_part_in_portions, a_reset_leaves_nothing,
	  validators_of_a_point_stand_together_and_replace_those_before,
	  validators_of_a_snapshot_stand_with_its_run_and_are_pruned_after_it)
