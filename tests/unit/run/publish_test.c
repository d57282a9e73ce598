#include "run/publish.h"

#include <errno.h>
#include <sys/stat.h>

#include "data/sum.h"
#include "house.h"
#include "store/ledger.h"

#define TEN  "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define SNAP "'mode': 'snapshot'"
#define JOB  "{" TEN ", 'output': {" SNAP "}}"
#define GZIP "{" TEN ", 'output': {" SNAP ", 'compress': 'gzip', 'rotate': {'rows': 1}}}"
#define EACH "{" TEN ", 'output': {" SNAP ", 'rotate': {'rows': 1}}}"

static bool is_there(const struct house *house, const char *name)
{
	struct stat st;

	return fstatat(house->root, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A command in the data directory. */
static void shell(const struct house *house, const char *command)
{
	char *line = xasprintf("cd %s && %s", house->data, command);

	ck_assert_msg(system(line) == 0, "%s", line);
	free(line);
}

/* All names below data_dir but directories, hidden ones too, in order, a blank behind each. */
static char *names(const struct house *house)
{
	char *command = xasprintf("cd %s && find . ! -type d | sort | sed 's,^./,,' | tr '\\n' ' '",
				  house->data);
	FILE *pipe = popen(command, "re");
	char *text = xcalloc(1, 65536);

	ck_assert_ptr_nonnull(pipe);
	text[fread(text, 1, 65535, pipe)] = '\0';
	pclose(pipe);
	free(command);
	return text;
}

static void expect_names(const struct house *house, const char *want)
{
	char *there = names(house);

	ck_assert_str_eq(there, want);
	free(there);
}

static void expect_latest(const struct house *house, const char *want)
{
	char target[64] = "";

	ck_assert_int_ge(readlinkat(house->root, "a/latest", target, sizeof(target) - 1), 0);
	ck_assert_str_eq(target, want);
}

static struct seed *seed_at(const char *definition, int64_t slot_ms)
{
	struct seed *seed = house_seed("a", definition);

	seed->record.slot_ms = slot_ms;
	return seed;
}

static struct seed *loaded(const struct house *house, uint64_t id)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);
	int code;
	struct seed *seed = seed_load(db, id, &code, &err);

	ck_assert_msg(seed != NULL, "%s", err.text);
	db_close(db);
	return seed;
}

static struct landing *end_of(struct guest *guest, const char *result)
{
	struct landing *landing = landing_new(LANDING_END, guest);

	landing->account = guest->account;
	landing->end = (struct run_record) { .id = guest->seed->record.id,
					     .state = xstrdup("ended"),
					     .result = xstrdup(result),
					     .started_ms = 1,
					     .ended_ms = 2 };
	return landing;
}

/* Ends the run; what it came back with must be `want`, and what the ledger says of it too. */
static void end_as(struct house *house, struct guest *guest, const char *result, const char *want)
{
	struct run_record record = { 0 };
	struct landing *landing;
	struct db *db = NULL;

	lander_submit(house->lander, end_of(guest, result));
	landing = house_wait(house);
	ck_assert_msg(landing->code == 0, "%d %s", landing->code, landing->error);
	ck_assert_str_eq(landing->end.result, want);
	ck_assert_int_eq(db_open_readonly(house->db, &db, NULL), 0);
	ck_assert_int_eq(runs_get(db, guest->seed->record.id, &record, NULL), 0);
	ck_assert_str_eq(record.result, want);
	ck_assert_int_eq(!record.reason, !landing->end.reason);
	if (record.reason)
		ck_assert_str_eq(record.reason, landing->end.reason);
	run_record_done(&record);
	db_close(db);
	landing_free(landing);
	guest_done(guest);
}

/* A run of rows 1..n that ends. */
static void play(struct house *house, struct seed *seed, unsigned n, const char *result,
		 const char *want)
{
	struct guest guest;
	char body[64];

	guest_begin(house, &guest, seed);
	for (unsigned i = 0; i < n; i++) {
		snprintf(body, sizeof(body), "[{'x': %u}]", i + 1);
		guest_land(house, &guest, i, body);
		house_expect(house, 1); /* one after the other: so parts hold one row each */
	}
	end_as(house, &guest, result, want);
}

static struct snapshot_record recorded(const struct house *house, uint64_t run)
{
	struct snapshot_record record = { 0 };
	struct db *db = NULL;

	ck_assert_int_eq(db_open_readonly(house->db, &db, NULL), 0);
	ck_assert_int_eq(snapshots_get(db, "a", run, &record, NULL), 0);
	db_close(db);
	return record;
}

static void expect_state(const struct house *house, uint64_t run, enum snapshot_state state,
			 const char *result)
{
	struct snapshot_record record = recorded(house, run);

	ck_assert_int_eq(record.state, state);
	if (result)
		ck_assert_str_eq(record.result, result);
	else
		ck_assert_ptr_null(record.result);
	snapshot_record_done(&record);
}

static bool is_recorded(const struct house *house, uint64_t run)
{
	struct snapshot_record record = { 0 };
	struct db *db = NULL;
	int rc;

	ck_assert_int_eq(db_open_readonly(house->db, &db, NULL), 0);
	rc = snapshots_get(db, "a", run, &record, NULL);
	snapshot_record_done(&record);
	db_close(db);
	return rc == 0;
}

/* Every file that the ledger says a run landed in is there under that very name. */
static void expect_files(const struct house *house, uint64_t run, unsigned want)
{
	struct db *db = NULL;
	struct json *files;

	ck_assert_int_eq(db_open_readonly(house->db, &db, NULL), 0);
	files = files_of_run(db, run, NULL);
	ck_assert_uint_eq(json_len(files), want);
	for (size_t i = 0; i < json_len(files); i++) {
		const char *name = json_str(json_get(json_at(files, i), "name"));

		ck_assert_msg(is_there(house, name), "%s", name);
	}
	json_unref(files);
	db_close(db);
}

static struct json *manifest(const struct house *house, const char *dir)
{
	char *name = xasprintf("%s/_MANIFEST", dir);
	char *text = house_file(house, name);
	struct json *doc;

	ck_assert_msg(text != NULL, "%s is not there", name);
	ck_assert_int_eq(json_parse(text, strlen(text), &doc, NULL), 0);
	free(text);
	free(name);
	return doc;
}

START_TEST(a_complete_run_is_published_as_a_whole)
{
	struct house house;
	struct guest guest;
	struct json *doc;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, seed_at(JOB, 5000));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 2);
	expect_names(&house, "a/.1.staging/rows.csv.live ");
	expect_state(&house, 1, SNAPSHOT_STAGING, NULL);
	end_as(&house, &guest, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/latest ");
	expect_latest(&house, "1");
	house_expect_file(&house, "a/1/part-00001.csv", "x\n1\n2\n");
	expect_state(&house, 1, SNAPSHOT_PUBLISHED, "complete");
	expect_files(&house, 1, 1);
	doc = manifest(&house, "a/1");
	ck_assert_int_eq(json_int(json_get(doc, "run"), 0), 1);
	ck_assert_str_eq(json_str(json_get(doc, "slot")), "1970-01-01T00:00:05Z");
	ck_assert_str_eq(json_str(json_get(doc, "result")), "complete");
	ck_assert_int_eq(json_int(json_get(doc, "rows"), 0), 2);
	ck_assert_int_eq(json_int(json_get(doc, "bytes"), 0), 6);
	ck_assert_int_eq(json_int(json_get(doc, "requests"), 0), 10);
	ck_assert_str_eq(json_str(json_get(json_at(json_get(doc, "files"), 0), "file")),
			 "part-00001.csv");
	json_unref(doc);
	house_done(&house);
}
END_TEST

START_TEST(what_did_not_end_complete_is_kept_aside)
{
	static const char *const results[] = { "partial", "failed", "cancelled", "suspect" };
	struct house house;

	house_init(&house);
	house_open(&house);
	for (unsigned i = 0; i < 4; i++) {
		char *dir = xasprintf("a/%u.%s", i + 1, results[i]);
		char *part = xasprintf("%s/part-00001.csv.part", dir);
		struct json *doc;

		play(&house, seed_at(JOB, 1), 1, results[i], results[i]);
		house_expect_file(&house, part, "x\n1\n");
		expect_state(&house, i + 1, SNAPSHOT_KEPT, results[i]);
		expect_files(&house, i + 1, 1);
		doc = manifest(&house, dir);
		ck_assert_str_eq(json_str(json_get(doc, "result")), results[i]);
		ck_assert_str_eq(json_str(json_get(json_at(json_get(doc, "files"), 0), "file")),
				 "part-00001.csv.part");
		json_unref(doc);
		free(part);
		free(dir);
	}
	ck_assert(!is_there(&house, "a/latest"));
	ck_assert_uint_eq(house_count(&house, "x"), 0); /* nothing at the top */
	house_done(&house);
}
END_TEST

START_TEST(a_partial_run_is_reopened_and_published)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(JOB, 1), 1, "partial", "partial");
	guest_reopen(&house, &guest, 1);
	expect_state(&house, 1, SNAPSHOT_STAGING, "partial");
	expect_names(&house, "a/.1.staging/part-00001.csv.part ");
	expect_files(&house, 1, 1);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 1);
	end_as(&house, &guest, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/1/part-00002.csv a/latest ");
	expect_files(&house, 1, 2);
	house_expect_file(&house, "a/1/part-00001.csv", "x\n1\n");
	house_expect_file(&house, "a/1/part-00002.csv", "x\n2\n");
	house_done(&house);
}
END_TEST

START_TEST(what_was_kept_aside_must_be_there_to_be_reopened)
{
	struct house house;
	struct landing *landing = landing_new(LANDING_REOPEN, NULL);
	struct run_record record = { 0 };
	struct db *db = NULL;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(JOB, 1), 1, "partial", "partial");
	shell(&house, "mv a/1.partial away");
	landing->id = 1;
	lander_submit(house.lander, landing);
	landing = house_wait(&house);
	ck_assert_int_lt(landing->code, 0);
	ck_assert_msg(strstr(landing->error, "a/1.partial") != NULL, "%s", landing->error);
	landing_free(landing);
	ck_assert_int_eq(db_open_readonly(house.db, &db, NULL), 0);
	ck_assert_int_eq(runs_get(db, 1, &record, NULL), 0);
	ck_assert_str_eq(record.state, "ended");
	run_record_done(&record);
	db_close(db);
	expect_state(&house, 1, SNAPSHOT_KEPT, "partial");
	house_done(&house);
}
END_TEST

START_TEST(an_older_slot_never_takes_latest_from_a_newer_one)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(JOB, 1000), 1, "partial", "partial");
	play(&house, seed_at(JOB, 2000), 1, "complete", "complete");
	play(&house, seed_at(JOB, 1500), 1, "complete", "complete");
	expect_latest(&house, "2");
	guest_reopen(&house, &guest, 1);
	end_as(&house, &guest, "complete", "complete");
	ck_assert(is_there(&house, "a/1/_MANIFEST"));
	expect_latest(&house, "2");
	play(&house, seed_at(JOB, 2000), 1, "complete", "complete");
	expect_latest(&house, "4"); /* of one slot the newest run */
	house_done(&house);
}
END_TEST

START_TEST(a_run_that_failed_without_a_row_leaves_nothing)
{
	static const char *const results[] = { "partial", "failed", "cancelled", "unchanged" };
	struct house house;

	house_init(&house);
	house_open(&house);
	for (unsigned i = 0; i < 4; i++) {
		play(&house, seed_at(JOB, 1), 0, results[i], results[i]);
		ck_assert(!is_recorded(&house, i + 1));
	}
	ck_assert(!is_there(&house, "a"));
	house_done(&house);
}
END_TEST

static void play_nothing(const char *definition, const char *want, const char *part)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(definition, 1), 0, "complete", "complete");
	expect_names(&house, want);
	expect_latest(&house, "1");
	if (part)
		house_expect_file(&house, "a/1/part-00001.csv", part);
	expect_state(&house, 1, SNAPSHOT_PUBLISHED, "complete");
	house_done(&house);
}

START_TEST(a_complete_run_without_a_row_is_published)
{
	play_nothing(JOB, "a/1/_MANIFEST a/latest ", NULL);
	play_nothing("{" TEN ", 'columns': [{'name': 'x'}], 'output': {" SNAP "}}",
		     "a/1/_MANIFEST a/1/part-00001.csv a/latest ", "x\n");
	play_nothing("{" TEN ", 'output': {" SNAP ", 'format': 'jsonl'}}",
		     "a/1/_MANIFEST a/1/part-00001.jsonl a/latest ", NULL);
	play_nothing("{" TEN ", 'output': {" SNAP ", 'format': 'jsonl', 'compress': 'gzip'}}",
		     "a/1/_MANIFEST a/1/part-00001.jsonl.gz a/latest ", NULL);
}
END_TEST

START_TEST(a_crash_before_the_empty_part_does_not_lose_it)
{
	struct snapshot_record bare = { .path = (char *)"a", .run = 1, .job = (char *)"a" };
	struct house house;
	struct guest guest;
	struct db *db;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    seed_at("{" TEN ", 'output': {" SNAP ", 'format': 'jsonl'}}", 1));
	house_close(&house, false);
	guest_done(&guest);
	db = house_db(&house);
	ck_assert_int_eq(db_begin(db, NULL), 0);
	snapshots_put(db, &bare);
	ck_assert_int_eq(db_commit(db, NULL), 0);
	db_close(db);
	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	end_as(&house, &guest, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.jsonl a/latest ");
	house_done(&house);
}
END_TEST

/* More than there can be open files. */
START_TEST(every_path_of_a_run_has_its_own_snapshot)
{
	struct house house;
	struct guest guest;
	unsigned n = 300;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    seed_at("{'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, "
			    "299]}}, 'output': {" SNAP ", 'path': 'p/${i}'}}",
			    1));
	for (unsigned i = 0; i < n; i++)
		guest_land(&house, &guest, i, "[{'x': 1}]");
	house_expect(&house, n);
	end_as(&house, &guest, "complete", "complete");
	for (unsigned i = 0; i < n; i++) {
		char *part = xasprintf("p/%u/1/part-00001.csv", i);
		char *latest = xasprintf("p/%u/latest/_MANIFEST", i);

		house_expect_file(&house, part, "x\n1\n");
		ck_assert(is_there(&house, latest));
		free(part);
		free(latest);
	}
	house_done(&house);
}
END_TEST

START_TEST(parts_are_packed_before_they_are_published)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(GZIP, 1), 3, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv.gz a/1/part-00002.csv.gz "
			     "a/1/part-00003.csv.gz a/latest ");
	shell(&house, "test \"$(zcat a/1/*.gz | tr '\\n' ' ')\" = 'x 1 x 2 x 3 '");
	expect_files(&house, 1, 3);
	play(&house, seed_at(GZIP, 1), 2, "partial", "partial");
	ck_assert(is_there(&house, "a/2.partial/part-00002.csv.gz.part"));
	expect_files(&house, 2, 2);
	house_done(&house);
}
END_TEST

#define KEEP "{" TEN ", 'output': {" SNAP ", 'keep': {'files': 2}}}"

START_TEST(the_oldest_go_but_never_latest)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(KEEP, 1000), 1, "complete", "complete");
	play(&house, seed_at(KEEP, 2000), 1, "partial", "partial");
	expect_latest(&house, "1");
	play(&house, seed_at(KEEP, 3000), 1, "partial", "partial");
	ck_assert(is_there(&house, "a/1"));
	play(&house, seed_at(KEEP, 4000), 1, "partial", "partial");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/3.partial/_MANIFEST "
			     "a/3.partial/part-00001.csv.part a/4.partial/_MANIFEST "
			     "a/4.partial/part-00001.csv.part a/latest ");
	ck_assert(!is_recorded(&house, 2));
	play(&house, seed_at(KEEP, 5000), 1, "complete", "complete");
	expect_names(&house, "a/4.partial/_MANIFEST a/4.partial/part-00001.csv.part a/5/_MANIFEST "
			     "a/5/part-00001.csv a/latest ");
	expect_latest(&house, "5");
	house_done(&house);
}
END_TEST

START_TEST(a_run_that_goes_on_keeps_what_it_has)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	play(&house, seed_at(KEEP, 1000), 1, "partial", "partial");
	guest_reopen(&house, &guest, 1);
	for (int i = 0; i < 4; i++)
		play(&house, seed_at(KEEP, 2000), 1, "complete", "complete");
	ck_assert(is_there(&house, "a/.1.staging/part-00001.csv.part"));
	end_as(&house, &guest, "partial", "partial"); /* and then it is the oldest */
	ck_assert(!is_there(&house, "a/1.partial"));
	ck_assert(!is_recorded(&house, 1));
	house_done(&house);
}
END_TEST

/* A ledger as it is after the intent of a step, and before its outcome, is committed. */
struct rewinding {
	struct db *db;
	const char *dir;
};

static void rename_back(const struct file_record *record, void *arg)
{
	struct rewinding *rewinding = arg;
	struct file_record changed = *record;

	changed.name =
		xasprintf("%s/part-%05u.csv.part", rewinding->dir, (unsigned)record->sequence);
	files_update(rewinding->db, &changed);
	free(changed.name);
}

static void rewind_to(struct house *house, enum snapshot_state state, const char *dir, bool running)
{
	struct rewinding rewinding = { house_db(house), dir };
	struct snapshot_record record = { 0 };

	ck_assert_int_eq(db_begin(rewinding.db, NULL), 0);
	ck_assert_int_eq(snapshots_get(rewinding.db, "a", 1, &record, NULL), 0);
	record.state = state;
	snapshots_put(rewinding.db, &record);
	ck_assert_int_eq(files_each(rewinding.db, "a//1", FILES_ALL, rename_back, &rewinding, NULL),
			 0);
	if (running)
		runs_reopen(rewinding.db, 1);
	ck_assert_int_eq(db_commit(rewinding.db, NULL), 0);
	snapshot_record_done(&record);
	db_close(rewinding.db);
}

static void played(struct house *house, const char *result)
{
	house_init(house);
	house_open(house);
	play(house, seed_at(EACH, 1), 2, result, result);
	house_close(house, false);
}

/* After a crash at PUBLISHING, with the disk as `command` makes it of the published snapshot. The
 * run would be cancelled now, but it was complete. */
static void publish_again(const char *command, const char *result)
{
	struct house house;
	struct guest guest;

	played(&house, "complete");
	shell(&house, command);
	rewind_to(&house, SNAPSHOT_PUBLISHING, "a/.1.staging", true);
	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	end_as(&house, &guest, result, "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/1/part-00002.csv a/latest ");
	expect_latest(&house, "1");
	expect_state(&house, 1, SNAPSHOT_PUBLISHED, "complete");
	expect_files(&house, 1, 2);
	house_done(&house);
}

#define HIDE   "rm a/latest && mv a/1 a/.1.staging && "
#define UNNAME "mv a/.1.staging/part-00001.csv a/.1.staging/part-00001.csv.part && "

START_TEST(a_crash_while_publishing_is_made_good)
{
	publish_again(HIDE UNNAME "true", "complete");
	publish_again(HIDE UNNAME "rm a/.1.staging/_MANIFEST && cd a/.1.staging && "
				  "mv part-00002.csv part-00002.csv.part",
		      "cancelled");
	publish_again(HIDE "true", "failed");
	publish_again("rm a/latest", "complete");
	publish_again("rm a/latest && ln -s 1 a/.latest-1", "cancelled");
	publish_again("true", "complete");
}
END_TEST

/* After a crash at KEEPING: the run was cancelled, but a crash is no end: it goes on. */
static void keep_again(const char *command, const char *result, const char *want)
{
	struct house house;
	struct guest guest;

	played(&house, "cancelled");
	shell(&house, command);
	rewind_to(&house, SNAPSHOT_KEEPING, "a/.1.staging", true);
	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	guest_land(&house, &guest, 2, "[{'x': 3}]");
	house_expect(&house, 1);
	end_as(&house, &guest, result, result);
	expect_names(&house, want);
	expect_files(&house, 1, 3);
	house_done(&house);
}

START_TEST(a_run_whose_end_was_not_committed_goes_on)
{
	static const char complete[] = "a/1/_MANIFEST a/1/part-00001.csv a/1/part-00002.csv "
				       "a/1/part-00003.csv a/latest ";
	static const char cancelled[] =
		"a/1.cancelled/_MANIFEST a/1.cancelled/part-00001.csv.part "
		"a/1.cancelled/part-00002.csv.part a/1.cancelled/part-00003.csv.part ";

	keep_again("mv a/1.cancelled a/.1.staging && rm a/.1.staging/_MANIFEST", "complete",
		   complete);
	keep_again("mv a/1.cancelled a/.1.staging", "complete", complete);
	keep_again("true", "complete", complete);
	keep_again("true", "cancelled", cancelled);
}
END_TEST

/* Of very many, some are recorded as kept before the end is. */
START_TEST(what_was_kept_aside_by_an_end_that_was_not_committed_is_staged_again)
{
	struct house house;
	struct guest guest;
	struct db *db;

	played(&house, "cancelled");
	db = house_db(&house);
	ck_assert_int_eq(db_begin(db, NULL), 0);
	runs_reopen(db, 1);
	ck_assert_int_eq(db_commit(db, NULL), 0);
	db_close(db);
	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	expect_state(&house, 1, SNAPSHOT_STAGING, "cancelled");
	guest_land(&house, &guest, 2, "[{'x': 3}]");
	house_expect(&house, 1);
	end_as(&house, &guest, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/1/part-00002.csv "
			     "a/1/part-00003.csv a/latest ");
	expect_files(&house, 1, 3);
	house_done(&house);
}
END_TEST

START_TEST(a_crash_while_reopening_is_made_good)
{
	static const char *const commands[] = {
		"true",
		"mv a/1.partial a/.1.staging",
		"mv a/1.partial a/.1.staging && rm a/.1.staging/_MANIFEST",
	};

	for (unsigned i = 0; i < 3; i++) {
		struct house house;
		struct guest guest;

		played(&house, "partial");
		shell(&house, commands[i]);
		rewind_to(&house, SNAPSHOT_REOPENING, "a/1.partial", true);
		house_open(&house);
		guest_begin(&house, &guest, loaded(&house, 1));
		end_as(&house, &guest, "complete", "complete");
		expect_names(&house,
			     "a/1/_MANIFEST a/1/part-00001.csv a/1/part-00002.csv a/latest ");
		house_done(&house);
	}
}
END_TEST

START_TEST(a_removal_that_was_begun_is_finished_at_the_start)
{
	static const char *const commands[] = { "true", "mv a/1.failed a/.1.dropped",
						"mv a/1.failed a/.1.dropped && rm a/.1.dropped/p*",
						"rm -r a/1.failed" };

	for (unsigned i = 0; i < 4; i++) {
		struct house house;
		struct guest guest;

		played(&house, "failed");
		shell(&house, commands[i]);
		rewind_to(&house, SNAPSHOT_DROPPING, "a/1.failed", false);
		house_open(&house);
		guest_begin(&house, &guest, seed_at(JOB, 1)); /* the lander is through with it */
		expect_names(&house, "");
		ck_assert(!is_recorded(&house, 1));
		expect_files(&house, 1, 0);
		guest_done(&guest);
		house_done(&house);
	}
}
END_TEST

/* A part that is not what was landed: shorter, or gone. */
static void play_damaged(const char *definition, const char *command, const char *part)
{
	struct house house;
	struct guest guest;
	struct snapshot_record record;
	struct json *doc;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, seed_at(definition, 1));
	for (unsigned i = 0; i < 2; i++) {
		guest_land(&house, &guest, i, "[{'x': 1}]");
		house_expect(&house, 1);
	}
	shell(&house, command);
	end_as(&house, &guest, "complete", "failed");
	ck_assert(!is_there(&house, "a/1"));
	ck_assert(!is_there(&house, "a/latest"));
	ck_assert(is_there(&house, part));
	record = recorded(&house, 1);
	ck_assert_int_eq(record.state, SNAPSHOT_KEPT);
	ck_assert_str_eq(record.result, "failed");
	snapshot_record_done(&record);
	doc = manifest(&house, "a/1.failed");
	ck_assert_str_eq(json_str(json_get(doc, "result")), "failed");
	json_unref(doc);
	house_done(&house);
}

START_TEST(a_damaged_part_makes_the_run_failed)
{
	play_damaged(EACH, "truncate -s 3 a/.1.staging/part-00001.csv.part",
		     "a/1.failed/part-00002.csv.part");
	play_damaged(EACH, "rm a/.1.staging/part-00001.csv.part", "a/1.failed/part-00002.csv.part");
}
END_TEST

/* Found by the housekeeper, who can neither sum nor pack it. */
START_TEST(what_cannot_be_vouched_for_is_not_published)
{
	static const char *const definitions[] = { EACH, GZIP };

	for (unsigned i = 0; i < 2; i++) {
		struct file_record part = { .state = FILE_CLOSED,
					    .path = (char *)"a//1",
					    .job = (char *)"a",
					    .rows = 1,
					    .bytes = 4,
					    .raw_bytes = 4,
					    .sequence = 1 };
		struct house house;
		struct guest guest;
		struct db *db;
		struct snapshot_record record = { .path = (char *)"a",
						  .run = 1,
						  .job = (char *)"a" };

		house_init(&house);
		house_open(&house);
		guest_begin(&house, &guest, seed_at(definitions[i], 1));
		house_close(&house, false);
		guest_done(&guest);
		part.name = (char *)(i ? "a/.1.staging/part-00001.csv.closed"
				       : "a/.1.staging/part-00001.csv.part");
		part.policy = i ? house_json("{'compress': 'gzip'}") : NULL;
		part.runs = house_json("{'1': 1}");
		shell(&house, "mkdir -p a/.1.staging && cd a/.1.staging && printf x > "
			      "part-00001.csv.closed && printf x > part-00001.csv.part");
		shell(&house, i ? "rm a/.1.staging/*.part" : "rm a/.1.staging/*.closed");
		db = house_db(&house);
		ck_assert_int_eq(db_begin(db, NULL), 0);
		snapshots_put(db, &record);
		ck_assert_uint_gt(files_insert(db, &part), 0);
		ck_assert_int_eq(db_commit(db, NULL), 0);
		db_close(db);
		log_set_level(LOG_LEVEL_ERROR);
		house_open(&house);
		guest_begin(&house, &guest, loaded(&house, 1));
		end_as(&house, &guest, "complete", "failed");
		expect_state(&house, 1, SNAPSHOT_KEPT, "failed");
		expect_files(&house, 1, 1);
		json_unref(part.policy);
		json_unref(part.runs);
		house_done(&house);
	}
}
END_TEST

START_TEST(one_damaged_snapshot_of_a_run_does_not_keep_back_the_others)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    seed_at("{" TEN ", 'output': {" SNAP ", 'path': 'p/${i}', 'rotate': {'rows': "
			    "1}}}",
			    1));
	for (unsigned i = 0; i < 3; i++)
		guest_land(&house, &guest, i, "[{'x': 1}, {'x': 2}]");
	house_expect(&house, 3);
	shell(&house, "truncate -s 1 p/1/.1.staging/rows.csv.live");
	end_as(&house, &guest, "complete", "failed");
	ck_assert(is_there(&house, "p/0/1/_MANIFEST"));
	ck_assert(!is_there(&house, "p/1/1"));
	ck_assert(is_there(&house, "p/2/1/_MANIFEST"));
	ck_assert(is_there(&house, "p/2/latest"));
	house_done(&house);
}
END_TEST

START_TEST(what_bears_the_name_already_is_left_alone)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	shell(&house, "mkdir -p a/1 && echo precious > a/1/part-00001.csv");
	play(&house, seed_at(KEEP, 1), 1, "complete", "failed");
	ck_assert(is_there(&house, "a/1.failed/part-00001.csv.part"));
	ck_assert(!is_there(&house, "a/latest"));
	for (int i = 0; i < 3; i++)
		play(&house, seed_at(KEEP, 2), 1, "complete", "complete");
	ck_assert(!is_there(&house, "a/1.failed")); /* let go by now */
	house_expect_file(&house, "a/1/part-00001.csv", "precious\n");
	house_done(&house);
}
END_TEST

START_TEST(a_run_that_cannot_be_kept_aside_ends_and_stays_staged)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	shell(&house, "mkdir -p a/1.partial");
	play(&house, seed_at(JOB, 1), 1, "partial", "partial");
	ck_assert(is_there(&house, "a/.1.staging/part-00001.csv.part"));
	expect_state(&house, 1, SNAPSHOT_STAGING, NULL);
	expect_files(&house, 1, 1);
	guest_reopen(&house, &guest, 1);
	end_as(&house, &guest, "complete", "complete");
	expect_names(&house, "a/1/_MANIFEST a/1/part-00001.csv a/latest ");
	house_done(&house);
}
END_TEST

START_TEST(somebody_in_the_way_of_latest_does_not_hold_up_the_end)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	shell(&house, "mkdir -p a/latest");
	play(&house, seed_at(JOB, 1), 1, "complete", "complete");
	ck_assert(is_there(&house, "a/1/_MANIFEST"));
	expect_state(&house, 1, SNAPSHOT_PUBLISHED, "complete");
	shell(&house, "rmdir a/latest");
	play(&house, seed_at(JOB, 2), 1, "complete", "complete");
	expect_latest(&house, "2");
	house_done(&house);
}
END_TEST

UNIT_MAIN("publish", a_complete_run_is_published_as_a_whole,
	  what_did_not_end_complete_is_kept_aside, a_partial_run_is_reopened_and_published,
	  what_was_kept_aside_must_be_there_to_be_reopened,
	  an_older_slot_never_takes_latest_from_a_newer_one,
	  a_run_that_failed_without_a_row_leaves_nothing, a_complete_run_without_a_row_is_published,
	  a_crash_before_the_empty_part_does_not_lose_it, every_path_of_a_run_has_its_own_snapshot,
	  parts_are_packed_before_they_are_published, the_oldest_go_but_never_latest,
	  a_run_that_goes_on_keeps_what_it_has, a_crash_while_publishing_is_made_good,
	  a_run_whose_end_was_not_committed_goes_on,
	  what_was_kept_aside_by_an_end_that_was_not_committed_is_staged_again,
	  a_crash_while_reopening_is_made_good, a_removal_that_was_begun_is_finished_at_the_start,
	  a_damaged_part_makes_the_run_failed, what_cannot_be_vouched_for_is_not_published,
	  one_damaged_snapshot_of_a_run_does_not_keep_back_the_others,
	  what_bears_the_name_already_is_left_alone,
	  a_run_that_cannot_be_kept_aside_ends_and_stays_staged,
	  somebody_in_the_way_of_latest_does_not_hold_up_the_end)
