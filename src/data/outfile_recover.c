/* After a crash, or a failure: the file is made to be what the ledger says. See outfile.h.
 *
 * The disk may be on either side of every step that was begun, and on no other. Phase by phase:
 *
 * NONE: nothing was begun; nothing is looked at.
 * OPENING: the birth name tells (outfile.c). A file of ours holds no committed byte and is removed:
 *   the live name first and synced, then the birth name, so that a crash in between, or a power
 *   loss that keeps only one of the two, still finds the proof.
 * LIVE: the file is there and at least as long as recorded. What follows is the footer and nothing
 *   else, or it was never committed: then it is cut off and the footer written again, which is
 *   synced, because a file may be closed without another byte, and nobody looks at the length of
 *   closed files again. A birth name that outlived its commit is removed.
 * CLOSING: our inode stands at the live name or at the closed one; the rename is done, or done
 *   again.
 *
 * Everything else is damage by other hands (or a disk that lied): the file is put aside and said to
 * be. It is never extended, and never guessed at: a file that is shorter than recorded has lost
 * rows, and more rows behind them would hide that.
 *
 * Our file is known by its inode number alone. Device numbers change between boots (LVM, btrfs,
 * network file systems), and to disown a good file after a reboot would be worse than the chance
 * that a foreign one has the same inode number, the same name and at least the same length.
 */
#include "data/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/outfile_internal.h"
#include "io/file.h"

void outfile_drop_birth(struct outfile *out, int dir)
{
	char birth[SHELF_NAME_MAX];

	outfile_birth_leaf(out, birth);
	out->twin = unlinkat(dir, birth, 0) < 0 && errno != ENOENT;
}

static bool is_ours(const struct outfile *out, int dir, const char *leaf)
{
	struct stat st;

	return shelf_look(dir, leaf, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_ino == out->state.ino;
}

/* Removes the live name when it and the birth name are one file, then the birth name. */
static int remove_pair(const struct outfile *out, int dir)
{
	char live[SHELF_NAME_MAX], birth[SHELF_NAME_MAX];
	struct stat born, there;

	outfile_live_leaf(out, live);
	outfile_birth_leaf(out, birth);
	if (shelf_look(dir, birth, &born) < 0)
		return 0;
	if (shelf_look(dir, live, &there) == 0 && there.st_dev == born.st_dev &&
	    there.st_ino == born.st_ino) {
		if (unlinkat(dir, live, 0) < 0 || fsync(dir) < 0)
			return -errno;
	}
	if (unlinkat(dir, birth, 0) < 0 || fsync(dir) < 0)
		return -errno;
	return 0;
}

int outfile_remove_fresh(const struct outfile *out, struct err *err)
{
	int dir = shelf_open(out->root, out->path, false, out->mode, NULL), code = dir;

	if (dir == -ENOENT) /* no directory, no file */
		return 0;
	if (dir >= 0) {
		code = remove_pair(out, dir);
		close(dir);
	}
	if (code < 0)
		return err_sys(err, code, "cannot remove the unfinished %s%s", out->path,
			       out->extension);
	return 0;
}

/* Clears `leaf`, goes to phase NONE and returns -EUCLEAN; `what` is the finding, a sentence. */
static int damaged(struct outfile *out, int dir, const char *leaf, const char *what,
		   struct err *err)
{
	char aside[SHELF_NAME_MAX] = "";
	uint64_t rows = out->state.rows;
	struct stat st;
	int code = shelf_look(dir, leaf, &st);

	if (code == 0)
		code = shelf_put_aside(dir, leaf, shelf_leaf(out->path), out->state.sequence,
				       aside);
	if (code < 0 && code != -ENOENT)
		return err_sys(err, code, "cannot put %s%s aside", out->path, out->extension);
	outfile_drop_birth(out, dir);
	out->state.sequence++;
	outfile_forget(out);
	return err_set(err, -EUCLEAN,
		       "%s%s %s; %" PRIu64 " rows had landed in it%s%s; new rows go to a new file",
		       out->path, out->extension, what, rows,
		       aside[0] ? "; it was put aside as " : "", aside);
}

/* What is wrong with the file at `leaf`; NULL: nothing. */
static const char *flaw(const struct outfile *out, int dir, const char *leaf, char text[static 128])
{
	struct stat st;

	if (shelf_look(dir, leaf, &st) < 0)
		return "is missing";
	if (S_ISLNK(st.st_mode))
		return "has been replaced by a symbolic link";
	if (!S_ISREG(st.st_mode))
		return "has been replaced by something that is no regular file";
	if (st.st_ino != out->state.ino)
		return "has been replaced by another file";
	if ((uint64_t)st.st_size >= out->state.offset)
		return NULL;
	snprintf(text, 128, "has lost data: %" PRIu64 " bytes were recorded, %" PRIu64 " are there",
		 out->state.offset, (uint64_t)st.st_size);
	return text;
}

/* Does exactly the footer stand behind the recorded offset? */
static int has_true_end(const struct outfile *out, int fd, uint64_t size)
{
	size_t len = strlen(out->footer);
	char there[64];

	assert(len <= sizeof(there));
	if (size != outfile_bytes(out))
		return false;
	if (len > 0 && file_pread_all(fd, there, len, (off_t)out->state.offset) < 0)
		return -EIO;
	return memcmp(there, out->footer, len) == 0;
}

/* Cuts off what was not committed, synced. */
static int mend_end(const struct outfile *out, int fd)
{
	off_t length = (off_t)out->state.offset;
	int code;

	if (ftruncate(fd, length) < 0 || lseek(fd, length, SEEK_SET) < 0)
		return -errno;
	code = outfile_write(out, fd, "", 0);
	return code == 0 && fsync(fd) < 0 ? -errno : code;
}

/* Opens our file and gives it the recorded end, synced, behind whose rows the descriptor stands. */
static int open_cut(struct outfile *out, int dir, const char *leaf)
{
	int fd = openat(dir, leaf, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int code;

	if (fd < 0)
		return -errno;
	code = fstat(fd, &st) < 0 ? -errno : st.st_ino != out->state.ino ? -ESTALE : 0;
	if (code == 0)
		code = has_true_end(out, fd, (uint64_t)st.st_size);
	if (code == 0 || (code > 0 && out->sealed))
		code = mend_end(out, fd);
	if (code >= 0 && lseek(fd, (off_t)out->state.offset, SEEK_SET) < 0)
		code = -errno;
	if (code < 0) {
		close(fd);
		return code;
	}
	out->state.dev = st.st_dev;
	return fd;
}

/* What is written to another name of the file is written to the file. */
static void tell_other_names(const struct outfile *out, struct err *err)
{
	struct stat st;

	if (out->twin || fstat(out->fd, &st) < 0 || st.st_nlink < 2)
		return;
	err_set(err, 0,
		"%s%s has other names too (%ju hard links): who writes to them writes to it",
		out->path, out->extension, (uintmax_t)st.st_nlink);
}

static int attach(struct outfile *out, int dir, struct err *err)
{
	char live[SHELF_NAME_MAX], text[128];
	const char *what;
	int fd;

	outfile_live_leaf(out, live);
	what = flaw(out, dir, live, text);
	if (what)
		return damaged(out, dir, live, what, err);
	fd = open_cut(out, dir, live);
	if (fd < 0)
		return err_sys(err, fd, "cannot open %s%s", out->path, out->extension);
	outfile_drop_birth(out, dir);
	out->fd = fd;
	out->committed = out->state.offset;
	out->committed_rows = out->state.rows;
	tell_other_names(out, err);
	return 0;
}

/* A directory that is gone took the file with it. Where something else stands in its place it may
 * have been moved, with all that landed there, and can be put back: that is waited for. */
static int lost_directory(struct outfile *out, int code, struct err *err)
{
	uint64_t rows = out->state.rows;

	if (code != -ENOENT)
		return code;
	out->state.sequence++;
	outfile_forget(out);
	return err_set(err, -EUCLEAN,
		       "%s%s is missing with its directory; %" PRIu64
		       " rows had landed in it; new rows go to a new file",
		       out->path, out->extension, rows);
}

int outfile_attach(struct outfile *out, struct err *err)
{
	int dir = shelf_open(out->root, out->path, false, out->mode, err), code;

	if (dir < 0)
		return lost_directory(out, dir, err);
	code = attach(out, dir, err);
	close(dir);
	return code;
}

int outfile_give_name(const struct outfile *out, int dir, const char *from, const char *to)
{
	char aside[SHELF_NAME_MAX];
	int code = shelf_move(dir, from, to);

	if (code != -EEXIST)
		return code;
	code = shelf_put_aside(dir, to, shelf_leaf(out->path), out->state.sequence, aside);
	return code < 0 ? code : shelf_move(dir, from, to);
}

static int finish_close(struct outfile *out, int dir, const char *closing, struct err *err)
{
	char live[SHELF_NAME_MAX], text[128];
	const char *at, *what;
	int code;

	outfile_live_leaf(out, live);
	at = is_ours(out, dir, closing) ? closing : live;
	what = flaw(out, dir, at, text);
	if (what)
		return damaged(out, dir, at, what, err);
	code = open_cut(out, dir, at);
	if (code >= 0) {
		close(code);
		code = at == live ? outfile_give_name(out, dir, live, closing) : 0;
	}
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	if (code < 0)
		return err_sys(err, code, "cannot finish the closing of %s%s", out->path,
			       out->extension);
	outfile_drop_birth(out, dir);
	out->state.sequence++;
	outfile_forget(out);
	return 0;
}

static int recover_closing(struct outfile *out, const char *closing, struct err *err)
{
	int dir = shelf_open(out->root, out->path, false, out->mode, err), code;

	if (dir < 0)
		return lost_directory(out, dir, err);
	code = finish_close(out, dir, shelf_leaf(closing), err);
	close(dir);
	return code;
}

int outfile_recover(struct outfile *out, const struct outfile_state *recorded, bool *closed,
		    struct err *err)
{
	int code = outfile_check_path(out, err);

	*closed = false;
	if (code < 0)
		return code;
	outfile_forget(out);
	out->state = *recorded;
	switch (recorded->phase) {
	case OUTFILE_NONE:
		break;
	case OUTFILE_OPENING:
		code = outfile_remove_fresh(out, err);
		break;
	case OUTFILE_LIVE:
		return outfile_attach(out, err);
	case OUTFILE_CLOSING:
		code = recover_closing(out, recorded->closing, err);
		*closed = code == 0;
		return code;
	}
	if (code == 0)
		outfile_forget(out);
	return code;
}
