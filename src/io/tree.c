/* Going down a tree, each directory's names read and sorted first: see tree.h. */
#include "io/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

struct walk {
	uint64_t left; /* items that may still be seen */
	tree_item_fn *fn;
	void *arg;
	struct err *err;
};

struct leaves {
	char **items;
	size_t len, room;
};

static void free_leaves(struct leaves *leaves)
{
	for (size_t i = 0; i < leaves->len; i++)
		free(leaves->items[i]);
	free(leaves->items);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_leaf(struct leaves *leaves, const char *leaf)
{
	if (leaves->len == leaves->room) {
		leaves->room = leaves->room ? leaves->room * 2 : 64;
		leaves->items = xreallocarray(leaves->items, leaves->room, sizeof(char *));
	}
	leaves->items[leaves->len++] = xstrdup(leaf);
}

/* The names in the directory `fd`, which is taken. */
static int read_leaves(int fd, struct leaves *leaves)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int code;

	if (!dir) {
		code = -errno;
		close(fd);
		return code;
	}
	for (errno = 0; (entry = readdir(dir)); errno = 0)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			add_leaf(leaves, entry->d_name);
	code = -errno;
	closedir(dir);
	if (leaves->len)
		qsort(leaves->items, leaves->len, sizeof(char *), by_name);
	return code;
}

static int walk_into(struct walk *walk, int parent, const char *leaf, const char *name,
		     unsigned depth);

/* 0, 1 when it is to stop, -errno. */
static int visit(struct walk *walk, int dir, const char *leaf, const char *above, unsigned depth)
{
	char *name = *above ? xasprintf("%s/%s", above, leaf) : xstrdup(leaf);
	struct tree_item item = { .name = name, .leaf = leaf, .dir = dir };
	enum tree_answer answer = TREE_PAST;
	int code = 0;

	if (fstatat(dir, leaf, &item.st, AT_SYMLINK_NOFOLLOW) == 0)
		answer = walk->left-- > 0 ? walk->fn(&item, walk->arg) : TREE_STOP;
	if (answer == TREE_ON && S_ISDIR(item.st.st_mode) && depth < TREE_DEPTH_MAX)
		code = walk_into(walk, dir, leaf, name, depth + 1);
	free(name);
	return answer == TREE_STOP ? 1 : code;
}

static int walk_into(struct walk *walk, int parent, const char *leaf, const char *name,
		     unsigned depth)
{
	int fd = openat(parent, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct leaves leaves = { 0 };
	int code = 0, copy;

	if (fd < 0 && (errno == EACCES || errno == ENOENT))
		return 0;
	copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	code = copy < 0 ? -errno : read_leaves(copy, &leaves);
	if (code < 0)
		err_sys(walk->err, code, "cannot read the directory %s", *name ? name : leaf);
	for (size_t i = 0; code == 0 && i < leaves.len; i++)
		code = visit(walk, fd, leaves.items[i], name, depth);
	free_leaves(&leaves);
	if (fd >= 0)
		close(fd);
	return code;
}

int tree_walk(int root, uint64_t most, tree_item_fn *fn, void *arg, struct err *err)
{
	struct walk walk = { most ? most : UINT64_MAX, fn, arg, err };

	return walk_into(&walk, root, ".", "", 1);
}
