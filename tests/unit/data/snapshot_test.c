/* Snapshots: published whole or not at all, kept aside, reopened, removed; after every misfortune
 * the next try ends the same. */
#include "data/snapshot.h"

#include "faults.h"

static struct snapshot snapshot(void)
{
	return (struct snapshot) { .root = root, .path = "dir/x", .run = 7, .mode = 0640 };
}

static struct json *manifest_of(const char *text)
{
	struct json *manifest = NULL;

	ck_assert_msg(json_parse(text, strlen(text), &manifest, &err) == 0, "%s", err.text);
	return manifest;
}

#define MANIFEST                                                                                   \
	"{\"run\":7,\"created\":\"2026-11-23T06:00:00Z\",\"files\":["                              \
	"{\"file\":\"part-00001.csv\",\"rows\":1,\"bytes\":6},"                                    \
	"{\"file\":\"part-00002.csv\",\"rows\":1,\"bytes\":9}]}"

static int publish_as(const char *text)
{
	struct snapshot own = snapshot();
	struct json *manifest = manifest_of(text);
	int code = snapshot_publish(&own, manifest, &err);

	json_unref(manifest);
	return code;
}

static int publish(void)
{
	return publish_as(MANIFEST);
}

static int keep_aside(void)
{
	struct snapshot own = snapshot();
	struct json *manifest = manifest_of(MANIFEST);
	int code = snapshot_keep_aside(&own, "partial", manifest, &err);

	json_unref(manifest);
	return code;
}

static int reopen(void)
{
	struct snapshot own = snapshot();

	return snapshot_reopen(&own, "partial", &err);
}

static int point_latest(void)
{
	struct snapshot own = snapshot();

	return snapshot_point_latest(&own, &err);
}

static int remove_published(void)
{
	struct snapshot own = snapshot();

	return snapshot_remove(&own, "dir/x/7", &err);
}

static void nothing(void)
{
}

static void staged(void)
{
	make_dir("dir");
	make_dir("dir/x");
	make_dir("dir/x/.7.staging");
	put("dir/x/.7.staging/part-00001.csv.part", "id\n17\n");
	put("dir/x/.7.staging/part-00002.csv.part", "id\n1234\n\n");
	faults_none();
}

static void published(void)
{
	staged();
	ck_assert_msg(publish() == 0, "%s", err.text);
}

static void with_older_latest(void)
{
	published();
	ck_assert_int_eq(symlinkat("6", root, "dir/x/latest"), 0);
}

static void kept(void)
{
	staged();
	ck_assert_msg(keep_aside() == 0, "%s", err.text);
}

START_TEST(names_say_what_they_are)
{
	struct snapshot own = snapshot();
	char *names[] = { snapshot_staging(&own), snapshot_published(&own),
			  snapshot_aside(&own, "partial") };

	ck_assert_str_eq(names[0], "dir/x/.7.staging");
	ck_assert_str_eq(names[1], "dir/x/7");
	ck_assert_str_eq(names[2], "dir/x/7.partial");
	for (unsigned i = 0; i < 3; i++)
		free(names[i]);
}
END_TEST

START_TEST(a_snapshot_is_published_whole)
{
	struct json *manifest;
	struct stat st;

	published();
	ck_assert_str_eq(contents("dir/x/7/part-00001.csv"), "id\n17\n");
	ck_assert_str_eq(contents("dir/x/7/part-00002.csv"), "id\n1234\n\n");
	manifest = manifest_of(contents("dir/x/7/_MANIFEST"));
	ck_assert_int_eq(json_int(json_get(manifest, "run"), 0), 7);
	json_unref(manifest);
	ck_assert(!there("dir/x/.7.staging"));
	ck_assert(!there("dir/x/7/part-00001.csv.part"));
	ck_assert_int_eq(fstatat(root, "dir/x/7/_MANIFEST", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(everything_is_synced_before_it_is_seen)
{
	published();
	/* the directories are there; two parts; the manifest created, written, synced, named; the
	 * directory synced; seen; and that synced */
	ck_assert_str_eq(faults.trace, "mmrruchwfRfrf");
	faults_none();
	ck_assert_int_eq(point_latest(), 0);
	ck_assert_str_eq(faults.trace, "ulrf");
	faults_none();
	ck_assert_int_eq(unlinkat(root, "dir/x/latest", 0), 0);
	faults_none();
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_str_eq(faults.trace, "frfuuuuf"); /* hidden and synced before a file goes */
}
END_TEST

START_TEST(publishing_goes_on_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(staged, publish), 2 * 10);
	ck_assert_str_eq(contents("dir/x/7/part-00001.csv"), "id\n17\n");
}
END_TEST

/* Published, made the newest, and the one before removed: as a run ends. */
static int end_of_run(void)
{
	struct snapshot own = snapshot(), older = snapshot();
	int code = publish();

	older.run = 6;
	if (code == 0)
		code = snapshot_point_latest(&own, &err);
	return code < 0 ? code : snapshot_remove(&older, "dir/x/6", &err);
}

static void staged_after_another(void)
{
	staged();
	make_dir("dir/x/6");
	put("dir/x/6/part-00001.csv", "id\n16\n");
	put("dir/x/6/_MANIFEST", "{\"run\":6}");
	ck_assert_int_eq(symlinkat("6", root, "dir/x/latest"), 0);
	faults_none();
}

/* What a reader who follows `latest` finds, at any moment. */
static void expect_whole_latest(void)
{
	if (there("dir/x/latest/part-00002.csv"))
		ck_assert_str_eq(contents("dir/x/latest/part-00001.csv"), "id\n17\n");
	else
		ck_assert_str_eq(contents("dir/x/latest/part-00001.csv"), "id\n16\n");
	ck_assert_ptr_nonnull(contents("dir/x/latest/_MANIFEST"));
}

START_TEST(a_crash_after_a_crash_is_recovered_from_and_latest_is_always_whole)
{
	char *wanted;
	bool died = true;

	staged_after_another();
	ck_assert_int_eq(end_of_run(), 0);
	wanted = tree();
	for (unsigned first = 1; died; first++) {
		for (unsigned again = 1; again <= 5; again++) {
			char *got;

			faults_teardown();
			faults_setup();
			staged_after_another();
			died = die_at(first, end_of_run);
			expect_whole_latest();
			die_at(again, end_of_run);
			expect_whole_latest();
			ck_assert_msg(end_of_run() == 0, "%u, %u: %s", first, again, err.text);
			got = tree();
			ck_assert_msg(strcmp(got, wanted) == 0, "%u, %u:\n%s", first, again, got);
			free(got);
		}
	}
	ck_assert_str_eq(contents("dir/x/latest/part-00001.csv"), "id\n17\n");
	free(wanted);
}
END_TEST

static int publish_empty(void)
{
	return publish_as("{\"run\":7,\"files\":[]}");
}

START_TEST(a_run_without_files_publishes_its_manifest)
{
	ck_assert_uint_ge(faults_play(nothing, publish_empty), 2 * 10);
	ck_assert_ptr_nonnull(contents("dir/x/7/_MANIFEST"));
}
END_TEST

START_TEST(latest_goes_on_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(published, point_latest), 2 * 3);
	ck_assert_uint_ge(faults_play(with_older_latest, point_latest), 2 * 3);
	ck_assert_ptr_nonnull(contents("dir/x/latest/_MANIFEST"));
	ck_assert(!there("dir/x/.latest-7"));
}
END_TEST

START_TEST(keeping_aside_goes_on_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(staged, keep_aside), 2 * 8);
	ck_assert_str_eq(contents("dir/x/7.partial/part-00001.csv.part"), "id\n17\n");
	ck_assert_ptr_nonnull(contents("dir/x/7.partial/_MANIFEST"));
	ck_assert(!there("dir/x/.7.staging"));
	ck_assert(!there("dir/x/7"));
}
END_TEST

START_TEST(reopening_goes_on_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(kept, reopen), 2 * 4);
	ck_assert_str_eq(contents("dir/x/.7.staging/part-00001.csv.part"), "id\n17\n");
	ck_assert(!there("dir/x/.7.staging/_MANIFEST"));
	ck_assert(!there("dir/x/7.partial"));
	ck_assert_msg(publish() == 0, "%s", err.text);
}
END_TEST

START_TEST(removing_goes_on_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(published, remove_published), 2 * 7);
	ck_assert_str_eq(err.text, "");
	ck_assert(!there("dir/x/7"));
	ck_assert(!there("dir/x/.7.dropped"));
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_int_eq(unlinkat(root, "dir/x", AT_REMOVEDIR), 0); /* it is empty */
	ck_assert_int_eq(remove_published(), 0);
}
END_TEST

START_TEST(staging_and_what_is_kept_aside_can_be_removed)
{
	struct snapshot own = snapshot();

	kept();
	ck_assert_int_eq(snapshot_remove(&own, "dir/x/7.partial", &err), 0);
	ck_assert_int_eq(unlinkat(root, "dir/x", AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(root, "dir", AT_REMOVEDIR), 0);
	staged();
	ck_assert_int_eq(snapshot_remove(&own, "dir/x/.7.staging", &err), 0);
	ck_assert_int_eq(unlinkat(root, "dir/x", AT_REMOVEDIR), 0);
}
END_TEST

START_TEST(a_part_that_lost_or_won_bytes_is_not_published)
{
	const char *const texts[] = { "id\n1", "id\n17\n18\n", NULL };

	for (unsigned i = 0; i < 3; i++) {
		faults_teardown();
		faults_setup();
		staged();
		if (texts[i])
			put("dir/x/.7.staging/part-00001.csv.part", texts[i]);
		else
			unlinkat(root, "dir/x/.7.staging/part-00001.csv.part", 0);
		ck_assert_int_eq(publish(), -EUCLEAN);
		ck_assert_msg(strstr(err.text, "the snapshot 7 of dir/x: the part "
					       "part-00001.csv.part is missing, or not of the 6"),
			      "%s", err.text);
		ck_assert(!there("dir/x/7"));
		ck_assert(there("dir/x/.7.staging/part-00002.csv.part"));
	}
}
END_TEST

START_TEST(a_part_that_is_a_link_is_not_published)
{
	staged();
	put("theirs", "id\n17\n");
	unlinkat(root, "dir/x/.7.staging/part-00001.csv.part", 0);
	ck_assert_int_eq(symlinkat("../../../theirs", root, "dir/x/.7.staging/part-00001.csv.part"),
			 0);
	ck_assert_int_eq(publish(), -EUCLEAN);
	ck_assert_int_eq(publish_as("{\"run\":7,\"files\":[{\"file\":\"../../../theirs\","
				    "\"bytes\":6}]}"),
			 -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "is no name of a part"));
	ck_assert(!there("dir/x/7"));
}
END_TEST

START_TEST(nothing_that_bears_the_name_is_replaced)
{
	staged();
	make_dir("dir/x/7");
	ck_assert_int_eq(publish(), -EEXIST);
	ck_assert_ptr_nonnull(strstr(err.text, "something else bears the name 7"));
	unlinkat(root, "dir/x/7", AT_REMOVEDIR);
	put("dir/x/7", "theirs");
	ck_assert_int_eq(publish(), -EEXIST);
	put("dir/x/7.partial", "theirs");
	ck_assert_int_eq(keep_aside(), -EEXIST);
	ck_assert_int_eq(reopen(), -EUCLEAN);
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_str_eq(err.text, "dir/x/7 is not removed: it is no directory any more");
	ck_assert_str_eq(contents("dir/x/7"), "theirs");
	ck_assert_str_eq(contents("dir/x/7.partial"), "theirs");
	put("dir/x/.7.staging/part-00001.csv", "theirs");
	unlinkat(root, "dir/x/7", 0);
	ck_assert_int_eq(publish(), -EEXIST);
	ck_assert_str_eq(contents("dir/x/.7.staging/part-00001.csv"), "theirs");
}
END_TEST

START_TEST(another_snapshot_under_the_name_is_not_ours)
{
	published();
	ck_assert_int_eq(publish_as("{\"run\":7,\"files\":[]}"), -EEXIST);
	ck_assert_int_eq(publish_as("{\"run\":8,\"files\":[]}"), -EEXIST);
	ck_assert_int_eq(publish(), 0);
}
END_TEST

START_TEST(links_are_not_followed)
{
	staged();
	ck_assert_int_eq(renameat(root, "dir/x/.7.staging", root, "theirs"), 0);
	ck_assert_int_eq(symlinkat("../../theirs", root, "dir/x/.7.staging"), 0);
	ck_assert_int_lt(publish(), 0);
	ck_assert_int_lt(keep_aside(), 0);
	ck_assert_int_lt(reopen(), 0);
	ck_assert(there("theirs/part-00001.csv.part"));
	ck_assert(!there("theirs/_MANIFEST"));
	ck_assert_int_eq(symlinkat("../../theirs", root, "dir/x/7"), 0);
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_str_eq(err.text, "dir/x/7 is not removed: it is no directory any more");
	ck_assert_int_eq(point_latest(), -EUCLEAN);
	ck_assert_int_eq(renameat(root, "dir", root, "other"), 0);
	ck_assert_int_eq(symlinkat("other", root, "dir"), 0);
	ck_assert_int_lt(publish(), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_lt(remove_published(), 0);
}
END_TEST

START_TEST(latest_that_is_no_link_stays)
{
	published();
	put("dir/x/latest", "theirs");
	ck_assert_int_eq(point_latest(), -EEXIST);
	ck_assert_ptr_nonnull(strstr(err.text, "dir/x/latest is there and is no link"));
	ck_assert_str_eq(contents("dir/x/latest"), "theirs");
}
END_TEST

START_TEST(the_latest_is_not_removed)
{
	published();
	ck_assert_int_eq(point_latest(), 0);
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_str_eq(err.text, "dir/x/7 is not removed: latest leads to it");
	ck_assert(there("dir/x/7/part-00001.csv"));
}
END_TEST

START_TEST(a_directory_inside_is_not_removed)
{
	published();
	make_dir("dir/x/7/theirs");
	ck_assert_int_eq(remove_published(), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "it holds a directory that is not ours"));
	ck_assert(there("dir/x/.7.dropped/theirs"));
}
END_TEST

FAULTS_MAIN("snapshot", names_say_what_they_are, a_snapshot_is_published_whole,
	    everything_is_synced_before_it_is_seen, publishing_goes_on_after_every_misfortune,
	    a_crash_after_a_crash_is_recovered_from_and_latest_is_always_whole,
	    a_run_without_files_publishes_its_manifest, latest_goes_on_after_every_misfortune,
	    keeping_aside_goes_on_after_every_misfortune, reopening_goes_on_after_every_misfortune,
	    removing_goes_on_after_every_misfortune, staging_and_what_is_kept_aside_can_be_removed,
	    a_part_that_lost_or_won_bytes_is_not_published, a_part_that_is_a_link_is_not_published,
	    nothing_that_bears_the_name_is_replaced, another_snapshot_under_the_name_is_not_ours,
	    links_are_not_followed, latest_that_is_no_link_stays, the_latest_is_not_removed,
	    a_directory_inside_is_not_removed)
