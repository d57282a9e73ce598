/* The manifest's file: it grows at its committed end, or is put there anew. See manifest.h.
 *
 * What stands behind the committed end was written and not committed; it is cut off, and the same
 * lines come again. A manifest that is there before one of ours was begun is the proof of files
 * that another state database knew: it is put aside and said, never written over.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/manifest.h"
#include "data/shelf.h"
#include "io/file.h"

#define OPEN_FLAGS (O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static void leaf_of(const struct manifest_place *place, const char *extension,
		    char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, "%s%s", shelf_leaf(place->path), extension);
}

/* The descriptor of what is at `leaf` if `bytes` of it are there; -ESTALE, -errno. */
static int open_there(int dir, const char *leaf, uint64_t bytes)
{
	int fd = openat(dir, leaf, OPEN_FLAGS), code = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		code = -errno;
	else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size < bytes)
		code = -ESTALE;
	if (code < 0 && fd >= 0)
		close(fd);
	if (code == -ENOENT || code == -ELOOP || code == -EISDIR || code == -ENXIO)
		code = -ESTALE;
	return code < 0 ? code : fd;
}

static int make(int dir, const char *leaf, mode_t mode)
{
	int fd = openat(dir, leaf, OPEN_FLAGS | O_CREAT | O_EXCL, mode);

	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) == 0)
		return fd;
	close(fd);
	return -errno;
}

static int put_aside(const struct manifest_place *place, int dir, const char *leaf, struct err *err)
{
	char aside[SHELF_NAME_MAX];
	int code = shelf_put_aside(dir, leaf, leaf, 0, aside);

	if (code == 0)
		err_set(err, 0,
			"%s.manifest was there already and is not ours: it was put aside as %s",
			place->path, aside);
	return code;
}

int manifest_claim(const struct manifest_place *place, struct err *err)
{
	int dir = shelf_open(place->root, place->path, false, place->mode, err), code = 0;
	char leaf[SHELF_NAME_MAX];
	struct stat st;

	if (dir < 0 && dir != -ENOENT)
		return dir;
	err_set(err, 0, "%s", "");
	if (dir < 0)
		return 0;
	leaf_of(place, ".manifest", leaf);
	code = shelf_look(dir, leaf, &st);
	if (code == 0 &&
	    !(S_ISREG(st.st_mode) && st.st_size == 0)) /* an empty one proves nothing */
		code = put_aside(place, dir, leaf, err);
	close(dir);
	if (code < 0 && code != -ENOENT)
		return err_sys(err, code, "cannot put %s.manifest aside", place->path);
	return 0;
}

static int write_at(int fd, const struct buf *lines, uint64_t bytes)
{
	struct stat st;
	int code;

	if (fstat(fd, &st) < 0 ||
	    ((uint64_t)st.st_size > bytes && ftruncate(fd, (off_t)bytes) < 0) ||
	    lseek(fd, (off_t)bytes, SEEK_SET) < 0)
		return -errno;
	code = file_write_all(fd, lines->data, lines->len, NULL);
	return code == 0 && fdatasync(fd) < 0 ? -errno : code;
}

static int append(const struct manifest_place *place, int dir, const struct buf *lines,
		  uint64_t bytes)
{
	char leaf[SHELF_NAME_MAX];
	int fd, code;

	leaf_of(place, ".manifest", leaf);
	fd = open_there(dir, leaf, bytes);
	if (fd < 0)
		return fd;
	code = write_at(fd, lines, bytes);
	close(fd);
	return code;
}

int manifest_append(const struct manifest_place *place, const struct buf *lines, uint64_t *bytes,
		    struct err *err)
{
	int dir = shelf_open(place->root, place->path, false, place->mode, err), code;

	if (dir < 0 && dir != -ENOENT)
		return dir;
	code = dir < 0 ? -ESTALE : append(place, dir, lines, *bytes);
	if (dir >= 0)
		close(dir);
	if (code == -ESTALE)
		return err_set(err, code,
			       "%s.manifest is missing, shorter than the %" PRIu64
			       " bytes that were recorded, or no regular file",
			       place->path, *bytes);
	if (code < 0)
		return err_sys(err, code, "cannot write %s.manifest", place->path);
	*bytes += lines->len;
	return 0;
}

static int fill_new(const struct manifest_place *place, int dir, const char *leaf,
		    const struct buf *lines)
{
	int fd, code;

	if (unlinkat(dir, leaf, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = make(dir, leaf, place->mode);
	if (fd < 0)
		return fd;
	code = file_write_all(fd, lines->data, lines->len, NULL);
	if (code == 0 && fsync(fd) < 0)
		code = -errno;
	close(fd);
	return code;
}

static int rewrite(const struct manifest_place *place, int dir, const struct buf *lines,
		   struct err *err)
{
	char leaf[SHELF_NAME_MAX], new[SHELF_NAME_MAX];
	struct stat st;
	int code;

	leaf_of(place, ".manifest", leaf);
	leaf_of(place, ".manifest-new", new);
	code = fill_new(place, dir, new, lines);
	if (code == 0 && shelf_look(dir, leaf, &st) == 0 && !S_ISREG(st.st_mode))
		code = put_aside(place, dir, leaf, err);
	if (code == 0 && renameat(dir, new, dir, leaf) < 0)
		code = -errno;
	return code < 0 ? code : file_sync_dir(dir, NULL);
}

int manifest_rewrite(const struct manifest_place *place, const struct buf *lines, uint64_t *bytes,
		     struct err *err)
{
	int dir = shelf_open(place->root, place->path, true, place->mode, err), code;

	if (dir < 0)
		return dir;
	err_set(err, 0, "%s", "");
	code = rewrite(place, dir, lines, err);
	close(dir);
	if (code < 0)
		return err_sys(err, code, "cannot write %s.manifest", place->path);
	*bytes = lines->len;
	return 0;
}
