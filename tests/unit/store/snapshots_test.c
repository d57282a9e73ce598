/* Snapshots: kept, found, in order, and dropped with all that is theirs. */
#include "store/snapshots.h"

#include <errno.h>

#include "base/xalloc.h"
#include "store/files.h"
#include "store/outputs.h"
#include "store/runs.h"

#include "scratch.h"

static void put(struct scratch *s, const char *path, uint64_t run, int64_t slot_ms,
		enum snapshot_state state)
{
	scratch_begin(s);
	snapshots_put(s->db, &(struct snapshot_record) { .path = (char *)path,
							 .run = run,
							 .job = (char *)"j",
							 .slot_ms = slot_ms,
							 .state = state });
	scratch_commit(s);
}

static void name(const struct snapshot_record *record, void *arg)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %llu", record->path, (unsigned long long)record->run);
	json_push(arg, json_new_string(text));
}

static void expect_of_path(struct scratch *s, const char *path, const char *names)
{
	struct json *found = json_new_array();

	ck_assert_int_eq(snapshots_of_path(s->db, path, name, found, NULL), 0);
	scratch_expect(found, "", names);
	json_unref(found);
}

static void expect_each(struct scratch *s, uint64_t run, const char *names)
{
	struct json *found = json_new_array();

	ck_assert_int_eq(snapshots_each(s->db, run, name, found, NULL), 0);
	scratch_expect(found, "", names);
	json_unref(found);
}

START_TEST(a_snapshot_comes_back_whole)
{
	struct scratch s;
	struct snapshot_record record = { .path = (char *)"x/a",
					  .run = 17,
					  .job = (char *)"j",
					  .slot_ms = 1795413600000,
					  .state = SNAPSHOT_PUBLISHED,
					  .result = (char *)"complete",
					  .rows = 100,
					  .bytes = 5000,
					  .published_ms = 1795413607000 };
	struct snapshot_record found;

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_int_eq(snapshots_get(s.db, "x/a", 17, &found, NULL), -ENOENT);
	put(&s, "x/a", 17, 1, SNAPSHOT_STAGING);
	ck_assert_int_eq(snapshots_get(s.db, "x/a", 17, &found, NULL), 0);
	ck_assert_ptr_null(found.result);
	snapshot_record_done(&found);
	scratch_begin(&s);
	snapshots_put(s.db, &record);
	scratch_commit(&s);
	ck_assert_int_eq(snapshots_get(s.db, "x/a", 17, &found, NULL), 0);
	ck_assert_str_eq(found.path, "x/a");
	ck_assert_uint_eq(found.run, 17);
	ck_assert_str_eq(found.job, "j");
	ck_assert_int_eq(found.slot_ms, 1795413600000);
	ck_assert_int_eq(found.state, SNAPSHOT_PUBLISHED);
	ck_assert_str_eq(found.result, "complete");
	ck_assert_uint_eq(found.rows, 100);
	ck_assert_uint_eq(found.bytes, 5000);
	ck_assert_int_eq(found.published_ms, 1795413607000);
	snapshot_record_done(&found);
	snapshot_record_done(&found);
	scratch_done(&s);
}
END_TEST

START_TEST(the_latest_is_the_published_one_of_the_latest_slot)
{
	struct scratch s;
	struct snapshot_record found;

	scratch_init(&s);
	scratch_open(&s);
	put(&s, "a", 9, 4000, SNAPSHOT_STAGING);
	put(&s, "a", 8, 4000, SNAPSHOT_KEPT);
	ck_assert_int_eq(snapshots_latest(s.db, "a", &found, NULL), -ENOENT);
	put(&s, "a", 5, 3000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 6, 3000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 7, 2000, SNAPSHOT_PUBLISHED); /* retried late: its slot is older */
	put(&s, "b", 1, 9000, SNAPSHOT_PUBLISHED);
	ck_assert_int_eq(snapshots_latest(s.db, "a", &found, NULL), 0);
	ck_assert_uint_eq(found.run, 6);
	snapshot_record_done(&found);
	scratch_done(&s);
}
END_TEST

START_TEST(retention_sees_what_is_published_or_kept_of_ended_runs_newest_first)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	ck_assert_uint_eq(runs_insert(s.db, &(struct run_record) { .job = (char *)"j",
								   .trigger = (char *)"x",
								   .engine = (char *)"x" }),
			  1);
	scratch_commit(&s);
	put(&s, "a", 1, 9000, SNAPSHOT_KEPT); /* its run goes on: it is being retried */
	put(&s, "a", 2, 1000, SNAPSHOT_KEPT);
	put(&s, "a", 3, 3000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 4, 2000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 5, 3000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 6, 3000, SNAPSHOT_DROPPING);
	put(&s, "a", 7, 3000, SNAPSHOT_STAGING);
	put(&s, "b", 8, 3000, SNAPSHOT_PUBLISHED);
	expect_of_path(&s, "a", "['a 5', 'a 3', 'a 4', 'a 2']");
	scratch_begin(&s);
	runs_end(s.db, &(struct run_record) { .id = 1, .state = (char *)"ended" });
	scratch_commit(&s);
	expect_of_path(&s, "a", "['a 1', 'a 5', 'a 3', 'a 4', 'a 2']");
	scratch_done(&s);
}
END_TEST

START_TEST(the_snapshots_of_a_run_are_found_by_path)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	put(&s, "id=2/a", 7, 1000, SNAPSHOT_STAGING);
	put(&s, "id=1/a", 7, 1000, SNAPSHOT_PUBLISHING);
	put(&s, "id=1/a", 8, 1000, SNAPSHOT_STAGING);
	expect_each(&s, 7, "['id=1/a 7', 'id=2/a 7']");
	expect_each(&s, 0, "['id=1/a 7', 'id=1/a 8', 'id=2/a 7']");
	expect_each(&s, 9, "[]");
	scratch_done(&s);
}
END_TEST

static void put_part(struct scratch *s, uint64_t run)
{
	struct json *runs = scratch_json("{'7': 5}");
	char *key = snapshot_key("a", run);
	char *part = xasprintf("a/%d/part-00001.csv", (int)run);

	scratch_begin(s);
	outputs_put(s->db, &(struct output_record) { .path = key,
						     .extension = (char *)".csv.live",
						     .job = (char *)"j",
						     .snapshot = run,
						     .recent = runs });
	files_insert(
		s->db,
		&(struct file_record) {
			.name = part, .path = key, .job = (char *)"j", .rows = 5, .runs = runs });
	scratch_commit(s);
	free(part);
	free(key);
	json_unref(runs);
}

static void drop_it(const struct snapshot_record *record, void *arg)
{
	struct scratch *s = arg;

	scratch_begin(s);
	snapshots_drop(s->db, record->path, record->run);
	scratch_commit(s);
}

START_TEST(a_dropped_snapshot_takes_its_parts_along)
{
	struct scratch s;
	struct output_record output = { 0 };
	struct json *files;

	scratch_init(&s);
	scratch_open(&s);
	put(&s, "a", 7, 1000, SNAPSHOT_PUBLISHED);
	put(&s, "a", 8, 1000, SNAPSHOT_PUBLISHED);
	put_part(&s, 7);
	put_part(&s, 8);
	ck_assert_int_eq(snapshots_each(s.db, 7, drop_it, &s, NULL), 0);
	expect_each(&s, 0, "['a 8']");
	ck_assert_int_eq(outputs_get(s.db, "a//7", &output, NULL), -ENOENT);
	ck_assert_uint_eq(files_rows(s.db, "a//7"), 0);
	ck_assert_uint_eq(files_rows(s.db, "a//8"), 5);
	files = files_of_run(s.db, 7, NULL);
	scratch_expect(files, "/0/name", "'a/8/part-00001.csv'");
	ck_assert_uint_eq(json_len(files), 2);
	json_unref(files);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("snapshots", a_snapshot_comes_back_whole,
	  the_latest_is_the_published_one_of_the_latest_slot,
	  retention_sees_what_is_published_or_kept_of_ended_runs_newest_first,
	  the_snapshots_of_a_run_are_found_by_path, a_dropped_snapshot_takes_its_parts_along)
