/* Making the listening socket: see listen.h.
 *
 * Two daemons that start at once do not race here: each holds the lock of its state directory, and
 * who shares no state directory should not share a socket either; the second one is told.
 */
#include "control/listen.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "io/file.h"

#define BACKLOG 511

static int address_of(const char *path, struct sockaddr_un *address, struct err *err)
{
	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return err_set(
			err, -ENAMETOOLONG,
			"the socket's path is longer than the %zu bytes a socket may have: %s",
			sizeof(address->sun_path) - 1, path);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

/* 0 when nobody answers at the address. */
static int nobody_there(const struct sockaddr_un *address, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int code;

	if (fd < 0)
		return err_sys(err, -errno, "cannot make a socket");
	code = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
	close(fd);
	if (code == ECONNREFUSED || code == ENOENT)
		return 0;
	if (code == 0 || code == EAGAIN)
		return err_set(err, -EADDRINUSE, "another process already listens on %s",
			       address->sun_path);
	return err_sys(err, -code, "cannot tell whether %s is in use", address->sun_path);
}

static int remove_stale(const struct sockaddr_un *address, struct err *err)
{
	struct stat st;
	int r;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT
			       ? 0
			       : err_sys(err, -errno, "cannot look at %s", address->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, -EEXIST, "%s is in the way: it is not a socket",
			       address->sun_path);
	r = nobody_there(address, err);
	if (r < 0)
		return r;
	if (unlink(address->sun_path) < 0 && errno != ENOENT)
		return err_sys(err, -errno, "cannot remove the stale socket %s", address->sun_path);
	return 0;
}

static int make_parent(const char *path, struct err *err)
{
	char *copy = xstrdup(path);
	int r = file_mkdir_p(dirname(copy), 0755, err);

	free(copy);
	return r;
}

/* fchmod before bind decides the new file's mode (unix_bind of Linux takes it from the descriptor),
 * so the file is born 0600 whatever the umask. */
static int bind_narrow(int fd, const struct sockaddr_un *address, struct err *err)
{
	if (fchmod(fd, 0600) < 0)
		return err_sys(err, -errno, "cannot set the socket's mode");
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return err_sys(err, -errno, "cannot make the socket %s", address->sun_path);
	return 0;
}

/* Lets the group in, and callers. */
static int open_doors(int fd, const char *path, gid_t group, struct err *err)
{
	if (group != (gid_t)-1) {
		if (chown(path, (uid_t)-1, group) < 0)
			return err_sys(err, -errno, "cannot give the socket %s to its group", path);
		if (chmod(path, 0660) < 0)
			return err_sys(err, -errno, "cannot set the mode of %s", path);
	}
	if (listen(fd, BACKLOG) < 0)
		return err_sys(err, -errno, "cannot listen on %s", path);
	return 0;
}

int listen_unix(const char *path, gid_t group, int *fd, struct err *err)
{
	struct sockaddr_un address;
	int r, made;

	r = address_of(path, &address, err);
	if (r == 0)
		r = make_parent(path, err);
	if (r == 0)
		r = remove_stale(&address, err);
	if (r < 0)
		return r;
	made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made < 0)
		return err_sys(err, -errno, "cannot make a socket");
	r = bind_narrow(made, &address, err);
	if (r == 0) {
		r = open_doors(made, path, group, err);
		if (r < 0)
			unlink(path);
	}
	if (r < 0) {
		close(made);
		return r;
	}
	*fd = made;
	return 0;
}
