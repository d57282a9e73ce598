/* The walk below a directory: what it sees, in which order, and where it does not go. */
#include "io/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"

struct scene {
	char dir[64];
	int root;
	char seen[2048];
	const char *past, *stop, *gone;
};

static void run(const char *before, const char *dir, const char *after)
{
	char line[512];

	snprintf(line, sizeof(line), "%s %s %s", before, dir, after);
	ck_assert_int_eq(system(line), 0);
}

static void scene_init(struct scene *scene)
{
	*scene = (struct scene) { .dir = "/tmp/fetchd-tree-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(scene->dir));
	run("cd", scene->dir, "&& mkdir -p b/c e && touch a b/c/f b/d e/g && ln -s ../b e/link");
	scene->root = open(scene->dir, O_RDONLY | O_DIRECTORY);
}

static void scene_done(struct scene *scene)
{
	close(scene->root);
	run("rm -rf", scene->dir, "");
}

static enum tree_answer look(const struct tree_item *item, void *arg)
{
	struct scene *scene = arg;
	struct stat st;

	strcat(scene->seen, item->name);
	strcat(scene->seen, " ");
	ck_assert_int_eq(fstatat(item->dir, item->leaf, &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_uint_eq(st.st_ino, item->st.st_ino);
	if (scene->gone)
		unlinkat(scene->root, scene->gone, 0);
	if (scene->stop && strcmp(item->name, scene->stop) == 0)
		return TREE_STOP;
	return scene->past && strcmp(item->name, scene->past) == 0 ? TREE_PAST : TREE_ON;
}

START_TEST(all_is_seen_in_order_and_links_are_not_followed)
{
	struct scene scene;

	scene_init(&scene);
	ck_assert_int_eq(tree_walk(scene.root, 0, look, &scene, NULL), 0);
	ck_assert_str_eq(scene.seen, "a b b/c b/c/f b/d e e/g e/link ");
	scene_done(&scene);
}
END_TEST

START_TEST(the_walk_can_be_told_to_pass_a_directory_or_to_stop)
{
	struct scene scene;

	scene_init(&scene);
	scene.past = "b";
	scene.stop = "e/g";
	ck_assert_int_eq(tree_walk(scene.root, 0, look, &scene, NULL), 1);
	ck_assert_str_eq(scene.seen, "a b e e/g ");
	scene_done(&scene);
}
END_TEST

START_TEST(the_walk_ends_after_as_many_items_as_it_may_see)
{
	struct scene scene;

	scene_init(&scene);
	ck_assert_int_eq(tree_walk(scene.root, 3, look, &scene, NULL), 1);
	ck_assert_str_eq(scene.seen, "a b b/c ");
	scene_done(&scene);
}
END_TEST

START_TEST(what_is_gone_when_its_turn_comes_is_left_out)
{
	struct scene scene;

	scene_init(&scene);
	scene.gone = "b/c/f";
	ck_assert_int_eq(tree_walk(scene.root, 0, look, &scene, NULL), 0);
	ck_assert_str_eq(scene.seen, "a b b/c b/d e e/g e/link ");
	scene_done(&scene);
}
END_TEST

START_TEST(a_tree_too_deep_is_seen_down_to_the_limit)
{
	struct scene scene;
	char path[512];
	size_t levels = 0;

	scene_init(&scene);
	snprintf(path, sizeof(path), "%s", scene.dir);
	for (int i = 0; i < 40; i++) {
		strcat(path, "/z");
		ck_assert_int_eq(mkdir(path, 0755), 0);
	}
	ck_assert_int_eq(tree_walk(scene.root, 0, look, &scene, NULL), 0);
	for (const char *at = scene.seen; (at = strstr(at, "z ")); at++)
		levels++;
	ck_assert_uint_eq(levels, TREE_DEPTH_MAX);
	scene_done(&scene);
}
END_TEST

UNIT_MAIN("tree", all_is_seen_in_order_and_links_are_not_followed,
	  the_walk_can_be_told_to_pass_a_directory_or_to_stop,
	  the_walk_ends_after_as_many_items_as_it_may_see,
	  what_is_gone_when_its_turn_comes_is_left_out, a_tree_too_deep_is_seen_down_to_the_limit)
