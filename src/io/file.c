/* Whole reads, whole writes, durable replacement: see file.h. Paths below a root: file_beneath.c.
 */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

#define READ_STEP 65536

/* The same as read(2), or a negative errno. */
static ssize_t read_some(int fd, void *to, size_t len)
{
	ssize_t got;

	do
		got = read(fd, to, len);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* Reads up to the end; at the ceiling one more byte tells whether that was the end. */
static int read_all(int fd, struct buf *out)
{
	for (;;) {
		size_t room = out->ceiling - out->len, step = room < READ_STEP ? room : READ_STEP;
		char beyond, *to = step ? buf_reserve(out, step) : &beyond;
		ssize_t got;

		if (!to)
			return -E2BIG;
		got = read_some(fd, to, step ? step : 1);
		if (got <= 0)
			return (int)got;
		if (step == 0)
			return -E2BIG;
		buf_grew(out, (size_t)got);
	}
}

int file_read(const char *path, struct buf *out, struct err *err)
{
	/* O_NONBLOCK: a FIFO must not keep us waiting before fstat can refuse it */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), code;
	size_t had = out->len;
	struct stat st;

	if (fd < 0)
		return err_sys(err, -errno, "cannot open %s", path);
	if (fstat(fd, &st) < 0)
		code = err_sys(err, -errno, "cannot read %s", path);
	else if (!S_ISREG(st.st_mode))
		code = err_set(err, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL,
			       "%s is not a regular file", path);
	else if ((code = read_all(fd, out)) == -E2BIG)
		err_set(err, code, "%s is larger than %zu bytes", path, out->ceiling - had);
	else if (code < 0)
		err_sys(err, code, "cannot read %s", path);
	if (code < 0 && out->data)
		buf_cut(out, had);
	close(fd);
	return code;
}

int file_write_all(int fd, const void *bytes, size_t len, size_t *done)
{
	const char *at = bytes;
	size_t left = len;
	int code = 0;

	while (left > 0 && code == 0) {
		ssize_t wrote = write(fd, at, left);

		if (wrote >= 0) {
			at += wrote;
			left -= (size_t)wrote;
		} else if (errno != EINTR) {
			code = -errno;
		}
	}
	if (done)
		*done = len - left;
	return code;
}

int file_pread_all(int fd, void *bytes, size_t len, off_t offset)
{
	char *at = bytes;

	while (len > 0) {
		ssize_t got = pread(fd, at, len, offset);

		if (got == 0)
			return -EIO;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got < 0)
			continue;
		at += got;
		len -= (size_t)got;
		offset += got;
	}
	return 0;
}

int file_sync_dir(int dir_fd, struct err *err)
{
	return fsync(dir_fd) < 0 ? err_sys(err, -errno, "cannot sync a directory") : 0;
}

/* The directory part of `path`, "." without one. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static int sync_parent(const char *path, struct err *err)
{
	char *parent = directory_of(path);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code;

	if (fd < 0) {
		code = err_sys(err, -errno, "cannot open %s", parent);
	} else {
		code = file_sync_dir(fd, err);
		close(fd);
	}
	free(parent);
	return code;
}

/* Writes, gives the mode and syncs; closes the descriptor in any case. */
static int fill(int fd, const void *bytes, size_t len, mode_t mode)
{
	int code = file_write_all(fd, bytes, len, NULL);

	if (code == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		code = -errno;
	if (close(fd) < 0 && code == 0)
		code = -errno;
	return code;
}

int file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err)
{
	char *temporary = xasprintf("%s.new-XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC), code;

	if (fd < 0) {
		code = err_sys(err, -errno, "cannot create %s", temporary);
		free(temporary);
		return code;
	}
	code = fill(fd, bytes, len, mode);
	if (code == 0 && rename(temporary, path) < 0)
		code = -errno;
	if (code < 0) {
		unlink(temporary);
		err_sys(err, code, "cannot write %s", path);
	}
	free(temporary);
	return code < 0 ? code : sync_parent(path, err);
}

static int make_dir(const char *path, mode_t mode, struct err *err)
{
	if (mkdir(path, mode) == 0)
		return sync_parent(path, err);
	if (errno == EEXIST)
		return 0;
	return err_sys(err, -errno, "cannot make the directory %s", path);
}

int file_mkdir_p(const char *path, mode_t mode, struct err *err)
{
	char *level = xstrdup(path);
	struct stat st;
	int code = 0;

	for (char *at = level; code == 0 && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		code = make_dir(level, mode, err);
		*at = '/';
	}
	if (code == 0 && path[strlen(path) - 1] != '/')
		code = make_dir(level, mode, err);
	if (code == 0 && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		code = err_set(err, -ENOTDIR, "%s is not a directory", path);
	free(level);
	return code;
}

/* Says who holds the lock, if the file tells. */
static int held(int fd, const char *path, struct err *err)
{
	char pid[24] = "";
	ssize_t got = pread(fd, pid, sizeof(pid) - 1, 0);

	close(fd);
	pid[got > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	if (*pid)
		return err_set(err, -EWOULDBLOCK, "%s is locked by process %s", path, pid);
	return err_set(err, -EWOULDBLOCK, "%s is locked by another process", path);
}

int file_lock(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644), code;
	char pid[24];

	if (fd < 0)
		return err_sys(err, -errno, "cannot open the lock %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return held(fd, path, err);
		code = err_sys(err, -errno, "cannot lock %s", path);
		close(fd);
		return code;
	}
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	code = ftruncate(fd, 0) < 0 ? -errno : file_write_all(fd, pid, strlen(pid), NULL);
	if (code < 0) {
		err_sys(err, code, "cannot write %s", path);
		close(fd);
		return code;
	}
	return fd;
}

char *file_absolute(const char *path, const char *beside)
{
	char *where, *whole;

	if (*path == '/')
		return xstrdup(path);
	if (beside) {
		char *parent = directory_of(beside);

		where = file_absolute(parent, NULL);
		free(parent);
	} else {
		where = getcwd(NULL, 0);
	}
	if (!where)
		return xstrdup(path);
	if (strcmp(path, ".") == 0)
		return where;
	whole = xasprintf("%s/%s", strcmp(where, "/") == 0 ? "" : where, path);
	free(where);
	return whole;
}
