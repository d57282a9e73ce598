/* Files as a careful program sees them: whole writes, confined paths, synced directories. Blocking.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads a whole regular file, at most out->ceiling bytes (-E2BIG beyond). */
int file_read(const char *path, struct buf *out, struct err *err);

/* All of it, or a negative errno: short writes go on, EINTR is retried. `done` (may be NULL) is how
 * many bytes went in, also on failure. */
int file_write_all(int fd, const void *bytes, size_t len, size_t *done);
int file_pread_all(int fd, void *bytes, size_t len, off_t offset); /* -EIO at an early end */

/* Replaces `path` with new contents: temporary beside it, fsync, rename, fsync of the directory. */
int file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err);

/* A directory under `root` (a directory descriptor), made level by level with `mode`, whatever the
 * umask, each new level synced into its parent. `relative` must be clean (file_path_clean). Returns
 * a descriptor >= 0. */
int file_make_dirs(int root, const char *relative, mode_t mode, struct err *err);
/* Opens `relative` (clean) below `root`, step by step, without following a symbolic link in any
 * component. Descriptor or -errno. */
int file_open_beneath(int root, const char *relative, int flags, mode_t mode, struct err *err);

/* True for a relative path without empty, "." or ".." components, names over NAME_MAX, control
 * bytes or a trailing slash. */
bool file_path_clean(const char *relative);
int file_sync_dir(int dir_fd, struct err *err);
int file_mkdir_p(const char *path, mode_t mode, struct err *err); /* for state_dir and data_dir */

/* An exclusive lock on `path`, held until the returned descriptor is closed; the file holds our
 * PID. -EWOULDBLOCK when another process has it, and the sentence names that process. */
int file_lock(const char *path, struct err *err);

/* Absolute form of `path` against the directory of `beside` (a file) or the working directory
 * (NULL). */
char *file_absolute(const char *path, const char *beside);

#endif
