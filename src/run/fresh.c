/* Looking for manifests before a database is made: see fresh.h. */
#include "run/fresh.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io/tree.h"

/* Beyond so many entries without a manifest the directory is taken for somebody else's. */
#define LOOK_AT 1000000

#define NAME_ROOM 512

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len > tail && strcmp(text + len - tail, end) == 0;
}

static enum tree_answer find_manifest(const struct tree_item *item, void *arg)
{
	char *found = arg;

	if (!S_ISREG(item->st.st_mode))
		return TREE_ON;
	if (!ends_with(item->leaf, ".manifest") && strcmp(item->leaf, "_MANIFEST") != 0)
		return TREE_ON;
	snprintf(found, NAME_ROOM, "%s", item->name);
	return TREE_STOP;
}

int fresh_check(const struct fresh_place *place, struct err *err)
{
	char found[NAME_ROOM] = "";
	struct stat st;
	int code;

	if (stat(place->database, &st) == 0 ? st.st_size > 0 : errno != ENOENT)
		return 0; /* it is opened next, and what is wrong with it is said then */
	code = tree_walk(place->root, LOOK_AT, find_manifest, found, err);
	if (code < 0 || !*found)
		return code < 0 ? code : 0;
	return err_set(err, -EUCLEAN,
		       "%s: there is no database, but %s/%s tells of files written with one; "
		       "nothing was changed; restore it from a backup, or run fetchd --recover, "
		       "which goes on from what the manifests prove",
		       place->database, place->data_dir, found);
}
