/* The last rows of a job, wherever the ledger says that they are. Files and records are written down
 * by hand: no lander is at work here. */
#include "run/head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/outfile.h"
#include "data/pack.h"
#include "io/file.h"
#include "store/files.h"
#include "store/outputs.h"
#include "store/snapshots.h"

#include "../unit.h"

struct scene {
	char dir[64];
	int root;
	struct db *db;
	struct job *job;
};

/* A document from text in which ' stands for ". */
static struct json *json_of(const char *text)
{
	char *copy = xstrdup(text);
	struct json *doc = NULL;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	ck_assert_int_eq(json_parse(copy, strlen(copy), &doc, NULL), 0);
	free(copy);
	return doc;
}

static void begin(struct scene *scene, const char *output)
{
	char *text = xasprintf("{'request': {'url': 'http://h/'}, 'params': {'p': ['x']}, "
			       "'output': %s}",
			       output);
	struct problems problems = { 0 };
	struct json *definition = json_of(text);
	struct err err = ERR_INIT;
	char name[80];

	free(text);
	*scene = (struct scene) { .dir = "/tmp/fetchd-head-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(scene->dir));
	scene->root = open(scene->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(name, sizeof(name), "%s/fetchd.db", scene->dir);
	ck_assert_msg(db_open(name, &scene->db, &err) == 0, "%s", err.text);
	scene->job = job_new("j", definition, NULL, "", &problems);
	ck_assert_ptr_nonnull(scene->job);
	problems_done(&problems);
	json_unref(definition);
}

static void end(struct scene *scene)
{
	char *command = xasprintf("rm -rf %s", scene->dir);

	job_unref(scene->job);
	db_close(scene->db);
	close(scene->root);
	ck_assert_int_eq(system(command), 0);
	free(command);
}

static void write_file(const struct scene *scene, const char *name, const char *text,
		       struct stat *st)
{
	char *dirs = xstrdup(name), *slash = strrchr(dirs, '/'), *whole;
	int fd;

	if (slash) {
		*slash = '\0';
		whole = xasprintf("%s/%s", scene->dir, dirs);
		ck_assert_int_eq(file_mkdir_p(whole, 0750, NULL), 0);
		free(whole);
	}
	free(dirs);
	fd = openat(scene->root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_write_all(fd, text, strlen(text), NULL), 0);
	ck_assert_int_eq(fstat(fd, st), 0);
	close(fd);
}

/* A live file of two rows, of which `committed` bytes count. */
static void put_live(struct scene *scene, const char *path, const char *extension, const char *text,
		     size_t committed)
{
	char *name = xasprintf("%s%s", path, extension);
	struct output_record record = {
		.path = (char *)path,
		.extension = (char *)extension,
		.job = scene->job->name,
		.phase = OUTFILE_LIVE,
		.offset = committed,
		.rows = 2,
		.sequence = 1,
	};
	struct stat st;

	write_file(scene, name, text, &st);
	record.dev = st.st_dev;
	record.ino = st.st_ino;
	record.columns = json_new_array();
	record.recent = json_new_object();
	ck_assert_int_eq(db_begin(scene->db, NULL), 0);
	outputs_put(scene->db, &record);
	ck_assert_int_eq(db_commit(scene->db, NULL), 0);
	json_unref(record.columns);
	json_unref(record.recent);
	free(name);
}

/* A closed file of one row; what is not said of it is as of one that was never compressed. */
static void put_closed(struct scene *scene, struct file_record *record, const char *policy)
{
	record->state = FILE_LISTED;
	record->job = scene->job->name;
	record->rows = 1;
	record->columns = json_new_array();
	record->runs = json_of("{'1': 1}");
	record->policy = policy ? json_of(policy) : NULL;
	ck_assert_int_eq(db_begin(scene->db, NULL), 0);
	record->id = files_insert(scene->db, record);
	ck_assert_int_eq(db_commit(scene->db, NULL), 0);
	json_unref(record->columns);
	json_unref(record->runs);
	json_unref(record->policy);
}

static void put_plain(struct scene *scene, const char *path, const char *name, const char *text,
		      const char *policy)
{
	struct file_record record = { .path = (char *)path,
				      .name = (char *)name,
				      .bytes = strlen(text) };
	struct stat st;

	write_file(scene, name, text, &st);
	put_closed(scene, &record, policy);
}

/* [columns, rows, file, total], or an error's sentence; ' stands for ". The caller's. */
static char *head_of(struct scene *scene, unsigned n)
{
	const struct head_order order = { scene->dir, scene->job, n };
	struct json *reply, *answer;
	struct err err = ERR_INIT;
	char *text;

	if (head_read(scene->db, &order, &reply, &err) < 0)
		return xstrdup(err.text);
	answer = json_new_array();
	json_push(answer, json_ref(json_get(reply, "columns")));
	json_push(answer, json_ref(json_get(reply, "rows")));
	json_push(answer, json_ref(json_get(reply, "file")));
	json_push(answer, json_ref(json_get(reply, "total_rows")));
	text = json_text(answer, false);
	for (char *c = text; *c; c++)
		if (*c == '"')
			*c = '\'';
	json_unref(answer);
	json_unref(reply);
	return text;
}

static void expect(struct scene *scene, unsigned n, const char *expected)
{
	char *answer = head_of(scene, n);

	ck_assert_str_eq(answer, expected);
	free(answer);
}

START_TEST(nothing_yet_is_said_so)
{
	struct scene scene;

	begin(&scene, "{'path': 'a'}");
	expect(&scene, 10, "nothing of the job \"j\" has landed yet");
	end(&scene);
	begin(&scene, "{'path': 'a', 'mode': 'snapshot'}");
	expect(&scene, 10, "no snapshot of the job \"j\" has been published yet");
	end(&scene);
}
END_TEST

START_TEST(the_live_file_and_the_closed_ones_before_it)
{
	struct scene scene;

	begin(&scene, "{'path': 'd/a'}");
	put_plain(&scene, "d/a", "d/a-1.csv", "x\n1\n", NULL);
	put_plain(&scene, "d/a", "d/a-2.csv", "x\n2\n", NULL);
	put_live(&scene, "d/a", ".csv", "x\n3\n4\n5", 6);
	expect(&scene, 1, "[['x'],[['4']],'d/a.csv',4]");
	expect(&scene, 10, "[['x'],[['1'],['2'],['3'],['4']],'d/a.csv',4]");
	end(&scene);
}
END_TEST

START_TEST(closed_files_of_another_format_or_dialect_are_read_as_they_are)
{
	struct scene scene;

	begin(&scene, "{'path': 'a', 'format': 'json'}");
	put_plain(&scene, "a", "a-1.csv", "x;y\n1;-\n", "{'csv': {'delimiter': ';', 'null': '-'}}");
	put_plain(&scene, "a", "a-2.jsonl", "{\"x\":2,\"y\":\"t\"}\n", NULL);
	put_plain(&scene, "a", "a-3.json", "[\n{\"x\":3,\"y\":\"t\"}\n]\n", NULL);
	put_live(&scene, "a", ".json", "[\n{\"x\":4,\"y\":\"t\"},\n{\"x\":5,\"y\":\"t\"}\n]\n", 34);
	expect(&scene, 10,
	       "[['x','y'],[['1',null],['2','t'],['3','t'],['4','t'],['5','t']],'a.json',5]");
	end(&scene);
}
END_TEST

/* Makes "a-1.csv.gz", and so on, of "a-1.csv.closed". */
static void pack(struct scene *scene, enum job_compress compress, struct file_record *record,
		 const char *text)
{
	struct pack_order order = {
		.root = scene->root,
		.name = record->source,
		.bytes = strlen(text),
		.compress = compress,
		.packed = record->name,
		.mode = 0640,
	};
	struct pack_result result;
	struct err err = ERR_INIT;
	struct stat st;

	write_file(scene, record->source, text, &st);
	ck_assert_msg(pack_file(&order, &result, &err) == 0, "%s", err.text);
	record->bytes = result.bytes;
	record->raw_bytes = strlen(text);
}

START_TEST(compressed_files_are_read_with_or_without_their_original)
{
	static char *const names[] = { (char *)"a-1.csv.gz", (char *)"a-1.csv.zst" };

	for (int i = 0; i < 2; i++) {
		struct file_record record = { .path = (char *)"a",
					      .name = names[i],
					      .source = (char *)"a-1.csv.closed" };
		struct scene scene;
		char *expected;

		begin(&scene, "{'path': 'a', 'compress': 'gzip'}");
		pack(&scene, i ? JOB_COMPRESS_ZSTD : JOB_COMPRESS_GZIP, &record, "x\n1\n");
		put_closed(&scene, &record, NULL);
		put_live(&scene, "a", ".csv", "x\n2\n3\n", 6);
		expect(&scene, 10, "[['x'],[['1'],['2'],['3']],'a.csv',3]");
		ck_assert_int_eq(unlinkat(scene.root, "a.csv", 0), 0);
		ck_assert_int_eq(db_begin(scene.db, NULL), 0);
		outputs_put(scene.db, &(struct output_record) { .path = (char *)"a",
								.extension = (char *)".csv",
								.job = (char *)"j" });
		ck_assert_int_eq(db_commit(scene.db, NULL), 0);
		expect(&scene, 10, "[['x'],[['1']],'a-1.csv.closed',1]");
		ck_assert_int_eq(unlinkat(scene.root, "a-1.csv.closed", 0), 0);
		expected = xasprintf("[['x'],[['1']],'%s',1]", names[i]);
		expect(&scene, 10, expected);
		free(expected);
		end(&scene);
	}
}
END_TEST

static void put_snapshot(struct scene *scene, const char *path, uint64_t run, int64_t slot_ms,
			 enum snapshot_state state)
{
	const struct snapshot_record record = {
		.path = (char *)path,
		.run = run,
		.job = scene->job->name,
		.slot_ms = slot_ms,
		.state = state,
	};
	char *key = snapshot_key(path, run), *name, *text;

	ck_assert_int_eq(db_begin(scene->db, NULL), 0);
	snapshots_put(scene->db, &record);
	ck_assert_int_eq(db_commit(scene->db, NULL), 0);
	name = xasprintf("%s/%llu/part-00001.csv", path, (unsigned long long)run);
	text = xasprintf("run\n%llu\n", (unsigned long long)run);
	put_plain(scene, key, name, text, NULL);
	free(key);
	free(name);
	free(text);
}

START_TEST(of_snapshots_the_latest_published_one_is_shown)
{
	struct scene scene;

	begin(&scene, "{'path': 'a', 'mode': 'snapshot'}");
	put_snapshot(&scene, "a", 7, 2000, SNAPSHOT_PUBLISHED);
	put_snapshot(&scene, "a", 8, 1000, SNAPSHOT_PUBLISHED);
	put_snapshot(&scene, "a", 9, 3000, SNAPSHOT_STAGING);
	put_snapshot(&scene, "b", 9, 4000, SNAPSHOT_PUBLISHED);
	expect(&scene, 10, "[['run'],[['7']],'a/7/part-00001.csv',1]");
	end(&scene);
	begin(&scene, "{'path': '${p}', 'mode': 'snapshot'}");
	put_snapshot(&scene, "x", 7, 2000, SNAPSHOT_PUBLISHED);
	put_snapshot(&scene, "y", 8, 2000, SNAPSHOT_PUBLISHED);
	put_snapshot(&scene, "z", 6, 2000, SNAPSHOT_PUBLISHED);
	put_snapshot(&scene, "z", 9, 3000, SNAPSHOT_KEPT);
	expect(&scene, 10, "[['run'],[['8']],'y/8/part-00001.csv',1]");
	end(&scene);
}
END_TEST

START_TEST(where_the_path_varies_or_moves_the_newest_output_is_shown)
{
	static const char *const outputs[] = { "{'path': 'a/${p}'}", "{'path': 'a/%Y'}" };

	for (int i = 0; i < 2; i++) {
		struct scene scene;

		begin(&scene, outputs[i]);
		expect(&scene, 10, "nothing of the job \"j\" has landed yet");
		put_live(&scene, "a/2025", ".csv", "x\n1\n2\n", 6);
		expect(&scene, 1, "[['x'],[['2']],'a/2025.csv',2]");
		end(&scene);
	}
}
END_TEST

START_TEST(a_file_that_is_gone_for_good_is_an_error)
{
	struct scene scene;

	begin(&scene, "{'path': 'a'}");
	put_plain(&scene, "a", "a-1.csv", "x\n1\n", NULL);
	put_live(&scene, "a", ".csv", "x\n3\n4\n", 6);
	ck_assert_int_eq(unlinkat(scene.root, "a-1.csv", 0), 0);
	expect(&scene, 1, "[['x'],[['4']],'a.csv',3]");
	expect(&scene, 10, "cannot open a-1.csv: No such file or directory");
	end(&scene);
}
END_TEST

UNIT_MAIN("head", nothing_yet_is_said_so, the_live_file_and_the_closed_ones_before_it,
	  closed_files_of_another_format_or_dialect_are_read_as_they_are,
	  compressed_files_are_read_with_or_without_their_original,
	  of_snapshots_the_latest_published_one_is_shown,
	  where_the_path_varies_or_moves_the_newest_output_is_shown,
	  a_file_that_is_gone_for_good_is_an_error)
