#include "run/output_rows.h"

#include <sys/stat.h>

#include "data/outfile.h"
#include "house.h"

#define TEN  "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define JOB  "{" TEN ", 'columns': [{'name': 'x'}]}"
#define AUTO "{" TEN "}"

/* An output in the test's own hands: no lander between it and the ledger. */
struct scene {
	struct house house;
	struct db *db;
	struct output *output;
	struct guest guest;
};

/* A run as it is before it is known to the ledger; its rows are encoded for the output. */
static void welcome(struct scene *scene, const char *definition, uint64_t run)
{
	scene->guest = (struct guest) { .seed = house_seed("a", definition) };
	scene->guest.scope = (struct request_scope) { .job = scene->guest.seed->job, .run = run };
}

static void know_columns(struct scene *scene)
{
	context_unref(scene->guest.context);
	scene->guest.context = context_new(&scene->guest.scope, output_colset(scene->output));
}

static void begin(struct scene *scene, const char *definition, uint64_t run)
{
	struct output_place place = { .root = scene->house.root, .data_mode = 0640 };
	const struct seed *seed;
	struct output_use use;
	struct err err = ERR_INIT;

	welcome(scene, definition, run);
	seed = scene->guest.seed;
	use = (struct output_use) { seed->job, seed->path, run, seed->record.slot_ms };
	if (!scene->output)
		ck_assert_msg(output_open(&place, scene->db, &use, &scene->output, &err) == 0, "%s",
			      err.text);
	ck_assert_msg(output_adopt(scene->output, scene->db, &use, &err) == 0, "%s", err.text);
	know_columns(scene);
}

static void open_scene(struct scene *scene, const char *definition)
{
	*scene = (struct scene) { 0 };
	house_init(&scene->house);
	scene->db = house_db(&scene->house);
	begin(scene, definition, 1);
}

static void part(struct scene *scene)
{
	guest_done(&scene->guest);
}

/* As a daemon that ends, or is killed: nothing is written any more. */
static void close_output(struct scene *scene)
{
	part(scene);
	output_free(scene->output);
	scene->output = NULL;
}

static void close_scene(struct scene *scene)
{
	close_output(scene);
	db_close(scene->db);
	house_done(&scene->house);
}

static void gather(struct scene *scene, const char *body)
{
	struct parcel *parcel = guest_parcel(&scene->guest, 0, body);
	struct output_load load;

	ck_assert(!parcel->rows.unknown);
	load = output_load_rows(parcel);
	output_gather(scene->output, &load);
	parcel_free(parcel);
}

static void sync_all(struct scene *scene)
{
	struct err err = ERR_INIT;

	ck_assert_msg(output_sync(scene->output, scene->db, &err) == 0, "%s", err.text);
}

static void commit_all(struct scene *scene)
{
	struct err err = ERR_INIT;

	sync_all(scene);
	ck_assert_int_eq(db_begin(scene->db, &err), 0);
	output_record(scene->output, scene->db);
	ck_assert_msg(db_commit(scene->db, &err) == 0, "%s", err.text);
	output_committed(scene->output);
}

static void land(struct scene *scene, const char *body)
{
	gather(scene, body);
	commit_all(scene);
}

static void rotate(struct scene *scene)
{
	struct err err = ERR_INIT;

	ck_assert_msg(output_rotate(scene->output, scene->db, &err) == 0, "%s", err.text);
}

/* What the ledger has of the output, and its rows of one run in the live file. */
static void expect_recorded(const struct scene *scene, enum outfile_phase phase, uint64_t rows,
			    const char *run, int64_t of_run)
{
	struct output_record record = { 0 };
	struct err err = ERR_INIT;

	ck_assert_msg(outputs_get(scene->db, "a", &record, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(record.phase, phase);
	ck_assert_uint_eq(record.rows, rows);
	ck_assert_int_eq(json_int(json_get(record.recent, run), 0), of_run);
	output_record_done(&record);
}

/* The closed files of the output, newest first. */
static struct json *closed(const struct scene *scene)
{
	return files_of_output(scene->db, "a", 100, NULL);
}

static void expect_closed(const struct scene *scene, size_t n)
{
	struct json *files = closed(scene);

	ck_assert_uint_eq(json_len(files), n);
	json_unref(files);
}

static bool is_full(struct scene *scene, const char *body)
{
	struct parcel *parcel = guest_parcel(&scene->guest, 0, body);
	struct output_load load = output_load_rows(parcel);
	bool full = output_is_full(scene->output, &load);

	parcel_free(parcel);
	return full;
}

START_TEST(rows_count_from_the_commit_on)
{
	struct scene scene;

	open_scene(&scene, JOB);
	ck_assert(!output_has_gathered(scene.output));
	ck_assert_str_eq(output_key(scene.output), "a");
	gather(&scene, "[{'x': 1}, {'x': 2}]");
	ck_assert(output_has_gathered(scene.output));
	ck_assert_ptr_null(house_file(&scene.house, "a.csv"));
	sync_all(&scene);
	house_expect_file(&scene.house, "a.csv", "x\n1\n2\n");
	expect_recorded(&scene, OUTFILE_OPENING, 0, "1", 0); /* the intent alone */
	ck_assert_int_eq(output_abandon(scene.output, scene.db, NULL), 0);
	ck_assert(!output_has_gathered(scene.output));
	ck_assert_ptr_null(house_file(&scene.house, "a.csv"));
	land(&scene, "[{'x': 3}]");
	ck_assert(!output_has_gathered(scene.output));
	expect_recorded(&scene, OUTFILE_LIVE, 1, "1", 1);
	house_expect_file(&scene.house, "a.csv", "x\n3\n");
	close_scene(&scene);
}
END_TEST

START_TEST(what_is_abandoned_leaves_file_and_counts_as_committed)
{
	struct scene scene;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	gather(&scene, "[{'x': 2}, {'x': 3}]");
	sync_all(&scene);
	ck_assert_int_eq(output_abandon(scene.output, scene.db, NULL), 0);
	house_expect_file(&scene.house, "a.csv", "x\n1\n");
	land(&scene, "[{'x': 4}]");
	house_expect_file(&scene.house, "a.csv", "x\n1\n4\n");
	expect_recorded(&scene, OUTFILE_LIVE, 2, "1", 2);
	close_scene(&scene);
}
END_TEST

START_TEST(a_run_all_of_whose_rows_were_abandoned_is_not_in_the_file)
{
	struct scene scene;
	struct json *files;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	part(&scene);
	begin(&scene, JOB, 2);
	gather(&scene, "[{'x': 2}]");
	sync_all(&scene);
	ck_assert_int_eq(output_abandon(scene.output, scene.db, NULL), 0);
	rotate(&scene);
	files = files_of_run(scene.db, 2, NULL);
	ck_assert_uint_eq(json_len(files), 0);
	json_unref(files);
	close_scene(&scene);
}
END_TEST

START_TEST(an_output_opened_again_goes_on_from_its_commit)
{
	struct scene scene;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	gather(&scene, "[{'x': 2}]");
	sync_all(&scene); /* a crash comes before the commit */
	close_output(&scene);
	begin(&scene, JOB, 2);
	house_expect_file(&scene.house, "a.csv", "x\n1\n");
	land(&scene, "[{'x': 3}]");
	house_expect_file(&scene.house, "a.csv", "x\n1\n3\n");
	expect_recorded(&scene, OUTFILE_LIVE, 2, "1", 1);
	expect_recorded(&scene, OUTFILE_LIVE, 2, "2", 1);
	close_scene(&scene);
}
END_TEST

START_TEST(a_file_that_was_tampered_with_is_put_aside_and_a_new_one_begun)
{
	struct scene scene;
	char *path;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}, {'x': 2}]");
	close_output(&scene);
	path = xasprintf("%s/a.csv", scene.house.data);
	ck_assert_int_eq(truncate(path, 3), 0);
	free(path);
	begin(&scene, JOB, 2);
	ck_assert_ptr_null(house_file(&scene.house, "a.csv"));
	expect_recorded(&scene, OUTFILE_NONE, 0, "1", 0); /* nobody vouches for its rows */
	land(&scene, "[{'x': 3}]");
	house_expect_file(&scene.house, "a.csv", "x\n3\n");
	expect_closed(&scene, 0);
	close_scene(&scene);
}
END_TEST

START_TEST(a_closed_file_is_recorded_with_its_rows_bytes_and_runs)
{
	struct scene scene;
	struct json *files;
	char *text;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	part(&scene);
	begin(&scene, JOB, 2);
	expect_closed(&scene, 0); /* the same columns go on in the same file */
	land(&scene, "[{'x': 2}, {'x': 3}]");
	rotate(&scene);
	rotate(&scene); /* nothing is live: nothing happens */
	expect_recorded(&scene, OUTFILE_NONE, 0, "2", 0);
	files = closed(&scene);
	ck_assert_uint_eq(json_len(files), 1);
	ck_assert_int_eq(json_int(json_find(files, "/0/rows"), 0), 3);
	ck_assert_int_eq(json_int(json_find(files, "/0/bytes"), 0), 8);
	text = house_file(&scene.house, json_str(json_find(files, "/0/name")));
	ck_assert_str_eq(text, "x\n1\n2\n3\n");
	free(text);
	json_unref(files);
	files = files_of_run(scene.db, 1, NULL);
	ck_assert_int_eq(json_int(json_find(files, "/0/rows"), 0), 1);
	json_unref(files);
	files = files_of_run(scene.db, 2, NULL);
	ck_assert_uint_eq(json_len(files), 1);
	ck_assert_int_eq(json_int(json_find(files, "/0/rows"), 0), 2);
	json_unref(files);
	land(&scene, "[{'x': 4}]"); /* the next one knows nothing of the last */
	expect_recorded(&scene, OUTFILE_LIVE, 1, "2", 1);
	expect_recorded(&scene, OUTFILE_LIVE, 1, "1", 0);
	close_scene(&scene);
}
END_TEST

START_TEST(rows_and_bytes_fill_a_file_but_a_page_is_never_split)
{
	struct scene scene;

	open_scene(&scene, "{" TEN ", 'columns': [{'name': 'x'}], "
			   "'output': {'rotate': {'rows': 3, 'size': 1024}}}");
	ck_assert(!is_full(&scene, "[{'x': 1}, {'x': 2}, {'x': 3}, {'x': 4}]"));
	gather(&scene, "[{'x': 1}, {'x': 2}]");
	ck_assert(!is_full(&scene, "[{'x': 3}]"));
	ck_assert(is_full(&scene, "[{'x': 3}, {'x': 4}]"));
	commit_all(&scene);
	ck_assert(!is_full(&scene, "[{'x': 3}]"));
	ck_assert(is_full(&scene, "[{'x': 3}, {'x': 4}]"));
	rotate(&scene);
	ck_assert(!is_full(&scene, "[{'x': 3}, {'x': 4}]"));
	close_scene(&scene);
}
END_TEST

static struct colset *wider_by(const struct scene *scene, const char *name)
{
	struct slice names[] = { slice_of(name) };

	return colset_extend(output_colset(scene->output), names, 1);
}

START_TEST(new_columns_begin_a_new_file_only_where_a_header_says_them)
{
	static const char *const formats_tried[] = { "csv", "jsonl" };

	for (size_t i = 0; i < 2; i++) {
		struct scene scene;
		struct colset *wider;
		struct err err = ERR_INIT;
		char *definition =
			xasprintf("{" TEN ", 'output': {'format': '%s'}}", formats_tried[i]);

		open_scene(&scene, definition);
		wider = wider_by(&scene, "x");
		ck_assert_int_eq(output_widen(scene.output, scene.db, wider, &err), 0);
		colset_unref(wider);
		know_columns(&scene);
		land(&scene, "[{'x': 1}]");
		wider = wider_by(&scene, "y");
		ck_assert_int_eq(output_widen(scene.output, scene.db, wider, &err), 0);
		ck_assert_ptr_eq(output_colset(scene.output), wider);
		colset_unref(wider);
		know_columns(&scene);
		expect_closed(&scene, i == 0);
		land(&scene, "[{'x': 2}]");
		if (i == 0)
			house_expect_file(&scene.house, "a.csv", "x,y\n2,\n");
		else
			house_expect_file(&scene.house, "a.jsonl", "{\"x\":1}\n{\"x\":2}\n");
		free(definition);
		close_scene(&scene);
	}
}
END_TEST

START_TEST(automatic_columns_go_on_from_those_of_the_file)
{
	struct scene scene;
	struct colset *wider;

	open_scene(&scene, AUTO);
	wider = wider_by(&scene, "x");
	ck_assert_int_eq(output_widen(scene.output, scene.db, wider, NULL), 0);
	colset_unref(wider);
	know_columns(&scene);
	land(&scene, "[{'x': 1}]");
	close_output(&scene);
	begin(&scene, AUTO, 2);
	ck_assert_uint_eq(colset_len(output_colset(scene.output)), 1);
	land(&scene, "[{'x': 2}]");
	house_expect_file(&scene.house, "a.csv", "x\n1\n2\n");
	close_scene(&scene);
}
END_TEST

START_TEST(other_declared_columns_close_the_file)
{
	struct scene scene;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	part(&scene);
	begin(&scene, "{" TEN ", 'columns': [{'name': 'y', 'from': '/x'}]}", 2);
	expect_closed(&scene, 1);
	land(&scene, "[{'x': 2}]");
	house_expect_file(&scene.house, "a.csv", "y\n2\n");
	close_scene(&scene);
}
END_TEST

START_TEST(another_format_closes_the_file_and_the_numbers_go_on)
{
	struct scene scene;
	struct json *files;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	part(&scene);
	begin(&scene, "{" TEN ", 'columns': [{'name': 'x'}], 'output': {'format': 'jsonl'}}", 2);
	expect_closed(&scene, 1);
	land(&scene, "[{'x': 2}]");
	house_expect_file(&scene.house, "a.jsonl", "{\"x\":2}\n");
	close_output(&scene); /* the extension is remembered */
	begin(&scene, "{" TEN ", 'columns': [{'name': 'x'}], 'output': {'format': 'jsonl'}}", 3);
	land(&scene, "[{'x': 3}]");
	house_expect_file(&scene.house, "a.jsonl", "{\"x\":2}\n{\"x\":3}\n");
	rotate(&scene);
	files = closed(&scene);
	ck_assert_uint_eq(json_len(files), 2);
	ck_assert_ptr_nonnull(strstr(json_str(json_find(files, "/0/name")), "-2.jsonl"));
	ck_assert_ptr_nonnull(strstr(json_str(json_find(files, "/1/name")), "-1.csv"));
	json_unref(files);
	close_scene(&scene);
}
END_TEST

static rlim_t wal_size(const struct scene *scene)
{
	char *path = xasprintf("%s-wal", scene->house.db);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	free(path);
	return (rlim_t)st.st_size;
}

/* The disk has room for the intent, and none for the record of the closed file: found by giving it
 * ever more. */
static void rename_and_record_nothing(struct scene *scene)
{
	struct err err = ERR_INIT;
	char *live = NULL;

	for (rlim_t limit = wal_size(scene);; limit += 512) {
		house_limit(limit);
		ck_assert_int_lt(output_rotate(scene->output, scene->db, &err), 0);
		house_limit(RLIM_INFINITY);
		live = house_file(&scene->house, "a.csv");
		if (!live)
			return;
		free(live);
	}
}

START_TEST(a_close_that_was_renamed_but_not_recorded_is_finished_later)
{
	struct scene scene;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	rename_and_record_nothing(&scene);
	expect_closed(&scene, 0);
	ck_assert(is_full(&scene, "[{'x': 2}]")); /* nothing may be added before it is finished */
	rotate(&scene);
	expect_closed(&scene, 1);
	ck_assert(!is_full(&scene, "[{'x': 2}]"));
	land(&scene, "[{'x': 2}]");
	house_expect_file(&scene.house, "a.csv", "x\n2\n");
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 1);
	close_scene(&scene);
}
END_TEST

/* The same, and the daemon is killed instead. */
START_TEST(a_close_that_was_renamed_but_not_recorded_is_finished_at_the_next_start)
{
	struct scene scene;
	struct json *files;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	rename_and_record_nothing(&scene);
	close_output(&scene);
	begin(&scene, JOB, 2);
	files = files_of_run(scene.db, 1, NULL);
	ck_assert_uint_eq(json_len(files), 1);
	ck_assert_int_eq(json_int(json_find(files, "/0/rows"), 0), 1);
	json_unref(files);
	expect_closed(&scene, 1);
	land(&scene, "[{'x': 2}]");
	expect_recorded(&scene, OUTFILE_LIVE, 1, "1", 0);
	close_scene(&scene);
}
END_TEST

/* No descriptor is free for the directory. */
START_TEST(a_close_that_could_not_rename_is_repeated)
{
	struct scene scene;
	struct rlimit all, none;
	struct err err = ERR_INIT;

	open_scene(&scene, JOB);
	land(&scene, "[{'x': 1}]");
	getrlimit(RLIMIT_NOFILE, &all);
	none = all;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	ck_assert_int_lt(output_rotate(scene.output, scene.db, &err), 0);
	setrlimit(RLIMIT_NOFILE, &all);
	ck_assert(is_full(&scene, "[{'x': 2}]"));
	expect_closed(&scene, 0);
	rotate(&scene);
	expect_closed(&scene, 1);
	land(&scene, "[{'x': 2}]");
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 1);
	house_expect_file(&scene.house, "a.csv", "x\n2\n");
	close_scene(&scene);
}
END_TEST

UNIT_MAIN("output", rows_count_from_the_commit_on,
	  what_is_abandoned_leaves_file_and_counts_as_committed,
	  a_run_all_of_whose_rows_were_abandoned_is_not_in_the_file,
	  an_output_opened_again_goes_on_from_its_commit,
	  a_file_that_was_tampered_with_is_put_aside_and_a_new_one_begun,
	  a_closed_file_is_recorded_with_its_rows_bytes_and_runs,
	  rows_and_bytes_fill_a_file_but_a_page_is_never_split,
	  new_columns_begin_a_new_file_only_where_a_header_says_them,
	  automatic_columns_go_on_from_those_of_the_file, other_declared_columns_close_the_file,
	  another_format_closes_the_file_and_the_numbers_go_on,
	  a_close_that_was_renamed_but_not_recorded_is_finished_later,
	  a_close_that_was_renamed_but_not_recorded_is_finished_at_the_next_start,
	  a_close_that_could_not_rename_is_repeated)
