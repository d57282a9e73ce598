/* Recovery: a scene is a data_dir written by hand, with manifests that are true, and a state_dir.
 */
#include "run/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "store/files.h"
#include "store/outputs.h"
#include "store/runs.h"
#include "store/runs_number.h"
#include "store/snapshots.h"

#include "../unit.h"

struct scene {
	char dir[64];
	char *state, *data, *database;
	struct config config;
	struct jobset *jobs;
	char *report; /* of the last recovery */
	size_t report_len;
	bool whole;
};

static void in_data(const struct scene *scene, const char *command)
{
	char *line = xasprintf("cd %s && %s", scene->data, command);

	ck_assert_msg(system(line) == 0, "%s", line);
	free(line);
}

static void in_state(const struct scene *scene, const char *command)
{
	char *line = xasprintf("cd %s && %s", scene->state, command);

	ck_assert_msg(system(line) == 0, "%s", line);
	free(line);
}

static void write_file(const struct scene *scene, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", scene->data, name);

	ck_assert_int_eq(file_replace(path, text, strlen(text), 0640, NULL), 0);
	free(path);
}

static void expect_file(const struct scene *scene, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", scene->data, name);
	struct buf found;

	buf_init(&found, 1 << 20);
	ck_assert_msg(file_read(path, &found, NULL) == 0, "%s is not there", name);
	ck_assert_str_eq(buf_text(&found), text);
	buf_done(&found);
	free(path);
}

static bool is_there(const struct scene *scene, const char *name)
{
	char *path = xasprintf("%s/%s", scene->data, name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* A closed file, and its line in the manifest of `path`. */
static void put_listed(const struct scene *scene, const char *path, const char *name, int run)
{
	static const char text[] = "id\n1\n2\n";
	char sum[SHA256_DIGEST_STRING_LENGTH];
	char *file = xasprintf("%s/%s", scene->data, name);
	char *manifest = xasprintf("%s/%s.manifest", scene->data, path);
	const char *sequence = strrchr(name, '-') + 1;
	FILE *out;

	write_file(scene, name, text);
	SHA256Data((const uint8_t *)text, strlen(text), sum);
	out = fopen(manifest, "a");
	ck_assert_ptr_nonnull(out);
	fprintf(out,
		"{\"file\":\"%s\",\"rows\":2,\"bytes\":7,\"sha256\":\"%s\",\"runs\":{\"%d\":2},"
		"\"columns\":[\"id\"],\"sequence\":%d,\"opened\":\"2026-11-23T06:00:00Z\","
		"\"closed\":\"2026-11-23T06:00:07Z\",\"job\":\"a\",\"format\":\"csv\","
		"\"compress\":null,\"raw_bytes\":7}\n",
		strrchr(name, '/') + 1, sum, run, atoi(sequence));
	fclose(out);
	free(manifest);
	free(file);
}

/* A snapshot's directory with one part. */
static void put_snapshot(const struct scene *scene, const char *dir, int run, const char *part)
{
	static const char text[] = "id\n1\n";
	char sum[SHA256_DIGEST_STRING_LENGTH];
	char *make = xasprintf("mkdir -p %s", dir), *name = xasprintf("%s/%s", dir, part);
	char *manifest = xasprintf("%s/%s/_MANIFEST", scene->data, dir);
	FILE *out;

	in_data(scene, make);
	write_file(scene, name, text);
	SHA256Data((const uint8_t *)text, strlen(text), sum);
	out = fopen(manifest, "w");
	ck_assert_ptr_nonnull(out);
	fprintf(out,
		"{\"run\":%d,\"job\":\"s\",\"slot\":\"2026-11-23T06:00:%02dZ\",\"result\":"
		"\"complete\",\"rows\":1,\"bytes\":5,\"columns\":[{\"name\":\"id\",\"type\":"
		"null}],\"created\":\"2026-11-23T07:00:00Z\",\"files\":[{\"file\":\"%s\","
		"\"rows\":1,\"bytes\":5,\"sha256\":\"%s\"}]}\n",
		run, run, part, sum);
	fclose(out);
	free(manifest);
	free(name);
	free(make);
}

static const char job_text[] =
	"jobs:\n"
	"  a:\n"
	"    request: {url: 'http://127.0.0.1/'}\n"
	"    output: {compress: gzip, keep: {files: 9}, csv: {delimiter: ';'}}\n"
	"  h:\n"
	"    request: {url: 'http://127.0.0.1/'}\n"
	"    params: {id: [1, 2]}\n"
	"    output: {path: 'h/dt=%Y-%m-%d/[${job}]-${id}/rows'}\n";

static void scene_init(struct scene *scene)
{
	struct problems problems = { 0 };

	*scene = (struct scene) { .dir = "/tmp/fetchd-recover-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(scene->dir));
	scene->state = xasprintf("%s/state", scene->dir);
	scene->data = xasprintf("%s/data", scene->dir);
	scene->database = xasprintf("%s/fetchd.db", scene->state);
	ck_assert_int_eq(mkdir(scene->state, 0750), 0);
	ck_assert_int_eq(mkdir(scene->data, 0750), 0);
	scene->config = (struct config) { .state_dir = scene->state,
					  .data_dir = scene->data,
					  .data_mode = 0640 };
	scene->jobs = jobset_parse("jobs.yaml", DOC_YAML,
				   (struct slice) { job_text, strlen(job_text) }, true, &problems);
	ck_assert_uint_eq(problems.len, 0);
	ck_assert_uint_eq(scene->jobs->len, 2);
	problems_done(&problems);
	in_data(scene, "mkdir a");
}

static void scene_done(struct scene *scene)
{
	char *line = xasprintf("rm -rf %s", scene->dir);

	ck_assert_int_eq(system(line), 0);
	free(line);
	jobset_free(scene->jobs);
	free(scene->report);
	free(scene->database);
	free(scene->data);
	free(scene->state);
}

static int try_recover(struct scene *scene, struct err *err)
{
	struct recover_order order = { .config = &scene->config, .jobs = scene->jobs };
	int code;

	free(scene->report);
	order.report = open_memstream(&scene->report, &scene->report_len);
	ck_assert_ptr_nonnull(order.report);
	code = recover_run(&order, &scene->whole, err);
	fclose(order.report);
	return code;
}

static void recover(struct scene *scene, bool whole)
{
	struct err err = ERR_INIT;
	int code = try_recover(scene, &err);

	ck_assert_msg(code == 0, "%d %s", code, err.text);
	ck_assert_msg(scene->whole == whole, "%s", scene->report);
}

static void expect_line(const struct scene *scene, const char *text)
{
	ck_assert_msg(strstr(scene->report, text) != NULL, "no \"%s\" in:\n%s", text,
		      scene->report);
}

static struct db *open_database(const struct scene *scene)
{
	struct err err = ERR_INIT;
	struct db *db;
	int code = db_open(scene->database, &db, &err);

	ck_assert_msg(code == 0, "%s", err.text);
	return db;
}

static void expect_rows(const struct scene *scene, const char *path, uint64_t rows)
{
	struct db *db = open_database(scene);

	ck_assert_uint_eq(files_rows(db, path), rows);
	db_close(db);
}

/* The name of the one file that matches, to be freed. */
static char *find_one(const struct scene *scene, const char *pattern)
{
	char *line = xasprintf("cd %s && ls -d %s", scene->data, pattern), name[512] = "";
	FILE *list = popen(line, "r");

	ck_assert_ptr_nonnull(list);
	ck_assert_msg(fgets(name, sizeof(name), list) != NULL, "nothing is called %s", pattern);
	ck_assert_msg(fgetc(list) == EOF, "more than one is called %s", pattern);
	pclose(list);
	free(line);
	name[strcspn(name, "\n")] = '\0';
	return xstrdup(name);
}

START_TEST(files_as_their_manifest_says_are_kept_and_numbering_goes_on)
{
	struct scene scene;
	struct output_record output;
	struct file_record file;
	struct db *db;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-4.csv", 11);
	put_listed(&scene, "a/a", "a/a-20261123T070007Z-7.csv", 12);
	recover(&scene, true);
	expect_line(&scene, "a/a-20261123T060007Z-4.csv: kept\n");
	db = open_database(&scene);
	ck_assert_uint_eq(files_rows(db, "a/a"), 4);
	ck_assert_int_eq(files_get(db, 2, &file, NULL), 0);
	ck_assert_int_eq(file.state, FILE_LISTED);
	ck_assert_str_eq(file.job, "a");
	ck_assert_uint_eq(file.bytes, 7);
	ck_assert_uint_eq(strlen(file.sha256), 64);
	ck_assert_int_eq(json_int(json_get(file.runs, "12"), 0), 2);
	file_record_done(&file);
	ck_assert_int_eq(outputs_get(db, "a/a", &output, NULL), 0);
	ck_assert_uint_eq(output.sequence, 8);
	ck_assert_uint_gt(output.manifest_bytes, 500);
	ck_assert_str_eq(output.extension, ".csv");
	ck_assert_uint_eq(output.phase, 0);
	output_record_done(&output);
	ck_assert_int_eq(db_begin(db, NULL), 0);
	ck_assert_uint_eq(runs_insert(db, &(struct run_record) { .job = (char *)"a",
								 .trigger = (char *)"x",
								 .engine = (char *)"x" }),
			  13);
	ck_assert_int_eq(db_commit(db, NULL), 0);
	db_close(db);
	scene_done(&scene);
}
END_TEST

START_TEST(a_database_in_order_that_knows_the_files_is_left_as_it_is)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	recover(&scene, true);
	in_state(&scene, "cp fetchd.db before && rm -f fetchd.db-commits");
	recover(&scene, true);
	expect_line(&scene, "a/a-20261123T060007Z-1.csv: kept\n");
	expect_line(&scene, "left as it is");
	in_state(&scene, "! ls | grep damaged");
	expect_rows(&scene, "a/a", 2);
	scene_done(&scene);
}
END_TEST

START_TEST(a_damaged_database_is_set_aside_with_its_log)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	in_state(&scene, "for i in 1 2 3 4 5 6 7 8 9; do echo this is no database; done > "
			 "fetchd.db; echo log > fetchd.db-wal; echo 5 > fetchd.db-commits");
	recover(&scene, true);
	expect_line(&scene, "set aside");
	in_state(&scene, "grep -q 'no database' fetchd.db.damaged-*Z && "
			 "grep -q log fetchd.db.damaged-*Z-wal && "
			 "grep -q 5 fetchd.db.damaged-*Z-commits");
	in_state(&scene, "test ! -e fetchd.db.recovering");
	expect_rows(&scene, "a/a", 2);
	scene_done(&scene);
}
END_TEST

START_TEST(a_database_that_does_not_know_what_is_proven_is_replaced)
{
	struct scene scene;
	struct db *db;

	scene_init(&scene);
	db = open_database(&scene); /* of an older day */
	ck_assert_int_eq(db_begin(db, NULL), 0);
	for (int i = 0; i < 40; i++)
		runs_insert(db, &(struct run_record) { .job = (char *)"a",
						       .trigger = (char *)"x",
						       .engine = (char *)"x" });
	ck_assert_int_eq(db_commit(db, NULL), 0);
	db_close(db);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	recover(&scene, true);
	expect_line(&scene, "older than they are");
	expect_rows(&scene, "a/a", 2);
	db = open_database(&scene);
	ck_assert_uint_eq(runs_highest(db), 40);
	db_close(db);
	scene_done(&scene);
}
END_TEST

START_TEST(a_newer_fetchds_database_is_not_touched)
{
	struct scene scene;
	struct err err = ERR_INIT;

	scene_init(&scene);
	db_close(open_database(&scene));
	in_state(&scene, "python3 -c 'import sqlite3\ndb = sqlite3.connect(\"fetchd.db\")\n"
			 "db.execute(\"PRAGMA user_version = 1000\")\ndb.commit()'");
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	ck_assert_int_eq(try_recover(&scene, &err), -ENOTSUP);
	in_state(&scene, "! ls | grep -e damaged -e recovering");
	scene_done(&scene);
}
END_TEST

START_TEST(what_is_not_as_listed_is_put_aside_and_the_manifest_says_what_is_there)
{
	struct scene scene;
	struct db *db;
	char *aside;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-2.csv", 12);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-3.csv", 13);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-4.csv", 14);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-5.csv", 15);
	write_file(&scene, "a/a-20261123T060007Z-1.csv", "id\n1\n3\n"); /* as long */
	write_file(&scene, "a/a-20261123T060007Z-2.csv", "id\n1\n");
	in_data(&scene, "rm a/a-20261123T060007Z-3.csv && cd a && mv a-20261123T060007Z-4.csv x && "
			"ln -s x a-20261123T060007Z-4.csv");
	recover(&scene, false);
	expect_line(&scene, "a/a-20261123T060007Z-1.csv: quarantined: its SHA-256 is");
	expect_line(&scene, "a/a-20261123T060007Z-2.csv: quarantined: it has 5 bytes, not 7");
	expect_line(&scene, "a/a-20261123T060007Z-3.csv: missing");
	expect_line(&scene, "a/a-20261123T060007Z-4.csv: quarantined: it is no regular file");
	expect_line(&scene, "a/a-20261123T060007Z-5.csv: kept");
	expect_rows(&scene, "a/a", 2);
	aside = find_one(&scene, "a/a-20261123T060007Z-1.csv-*.quarantine");
	expect_file(&scene, aside, "id\n1\n3\n");
	free(aside);
	in_data(&scene, "test $(wc -l < a/a.manifest) = 1 && grep -q Z-5.csv a/a.manifest");
	in_data(&scene, "test $(cat a/a.manifest-*.quarantine | wc -l) = 5");
	db = open_database(&scene);
	ck_assert_uint_eq(runs_highest(db), 15);
	db_close(db);
	recover(&scene, true); /* and now all is as it says */
	expect_line(&scene, "left as it is");
	scene_done(&scene);
}
END_TEST

static void expect_manifest_bytes(const struct scene *scene)
{
	char *path = xasprintf("%s/a/a.manifest", scene->data);
	struct output_record output;
	struct db *db = open_database(scene);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(outputs_get(db, "a/a", &output, NULL), 0);
	ck_assert_uint_eq(output.manifest_bytes, (uint64_t)st.st_size);
	output_record_done(&output);
	db_close(db);
	free(path);
}

START_TEST(lines_of_a_manifest_that_are_none_prove_nothing)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	in_data(&scene, "printf 'no json\\n{\"file\":\"x\"}\\n{\"fil' >> a/a.manifest");
	recover(&scene, false);
	expect_line(&scene, "a/a.manifest: differs: 3 of its lines");
	expect_rows(&scene, "a/a", 2);
	expect_manifest_bytes(&scene);
	in_data(&scene, "test $(wc -l < a/a.manifest) = 1");
	scene_done(&scene);
}
END_TEST

START_TEST(of_two_lines_about_a_file_the_last_one_counts)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11);
	in_data(&scene, "sed 's/\"rows\":2/\"rows\":1/' a/a.manifest >> a/a.manifest");
	recover(&scene, true);
	expect_rows(&scene, "a/a", 1);
	expect_manifest_bytes(&scene);
	scene_done(&scene);
}
END_TEST

START_TEST(a_live_file_is_cut_to_its_whole_rows_and_closed)
{
	struct scene scene;
	struct file_record file;
	struct db *db;
	char *closed;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-4.csv", 11);
	write_file(&scene, "a/a.csv", "id\n3\n4\n\"torn");
	recover(&scene, false); /* something was cut off */
	expect_line(&scene, "a/a.csv: truncated: 5 bytes cut off, 2 rows left; it is now a/a-");
	ck_assert(!is_there(&scene, "a/a.csv"));
	closed = find_one(&scene, "a/a-*Z-5.csv");
	expect_file(&scene, closed, "id\n3\n4\n");
	db = open_database(&scene);
	ck_assert_int_eq(files_get(db, 2, &file, NULL), 0);
	ck_assert_str_eq(file.name, closed);
	ck_assert_int_eq(file.state, FILE_CLOSED);
	ck_assert_uint_eq(file.rows, 2);
	ck_assert_uint_eq(file.bytes, 7);
	ck_assert_ptr_null(file.sha256);
	ck_assert_ptr_nonnull(strstr(file.note, "no manifest proves it"));
	file_record_done(&file);
	db_close(db);
	free(closed);
	scene_done(&scene);
}
END_TEST

START_TEST(a_live_file_of_a_configured_job_needs_no_manifest)
{
	struct scene scene;
	char *closed;

	scene_init(&scene);
	write_file(&scene, "a/a.jsonl", "{\"id\":1}\n");
	write_file(&scene, "a/a.json", "[\n{\"id\":1},\n{\"id\":");
	write_file(&scene, "a/foreign.csv", "x\n");
	recover(&scene, false);
	expect_line(&scene, "a/a.jsonl: truncated: 0 bytes cut off, 1 rows left");
	expect_line(&scene, "a/foreign.csv: left alone");
	expect_rows(&scene, "a/a", 2);
	closed = find_one(&scene, "a/a-*.json");
	expect_file(&scene, closed, "[\n{\"id\":1}\n]\n");
	free(closed);
	expect_file(&scene, "a/foreign.csv", "x\n");
	scene_done(&scene);
}
END_TEST

START_TEST(so_does_none_of_a_job_whose_path_holds_parameters_and_times)
{
	struct scene scene;
	char *closed;

	scene_init(&scene);
	in_data(&scene, "mkdir -p 'h/dt=2026-11-23/[h]-7' h/dt=2026-11-23/h-7 'h/x/y/[h]-7'");
	write_file(&scene, "h/dt=2026-11-23/[h]-7/rows.csv", "id\n1\n");
	write_file(&scene, "h/dt=2026-11-23/h-7/rows.csv", "id\n2\n");
	write_file(&scene, "h/x/y/[h]-7/rows.csv", "id\n3\n");
	recover(&scene, true);
	expect_rows(&scene, "h/dt=2026-11-23/[h]-7/rows", 1);
	closed = find_one(&scene, "h/dt=2026-11-23/?h?-7/rows-*-1.csv");
	free(closed);
	expect_line(&scene, "h/dt=2026-11-23/h-7/rows.csv: left alone");
	expect_line(&scene, "h/x/y/[h]-7/rows.csv: left alone");
	scene_done(&scene);
}
END_TEST

START_TEST(another_users_directories_are_left_to_that_user)
{
	struct scene scene;
	struct err err = ERR_INIT;

	scene_init(&scene);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(scene.state, 1, 1), 0);
		ck_assert_int_eq(try_recover(&scene, &err), -EPERM);
		ck_assert_ptr_nonnull(strstr(err.text, "runuser"));
		in_state(&scene, "test ! -e fetchd.db");
	}
	scene_done(&scene);
}
END_TEST

START_TEST(a_live_file_without_a_whole_row_and_one_that_is_no_file_go_aside)
{
	struct scene scene;

	scene_init(&scene);
	in_data(&scene, "printf '\\0\\0\\0' > a/a.csv && ln -s /etc/passwd a/a.jsonl");
	recover(&scene, false);
	expect_line(&scene, "a/a.csv: quarantined: there is no whole row in it");
	expect_line(&scene, "a/a.jsonl: quarantined: it is no regular file");
	expect_rows(&scene, "a/a", 0);
	scene_done(&scene);
}
END_TEST

START_TEST(leftovers_are_finished_or_put_aside)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-4.csv", 11);
	write_file(&scene, "a/a-20261123T070007Z-5.csv.closed", "id\n5\n");
	write_file(&scene, "a/a-20261123T070007Z-5.csv.gz.packing", "half");
	write_file(&scene, "a/a-20261123T070007Z-6.csv.closed", "id\n6\n");
	write_file(&scene, "a/a-20261123T070007Z-6.csv.gz", "unlisted");
	write_file(&scene, "a/a-20261123T070007Z-7.csv.zst.packing", "alone");
	write_file(&scene, "a/a-20261123T070007Z-8.csv", "id\n8\n");
	write_file(&scene, "a/a.csv", "id\n9\n");
	in_data(&scene,
		"echo id > a/a-9.opening; ln a/a.csv a/a-10.opening; touch a/a.manifest-new");
	recover(&scene, false);
	expect_line(&scene, "Z-5.csv.closed: truncated: 0 bytes cut off, 1 rows left; it is now "
			    "a/a-20261123T070007Z-5.csv");
	expect_line(&scene, "Z-5.csv.gz.packing: removed");
	expect_line(&scene, "Z-6.csv.gz: quarantined: no manifest lists it");
	expect_line(&scene, "Z-7.csv.zst.packing: quarantined");
	expect_line(&scene, "Z-8.csv: truncated: 0 bytes cut off, 1 rows left; no manifest");
	expect_line(&scene, "a/a-9.opening: quarantined");
	expect_line(&scene, "a/a.manifest-new: removed");
	ck_assert(!is_there(&scene, "a/a-10.opening"));
	free(find_one(&scene, "a/a-*Z-11.csv")); /* the live one */
	expect_rows(&scene, "a/a", 2 + 4);
	in_data(&scene, "! ls a | grep -e closed$ -e packing$ -e opening$");
	scene_done(&scene);
}
END_TEST

START_TEST(an_original_whose_copy_is_listed_goes)
{
	struct scene scene;

	scene_init(&scene);
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-4.csv.gz", 11);
	write_file(&scene, "a/a-20261123T060007Z-4.csv.closed", "id\n1\n2\n");
	recover(&scene, true);
	expect_line(&scene, "Z-4.csv.closed: removed: its compressed copy is kept");
	expect_rows(&scene, "a/a", 2);
	scene_done(&scene);
}
END_TEST

static void expect_policies(const struct scene *scene, uint64_t id, const char *csv)
{
	struct output_record output;
	struct file_record file;
	struct db *db = open_database(scene);

	ck_assert_int_eq(files_get(db, id, &file, NULL), 0);
	ck_assert_int_eq(outputs_get(db, "a/a", &output, NULL), 0);
	ck_assert_str_eq(json_str(json_get(file.policy, "compress")), "gzip");
	ck_assert_int_eq(json_int(json_find(output.policy, "/keep/files"), 0), 9);
	ck_assert_str_eq(csv, json_find(file.policy, "/csv/delimiter")
				      ? json_str(json_find(file.policy, "/csv/delimiter"))
				      : "");
	file_record_done(&file);
	output_record_done(&output);
	db_close(db);
}

START_TEST(what_is_closed_goes_by_its_job_and_is_read_as_the_newest_that_is_listed)
{
	struct scene scene;

	scene_init(&scene);
	write_file(&scene, "a/a.csv", "id\n3\n");
	recover(&scene, true);
	expect_policies(&scene, 1, ";");
	in_state(&scene, "rm fetchd.db*");
	put_listed(&scene, "a/a", "a/a-20261123T060007Z-1.csv", 11); /* from before the ";" */
	recover(&scene, true);
	expect_policies(&scene, 2, "");
	scene_done(&scene);
}
END_TEST

START_TEST(files_of_nobody_known_are_never_believed)
{
	struct scene scene;

	scene_init(&scene);
	in_data(&scene,
		"mkdir x && echo id > x/x-20261123T060007Z-1.csv && "
		"echo id > x/x-20261123T060007Z-2.csv.closed && echo mine > x/app.manifest");
	recover(&scene, false);
	expect_line(&scene, "x/x-20261123T060007Z-1.csv: left alone");
	expect_line(&scene, "x/x-20261123T060007Z-2.csv.closed: quarantined");
	expect_file(&scene, "x/app.manifest", "mine\n");
	expect_rows(&scene, "x/x", 0);
	scene_done(&scene);
}
END_TEST

static void expect_snapshot(const struct scene *scene, uint64_t run, enum snapshot_state state,
			    const char *part)
{
	struct snapshot_record record;
	struct db *db = open_database(scene);
	struct json *files;

	ck_assert_int_eq(snapshots_get(db, "s", run, &record, NULL), 0);
	ck_assert_int_eq(record.state, state);
	ck_assert_str_eq(record.job, "s");
	ck_assert_int_eq(record.slot_ms, 1795413600000 + (int64_t)run * 1000);
	snapshot_record_done(&record);
	files = files_of_run(db, run, NULL);
	ck_assert_uint_eq(json_len(files), part ? 1 : 0);
	if (part)
		ck_assert_str_eq(json_str(json_find(files, "/0/name")), part);
	json_unref(files);
	db_close(db);
}

START_TEST(snapshots_are_what_their_manifests_say_and_latest_stays)
{
	struct scene scene;
	struct db *db;

	scene_init(&scene);
	put_snapshot(&scene, "s/7", 7, "part-00001.csv");
	put_snapshot(&scene, "s/8", 8, "part-00001.csv");
	put_snapshot(&scene, "s/9.partial", 9, "part-00001.csv.part");
	in_data(&scene, "ln -s 7 s/latest && ln -s 8 s/.latest-8");
	recover(&scene, true);
	expect_line(&scene, "s/8/part-00001.csv: kept");
	expect_snapshot(&scene, 7, SNAPSHOT_PUBLISHED, "s/7/part-00001.csv");
	expect_snapshot(&scene, 9, SNAPSHOT_KEPT, "s/9.partial/part-00001.csv.part");
	in_data(&scene, "test $(readlink s/latest) = 7 && test ! -L s/.latest-8");
	db = open_database(&scene);
	ck_assert_uint_eq(runs_highest(db), 9);
	db_close(db);
	recover(&scene, true);
	expect_line(&scene, "left as it is");
	scene_done(&scene);
}
END_TEST

START_TEST(a_snapshot_that_is_not_whole_is_kept_aside_and_latest_leads_to_one_that_is)
{
	struct scene scene;

	scene_init(&scene);
	put_snapshot(&scene, "s/7", 7, "part-00001.csv");
	put_snapshot(&scene, "s/8", 8, "part-00001.csv");
	write_file(&scene, "s/8/part-00001.csv", "id\n2\n");
	write_file(&scene, "s/7/part-00002.csv", "id\nunlisted\n");
	in_data(&scene, "ln -s 8 s/latest");
	recover(&scene, false);
	expect_line(&scene, "s/8/part-00001.csv: quarantined: its SHA-256");
	expect_line(&scene, "s/7/part-00002.csv: quarantined: no manifest lists it");
	expect_snapshot(&scene, 7, SNAPSHOT_PUBLISHED, "s/7/part-00001.csv");
	expect_snapshot(&scene, 8, SNAPSHOT_KEPT, NULL);
	in_data(&scene, "test $(readlink s/latest) = 7 && test -d s/8.suspect && test ! -e s/8");
	scene_done(&scene);
}
END_TEST

START_TEST(what_was_staged_goes_aside_and_what_was_dropped_goes)
{
	struct scene scene;
	struct db *db;

	scene_init(&scene);
	put_snapshot(&scene, "s/7", 7, "part-00001.csv");
	in_data(&scene,
		"mkdir s/.20.staging s/.6.dropped && echo id > s/.20.staging/rows.csv.live && "
		"touch s/.6.dropped/part-00001.csv");
	in_data(&scene, "mkdir s/5 && echo torn > s/5/_MANIFEST && touch s/5/part-00001.csv");
	recover(&scene, false);
	expect_line(&scene, "s/.20.staging: quarantined");
	expect_line(&scene, "s/.6.dropped: removed");
	expect_line(&scene, "s/5: quarantined: its _MANIFEST proves nothing");
	in_data(&scene, "test ! -e s/.6.dropped && test ! -e s/5 && test -d s/.5-*.quarantine");
	in_data(&scene, "test -e s/.20.staging-*.quarantine/rows.csv.live");
	db = open_database(&scene);
	ck_assert_uint_eq(runs_highest(db), 20);
	db_close(db);
	scene_done(&scene);
}
END_TEST

START_TEST(a_running_fetchd_is_not_disturbed)
{
	struct scene scene;
	struct err err = ERR_INIT;
	pid_t child;
	char *lock;
	int ends[2], status;
	char byte;

	scene_init(&scene);
	lock = xasprintf("%s/lock", scene.state);
	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		if (file_lock(lock, NULL) < 0 || write(ends[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(try_recover(&scene, &err), -EWOULDBLOCK);
	in_state(&scene, "test ! -e fetchd.db");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	free(lock);
	scene_done(&scene);
}
END_TEST

UNIT_MAIN("recover", files_as_their_manifest_says_are_kept_and_numbering_goes_on,
	  a_database_in_order_that_knows_the_files_is_left_as_it_is,
	  a_damaged_database_is_set_aside_with_its_log,
	  a_database_that_does_not_know_what_is_proven_is_replaced,
	  a_newer_fetchds_database_is_not_touched,
	  what_is_not_as_listed_is_put_aside_and_the_manifest_says_what_is_there,
	  lines_of_a_manifest_that_are_none_prove_nothing,
	  of_two_lines_about_a_file_the_last_one_counts,
	  a_live_file_is_cut_to_its_whole_rows_and_closed,
	  a_live_file_of_a_configured_job_needs_no_manifest,
	  so_does_none_of_a_job_whose_path_holds_parameters_and_times,
	  another_users_directories_are_left_to_that_user,
	  a_live_file_without_a_whole_row_and_one_that_is_no_file_go_aside,
	  leftovers_are_finished_or_put_aside, an_original_whose_copy_is_listed_goes,
	  what_is_closed_goes_by_its_job_and_is_read_as_the_newest_that_is_listed,
	  files_of_nobody_known_are_never_believed,
	  snapshots_are_what_their_manifests_say_and_latest_stays,
	  a_snapshot_that_is_not_whole_is_kept_aside_and_latest_leads_to_one_that_is,
	  what_was_staged_goes_aside_and_what_was_dropped_goes, a_running_fetchd_is_not_disturbed)
