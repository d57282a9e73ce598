/* A ledger may begin anew only where none has written. */
#include "run/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"

struct scene {
	char dir[64], database[96];
	struct fresh_place place;
};

static void run(const char *before, const char *dir, const char *after)
{
	char line[512];

	snprintf(line, sizeof(line), "%s %s%s", before, dir, after);
	ck_assert_int_eq(system(line), 0);
}

static void scene_init(struct scene *scene)
{
	*scene = (struct scene) { .dir = "/tmp/fetchd-fresh-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(scene->dir));
	snprintf(scene->database, sizeof(scene->database), "%s/fetchd.db", scene->dir);
	run("mkdir -p", scene->dir, "/data/a/b");
	run("touch", scene->dir, "/data/a/notes.txt");
	run("touch", scene->dir, "/data/a/b/b.csv");
	run("cd", scene->dir, "/data && mkdir _MANIFEST x.manifest && ln -s nowhere y.manifest");
	scene->place = (struct fresh_place) { .database = scene->database, .data_dir = "DATA" };
	scene->place.root = open(scene->dir, O_RDONLY | O_DIRECTORY);
}

static void scene_done(struct scene *scene)
{
	close(scene->place.root);
	run("rm -rf", scene->dir, "");
}

static void expect_refusal(struct scene *scene, const char *name)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(fresh_check(&scene->place, &err), -EUCLEAN);
	ck_assert_msg(strstr(err.text, scene->database) && strstr(err.text, name) &&
			      strstr(err.text, "fetchd --recover"),
		      "%s", err.text);
	ck_assert_int_ne(access(scene->database, F_OK), 0);
}

START_TEST(a_new_ledger_may_begin_beside_files_that_no_ledger_speaks_of)
{
	struct scene scene;

	scene_init(&scene);
	ck_assert_int_eq(fresh_check(&scene.place, NULL), 0);
	scene_done(&scene);
}
END_TEST

START_TEST(a_manifest_forbids_it_wherever_it_stands)
{
	struct scene scene;

	scene_init(&scene);
	run("touch", scene.dir, "/data/a/b/b.manifest");
	expect_refusal(&scene, "DATA/data/a/b/b.manifest");
	run("touch", scene.database, ""); /* an empty file is no database either */
	ck_assert_int_eq(fresh_check(&scene.place, NULL), -EUCLEAN);
	scene_done(&scene);
}
END_TEST

START_TEST(so_does_the_manifest_of_a_snapshot)
{
	struct scene scene;

	scene_init(&scene);
	run("mkdir", scene.dir, "/data/a/7");
	run("touch", scene.dir, "/data/a/7/_MANIFEST");
	expect_refusal(&scene, "DATA/data/a/7/_MANIFEST");
	scene_done(&scene);
}
END_TEST

START_TEST(a_ledger_that_is_there_is_no_new_one)
{
	struct scene scene;

	scene_init(&scene);
	run("touch", scene.dir, "/data/a/b/b.manifest");
	run("echo x >", scene.database, "");
	ck_assert_int_eq(fresh_check(&scene.place, NULL), 0);
	scene_done(&scene);
}
END_TEST

UNIT_MAIN("fresh", a_new_ledger_may_begin_beside_files_that_no_ledger_speaks_of,
	  a_manifest_forbids_it_wherever_it_stands, so_does_the_manifest_of_a_snapshot,
	  a_ledger_that_is_there_is_no_new_one)
