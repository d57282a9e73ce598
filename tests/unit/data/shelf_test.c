/* Nothing that is written, read or removed below the data directory can lead out of it, or replace
 * what is there. */
#include "data/shelf.h"

#include "data/manifest.h"
#include "data/outfile.h"
#include "data/pack.h"
#include "data/snapshot.h"
#include "faults.h"

#define PATH "a/b/c/x"

static const char *const levels[] = { "a", "a/b", "a/b/c" };

static void make_levels(void)
{
	for (unsigned i = 0; i < 3; i++)
		make_dir(levels[i]);
}

/* The level moves out of the data directory's tree of names; a link stands in its place. */
static void make_link_of(const char *level, const char *target)
{
	faults_teardown();
	faults_setup();
	make_levels();
	put("a/b/c/x.csv", "theirs");
	ck_assert_int_eq(renameat(root, level, root, "outside"), 0);
	ck_assert_int_eq(symlinkat(target, root, level), 0);
}

START_TEST(a_link_at_any_level_is_refused_with_a_sentence)
{
	for (unsigned i = 0; i < 3; i++) {
		char target[128];
		const char *up[] = { "outside", "../outside", "../../outside" };

		for (unsigned absolute = 0; absolute < 2; absolute++) {
			make_link_of(levels[i], up[i]);
			if (absolute) {
				snprintf(target, sizeof(target), "%s/outside", base);
				unlinkat(root, levels[i], 0);
				ck_assert_int_eq(symlinkat(target, root, levels[i]), 0);
			}
			ck_assert_int_lt(shelf_open(root, PATH, false, 0640, &err), 0);
			ck_assert_msg(strstr(err.text, "symbolic link") &&
					      strstr(err.text, "a/b/c"),
				      "%s", err.text);
			ck_assert_int_lt(shelf_open(root, PATH, true, 0640, &err), 0);
			ck_assert_msg(strstr(err.text, "symbolic link") &&
					      strstr(err.text, "a/b/c"),
				      "%s", err.text);
		}
	}
}
END_TEST

START_TEST(a_file_or_a_pipe_at_any_level_is_refused_with_a_sentence)
{
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned pipe = 0; pipe < 2; pipe++) {
			make_link_of(levels[i], "nowhere");
			unlinkat(root, levels[i], 0);
			if (pipe)
				ck_assert_int_eq(mkfifoat(root, levels[i], 0600), 0);
			else
				put(levels[i], "theirs");
			ck_assert_int_eq(shelf_open(root, PATH, true, 0640, &err), -ENOTDIR);
			ck_assert_ptr_nonnull(strstr(err.text, "or a file stands in the way"));
		}
	}
}
END_TEST

START_TEST(paths_that_are_not_clean_are_refused)
{
	const char *const paths[] = { "../x", "a/../x", "/tmp/x", "a//x", "a/./x", "./x" };

	make_levels();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ck_assert_int_eq(shelf_open(root, paths[i], false, 0640, &err), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err.text, "is not a clean relative path"));
	}
}
END_TEST

static void try_outfile(void)
{
	const struct outfile_place place = {
		.root = root, .path = PATH, .extension = ".csv", .mode = 0640
	};
	struct outfile_state state = { .phase = OUTFILE_LIVE, .sequence = 1 };
	struct outfile *out = outfile_new(&place);
	bool closed;

	ck_assert_int_lt(outfile_create(out, "id\n", 3, 0, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_eq(outfile_recover(out, &state, &closed, &err), -ENOTDIR);
	ck_assert_ptr_nonnull(strstr(err.text, "a symbolic link or a file stands"));
	state.phase = OUTFILE_CLOSING;
	snprintf(state.closing, sizeof(state.closing), PATH "-1.csv");
	ck_assert_int_eq(outfile_recover(out, &state, &closed, &err), -ENOTDIR);
	state.phase = OUTFILE_OPENING;
	ck_assert_int_lt(outfile_recover(out, &state, &closed, &err), 0);
	outfile_free(out);
}

static void try_manifest(void)
{
	const struct manifest_place place = { .root = root, .path = PATH, .mode = 0640 };
	uint64_t bytes = 0;
	unsigned bad;
	struct buf lines;

	buf_init(&lines, 100);
	buf_add_text(&lines, "{}\n");
	ck_assert_int_lt(manifest_append(&place, &lines, &bytes, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_lt(manifest_rewrite(&place, &lines, &bytes, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_uint_eq(bytes, 0);
	ck_assert_int_lt(manifest_read(root, PATH ".csv", NULL, NULL, &bad, &err), 0);
	buf_done(&lines);
}

static void try_pack(void)
{
	struct pack_order order = { .root = root, .name = PATH ".csv", .bytes = 6, .mode = 0640 };
	struct pack_result result;

	ck_assert_int_eq(pack_file(&order, &result, &err), -EUCLEAN);
	ck_assert_int_lt(pack_publish(root, PATH ".csv", PATH ".gz", 6, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_lt(pack_remove(root, PATH ".csv", &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
}

static void try_snapshot(void)
{
	const struct snapshot snapshot = { .root = root, .path = PATH, .run = 7, .mode = 0640 };
	struct json *manifest = json_new_object();

	ck_assert_int_lt(snapshot_publish(&snapshot, manifest, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_lt(snapshot_keep_aside(&snapshot, "partial", manifest, &err), 0);
	ck_assert_int_lt(snapshot_point_latest(&snapshot, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_lt(snapshot_reopen(&snapshot, "partial", &err), 0);
	ck_assert_int_lt(snapshot_remove(&snapshot, PATH "/7", &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	json_unref(manifest);
}

START_TEST(no_step_goes_through_a_link)
{
	void (*const tries[])(void) = { try_outfile, try_manifest, try_pack, try_snapshot };
	const char *up[] = { "outside", "../outside", "../../outside" };

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned which = 0; which < 4; which++) {
			char *before, *after;

			make_link_of(levels[i], up[i]);
			before = tree();
			tries[which]();
			after = tree();
			ck_assert_str_eq(after, before);
			free(before);
			free(after);
		}
	}
}
END_TEST

START_TEST(a_move_replaces_nothing)
{
	put("one", "1");
	put("two", "2");
	ck_assert_int_eq(shelf_move(root, "one", "two"), -EEXIST);
	ck_assert_int_eq(symlinkat("nowhere", root, "three"), 0);
	ck_assert_int_eq(shelf_move(root, "one", "three"), -EEXIST);
	ck_assert_int_eq(shelf_move(root, "one", "four"), 0);
	ck_assert_str_eq(contents("two"), "2");
	ck_assert_str_eq(contents("four"), "1");
	ck_assert_int_eq(shelf_move(root, "one", "five"), -ENOENT);
}
END_TEST

/* As file systems do that know no flags. */
static void refuse_flags(char letter, int fd)
{
	(void)fd;
	if (letter == 'r') {
		faults.kind = FAULT_ERROR;
		faults.error = EINVAL;
		faults.at = faults.calls;
	}
}

START_TEST(a_move_replaces_nothing_where_the_disk_knows_no_flags)
{
	put("one", "1");
	put("two", "2");
	faults_none();
	faults.meddle = refuse_flags;
	ck_assert_int_eq(shelf_move(root, "one", "two"), -EEXIST);
	ck_assert_int_eq(shelf_move(root, "one", "four"), 0);
	ck_assert_str_eq(faults.trace, "rrR");
	faults_none();
	ck_assert_str_eq(contents("two"), "2");
	ck_assert_str_eq(contents("four"), "1");
}
END_TEST

START_TEST(what_is_put_aside_keeps_its_bytes_and_looks_like_no_data)
{
	char name[SHELF_NAME_MAX], last[SHELF_NAME_MAX] = "";

	for (unsigned i = 0; i < 5; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%u", i);
		put("x.csv", text);
		ck_assert_int_eq(shelf_put_aside(root, "x.csv", "x", 3, name), 0);
		ck_assert_str_eq(strrchr(name, '.'), ".quarantine");
		ck_assert_str_ne(name, last);
		ck_assert_str_eq(contents(name), text);
		memcpy(last, name, sizeof(last));
	}
}
END_TEST

FAULTS_MAIN("shelf", a_link_at_any_level_is_refused_with_a_sentence,
	    a_file_or_a_pipe_at_any_level_is_refused_with_a_sentence,
	    paths_that_are_not_clean_are_refused, no_step_goes_through_a_link,
	    a_move_replaces_nothing, a_move_replaces_nothing_where_the_disk_knows_no_flags,
	    what_is_put_aside_keeps_its_bytes_and_looks_like_no_data)
