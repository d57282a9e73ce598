/* Paths that cannot leave their root: see file.h.
 *
 * The walk goes one component at a time with O_NOFOLLOW, so that a symbolic link somebody puts in
 * the way, also while we walk, is an error and not a way out. openat2(2) would do the same in one
 * call, but not in every container; paths here are short.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

static bool component_clean(const char *at, size_t len)
{
	if (len == 0 || len > NAME_MAX || (len <= 2 && strncmp(at, "..", len) == 0))
		return false;
	for (; len > 0; len--, at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	}
	return true;
}

bool file_path_clean(const char *relative)
{
	for (;;) {
		size_t len = strcspn(relative, "/");

		if (!component_clean(relative, len))
			return false;
		if (relative[len] == '\0')
			return true;
		relative += len + 1;
	}
}

/* What the umask took comes back, and what is inherited, such as the group's bit, stays. */
static int give_mode(int dir, const char *name, mode_t mode)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), code = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		code = -errno;
	else if ((st.st_mode & mode) != mode && fchmod(fd, (st.st_mode | mode) & 07777) < 0)
		code = -errno;
	close(fd);
	return code;
}

/* Makes the directory `name` in `dir` if it is not there, synced into its parent. */
static int ensure(int dir, const char *name, mode_t mode)
{
	int code;

	if (mkdirat(dir, name, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	code = give_mode(dir, name, mode);
	return code == 0 && fsync(dir) < 0 ? -errno : code;
}

/* Copies the next component of a clean path and moves behind its slash. */
static const char *component(const char **at, char name[static NAME_MAX + 1])
{
	size_t len = strcspn(*at, "/");

	memcpy(name, *at, len);
	name[len] = '\0';
	*at += len + ((*at)[len] == '/');
	return name;
}

struct walk {
	bool make;
	mode_t mode;
};

/* Opens the directory `name` of `dir`, which is closed unless it is the root. */
static int descend(int root, int dir, const char *name, struct walk walk)
{
	int code = walk.make ? ensure(dir, name, walk.mode) : 0, next = -1;

	if (code == 0) {
		next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		code = next < 0 ? -errno : 0;
	}
	if (dir != root)
		close(dir);
	return code < 0 ? code : next;
}

/* Says it, and why when the reason is a link. (O_DIRECTORY turns ELOOP into ENOTDIR.) */
static int refuse(int code, const char *relative, const char *verb, struct err *err)
{
	if (code == -ELOOP || code == -ENOTDIR)
		return err_set(err, code,
			       "cannot %s %s: a symbolic link or a file stands in the way", verb,
			       relative);
	return err_sys(err, code, "cannot %s %s", verb, relative);
}

int file_make_dirs(int root, const char *relative, mode_t mode, struct err *err)
{
	const struct walk walk = { .make = true, .mode = mode };
	const char *at = relative;
	char name[NAME_MAX + 1];
	int dir = root;

	if (!file_path_clean(relative))
		return err_set(err, -EINVAL, "%s is not a clean relative path", relative);
	while (*at && dir >= 0)
		dir = descend(root, dir, component(&at, name), walk);
	return dir < 0 ? refuse(dir, relative, "make the directory", err) : dir;
}

int file_open_beneath(int root, const char *relative, int flags, mode_t mode, struct err *err)
{
	const struct walk walk = { 0 };
	const char *at = relative;
	char name[NAME_MAX + 1];
	int dir = root, fd;

	if (!file_path_clean(relative))
		return err_set(err, -EINVAL, "%s is not a clean relative path", relative);
	while (*component(&at, name) && *at && dir >= 0)
		dir = descend(root, dir, name, walk);
	if (dir < 0)
		return refuse(dir, relative, "open", err);
	fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		fd = refuse(-errno, relative, "open", err);
	if (dir != root)
		close(dir);
	return fd;
}
