/* Live files. */
#include "store/files.h"
#include "store/outputs.h"

#include <errno.h>

#include "base/xalloc.h"
#include "store/sql.h"

#include "scratch.h"

static struct output_record live(const char *path, const char *recent)
{
	return (struct output_record) { .path = xstrdup(path),
					.extension = xstrdup(".csv"),
					.job = xstrdup("inventory"),
					.phase = 2,
					.dev = UINT64_MAX,
					.ino = UINT64_C(1) << 63,
					.offset = 4000,
					.rows = 105,
					.sequence = 3,
					.opened_ms = 1795413600000,
					.period_ms = 1795392000000,
					.closes_ms = 1795478400000,
					.snapshot = 17,
					.manifest_bytes = 321,
					.policy = scratch_json("{'compress': 'gzip'}"),
					.columns = scratch_json("['id', 'name']"),
					.recent = scratch_json(recent) };
}

static void put_live(struct scratch *s, const char *path, const char *recent)
{
	struct output_record record = live(path, recent);

	scratch_begin(s);
	outputs_put(s->db, &record);
	scratch_commit(s);
	output_record_done(&record);
}

START_TEST(a_live_file_comes_back_whole)
{
	struct scratch s;
	struct output_record record = { 0 };

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_int_eq(outputs_get(s.db, "inventory/inventory", &record, NULL), -ENOENT);
	put_live(&s, "inventory/inventory", "{'17': 100, '18': 5}");
	db_close(s.db);
	scratch_open(&s);
	ck_assert_int_eq(outputs_get(s.db, "inventory/inventory", &record, NULL), 0);
	ck_assert_str_eq(record.path, "inventory/inventory");
	ck_assert_str_eq(record.extension, ".csv");
	ck_assert_str_eq(record.job, "inventory");
	ck_assert_uint_eq(record.phase, 2);
	ck_assert_uint_eq(record.dev, UINT64_MAX);
	ck_assert_uint_eq(record.ino, UINT64_C(1) << 63);
	ck_assert_uint_eq(record.offset, 4000);
	ck_assert_uint_eq(record.rows, 105);
	ck_assert_uint_eq(record.sequence, 3);
	ck_assert_int_eq(record.opened_ms, 1795413600000);
	ck_assert_ptr_null(record.closing);
	ck_assert_int_eq(record.period_ms, 1795392000000);
	ck_assert_int_eq(record.closes_ms, 1795478400000);
	ck_assert_uint_eq(record.snapshot, 17);
	ck_assert_uint_eq(record.manifest_bytes, 321);
	scratch_expect(record.policy, "", "{'compress': 'gzip'}");
	scratch_expect(record.columns, "", "['id', 'name']");
	scratch_expect(record.recent, "", "{'17': 100, '18': 5}");
	output_record_done(&record);
	output_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(the_runs_of_a_live_file_follow_every_change)
{
	static const char *const steps[] = {
		"{'17': 100}", "{'17': 100, '18': 5}", "{'17': 101, '18': 5}", "{'19': 1}",
		"{'20': 1}",   "{'19': 2, '20': 1}",   "{'20': 2, '21': 3}",   "{}",
		"{'20': 1}",
	};
	struct scratch s;
	struct output_record record;

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "other", "{'17': 1, '20': 2}");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		put_live(&s, "a", steps[i]);
		ck_assert_int_eq(outputs_get(s.db, "a", &record, NULL), 0);
		scratch_expect(record.recent, "", steps[i]);
		output_record_done(&record);
	}
	ck_assert_int_eq(outputs_get(s.db, "other", &record, NULL), 0);
	scratch_expect(record.recent, "", "{'17': 1, '20': 2}");
	output_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(the_state_and_one_run_can_be_written_alone)
{
	struct scratch s;
	struct output_record record = live("a", "{}"), stored;

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "a", "{'17': 100, '18': 5}");
	record.offset = 4444;
	scratch_begin(&s);
	outputs_put_state(s.db, &record);
	outputs_put_rows(s.db, "a", 18, 6);
	outputs_put_rows(s.db, "a", 19, 1);
	scratch_commit(&s);
	ck_assert_int_eq(outputs_get(s.db, "a", &stored, NULL), 0);
	ck_assert_uint_eq(stored.offset, 4444);
	scratch_expect(stored.recent, "", "{'17': 100, '18': 6, '19': 1}");
	output_record_done(&record);
	output_record_done(&stored);
	scratch_done(&s);
}
END_TEST

static void gather(const struct output_record *record, void *arg)
{
	struct json *names = arg;

	json_push(names, json_new_string(record->path));
	ck_assert_uint_eq(json_len(record->recent), 1);
}

START_TEST(each_visits_every_output_once)
{
	struct scratch s;
	struct json *names = json_new_array();

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "b", "{'1': 1}");
	put_live(&s, "a", "{'1': 1}");
	put_live(&s, "a", "{'2': 1}");
	ck_assert_int_eq(outputs_each(s.db, gather, names, NULL), 0);
	scratch_expect(names, "", "['a', 'b']");
	json_unref(names);
	scratch_done(&s);
}
END_TEST

static void put_job(struct scratch *s, const char *path, const char *job, const char *recent)
{
	struct output_record record = live(path, recent);

	free(record.job);
	record.job = xstrdup(job);
	scratch_begin(s);
	outputs_put(s->db, &record);
	scratch_commit(s);
	output_record_done(&record);
}

static void close_file(struct scratch *s, const char *path, const char *name, const char *runs)
{
	struct json *doc = scratch_json(runs);

	scratch_begin(s);
	files_insert(s->db, &(struct file_record) { .name = (char *)name,
						    .path = (char *)path,
						    .job = (char *)"j",
						    .runs = doc });
	scratch_commit(s);
	json_unref(doc);
}

static void expect_newest(struct scratch *s, const char *job, const char *path)
{
	struct output_record record;

	ck_assert_int_eq(outputs_newest(s->db, job, &record, NULL), 0);
	ck_assert_str_eq(record.path, path);
	output_record_done(&record);
}

START_TEST(the_newest_output_of_a_job_is_that_of_its_last_run)
{
	struct scratch s;
	struct output_record record = { 0 };

	scratch_init(&s);
	scratch_open(&s);
	put_job(&s, "dt=2/a", "j", "{'3': 5}");
	put_job(&s, "dt=1/a", "j", "{'2': 5}");
	put_job(&s, "b", "other", "{'9': 1}");
	expect_newest(&s, "j", "dt=2/a");
	close_file(&s, "dt=1/a", "dt=1/a-1.csv", "{'4': 1}");
	expect_newest(&s, "j", "dt=1/a");
	put_job(&s, "dt=2/a", "j", "{'3': 5, '5': 1}");
	expect_newest(&s, "j", "dt=2/a");
	ck_assert_int_eq(outputs_newest(s.db, "none", &record, NULL), -ENOENT);
	scratch_done(&s);
}
END_TEST

static void put_due(struct scratch *s, const char *path, int64_t closes_ms)
{
	struct output_record record = live(path, "{'1': 1}");

	record.closes_ms = closes_ms;
	scratch_begin(s);
	outputs_put(s->db, &record);
	scratch_commit(s);
	output_record_done(&record);
}

struct closing {
	struct scratch *s;
	struct json *paths;
};

static void close_due(const char *path, void *arg)
{
	struct closing *closing = arg;

	json_push(closing->paths, json_new_string(path));
	put_due(closing->s, path, 0);
}

START_TEST(the_clock_closes_what_is_due_and_knows_what_is_next)
{
	struct scratch s;
	struct closing closing = { &s, json_new_array() };

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_int_eq(outputs_next_due(s.db), INT64_MAX);
	put_due(&s, "never", 0);
	ck_assert_int_eq(outputs_next_due(s.db), INT64_MAX);
	put_due(&s, "late", 3000);
	put_due(&s, "now", 2000);
	put_due(&s, "before", 1000);
	ck_assert_int_eq(outputs_next_due(s.db), 1000);
	ck_assert_int_eq(outputs_due(s.db, 999, close_due, &closing, NULL), 0);
	scratch_expect(closing.paths, "", "[]");
	ck_assert_int_eq(outputs_due(s.db, 2000, close_due, &closing, NULL), 0);
	scratch_expect(closing.paths, "", "['before', 'now']");
	ck_assert_int_eq(outputs_next_due(s.db), 3000);
	json_unref(closing.paths);
	scratch_done(&s);
}
END_TEST

START_TEST(an_output_that_is_dropped_leaves_nothing)
{
	static const struct sql left = {
		"", "SELECT (SELECT count(*) FROM output_runs), (SELECT count(*) FROM file_runs),"
		    " (SELECT count(*) FROM files), (SELECT count(*) FROM outputs)"
	};
	struct scratch s;
	struct stmt st;

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "a", "{'1': 1, '2': 2}");
	put_live(&s, "b", "{'1': 1}");
	close_file(&s, "a", "a-1.csv", "{'1': 1, '2': 3}");
	close_file(&s, "b", "b-1.csv", "{'1': 1}");
	scratch_begin(&s);
	outputs_drop(s.db, "a");
	scratch_commit(&s);
	st = stmt_open(s.db, &left);
	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(stmt_take_int(&st), 1);
	stmt_close(&st);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("outputs", a_live_file_comes_back_whole, the_runs_of_a_live_file_follow_every_change,
	  the_state_and_one_run_can_be_written_alone, each_visits_every_output_once,
	  the_newest_output_of_a_job_is_that_of_its_last_run,
	  the_clock_closes_what_is_due_and_knows_what_is_next,
	  an_output_that_is_dropped_leaves_nothing)
