/* A snapshot that is not published: kept aside, opened again, removed. See snapshot.h.
 *
 * What goes is hidden first: one rename takes the directory out of every reader's sight, and only
 * then do its files go, one by one. So a reader never meets half a snapshot, and a crash leaves
 * either all of it or something hidden, whose removal is done again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/snapshot.h"
#include "data/snapshot_internal.h"
#include "io/file.h"

int snapshot_keep_aside(const struct snapshot *snapshot, const char *result,
			const struct json *manifest, struct err *err)
{
	char leaf[SHELF_NAME_MAX];

	snapshot_aside_leaf(snapshot, result, leaf);
	return snapshot_move_staging(snapshot, leaf, manifest, false, err);
}

/* Hidden first, so that nobody sees the parts without their manifest. */
static int reopen(int dir, const char *aside, const char *staging)
{
	struct stat st;
	int code = shelf_look(dir, aside, &st), fd;

	if (code == 0)
		code = S_ISDIR(st.st_mode) ? shelf_move(dir, aside, staging) : -EUCLEAN;
	else if (code == -ENOENT)
		code = 0; /* hidden already */
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	if (code < 0)
		return code;
	fd = snapshot_open_leaf(dir, staging);
	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? -EUCLEAN : fd;
	if (unlinkat(fd, SNAPSHOT_MANIFEST, 0) < 0 && errno != ENOENT)
		code = -errno;
	if (code == 0)
		code = file_sync_dir(fd, NULL);
	close(fd);
	return code;
}

int snapshot_reopen(const struct snapshot *snapshot, const char *result, struct err *err)
{
	char aside[SHELF_NAME_MAX], staging[SHELF_NAME_MAX];
	int dir = snapshot_open_path(snapshot, false, err), code;

	if (dir < 0)
		return dir == -ENOENT ? -EUCLEAN : dir;
	snapshot_aside_leaf(snapshot, result, aside);
	snapshot_staging_leaf(snapshot, staging);
	code = reopen(dir, aside, staging);
	close(dir);
	if (code == -EUCLEAN)
		return err_set(err, code, "%s/%s is missing or no directory", snapshot->path,
			       aside);
	if (code == -EEXIST)
		return err_set(err, code, "%s/%s cannot be opened again: %s is there too",
			       snapshot->path, aside, staging);
	return code < 0 ? err_sys(err, code, "cannot open %s/%s again", snapshot->path, aside) : 0;
}

/* Removes the files of a directory; -ENOTEMPTY: it holds a directory, which is none of ours. */
static int empty(int dir, const char *leaf)
{
	int fd = snapshot_open_leaf(dir, leaf), code = 0;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!list)
		return fd < 0 ? fd : -errno;
	while (code == 0 && (errno = 0, entry = readdir(list))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0 && errno != ENOENT)
			code = errno == EISDIR || errno == EPERM ? -ENOTEMPTY : -errno;
	}
	if (code == 0 && errno != 0)
		code = -errno;
	closedir(list);
	return code;
}

/* Empties and removes what is hidden already, if it is there. */
static int drop(int dir, const char *hidden)
{
	int code = empty(dir, hidden);

	if (code == 0 && unlinkat(dir, hidden, AT_REMOVEDIR) < 0)
		code = -errno;
	if (code == 0 || code == -ENOENT)
		code = file_sync_dir(dir, NULL);
	return code;
}

/* -EBUSY: `latest` leads to it. */
static int hide(int dir, const char *leaf, const char *hidden)
{
	char target[SHELF_NAME_MAX];
	ssize_t len = readlinkat(dir, SNAPSHOT_LATEST, target, sizeof(target) - 1);
	struct stat st;
	int code = shelf_look(dir, leaf, &st);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (len == (ssize_t)strlen(leaf) && memcmp(target, leaf, strlen(leaf)) == 0)
		return -EBUSY;
	code = shelf_move(dir, leaf, hidden);
	return code < 0 ? code : file_sync_dir(dir, NULL);
}

/* Why something was left where it is, because it is not ours to remove; NULL: `code` is an error of
 * the disk. */
static const char *left(int code)
{
	switch (code) {
	case -EBUSY:
		return "latest leads to it";
	case -ENOTDIR:
		return "it is no directory any more";
	case -ENOTEMPTY:
		return "it holds a directory that is not ours; what is left of it is hidden";
	default:
		return NULL;
	}
}

int snapshot_remove(const struct snapshot *snapshot, const char *name, struct err *err)
{
	int dir = snapshot_open_path(snapshot, false, err), code;
	char hidden[SHELF_NAME_MAX];

	if (dir < 0 && dir != -ENOENT)
		return dir;
	err_set(err, 0, "%s", "");
	if (dir < 0)
		return 0;
	snprintf(hidden, sizeof(hidden), ".%" PRIu64 ".dropped", snapshot->run);
	code = drop(dir, hidden); /* what an earlier time left */
	if (code == 0)
		code = hide(dir, shelf_leaf(name), hidden);
	if (code == 0)
		code = drop(dir, hidden);
	close(dir);
	if (left(code))
		return err_set(err, 0, "%s is not removed: %s", name, left(code));
	return code < 0 ? err_sys(err, code, "cannot remove %s", name) : 0;
}
