/* A snapshot becomes visible, and the newest. See snapshot.h; setting aside and removing:
 * snapshot_aside.c.
 *
 * The one moment of publishing is the rename of the staging directory: before it nothing of the run
 * can be seen, after it everything is there. All that must be true afterwards is made true, and
 * synced, before. A crash finds either the staging directory, and every step up to the rename is
 * done again (a part that bears its final name already is known by its length, the manifest is
 * written anew), or the published one, known as ours by the run and the files in its manifest.
 */
#include "data/snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/snapshot_internal.h"
#include "io/file.h"

#define MANIFEST_NEW "_MANIFEST.new" /* while it is written; only ever in a staging directory */
#define MANIFEST_MAX (256u << 20)

void snapshot_staging_leaf(const struct snapshot *snapshot, char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, ".%" PRIu64 ".staging", snapshot->run);
}

static void published_leaf(const struct snapshot *snapshot, char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, "%" PRIu64, snapshot->run);
}

void snapshot_aside_leaf(const struct snapshot *snapshot, const char *result,
			 char leaf[static SHELF_NAME_MAX])
{
	assert(*result && !strchr(result, '/'));
	snprintf(leaf, SHELF_NAME_MAX, "%" PRIu64 ".%s", snapshot->run, result);
}

char *snapshot_staging(const struct snapshot *snapshot)
{
	char leaf[SHELF_NAME_MAX];

	snapshot_staging_leaf(snapshot, leaf);
	return xasprintf("%s/%s", snapshot->path, leaf);
}

char *snapshot_published(const struct snapshot *snapshot)
{
	char leaf[SHELF_NAME_MAX];

	published_leaf(snapshot, leaf);
	return xasprintf("%s/%s", snapshot->path, leaf);
}

char *snapshot_aside(const struct snapshot *snapshot, const char *result)
{
	char leaf[SHELF_NAME_MAX];

	snapshot_aside_leaf(snapshot, result, leaf);
	return xasprintf("%s/%s", snapshot->path, leaf);
}

/* Who may read a file may enter its directory. */
static mode_t dir_mode(const struct snapshot *snapshot)
{
	assert(snapshot->mode != 0);
	return snapshot->mode | (snapshot->mode & 0444) >> 2;
}

int snapshot_open_path(const struct snapshot *snapshot, bool make, struct err *err)
{
	if (make)
		return file_make_dirs(snapshot->root, snapshot->path, dir_mode(snapshot), err);
	return file_open_beneath(snapshot->root, snapshot->path, O_RDONLY | O_DIRECTORY, 0, err);
}

int snapshot_open_leaf(int dir, const char *leaf)
{
	int fd = openat(dir, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The directory's manifest; NULL: there is none that could be read. */
static struct json *read_manifest(int dir)
{
	struct json *manifest = NULL;
	struct buf text;
	struct stat st;
	char *to;
	int fd = openat(dir, SNAPSHOT_MANIFEST, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	buf_init(&text, MANIFEST_MAX);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (to = buf_reserve(&text, (size_t)st.st_size)) &&
	    file_pread_all(fd, to, (size_t)st.st_size, 0) == 0)
		json_parse(to, (size_t)st.st_size, &manifest, NULL);
	buf_done(&text);
	close(fd);
	return manifest;
}

/* The same run with the same files; when it was written does not matter. */
static bool same_snapshot(const struct json *a, const struct json *b)
{
	return json_equal(json_get(a, "run"), json_get(b, "run")) &&
	       json_equal(json_get(a, "files"), json_get(b, "files"));
}

/* Is the directory `leaf` what publishing this manifest makes? */
static bool is_made(int dir, const char *leaf, const struct json *manifest)
{
	int fd = snapshot_open_leaf(dir, leaf);
	struct json *there;
	bool same;

	if (fd < 0)
		return false;
	there = read_manifest(fd);
	same = there && same_snapshot(there, manifest);
	json_unref(there);
	close(fd);
	return same;
}

static bool has_length(int dir, const char *leaf, int64_t bytes)
{
	struct stat st;

	return shelf_look(dir, leaf, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == bytes;
}

/* The name a part has before it is published. */
static void part_leaf(const char *file, char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, "%s" SNAPSHOT_PART_SUFFIX, file);
}

/* Every file of the manifest is there, under either of its names, as long as it says. */
static int check_parts(int staging, const struct json *files, struct err *err)
{
	for (size_t i = 0; i < json_len(files); i++) {
		const char *file = json_str(json_get(json_at(files, i), "file"));
		int64_t bytes = json_int(json_get(json_at(files, i), "bytes"), -1);
		char part[SHELF_NAME_MAX];

		if (!file || strchr(file, '/') || !file_path_clean(file) ||
		    strlen(file) + strlen(SNAPSHOT_PART_SUFFIX) > NAME_MAX)
			return err_set(err, -EUCLEAN, "%s is no name of a part",
				       file ? file : "null");
		part_leaf(file, part);
		if (!has_length(staging, part, bytes) && !has_length(staging, file, bytes))
			return err_set(err, -EUCLEAN,
				       "the part %s is missing, or not of the %" PRId64
				       " bytes that were recorded",
				       part, bytes);
	}
	return 0;
}

/* After check_parts. */
static int name_parts(int staging, const struct json *files, struct err *err)
{
	for (size_t i = 0; i < json_len(files); i++) {
		const char *file = json_str(json_get(json_at(files, i), "file"));
		int64_t bytes = json_int(json_get(json_at(files, i), "bytes"), -1);
		char part[SHELF_NAME_MAX];
		int code;

		part_leaf(file, part);
		if (!has_length(staging, part, bytes))
			continue;
		code = shelf_move(staging, part, file);
		if (code < 0)
			return err_sys(err, code, "cannot rename %s to %s", part, file);
	}
	return 0;
}

static int write_manifest(const struct snapshot *snapshot, int staging, const char *text)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd, code;

	if (unlinkat(staging, MANIFEST_NEW, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(staging, MANIFEST_NEW, flags, snapshot->mode);
	if (fd < 0)
		return -errno;
	code = fchmod(fd, snapshot->mode) < 0 ? -errno
					      : file_write_all(fd, text, strlen(text), NULL);
	if (code == 0 && fsync(fd) < 0)
		code = -errno;
	close(fd);
	if (code == 0 && renameat(staging, MANIFEST_NEW, staging, SNAPSHOT_MANIFEST) < 0)
		code = -errno;
	return code;
}

/* Everything inside the staging directory, synced. */
static int prepare(const struct snapshot *snapshot, int staging, const struct json *manifest,
		   bool finish, struct err *err)
{
	const struct json *files = json_get(manifest, "files");
	char *text;
	int code = 0;

	if (finish)
		code = check_parts(staging, files, err);
	if (code == 0 && finish)
		code = name_parts(staging, files, err);
	if (code < 0)
		return code;
	text = json_text(manifest, true);
	code = write_manifest(snapshot, staging, text);
	free(text);
	if (code == 0)
		code = file_sync_dir(staging, NULL);
	return code < 0 ? err_sys(err, code, "cannot write " SNAPSHOT_MANIFEST) : 0;
}

/* The staging directory; when neither it nor `to` is there it is made. A descriptor; -EALREADY:
 * `to` is what it became; -EEXIST: `to` is something else. */
static int open_staging(const struct snapshot *snapshot, int dir, const char *leaf, const char *to,
			const struct json *manifest)
{
	int staging = snapshot_open_leaf(dir, leaf);
	struct stat st;

	if (shelf_look(dir, to, &st) == 0) {
		if (staging >= 0)
			close(staging);
		return staging == -ENOENT && is_made(dir, to, manifest) ? -EALREADY : -EEXIST;
	}
	if (staging != -ENOENT)
		return staging;
	return file_make_dirs(dir, leaf, dir_mode(snapshot), NULL);
}

static int move_staging(const struct snapshot *snapshot, int dir, const char *to,
			const struct json *manifest, bool finish, struct err *err)
{
	char leaf[SHELF_NAME_MAX];
	int staging, code;

	snapshot_staging_leaf(snapshot, leaf);
	staging = open_staging(snapshot, dir, leaf, to, manifest);
	if (staging == -EEXIST)
		return err_set(err, staging, "something else bears the name %s", to);
	if (staging < 0 && staging != -EALREADY)
		return err_sys(err, staging, "cannot open %s", leaf);
	if (staging >= 0) {
		code = prepare(snapshot, staging, manifest, finish, err);
		close(staging);
		if (code < 0)
			return code;
		code = shelf_move(dir, leaf, to);
		if (code < 0)
			return err_sys(err, code, "cannot rename %s to %s", leaf, to);
	}
	return file_sync_dir(dir, err);
}

int snapshot_move_staging(const struct snapshot *snapshot, const char *to,
			  const struct json *manifest, bool finish, struct err *err)
{
	int dir = snapshot_open_path(snapshot, true, err), code;

	if (dir < 0)
		return dir;
	code = move_staging(snapshot, dir, to, manifest, finish, err);
	close(dir);
	if (code < 0)
		err_within(err, "the snapshot %" PRIu64 " of %s", snapshot->run, snapshot->path);
	return code;
}

int snapshot_publish(const struct snapshot *snapshot, const struct json *manifest, struct err *err)
{
	char leaf[SHELF_NAME_MAX];

	published_leaf(snapshot, leaf);
	return snapshot_move_staging(snapshot, leaf, manifest, true, err);
}

/* What a symbolic link says; -EEXIST: something that is none is there. */
static int read_link(int dir, const char *leaf, char target[static SHELF_NAME_MAX])
{
	ssize_t len = readlinkat(dir, leaf, target, SHELF_NAME_MAX - 1);

	if (len < 0)
		return errno == EINVAL ? -EEXIST : -errno;
	target[len] = '\0';
	return 0;
}

/* `there`: what read_link said of the link that is there. */
static int switch_latest(const struct snapshot *snapshot, int dir, const char *run, int there)
{
	char next[SHELF_NAME_MAX];
	struct stat st;

	snprintf(next, sizeof(next), "." SNAPSHOT_LATEST "-%" PRIu64, snapshot->run);
	if (unlinkat(dir, next, 0) < 0 && errno != ENOENT)
		return -errno;
	if (shelf_look(dir, run, &st) < 0 || !S_ISDIR(st.st_mode))
		return -EUCLEAN;
	if (symlinkat(run, dir, next) < 0)
		return -errno;
	if (there == -ENOENT)
		return shelf_move(dir, next, SNAPSHOT_LATEST);
	return renameat(dir, next, dir, SNAPSHOT_LATEST) < 0 ? -errno : 0;
}

static int point_latest(const struct snapshot *snapshot, int dir, const char *run)
{
	char target[SHELF_NAME_MAX];
	int code = read_link(dir, SNAPSHOT_LATEST, target);

	if (code == -ENOENT || (code == 0 && strcmp(target, run) != 0))
		code = switch_latest(snapshot, dir, run, code);
	return code < 0 ? code : file_sync_dir(dir, NULL);
}

int snapshot_point_latest(const struct snapshot *snapshot, struct err *err)
{
	int dir = snapshot_open_path(snapshot, false, err), code;
	char run[SHELF_NAME_MAX];

	if (dir < 0)
		return dir;
	published_leaf(snapshot, run);
	code = point_latest(snapshot, dir, run);
	close(dir);
	if (code == -EEXIST)
		return err_set(err, code,
			       "%s/" SNAPSHOT_LATEST
			       " is there and is no link, so it does not lead to %s; "
			       "remove it, and the next snapshot will be the latest",
			       snapshot->path, run);
	if (code == -EUCLEAN)
		return err_set(err, code,
			       "%s/" SNAPSHOT_LATEST
			       " cannot lead to %s: no such directory is there",
			       snapshot->path, run);
	return code < 0 ? err_sys(err, code, "cannot point %s/" SNAPSHOT_LATEST " at %s",
				  snapshot->path, run)
			: 0;
}
