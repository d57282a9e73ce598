/* Closed files: on their way, in use, forgotten, shown. */
#include "store/files.h"

#include <errno.h>

#include "base/xalloc.h"
#include "store/outputs.h"
#include "store/runs.h"
#include "store/sql.h"

#include "scratch.h"

static void put_live(struct scratch *s, const char *path, uint64_t snapshot, const char *recent)
{
	struct json *runs = scratch_json(recent);

	scratch_begin(s);
	outputs_put(s->db, &(struct output_record) {
				   .path = (char *)path,
				   .extension = (char *)(snapshot ? ".csv.live" : ".csv"),
				   .job = (char *)"inventory",
				   .offset = 4000,
				   .snapshot = snapshot,
				   .recent = runs });
	scratch_commit(s);
	json_unref(runs);
}

static uint64_t put_closed(struct scratch *s, const char *name, const char *path, const char *runs)
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
	uint64_t id;

	scratch_begin(s);
	id = files_insert(s->db, &record);
	scratch_commit(s);
	free(record.name);
	free(record.path);
	free(record.job);
	json_unref(record.columns);
	json_unref(record.runs);
	return id;
}

static void set_state(struct scratch *s, uint64_t id, enum file_state state)
{
	struct file_record record;

	ck_assert_int_eq(files_get(s->db, id, &record, NULL), 0);
	record.state = state;
	scratch_begin(s);
	files_update(s->db, &record);
	scratch_commit(s);
	file_record_done(&record);
}

START_TEST(a_closed_file_comes_back_whole)
{
	struct scratch s;
	struct file_record record;
	uint64_t id;

	scratch_init(&s);
	scratch_open(&s);
	id = put_closed(&s, "a-1.csv", "a", "{'9': 60, '17': 40}");
	ck_assert_uint_gt(id, 0);
	ck_assert_int_eq(files_get(s.db, id, &record, NULL), 0);
	ck_assert_uint_eq(record.id, id);
	ck_assert_int_eq(record.state, FILE_CLOSED);
	ck_assert_str_eq(record.name, "a-1.csv");
	ck_assert_str_eq(record.path, "a");
	ck_assert_str_eq(record.job, "inventory");
	ck_assert_ptr_null(record.source);
	ck_assert_ptr_null(record.sha256);
	ck_assert_ptr_null(record.note);
	ck_assert_ptr_null(record.policy);
	ck_assert_uint_eq(record.rows, 100);
	ck_assert_uint_eq(record.bytes, 5000);
	ck_assert_uint_eq(record.raw_bytes, 5000);
	ck_assert_uint_eq(record.sequence, 1);
	ck_assert_int_eq(record.opened_ms, 1795413600000);
	ck_assert_int_eq(record.closed_ms, 1795413607000);
	scratch_expect(record.columns, "", "['id']");
	scratch_expect(record.runs, "", "{'9': 60, '17': 40}");
	file_record_done(&record);
	ck_assert_int_eq(files_get(s.db, id + 1, &record, NULL), -ENOENT);
	scratch_done(&s);
}
END_TEST

/* What the compressor makes of a file. */
static void pack(struct scratch *s, uint64_t id)
{
	struct file_record packed = { .id = id,
				      .state = FILE_SWEEPING,
				      .name = (char *)"a-1.csv.gz",
				      .source = (char *)"a-1.csv.closed",
				      .bytes = 700,
				      .sha256 = (char *)"5ec1",
				      .note = (char *)"damaged: x" };

	scratch_begin(s);
	files_update(s->db, &packed);
	scratch_commit(s);
}

START_TEST(an_update_changes_what_a_file_becomes_and_nothing_else)
{
	struct scratch s;
	struct file_record record;
	uint64_t id;

	scratch_init(&s);
	scratch_open(&s);
	id = put_closed(&s, "a-1.csv", "a", "{'9': 60}");
	pack(&s, id);
	ck_assert_int_eq(files_get(s.db, id, &record, NULL), 0);
	ck_assert_int_eq(record.state, FILE_SWEEPING);
	ck_assert_str_eq(record.name, "a-1.csv.gz");
	ck_assert_str_eq(record.source, "a-1.csv.closed");
	ck_assert_uint_eq(record.bytes, 700);
	ck_assert_str_eq(record.sha256, "5ec1");
	ck_assert_str_eq(record.note, "damaged: x");
	ck_assert_uint_eq(record.raw_bytes, 5000);
	ck_assert_uint_eq(record.rows, 100);
	ck_assert_str_eq(record.path, "a");
	scratch_expect(record.runs, "", "{'9': 60}");
	file_record_done(&record);
	scratch_done(&s);
}
END_TEST

START_TEST(an_update_of_a_file_that_is_gone_fails_the_commit)
{
	struct scratch s;
	struct file_record record = { .id = 7, .name = (char *)"x" };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	files_update(s.db, &record);
	ck_assert_int_eq(db_commit(s.db, NULL), -ENOENT);
	scratch_done(&s);
}
END_TEST

START_TEST(the_id_of_a_forgotten_file_never_means_another)
{
	struct scratch s;
	struct json *files;
	uint64_t first, second;

	scratch_init(&s);
	scratch_open(&s);
	first = put_closed(&s, "a-1.csv", "a", "{'17': 1}");
	scratch_begin(&s);
	files_forget(s.db, first);
	scratch_commit(&s);
	second = put_closed(&s, "a-2.csv", "a", "{'18': 1}");
	ck_assert_uint_gt(second, first);
	files = files_of_run(s.db, 17, NULL);
	scratch_expect(files, "", "[]");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

struct visit {
	struct scratch *s;
	struct json *names;
	enum file_state moves_to;
};

static void name_and_move(const struct file_record *record, void *arg)
{
	struct visit *visit = arg;
	struct file_record moved = *record;

	json_push(visit->names, json_new_string(record->name));
	moved.state = visit->moves_to;
	scratch_begin(visit->s);
	if (visit->moves_to == FILE__COUNT)
		files_forget(visit->s->db, record->id);
	else
		files_update(visit->s->db, &moved);
	scratch_commit(visit->s);
}

static void expect_visits(struct scratch *s, const char *path, unsigned states,
			  enum file_state moves_to, const char *names)
{
	struct visit visit = { s, json_new_array(), moves_to };

	ck_assert_int_eq(files_each(s->db, path, states, name_and_move, &visit, NULL), 0);
	scratch_expect(visit.names, "", names);
	json_unref(visit.names);
}

START_TEST(files_are_visited_oldest_first_by_state_and_may_move_on_meanwhile)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	set_state(&s, put_closed(&s, "a-1.csv", "a", "{}"), FILE_LISTED);
	put_closed(&s, "b-1.csv", "b", "{}");
	put_closed(&s, "a-3.csv", "a", "{}");
	put_closed(&s, "a-2.csv", "a", "{}");
	expect_visits(&s, "a", FILES_ALL, FILE_CLOSED, "['a-1.csv', 'a-3.csv', 'a-2.csv']");
	expect_visits(&s, NULL, 1u << FILE_CLOSED, FILE_NAMING,
		      "['a-1.csv', 'b-1.csv', 'a-3.csv', 'a-2.csv']");
	expect_visits(&s, NULL, 1u << FILE_CLOSED, FILE_NAMING, "[]");
	expect_visits(&s, "a", 1u << FILE_CLOSED | 1u << FILE_NAMING, FILE_LISTED,
		      "['a-1.csv', 'a-3.csv', 'a-2.csv']");
	expect_visits(&s, NULL, FILES_ALL & ~(1u << FILE_LISTED), FILE_NAMING, "['b-1.csv']");
	expect_visits(&s, "a", 1u << FILE_LISTED, FILE__COUNT, "['a-1.csv', 'a-3.csv', 'a-2.csv']");
	expect_visits(&s, NULL, FILES_ALL, FILE__COUNT, "['b-1.csv']");
	scratch_done(&s);
}
END_TEST

START_TEST(a_file_is_in_use_while_a_run_in_it_goes_on)
{
	struct scratch s;
	struct run_record run = { .job = (char *)"a",
				  .trigger = (char *)"x",
				  .engine = (char *)"x" };
	uint64_t used, other;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	runs_insert(s.db, &run);
	run.id = runs_insert(s.db, &run);
	scratch_commit(&s);
	used = put_closed(&s, "a-1.csv", "a", "{'2': 5, '99': 1}");
	other = put_closed(&s, "a-2.csv", "a", "{'99': 5}");
	ck_assert(files_in_use(s.db, used));
	ck_assert(!files_in_use(s.db, other));
	scratch_begin(&s);
	runs_end(s.db, &run);
	scratch_commit(&s);
	ck_assert(!files_in_use(s.db, used));
	scratch_begin(&s);
	runs_reopen(s.db, 2);
	scratch_commit(&s);
	ck_assert(files_in_use(s.db, used));
	scratch_done(&s);
}
END_TEST

static void list(struct scratch *s, uint64_t id, const char *sha256)
{
	struct file_record record = { 0 };

	ck_assert_int_eq(files_get(s->db, id, &record, NULL), 0);
	record.state = FILE_LISTED;
	record.sha256 = sha256 ? xstrdup(sha256) : NULL;
	scratch_begin(s);
	files_update(s->db, &record);
	scratch_commit(s);
	file_record_done(&record);
}

START_TEST(a_younger_file_of_the_output_is_known_to_be_listed)
{
	struct scratch s;
	uint64_t first, second, other;

	scratch_init(&s);
	scratch_open(&s);
	first = put_closed(&s, "a-1.csv", "a", "{'17': 100}");
	second = put_closed(&s, "a-2.csv", "a", "{'17': 100}");
	other = put_closed(&s, "b-1.csv", "b", "{'17': 100}");
	list(&s, other, "ff");
	list(&s, second, NULL); /* damaged, so there is no line of it */
	ck_assert(!files_younger_listed(s.db, "a", first));
	list(&s, second, "ff");
	ck_assert(files_younger_listed(s.db, "a", first));
	ck_assert(!files_younger_listed(s.db, "a", second));
	scratch_done(&s);
}
END_TEST

static void expect_next(const struct scratch *s, enum file_state state, uint64_t after, uint64_t id)
{
	struct file_record record = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(files_next(s->db, state, after, &record, &err), id ? 0 : -ENOENT);
	ck_assert_uint_eq(record.id, id);
	file_record_done(&record);
}

START_TEST(the_next_file_is_the_oldest_of_its_state)
{
	struct scratch s;
	uint64_t first, second, third;

	scratch_init(&s);
	scratch_open(&s);
	expect_next(&s, FILE_CLOSED, 0, 0);
	first = put_closed(&s, "a-1.csv", "a", "{'17': 100}");
	second = put_closed(&s, "b-1.csv", "b", "{'17': 100}");
	third = put_closed(&s, "a-2.csv", "a", "{'17': 100}");
	set_state(&s, second, FILE_NAMING);
	expect_next(&s, FILE_CLOSED, 0, first);
	expect_next(&s, FILE_CLOSED, first, third);
	expect_next(&s, FILE_CLOSED, third, 0);
	expect_next(&s, FILE_NAMING, 0, second);
	expect_next(&s, FILE_LISTED, 0, 0);
	scratch_done(&s);
}
END_TEST

static int count(void *arg)
{
	++*(unsigned *)arg;
	return 0;
}

/* SQLite's own instructions. */
static unsigned steps_of_next(const struct scratch *s, uint64_t after, uint64_t id)
{
	unsigned steps = 0;

	sqlite3_progress_handler(s->db->handle, 1, count, &steps);
	expect_next(s, FILE_CLOSED, after, id);
	sqlite3_progress_handler(s->db->handle, 0, NULL, NULL);
	return steps;
}

START_TEST(the_next_file_costs_the_same_however_many_there_are)
{
	uint64_t first, second = 0;
	unsigned steps;
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	first = put_closed(&s, "first", "a", "{'17': 100}");
	steps = steps_of_next(&s, 0, first);
	for (unsigned i = 0; i < 300; i++) {
		char name[32];

		snprintf(name, sizeof(name), "a-%u.csv", i);
		second = put_closed(&s, name, "a", "{'17': 100}");
		if (i < 200)
			set_state(&s, second, FILE_LISTED);
	}
	ck_assert_uint_le(steps_of_next(&s, 0, first), steps + 5);
	ck_assert_uint_le(steps_of_next(&s, first, second - 99), steps + 5);
	scratch_done(&s);
}
END_TEST

START_TEST(files_that_are_being_dropped_are_not_shown_nor_counted)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	set_state(&s, put_closed(&s, "a-1.csv", "a", "{'17': 100}"), FILE_DROPPING);
	put_closed(&s, "a-2.csv", "a", "{'17': 100}");
	ck_assert_uint_eq(files_rows(s.db, "a"), 100);
	files = files_of_run(s.db, 17, NULL);
	ck_assert_uint_eq(json_len(files), 1);
	scratch_expect(files, "/0/name", "'a-2.csv'");
	json_unref(files);
	files = files_of_output(s.db, "a", 10, NULL);
	ck_assert_uint_eq(json_len(files), 1);
	scratch_expect(files, "/0/name", "'a-2.csv'");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

START_TEST(the_parts_of_a_snapshot_are_shown_where_they_are)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	put_closed(&s, "x/a/.17.staging/part-00001.csv.part", "x/a//17", "{'17': 100}");
	put_live(&s, "x/a//17", 17, "{'17': 5}");
	files = files_of_run(s.db, 17, NULL);
	ck_assert_uint_eq(json_len(files), 2);
	scratch_expect(files, "/0/name", "'x/a/.17.staging/part-00001.csv.part'");
	scratch_expect(files, "/1/name", "'x/a/.17.staging/rows.csv.live'");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

START_TEST(a_run_knows_its_files_the_live_one_last)
{
	struct scratch s;
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	put_live(&s, "a", 0, "{'17': 5, '18': 100}");
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
		       "[{'id': 4, 'name': 'a-3.csv', 'rows': 100, 'bytes': 5000, "
		       "'closed': '2026-11-23T06:00:07Z'},"
		       "{'id': 3, 'name': 'a-2.csv', 'rows': 100, 'bytes': 5000, "
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
	put_live(&s, "a", 0, "{'17': 5}");
	files = files_of_run(s.db, 17, NULL);
	ck_assert_uint_eq(json_len(files), FILES_OF_RUN_MAX + 1);
	scratch_expect(files, "/0/name", "'a-4000.csv'");
	scratch_expect(files, "/999/name", "'a-4999.csv'");
	scratch_expect(files, "/1000/name", "'a.csv'");
	json_unref(files);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("files", a_closed_file_comes_back_whole,
	  an_update_changes_what_a_file_becomes_and_nothing_else,
	  an_update_of_a_file_that_is_gone_fails_the_commit,
	  the_id_of_a_forgotten_file_never_means_another,
	  files_are_visited_oldest_first_by_state_and_may_move_on_meanwhile,
	  a_file_is_in_use_while_a_run_in_it_goes_on,
	  a_younger_file_of_the_output_is_known_to_be_listed,
	  the_next_file_is_the_oldest_of_its_state,
	  the_next_file_costs_the_same_however_many_there_are,
	  files_that_are_being_dropped_are_not_shown_nor_counted,
	  the_parts_of_a_snapshot_are_shown_where_they_are, a_run_knows_its_files_the_live_one_last,
	  closed_files_of_an_output_are_listed_newest_first, a_file_cannot_be_closed_twice,
	  a_run_of_very_many_files_shows_the_last_of_them)
