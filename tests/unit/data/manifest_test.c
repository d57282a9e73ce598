/* The manifest: one order of members, grown at its committed end, read whatever it holds. */
#include "data/manifest.h"

#include "faults.h"

#define SUM  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define NOON 1795413600000 /* 2026-11-23T06:00:00Z */

#define LINE(file)                                                                                 \
	"{\"file\":\"" file "\",\"rows\":100,\"bytes\":2345,\"sha256\":\"" SUM                     \
	"\",\"runs\":{\"17\":100},\"columns\":[\"id\",\"n\\\"a\\nme\"],\"sequence\":3,"            \
	"\"opened\":\"2026-11-23T05:00:00Z\",\"closed\":\"2026-11-23T06:00:00Z\",\"job\":\"x\","   \
	"\"format\":\"csv\",\"compress\":\"gzip\",\"raw_bytes\":9876}\n"

static struct json *columns, *runs;

static struct manifest_entry entry(const char *file)
{
	columns = json_new_array();
	json_push(columns, json_new_string("id"));
	json_push(columns, json_new_string("n\"a\nme"));
	runs = json_new_object();
	json_put_int(runs, "17", 100);
	return (struct manifest_entry) { .file = file,
					 .rows = 100,
					 .bytes = 2345,
					 .raw_bytes = 9876,
					 .sequence = 3,
					 .sha256 = SUM,
					 .job = "x",
					 .format = "csv",
					 .compress = "gzip",
					 .opened_ms = NOON - 3600000,
					 .closed_ms = NOON,
					 .columns = columns,
					 .runs = runs };
}

static void drop_entry(void)
{
	json_unref(columns);
	json_unref(runs);
}

START_TEST(members_stand_in_one_order)
{
	struct manifest_entry one = entry("x-1.csv.gz");
	struct buf out;

	buf_init(&out, 65536);
	manifest_line(&one, &out);
	ck_assert_str_eq(buf_text(&out), LINE("x-1.csv.gz"));
	buf_clear(&out);
	one.compress = NULL;
	one.note = "cut";
	manifest_line(&one, &out);
	ck_assert_ptr_nonnull(
		strstr(buf_text(&out), "\"compress\":null,\"raw_bytes\":9876,\"note\":\"cut\"}\n"));
	buf_done(&out);
	drop_entry();
}
END_TEST

static void see_dialect(const struct manifest_entry *got, void *arg)
{
	ck_assert_str_eq(json_str(json_get(got->csv, "delimiter")), ";");
	++*(unsigned *)arg;
}

START_TEST(a_dialect_of_csv_is_told_to_readers)
{
	struct manifest_entry one = entry("x-1.csv");
	struct json *csv = json_new_object();
	unsigned bad = 0, good = 0;
	struct buf out;

	json_put_str(csv, "delimiter", ";");
	one.csv = csv;
	buf_init(&out, 65536);
	manifest_line(&one, &out);
	ck_assert_ptr_nonnull(
		strstr(buf_text(&out), "\"raw_bytes\":9876,\"csv\":{\"delimiter\":\";\"}}\n"));
	put("x.manifest", buf_text(&out));
	ck_assert_int_eq(manifest_read(root, "x.manifest", see_dialect, &good, &bad, &err), 0);
	ck_assert_uint_eq(good, 1);
	ck_assert_uint_eq(bad, 0);
	buf_done(&out);
	json_unref(csv);
	drop_entry();
}
END_TEST

static uint64_t bytes;

static int append_lines(const char *lines)
{
	const struct manifest_place place = { .root = root, .path = "dir/x", .mode = 0640 };
	struct buf text;
	int code;

	buf_init(&text, 65536);
	buf_add_text(&text, lines);
	code = manifest_append(&place, &text, &bytes, &err);
	buf_done(&text);
	return code;
}

static int rewrite_lines(const char *lines)
{
	const struct manifest_place place = { .root = root, .path = "dir/x", .mode = 0640 };
	struct buf text;
	int code;

	buf_init(&text, 65536);
	buf_add_text(&text, lines);
	code = manifest_rewrite(&place, &text, &bytes, &err);
	buf_done(&text);
	return code;
}

static void nothing(void)
{
}

static int first(void)
{
	return rewrite_lines("first\n");
}

static int claim(void)
{
	const struct manifest_place place = { .root = root, .path = "dir/x", .mode = 0640 };

	return manifest_claim(&place, &err);
}

static void with_theirs(void)
{
	make_dir("dir");
	put("dir/x.manifest", "theirs\n");
}

static void with_first(void)
{
	ck_assert_int_eq(first(), 0);
}

static int second(void)
{
	bytes = 6;
	return append_lines("second\n");
}

static int anew(void)
{
	return rewrite_lines("anew\n");
}

START_TEST(a_manifest_grows_after_every_misfortune)
{
	struct stat st;

	ck_assert_uint_ge(faults_play(nothing, first), 2 * 6);
	ck_assert_str_eq(contents("dir/x.manifest"), "first\n");
	ck_assert_int_eq(fstatat(root, "dir/x.manifest", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_ge(faults_play(with_theirs, claim), 2 * 2);
	ck_assert_uint_ge(faults_play(with_first, second), 2 * 2);
	ck_assert_str_eq(contents("dir/x.manifest"), "first\nsecond\n");
	ck_assert_uint_eq(bytes, 13);
	ck_assert_uint_ge(faults_play(with_first, anew), 2 * 7);
	ck_assert_str_eq(contents("dir/x.manifest"), "anew\n");
	ck_assert_uint_eq(bytes, 5);
}
END_TEST

START_TEST(short_and_interrupted_writes_are_finished)
{
	faults.short_by = 1;
	faults.interrupt = 2;
	with_first();
	ck_assert_int_eq(second(), 0);
	ck_assert_str_eq(contents("dir/x.manifest"), "first\nsecond\n");
}
END_TEST

START_TEST(lines_are_synced_and_so_is_a_new_name)
{
	make_dir("dir");
	faults_none();
	with_first();
	ck_assert_str_eq(faults.trace, "muchwfRf");
	faults_none();
	ck_assert_int_eq(second(), 0);
	ck_assert_str_eq(faults.trace, "wd");
	faults_none();
	ck_assert_int_eq(anew(), 0);
	ck_assert_str_eq(faults.trace, "muchwfRf");
}
END_TEST

START_TEST(what_no_commit_knows_is_cut_off)
{
	with_first();
	ck_assert_int_eq(append_lines("a long line that was never committed\n"), 0);
	ck_assert_int_eq(second(), 0);
	ck_assert_str_eq(contents("dir/x.manifest"), "first\nsecond\n");
}
END_TEST

START_TEST(a_failure_moves_nothing_on)
{
	with_first();
	for (unsigned at = 1;; at++) {
		if (!fail_at(at, ENOSPC, second))
			break;
		ck_assert_uint_eq(bytes, 6);
		ck_assert_ptr_nonnull(strstr(err.text, "cannot write dir/x.manifest"));
	}
	ck_assert_uint_eq(bytes, 13);
}
END_TEST

static const char *quarantined(void)
{
	static char name[300];
	struct dirent *found;
	DIR *dir = fdopendir(openat(root, "dir", O_RDONLY | O_DIRECTORY));

	name[0] = '\0';
	while ((found = readdir(dir)))
		if (strstr(found->d_name, ".quarantine"))
			snprintf(name, sizeof(name), "dir/%s", found->d_name);
	closedir(dir);
	return name[0] ? name : NULL;
}

START_TEST(another_ones_manifest_is_put_aside_and_said)
{
	with_theirs();
	ck_assert_int_eq(claim(), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "dir/x.manifest was there already"));
	ck_assert_ptr_null(contents("dir/x.manifest"));
	ck_assert_str_eq(contents(quarantined()), "theirs\n");
}
END_TEST

START_TEST(what_is_not_there_or_is_empty_is_in_nobodys_way)
{
	ck_assert_int_eq(claim(), 0);
	ck_assert_str_eq(err.text, "");
	make_dir("dir");
	ck_assert_int_eq(claim(), 0);
	put("dir/x.manifest", "");
	ck_assert_int_eq(claim(), 0);
	ck_assert_str_eq(err.text, "");
	ck_assert_str_eq(contents("dir/x.manifest"), "");
	ck_assert_ptr_null(quarantined());
}
END_TEST

START_TEST(a_manifest_that_is_written_anew_is_never_appended_to)
{
	with_first();
	bytes = MANIFEST_ANEW;
	ck_assert_int_eq(append_lines("second\n"), -ESTALE);
	ck_assert_str_eq(contents("dir/x.manifest"), "first\n");
}
END_TEST

static void expect_stale(void)
{
	ck_assert_int_eq(second(), -ESTALE);
	ck_assert_ptr_nonnull(strstr(err.text, "dir/x.manifest is missing, shorter than the 6"));
	ck_assert_uint_eq(bytes, 6);
}

START_TEST(a_manifest_that_is_not_as_recorded_is_said)
{
	expect_stale();
	with_first();
	put("dir/x.manifest", "firs");
	expect_stale();
	ck_assert_str_eq(contents("dir/x.manifest"), "firs"); /* never extended */
	ck_assert_int_eq(anew(), 0);
	ck_assert_int_eq(renameat(root, "dir/x.manifest", root, "theirs"), 0);
	expect_stale();
	ck_assert_int_eq(symlinkat("../theirs", root, "dir/x.manifest"), 0);
	expect_stale();
	ck_assert_int_eq(anew(), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "put aside"));
	ck_assert_str_eq(contents("theirs"), "anew\n");
	put("theirs", "mine");
	ck_assert_str_eq(contents("dir/x.manifest"), "anew\n");
	ck_assert_int_eq(unlinkat(root, "dir/x.manifest", 0), 0);
	ck_assert_int_eq(mkfifoat(root, "dir/x.manifest", 0600), 0);
	expect_stale();
	ck_assert_int_eq(unlinkat(root, "dir/x.manifest", 0), 0);
	make_dir("dir/x.manifest");
	expect_stale();
	ck_assert_int_eq(anew(), 0);
	ck_assert_str_eq(contents("dir/x.manifest"), "anew\n");
}
END_TEST

static unsigned seen;

static void see(const struct manifest_entry *got, void *arg)
{
	seen++;
	if (!arg)
		return;
	ck_assert_str_eq(got->file, arg);
	ck_assert_uint_eq(got->rows, 100);
	ck_assert_uint_eq(got->bytes, 2345);
	ck_assert_uint_eq(got->raw_bytes, 9876);
	ck_assert_uint_eq(got->sequence, 3);
	ck_assert_str_eq(got->sha256, SUM);
	ck_assert_str_eq(got->job, "x");
	ck_assert_str_eq(got->format, "csv");
	ck_assert_str_eq(got->compress, "gzip");
	ck_assert_int_eq(got->opened_ms, NOON - 3600000);
	ck_assert_int_eq(got->closed_ms, NOON);
	ck_assert_ptr_null(got->note);
	ck_assert_int_eq(json_int(json_get(got->runs, "17"), 0), 100);
	ck_assert_uint_eq(json_len(got->columns), 2);
}

static unsigned read_back(void *arg)
{
	unsigned bad = 0;

	seen = 0;
	ck_assert_msg(manifest_read(root, "x.manifest", see, arg, &bad, &err) == 0, "%s", err.text);
	return bad;
}

START_TEST(what_was_written_is_read)
{
	put("x.manifest", LINE("a.csv") LINE("a.csv"));
	ck_assert_uint_eq(read_back((void *)"a.csv"), 0);
	ck_assert_uint_eq(seen, 2);
	put("x.manifest", "");
	ck_assert_uint_eq(read_back(NULL), 0);
	ck_assert_uint_eq(seen, 0);
}
END_TEST

START_TEST(torn_and_foreign_lines_are_counted)
{
	put("x.manifest", LINE("a.csv") "\n[]\nnull\n{}\nrubbish\n" LINE("../b.csv") LINE("b/c.csv")
				  LINE("d.csv") LINE("..") LINE("torn.csv"));
	ck_assert_int_eq(truncate((snprintf(base + strlen(base), 12, "/x.manifest"), base),
				  (off_t)strlen(contents("x.manifest")) - 1),
			 0);
	*strrchr(base, '/') = '\0';
	ck_assert_uint_eq(read_back(NULL), 9);
	ck_assert_uint_eq(seen, 2);
}
END_TEST

START_TEST(a_manifest_that_cannot_be_read_is_said)
{
	unsigned bad = 0;

	ck_assert_int_eq(manifest_read(root, "x.manifest", see, NULL, &bad, &err), -ENOENT);
	put("theirs", "");
	ck_assert_int_eq(symlinkat("theirs", root, "x.manifest"), 0);
	ck_assert_int_eq(manifest_read(root, "x.manifest", see, NULL, &bad, &err), -ELOOP);
	ck_assert_int_eq(unlinkat(root, "x.manifest", 0), 0);
	ck_assert_int_eq(mkfifoat(root, "x.manifest", 0600), 0);
	ck_assert_int_eq(manifest_read(root, "x.manifest", see, NULL, &bad, &err), -EINVAL);
}
END_TEST

START_TEST(any_bytes_are_read_without_harm)
{
	static const char sound[] = LINE("a.csv") LINE("b.csv") LINE("c.csv");
	unsigned state = 4711;
	char bytes_at[sizeof(sound)];

	for (unsigned round = 0; round < 3000; round++) {
		size_t len = sizeof(sound) - 1;
		unsigned bad;
		int fd;

		memcpy(bytes_at, sound, sizeof(sound));
		for (unsigned i = 0; i <= round % 4; i++) {
			state = state * 1103515245 + 12345;
			bytes_at[(state >> 8) % len] = (char)(state >> 24);
		}
		len -= round % 7 ? 0 : (state >> 8) % len;
		fd = openat(root, "x.manifest", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		ck_assert_int_eq(write(fd, bytes_at, len), (ssize_t)len);
		close(fd);
		bad = read_back(NULL);
		ck_assert_uint_le(seen, 3);
		ck_assert_uint_ge(seen + bad, 1);
	}
}
END_TEST

START_TEST(a_line_without_end_costs_no_memory)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/x.manifest", base);
	file = fopen(path, "w");
	for (unsigned i = 0; i < 20; i++)
		fprintf(file, "%1000000s", "x");
	fputs("\n" LINE("a.csv"), file);
	fseek(file, -1, SEEK_CUR);
	fprintf(file, "%20000000s\n" LINE("a.csv"), "");
	fclose(file);
	ck_assert_uint_eq(read_back(NULL), 2);
	ck_assert_uint_eq(seen, 1);
}
END_TEST

FAULTS_MAIN("manifest", members_stand_in_one_order, a_dialect_of_csv_is_told_to_readers,
	    a_manifest_grows_after_every_misfortune, short_and_interrupted_writes_are_finished,
	    lines_are_synced_and_so_is_a_new_name, what_no_commit_knows_is_cut_off,
	    a_failure_moves_nothing_on, another_ones_manifest_is_put_aside_and_said,
	    what_is_not_there_or_is_empty_is_in_nobodys_way,
	    a_manifest_that_is_written_anew_is_never_appended_to,
	    a_manifest_that_is_not_as_recorded_is_said, what_was_written_is_read,
	    torn_and_foreign_lines_are_counted, a_manifest_that_cannot_be_read_is_said,
	    any_bytes_are_read_without_harm, a_line_without_end_costs_no_memory)
