/* The calls of libc that change files, as faults.c sees them: each tells faults_before, makes the
 * system call itself and tells faults_after. Variants of one call are one: open(2), creat(2) and
 * the 64-bit and fortified names are openat(2), with the name "openat" in the log.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults.h"

/* What glibc exports without a declaration that fits here. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

static struct call call_of(const char *name)
{
	struct call call;

	call.name = name;
	call.path[0] = call.other[0] = '\0';
	call.offset = call.len = -1;
	call.number = 0;
	call.error = 0;
	call.half = call.hit = false;
	return call;
}

static long call_on_path(const char *name, int dir, const char *path, long number, long argument)
{
	struct call call = call_of(name);

	if (!faults_locate(dir, path, call.path))
		return syscall(number, dir, path, argument);
	faults_before(&call, 0);
	return faults_after(&call, call.error ? -1 : syscall(number, dir, path, argument));
}

static bool opens_to_write(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	struct call call = call_of("openat");
	int fd;

	if (!opens_to_write(flags) || !faults_locate(dir, path, call.path)) {
		fd = (int)syscall(SYS_openat, dir, path, flags, mode);
	} else {
		call.len = flags;
		faults_before(&call, INTERRUPTIBLE);
		fd = call.error ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
		fd = (int)faults_after(&call, fd);
	}
	faults_opened(fd);
	return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list arguments;                                                                 \
		mode_t mode;                                                                       \
                                                                                                   \
		va_start(arguments, flags);                                                        \
		mode = mode_of(flags, arguments);                                                  \
		va_end(arguments);                                                                 \
		return open_at(AT_FDCWD, path, flags, mode);                                       \
	}
#define OPENAT(name)                                                                               \
	int name(int dir, const char *path, int flags, ...)                                        \
	{                                                                                          \
		va_list arguments;                                                                 \
		mode_t mode;                                                                       \
                                                                                                   \
		va_start(arguments, flags);                                                        \
		mode = mode_of(flags, arguments);                                                  \
		va_end(arguments);                                                                 \
		return open_at(dir, path, flags, mode);                                            \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int __open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int __openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

int creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int mkostemp(char *template, int flags)
{
	int (*libcs)(char *, int) = (int (*)(char *, int))(uintptr_t)dlsym(RTLD_NEXT, "mkostemp");
	struct call call = call_of("openat");
	int fd;

	if (!faults_locate(AT_FDCWD, template, call.path))
		return libcs(template, flags);
	faults_before(&call, INTERRUPTIBLE);
	fd = (int)faults_after(&call, call.error ? -1 : libcs(template, flags));
	faults_opened(fd);
	return fd;
}

/* close(2) frees the descriptor whatever it says. One that was only read changes nothing. */
int close(int fd)
{
	struct call call = call_of("close");
	int result, flags;

	if (!faults_locate_fd(fd, call.path) || (flags = fcntl(fd, F_GETFL)) < 0 ||
	    (flags & O_ACCMODE) == O_RDONLY)
		return (int)syscall(SYS_close, fd);
	faults_before(&call, INTERRUPTIBLE);
	result = (int)syscall(SYS_close, fd);
	return (int)faults_after(&call, call.error ? -1 : result);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	struct call call = call_of("write");

	if (!faults_locate_fd(fd, call.path))
		return syscall(SYS_write, fd, bytes, len);
	call.len = (long)len;
	faults_before(&call, INTERRUPTIBLE | PARTIAL);
	faults_writing(&call, fd, fcntl(fd, F_GETFL) & O_APPEND);
	return faults_after(
		&call, call.error ? -1 : syscall(SYS_write, fd, bytes, call.half ? len / 2 : len));
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	struct call call = call_of("writev");

	if (!faults_locate_fd(fd, call.path))
		return syscall(SYS_writev, fd, parts, n);
	call.len = n;
	faults_before(&call, INTERRUPTIBLE | PARTIAL);
	faults_writing(&call, fd, fcntl(fd, F_GETFL) & O_APPEND);
	return faults_after(
		&call, call.error ? -1 : syscall(SYS_writev, fd, parts, call.half ? n / 2 : n));
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	struct call call = call_of("pwrite");

	if (!faults_locate_fd(fd, call.path))
		return syscall(SYS_pwrite64, fd, bytes, len, offset);
	call.len = (long)len;
	call.offset = (long)offset;
	faults_before(&call, INTERRUPTIBLE | PARTIAL);
	return faults_after(&call, call.error ? -1
					      : syscall(SYS_pwrite64, fd, bytes,
							call.half ? len / 2 : len, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	return pwrite64(fd, bytes, len, offset);
}

static int sync_by(const char *name, int fd, long number)
{
	struct call call = call_of(name);

	if (!faults_locate_fd(fd, call.path))
		return (int)syscall(number, fd);
	faults_before(&call, INTERRUPTIBLE);
	faults_synced(&call, fd);
	return (int)faults_after(&call, call.error ? -1 : syscall(number, fd));
}

int fsync(int fd)
{
	return sync_by("fsync", fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return sync_by("fdatasync", fd, SYS_fdatasync);
}

int ftruncate64(int fd, off64_t len)
{
	struct call call = call_of("ftruncate");

	if (!faults_locate_fd(fd, call.path))
		return (int)syscall(SYS_ftruncate, fd, len);
	call.len = (long)len;
	faults_before(&call, INTERRUPTIBLE);
	return (int)faults_after(&call, call.error ? -1 : syscall(SYS_ftruncate, fd, len));
}

int ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

int fchmod(int fd, mode_t mode)
{
	struct call call = call_of("fchmod");

	if (!faults_locate_fd(fd, call.path))
		return (int)syscall(SYS_fchmod, fd, mode);
	faults_before(&call, 0);
	return (int)faults_after(&call, call.error ? -1 : syscall(SYS_fchmod, fd, mode));
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	struct call call = call_of("rename");

	if (!faults_locate(from_dir, from, call.path))
		return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
	faults_locate(to_dir, to, call.other);
	faults_before(&call, 0);
	return (int)faults_after(
		&call, call.error ? -1 : syscall(SYS_renameat2, from_dir, from, to_dir, to, flags));
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat2(from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	struct call call = call_of("link");

	if (!faults_locate(from_dir, from, call.path))
		return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
	faults_locate(to_dir, to, call.other);
	faults_before(&call, 0);
	return (int)faults_after(
		&call, call.error ? -1 : syscall(SYS_linkat, from_dir, from, to_dir, to, flags));
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int dir, const char *path)
{
	struct call call = call_of("symlink");

	if (!faults_locate(dir, path, call.path))
		return (int)syscall(SYS_symlinkat, target, dir, path);
	faults_before(&call, 0);
	return (int)faults_after(&call,
				 call.error ? -1 : syscall(SYS_symlinkat, target, dir, path));
}

int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

int unlinkat(int dir, const char *path, int flags)
{
	return (int)call_on_path(flags & AT_REMOVEDIR ? "rmdir" : "unlink", dir, path, SYS_unlinkat,
				 flags);
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)call_on_path("mkdir", dir, path, SYS_mkdirat, (long)mode);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
