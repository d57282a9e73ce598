/* The history of runs. */
#include "store/runs.h"
#include "store/runs_number.h"

#include <errno.h>
#include <fcntl.h>

#include "base/xalloc.h"
#include "store/outputs.h"
#include "store/sql.h"

#include "scratch.h"

static struct run_record example(void)
{
	return (struct run_record) {
		.job = xstrdup("inventory"),
		.trigger = xstrdup("manual"),
		.engine = xstrdup("threads"),
		.slot_ms = 1795413600000, /* 2026-11-23T06:00:00Z */
		.started_ms = 1795413600250,
		.workers = 3,
		.counts = { .total = 100 },
		.definition = scratch_json("{'name': 'inventory', 'big': 9007199254740993}"),
		.overrides = scratch_json("{'id': '7'}"),
	};
}

static uint64_t insert(struct scratch *s, const char *job)
{
	struct run_record record = example();
	uint64_t id;

	free(record.job);
	record.job = xstrdup(job);
	scratch_begin(s);
	id = runs_insert(s->db, &record);
	scratch_commit(s);
	run_record_done(&record);
	return id;
}

static void end(struct scratch *s, uint64_t id, const char *result)
{
	struct run_record record = example();

	record.id = id;
	record.state = xstrdup("ended");
	record.result = xstrdup(result);
	record.ended_ms = 1795413607000;
	record.counts = (struct run_counts) { 100, 96, 1, 0, 3, 7, 96, 123456 };
	record.p50_ms = 201.44;
	record.p95_ms = 210;
	record.p99_ms = 333.96;
	record.crew = scratch_json("[{'worker': 1, 'pid': 42, 'tid': 43, 'requests': 100, "
				   "'connections': 1}]");
	scratch_begin(s);
	runs_end(s->db, &record);
	scratch_commit(s);
	run_record_done(&record);
}

START_TEST(a_started_run_comes_back_whole)
{
	struct scratch s;
	struct run_record record;
	uint64_t id;

	scratch_init(&s);
	scratch_open(&s);
	id = insert(&s, "inventory");
	ck_assert_uint_eq(id, 1);
	db_close(s.db);
	scratch_open(&s);
	ck_assert_int_eq(runs_get(s.db, id, &record, NULL), 0);
	ck_assert_str_eq(record.job, "inventory");
	ck_assert_str_eq(record.trigger, "manual");
	ck_assert_str_eq(record.engine, "threads");
	ck_assert_str_eq(record.state, "running");
	ck_assert_ptr_null(record.result);
	ck_assert_int_eq(record.slot_ms, 1795413600000);
	ck_assert_int_eq(record.started_ms, 1795413600250);
	ck_assert_int_eq(record.ended_ms, 0);
	ck_assert_uint_eq(record.workers, 3);
	ck_assert_uint_eq(record.counts.total, 100);
	scratch_expect(record.definition, "", "{'name': 'inventory', 'big': 9007199254740993}");
	scratch_expect(record.overrides, "/id", "'7'");
	run_record_done(&record);
	run_record_done(&record);
	ck_assert_int_eq(runs_get(s.db, 99, &record, NULL), -ENOENT);
	scratch_done(&s);
}
END_TEST

START_TEST(ids_ascend_and_are_not_given_twice)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_uint_eq(insert(&s, "a"), 1);
	ck_assert_uint_eq(insert(&s, "b"), 2);
	sqlite3_exec(s.db->handle, "DELETE FROM runs WHERE id = 2", NULL, NULL, NULL);
	ck_assert_uint_eq(insert(&s, "b"), 3);
	scratch_done(&s);
}
END_TEST

START_TEST(one_definition_is_stored_once)
{
	static const struct sql count = { "", "SELECT count(*) FROM definitions" };
	struct scratch s;
	struct run_record other = example();
	struct stmt st;

	scratch_init(&s);
	scratch_open(&s);
	for (int i = 0; i < 5; i++)
		insert(&s, "inventory");
	json_unref(other.definition);
	other.definition = scratch_json("{'name': 'other'}");
	scratch_begin(&s);
	runs_insert(s.db, &other);
	scratch_commit(&s);
	run_record_done(&other);
	st = stmt_open(s.db, &count);
	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	ck_assert_int_eq(stmt_take_int(&st), 2);
	stmt_close(&st);
	ck_assert_int_eq(runs_get(s.db, 6, &other, NULL), 0);
	scratch_expect(other.definition, "", "{'name': 'other'}");
	run_record_done(&other);
	scratch_done(&s);
}
END_TEST

START_TEST(the_document_has_the_shape_scripts_rely_on)
{
	struct scratch s;
	struct json *doc;
	struct output_record output = { .path = xstrdup("inventory/inventory"),
					.extension = xstrdup(".csv"),
					.job = xstrdup("inventory"),
					.offset = 4000,
					.recent = scratch_json("{'1': 96}") };

	scratch_init(&s);
	scratch_open(&s);
	end(&s, insert(&s, "inventory"), "partial");
	scratch_begin(&s);
	outputs_put(s.db, &output);
	scratch_commit(&s);
	output_record_done(&output);
	doc = runs_json(s.db, 1, NULL);
	scratch_expect(
		doc, "",
		"{'id': 1, 'job': 'inventory', 'trigger': 'manual', 'after': null, 'slot': "
		"'2026-11-23T06:00:00Z', 'engine': 'threads', 'workers': 3, 'state': 'ended',"
		"'result': 'partial', 'reason': null, 'started': '2026-11-23T06:00:00.250Z',"
		"'ended': '2026-11-23T06:00:07Z', 'overrides': {'id': '7'},"
		"'requests': {'total': 100, 'landed': 96, 'failed': 1, 'unchanged': 0,"
		"'empty': 3, 'retried': 7}, 'rows': 96, 'rejected': 0, 'bytes': 123456,"
		"'timing_ms': {'p50': 201.4, 'p95': 210.0, 'p99': 334.0},"
		"'crew': [{'worker': 1, 'pid': 42, 'tid': 43, 'requests': 100, 'connections': 1}],"
		"'files': [{'name': 'inventory/inventory.csv', 'rows': 96, 'bytes': 4000, "
		"'live': true}]}");
	json_unref(doc);
	scratch_done(&s);
}
END_TEST

START_TEST(an_unfinished_run_has_null_for_what_is_not_known)
{
	struct scratch s;
	struct json *doc;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	insert(&s, "inventory");
	doc = runs_json(s.db, 1, NULL);
	ck_assert(json_has(doc, "result") && json_has(doc, "ended"));
	scratch_expect(doc, "/state", "'running'");
	scratch_expect(doc, "/result", "null");
	scratch_expect(doc, "/ended", "null");
	scratch_expect(doc, "/timing_ms", "{'p50': null, 'p95': null, 'p99': null}");
	scratch_expect(doc, "/crew", "[]");
	scratch_expect(doc, "/files", "[]");
	json_unref(doc);
	ck_assert_ptr_null(runs_json(s.db, 2, &err));
	ck_assert_str_eq(err.text, "there is no run 2");
	scratch_done(&s);
}
END_TEST

START_TEST(counts_follow_each_commit)
{
	const struct run_counts counts = { 100, 10, 1, 2, 3, 4, 50, UINT64_C(5000000000) };
	struct scratch s;
	struct run_record record;

	scratch_init(&s);
	scratch_open(&s);
	insert(&s, "inventory");
	scratch_begin(&s);
	runs_update_counts(s.db, 1, &counts);
	scratch_commit(&s);
	ck_assert_int_eq(runs_get(s.db, 1, &record, NULL), 0);
	ck_assert_int_eq(memcmp(&record.counts, &counts, sizeof(counts)), 0);
	run_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(an_enrolled_run_is_told_what_it_begins_with)
{
	struct scratch s;
	struct run_record record = example(), again;

	scratch_init(&s);
	scratch_open(&s);
	record.counts.total = 0;
	record.after = 17;
	scratch_begin(&s);
	record.id = runs_insert(s.db, &record);
	scratch_commit(&s);
	json_unref(record.definition);
	record.definition = scratch_json("{'frozen': 'x'}");
	record.counts.total = 5;
	record.started_ms = 77;
	scratch_begin(&s);
	runs_prepare(s.db, &record);
	scratch_commit(&s);
	ck_assert_int_eq(runs_get(s.db, record.id, &again, NULL), 0);
	ck_assert_uint_eq(again.after, 17);
	ck_assert_uint_eq(again.counts.total, 5);
	ck_assert_int_eq(again.started_ms, 77);
	ck_assert(json_equal(again.definition, record.definition));
	run_record_done(&again);
	run_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(updating_a_run_that_is_not_there_fails_the_commit)
{
	struct scratch s;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	runs_update_counts(s.db, 5, &(struct run_counts) { 0 });
	ck_assert_int_eq(db_commit(s.db, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, "no run 5") != NULL, "%s", err.text);
	scratch_done(&s);
}
END_TEST

START_TEST(a_reopened_run_is_unfinished_again)
{
	struct scratch s;
	struct json *doc;
	uint64_t *ids;
	size_t n;

	scratch_init(&s);
	scratch_open(&s);
	end(&s, insert(&s, "a"), "complete");
	end(&s, insert(&s, "a"), "partial");
	insert(&s, "b");
	ck_assert_int_eq(runs_unfinished(s.db, &ids, &n, NULL), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(ids[0], 3);
	free(ids);
	scratch_begin(&s);
	runs_reopen(s.db, 2);
	scratch_commit(&s);
	ck_assert_int_eq(runs_unfinished(s.db, &ids, &n, NULL), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(ids[0], 2);
	ck_assert_uint_eq(ids[1], 3);
	free(ids);
	doc = runs_json(s.db, 2, NULL);
	scratch_expect(doc, "/state", "'running'");
	scratch_expect(doc, "/result", "null");
	scratch_expect(doc, "/ended", "null");
	scratch_expect(doc, "/requests/landed", "96");
	json_unref(doc);
	scratch_done(&s);
}
END_TEST

static void expect_page(struct json *page, const char *ids, const char *next)
{
	struct json *have = json_new_array();

	for (size_t i = 0; i < json_len(json_get(page, "items")); i++)
		json_push(have, json_ref(json_get(json_at(json_get(page, "items"), i), "id")));
	scratch_expect(have, "", ids);
	ck_assert(json_has(page, "next"));
	scratch_expect(page, "/next", next);
	json_unref(have);
	json_unref(page);
}

START_TEST(the_list_is_newest_first_and_paged_to_its_end)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	for (int i = 0; i < 7; i++)
		insert(&s, i % 2 ? "odd" : "even");
	expect_page(runs_list(s.db, NULL, 3, 0, NULL), "[7, 6, 5]", "5");
	expect_page(runs_list(s.db, NULL, 3, 5, NULL), "[4, 3, 2]", "2");
	expect_page(runs_list(s.db, NULL, 3, 2, NULL), "[1]", "null");
	expect_page(runs_list(s.db, NULL, 7, 0, NULL), "[7, 6, 5, 4, 3, 2, 1]", "null");
	expect_page(runs_list(s.db, "odd", 2, 0, NULL), "[6, 4]", "4");
	expect_page(runs_list(s.db, "odd", 2, 4, NULL), "[2]", "null");
	expect_page(runs_list(s.db, "none", 2, 0, NULL), "[]", "null");
	scratch_done(&s);
}
END_TEST

START_TEST(a_page_of_large_runs_ends_early)
{
	struct scratch s;
	struct run_record record = example();
	struct json *page, *next;
	unsigned seen = 0;
	uint64_t before = 0;

	scratch_init(&s);
	scratch_open(&s);
	record.crew = json_new_array();
	for (int i = 0; i < 1000; i++)
		json_push(record.crew, scratch_json("{'worker': 1, 'pid': 42, 'tid': 43}"));
	scratch_begin(&s);
	for (int i = 0; i < 30; i++)
		runs_insert(s.db, &record);
	scratch_commit(&s);
	run_record_done(&record);
	do {
		page = runs_list(s.db, NULL, 1000, before, NULL);
		ck_assert_uint_le(json_len(json_get(page, "items")), 12);
		seen += (unsigned)json_len(json_get(page, "items"));
		next = json_get(page, "next");
		before = (uint64_t)json_int(next, 0);
		json_unref(page);
	} while (before);
	ck_assert_uint_eq(seen, 30);
	scratch_done(&s);
}
END_TEST

START_TEST(last_has_the_newest_run_of_each_job)
{
	struct scratch s;
	struct json *doc;

	scratch_init(&s);
	scratch_open(&s);
	doc = runs_last(s.db, NULL);
	scratch_expect(doc, "", "{}");
	json_unref(doc);
	end(&s, insert(&s, "a"), "complete");
	end(&s, insert(&s, "b"), "complete");
	end(&s, insert(&s, "a"), "failed");
	insert(&s, "c");
	doc = runs_last(s.db, NULL);
	ck_assert_uint_eq(json_len(doc), 3);
	scratch_expect(doc, "/a/id", "3");
	scratch_expect(doc, "/a/result", "'failed'");
	scratch_expect(doc, "/b/id", "2");
	scratch_expect(doc, "/c/id", "4");
	ck_assert(!json_has(json_get(doc, "a"), "crew") && !json_has(json_get(doc, "a"), "files"));
	json_unref(doc);
	ck_assert_uint_eq(runs_last_id(s.db, "a"), 1);
	ck_assert_uint_eq(runs_last_id(s.db, "b"), 2);
	ck_assert_uint_eq(runs_last_id(s.db, "c"), 0);
	ck_assert_uint_eq(runs_last_id(s.db, "none"), 0);
	scratch_done(&s);
}
END_TEST

START_TEST(a_stored_document_that_is_no_json_is_a_sentence)
{
	struct scratch s;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	insert(&s, "a");
	sqlite3_exec(s.db->handle, "UPDATE runs SET crew = '[1,'", NULL, NULL, NULL);
	ck_assert_ptr_null(runs_json(s.db, 1, &err));
	ck_assert_msg(strstr(err.text, s.path) != NULL, "%s", err.text);
	ck_assert_ptr_null(runs_list(s.db, NULL, 5, 0, &err));
	ck_assert_ptr_null(runs_last(s.db, &err));
	scratch_done(&s);
}
END_TEST

START_TEST(numbers_can_be_told_to_go_on_above_another)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_uint_eq(runs_highest(s.db), 0);
	scratch_begin(&s);
	runs_number_above(s.db, 41);
	runs_number_above(s.db, 7); /* never back */
	scratch_commit(&s);
	ck_assert_uint_eq(insert(&s, "a"), 42);
	ck_assert_uint_eq(runs_highest(s.db), 42);
	scratch_done(&s);
}
END_TEST

START_TEST(the_highest_number_is_read_even_from_a_database_that_is_refused)
{
	struct scratch s;
	int fd;

	scratch_init(&s);
	ck_assert_uint_eq(runs_salvage(s.path), 0);
	ck_assert_int_ne(access(s.path, F_OK), 0); /* nor is it made */
	scratch_open(&s);
	insert(&s, "a");
	insert(&s, "a");
	db_close(s.db);
	s.db = NULL;
	ck_assert_uint_eq(runs_salvage(s.path), 2);
	fd = open(s.path, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, "x", 1, 60), 1); /* of a schema that nobody knows */
	close(fd);
	ck_assert_int_lt(db_open(s.path, &s.db, NULL), 0);
	ck_assert_uint_eq(runs_salvage(s.path), 2);
	ck_assert_int_eq(truncate(s.path, 50), 0);
	ck_assert_uint_eq(runs_salvage(s.path), 0);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("runs", a_started_run_comes_back_whole, ids_ascend_and_are_not_given_twice,
	  one_definition_is_stored_once, the_document_has_the_shape_scripts_rely_on,
	  an_unfinished_run_has_null_for_what_is_not_known, counts_follow_each_commit,
	  updating_a_run_that_is_not_there_fails_the_commit,
	  an_enrolled_run_is_told_what_it_begins_with, a_reopened_run_is_unfinished_again,
	  the_list_is_newest_first_and_paged_to_its_end, a_page_of_large_runs_ends_early,
	  last_has_the_newest_run_of_each_job, numbers_can_be_told_to_go_on_above_another,
	  the_highest_number_is_read_even_from_a_database_that_is_refused,
	  a_stored_document_that_is_no_json_is_a_sentence)
