/* Live and closed files. */
#include "store/outputs.h"

#include <errno.h>

#include "base/xalloc.h"

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

static void put_closed(struct scratch *s, const char *name, const char *path, const char *runs)
{
	struct file_record record = { .name = xstrdup(name),
				      .path = xstrdup(path),
				      .job = xstrdup("inventory"),
				      .rows = 100,
				      .bytes = 5000,
				      .sequence = 1,
				      .opened_ms = 1795413600000,
				      .closed_ms = 1795413607000,
				      .columns = scratch_json("['id']"),
				      .runs = scratch_json(runs) };

	scratch_begin(s);
	files_insert(s->db, &record);
	scratch_commit(s);
	free(record.name);
	free(record.path);
	free(record.job);
	json_unref(record.columns);
	json_unref(record.runs);
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

START_TEST(a_run_knows_its_files_the_live_one_last)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "a", "{'17': 5, '18': 100}");
	put_closed(&s, "a-20261123T060007Z-1.csv", "a", "{'16': 90, '17': 10}");
	put_closed(&s, "a-20261123T060008Z-2.csv", "a", "{'17': 100}");
	files = files_of_run(s.db, 17, NULL);
	scratch_expect(files, "",
		       "[{'name': 'a-20261123T060007Z-1.csv', 'rows': 10, 'bytes': 5000, "
		       "'live': false},"
		       "{'name': 'a-20261123T060008Z-2.csv', 'rows': 100, 'bytes': 5000, "
		       "'live': false},"
		       "{'name': 'a.csv', 'rows': 5, 'bytes': 4000, 'live': true}]");
	json_unref(files);
	files = files_of_run(s.db, 99, NULL);
	scratch_expect(files, "", "[]");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

START_TEST(closed_files_of_an_output_are_listed_newest_first)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	put_closed(&s, "a-1.csv", "a", "{}");
	put_closed(&s, "b-1.csv", "b", "{}");
	put_closed(&s, "a-2.csv", "a", "{}");
	put_closed(&s, "a-3.csv", "a", "{}");
	files = files_of_output(s.db, "a", 2, NULL);
	scratch_expect(files, "",
		       "[{'name': 'a-3.csv', 'rows': 100, 'bytes': 5000, "
		       "'closed': '2026-11-23T06:00:07Z'},"
		       "{'name': 'a-2.csv', 'rows': 100, 'bytes': 5000, "
		       "'closed': '2026-11-23T06:00:07Z'}]");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

START_TEST(a_file_cannot_be_closed_twice)
{
	struct scratch s;
	struct err err = ERR_INIT;
	struct file_record record = { .name = (char *)"a-1.csv",
				      .path = (char *)"a",
				      .job = (char *)"a" };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	files_insert(s.db, &record);
	files_insert(s.db, &record);
	ck_assert_int_eq(db_commit(s.db, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "closed file") != NULL, "%s", err.text);
	scratch_done(&s);
}
END_TEST

static void put_many(struct db *db, int n)
{
	struct json *runs = scratch_json("{'17': 1}");
	char name[40];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "a-%d.csv", i);
		files_insert(db, &(struct file_record) { .name = name,
							 .path = (char *)"a",
							 .job = (char *)"a",
							 .runs = runs });
	}
	json_unref(runs);
}

START_TEST(a_run_of_very_many_files_shows_the_last_of_them)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	put_many(s.db, 5000);
	scratch_commit(&s);
	put_live(&s, "a", "{'17': 5}");
	files = files_of_run(s.db, 17, NULL);
	ck_assert_uint_eq(json_len(files), FILES_OF_RUN_MAX + 1);
	scratch_expect(files, "/0/name", "'a-4000.csv'");
	scratch_expect(files, "/999/name", "'a-4999.csv'");
	scratch_expect(files, "/1000/name", "'a.csv'");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("outputs", a_live_file_comes_back_whole, the_runs_of_a_live_file_follow_every_change,
	  the_state_and_one_run_can_be_written_alone, each_visits_every_output_once,
	  a_run_knows_its_files_the_live_one_last,
	  closed_files_of_an_output_are_listed_newest_first, a_file_cannot_be_closed_twice,
	  a_run_of_very_many_files_shows_the_last_of_them)
