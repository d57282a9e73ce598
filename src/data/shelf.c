/* Names in one directory: see shelf.h. */
#include "data/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "io/file.h"

const char *shelf_leaf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int shelf_open(int root, const char *path, bool make, mode_t mode, struct err *err)
{
	size_t len = (size_t)(shelf_leaf(path) - path);
	char *parent;
	int dir;

	if (len == 0) {
		dir = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return dir < 0 ? err_sys(err, -errno, "cannot open the data directory") : dir;
	}
	parent = xstrndup(path, len - 1);
	if (make) /* who may read a file may enter its directory */
		dir = file_make_dirs(root, parent, mode | (mode & 0444) >> 2, err);
	else
		dir = file_open_beneath(root, parent, O_RDONLY | O_DIRECTORY, 0, err);
	free(parent);
	return dir;
}

int shelf_look(int dir, const char *leaf, struct stat *st)
{
	return fstatat(dir, leaf, st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int shelf_move(int dir, const char *from, const char *to)
{
	struct stat st;

	if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* A file system that lacks the flag (NFS). Nobody else makes files here; look first. */
	if (shelf_look(dir, to, &st) == 0)
		return -EEXIST;
	return renameat(dir, from, dir, to) < 0 ? -errno : 0;
}

int shelf_put_aside(int dir, const char *leaf, const char *base, uint64_t sequence,
		    char name[static SHELF_NAME_MAX])
{
	char utc[CLOCK_TEXT_MAX];
	int code = -EEXIST;

	clock_format_compact(clock_unix_ms(), utc);
	for (unsigned i = 1; code == -EEXIST && i < 1000; i++) {
		char again[8] = "";

		if (i > 1)
			snprintf(again, sizeof(again), "-%u", i);
		snprintf(name, SHELF_NAME_MAX, "%s-%s-%" PRIu64 "%s.quarantine", base, utc,
			 sequence, again);
		code = shelf_move(dir, leaf, name);
	}
	return code < 0 ? code : file_sync_dir(dir, NULL);
}
