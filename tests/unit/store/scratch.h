/* A database in a private directory, for the tests of this floor. */
#ifndef TESTS_UNIT_STORE_SCRATCH_H
#define TESTS_UNIT_STORE_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "store/db.h"

#include "../unit.h"

struct scratch {
	char dir[64];
	char path[96];
	struct db *db;
};

static inline void scratch_open(struct scratch *s)
{
	struct err err = ERR_INIT;
	int code = db_open(s->path, &s->db, &err);

	ck_assert_msg(code == 0, "db_open: %d %s", code, err.text);
}

static inline void scratch_init(struct scratch *s)
{
	strcpy(s->dir, "/tmp/fetchd-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/fetchd.db", s->dir);
	s->db = NULL;
}

static inline void scratch_done(struct scratch *s)
{
	char name[400];
	struct dirent *entry;
	DIR *dir;

	db_close(s->db);
	dir = opendir(s->dir);
	while (dir && (entry = readdir(dir))) {
		snprintf(name, sizeof(name), "%s/%s", s->dir, entry->d_name);
		unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(s->dir);
}

static inline void scratch_begin(struct scratch *s)
{
	struct err err = ERR_INIT;

	ck_assert_msg(db_begin(s->db, &err) == 0, "%s", err.text);
}

static inline void scratch_commit(struct scratch *s)
{
	struct err err = ERR_INIT;

	ck_assert_msg(db_commit(s->db, &err) == 0, "%s", err.text);
}

/* A document from text in which ' stands for ". */
static inline struct json *scratch_json(const char *text)
{
	char copy[1024];
	struct json *doc;
	struct err err = ERR_INIT;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	ck_assert_msg(json_parse(copy, strlen(copy), &doc, &err) == 0, "%s: %s", copy, err.text);
	return doc;
}

/* Asserts that the part of `doc` at `pointer` is `text` (with ' for "). */
static inline void scratch_expect(const struct json *doc, const char *pointer, const char *text)
{
	struct json *want = scratch_json(text);
	char *have = json_text(json_find(doc, pointer), false);

	ck_assert_msg(json_equal(json_find(doc, pointer), want), "%s is %s, not %s", pointer, have,
		      text);
	free(have);
	json_unref(want);
}

#endif
