/* The live file: created, given up, closed. See outfile.h; what happens to it in between stands in
 * outfile_append.c, and what a crash leaves of it in outfile_recover.c.
 *
 * How a file is born. The intent OPENING says only that a file may come to be; a crash later, is
 * the file at the live name ours, to be removed, or somebody's, to be kept? Nothing in the file can
 * tell. So ours is created under a birth name of our own ("x-7.opening", no data extension) and
 * linked to the live name; the birth name goes only when a commit knows the file as LIVE. A crash
 * finds: no birth name, so whatever stands at the live name is foreign; or a birth name, and the
 * live name is ours if and only if both are one inode. link(2) replaces nothing, so a file that
 * somebody puts there between our look and our link is an error, never overwritten. On a file
 * system without hard links the birth name is renamed instead; a crash before the first commit then
 * leaves a file that counts as foreign and is put aside: untidy, but nothing is lost or doubled.
 */
#include "data/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/outfile_internal.h"
#include "io/file.h"

struct outfile *outfile_new(const struct outfile_place *place)
{
	struct outfile *out = xcalloc(1, sizeof(*out));

	out->root = place->root;
	out->path = xstrdup(place->path);
	out->extension = xstrdup(place->extension);
	out->footer = place->footer ? place->footer : "";
	out->mode = place->mode;
	out->fd = -1;
	out->state.sequence = 1;
	return out;
}

void outfile_free(struct outfile *out)
{
	if (!out)
		return;
	if (out->fd >= 0)
		close(out->fd);
	free(out->path);
	free(out->extension);
	free(out);
}

void outfile_forget(struct outfile *out)
{
	uint64_t sequence = out->state.sequence;

	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
	out->state = (struct outfile_state) { .sequence = sequence };
	out->committed = out->committed_rows = 0;
	out->fresh = out->twin = out->failed = out->sealed = false;
	out->renamed[0] = '\0';
}

int outfile_check_path(const struct outfile *out, struct err *err)
{
	if (strlen(out->path) > OUTFILE_PATH_MAX ||
	    strlen(shelf_leaf(out->path)) > OUTFILE_LEAF_MAX)
		return err_set(err, -EINVAL, "the output path %.40s... is longer than %d bytes",
			       out->path, OUTFILE_LEAF_MAX);
	if (!file_path_clean(out->path))
		return err_set(err, -EINVAL, "%s is not a clean relative output path", out->path);
	return 0;
}

void outfile_live_leaf(const struct outfile *out, char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, "%s%s", shelf_leaf(out->path), out->extension);
}

void outfile_birth_leaf(const struct outfile *out, char leaf[static SHELF_NAME_MAX])
{
	snprintf(leaf, SHELF_NAME_MAX, "%s-%" PRIu64 ".opening", shelf_leaf(out->path),
		 out->state.sequence);
}

/* A file under its birth name, with header and footer in it. A descriptor, or -errno. */
static int give_birth(const struct outfile *out, int dir, const void *header, size_t len)
{
	char birth[SHELF_NAME_MAX];
	int fd, code;

	outfile_birth_leaf(out, birth);
	if (unlinkat(dir, birth, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir, birth, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, out->mode);
	if (fd < 0)
		return -errno;
	code = fchmod(fd, out->mode) < 0 ? -errno : outfile_write(out, fd, header, len);
	if (code < 0) {
		close(fd);
		unlinkat(dir, birth, 0);
	}
	return code < 0 ? code : fd;
}

/* Gives the new file the live name, which is free. */
static int go_live(const struct outfile *out, int dir, const char *live)
{
	char birth[SHELF_NAME_MAX];
	int code;

	outfile_birth_leaf(out, birth);
	code = linkat(dir, birth, dir, live, 0) < 0 ? -errno : 0;
	if (code == -EPERM || code == -EOPNOTSUPP || code == -ENOSYS || code == -EMLINK)
		code = shelf_move(dir, birth, live);
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	return code;
}

/* Clears the live name. *err gets a sentence when there was anything. */
static int put_foreign_aside(const struct outfile *out, int dir, const char *live, struct err *err)
{
	char aside[SHELF_NAME_MAX];
	struct stat st;
	int code = shelf_look(dir, live, &st);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	code = shelf_put_aside(dir, live, shelf_leaf(out->path), out->state.sequence, aside);
	if (code == 0)
		err_set(err, 0, "%s%s was there already and is not ours: it was put aside as %s",
			out->path, out->extension, aside);
	return code;
}

static int create(struct outfile *out, int dir, struct slice header, struct err *err)
{
	char live[SHELF_NAME_MAX];
	struct stat st;
	int fd, code;

	outfile_live_leaf(out, live);
	code = outfile_remove_fresh(out, NULL); /* one that could not be removed when given up */
	if (code == 0)
		code = put_foreign_aside(out, dir, live, err);
	fd = code < 0 ? code : give_birth(out, dir, header.ptr, header.len);
	if (fd < 0)
		return fd;
	code = fstat(fd, &st) < 0 ? -errno : go_live(out, dir, live);
	out->state.dev = st.st_dev;
	out->state.ino = st.st_ino;
	if (code == 0) {
		out->fd = fd;
		return 0;
	}
	close(fd);
	outfile_remove_fresh(out, NULL);
	return code;
}

int outfile_create(struct outfile *out, const void *header, size_t len, int64_t now_ms,
		   struct err *err)
{
	int dir, code = outfile_check_path(out, err);

	assert(out->state.phase == OUTFILE_NONE);
	if (code < 0)
		return code;
	err_set(err, 0, "%s", "");
	dir = shelf_open(out->root, out->path, true, out->mode, err);
	if (dir < 0)
		return dir;
	code = create(out, dir, (struct slice) { header, len }, err);
	close(dir);
	if (code < 0) {
		outfile_forget(out);
		return err_sys(err, code, "cannot create %s%s", out->path, out->extension);
	}
	out->state.phase = OUTFILE_LIVE;
	out->state.offset = len;
	out->state.opened_ms = now_ms;
	out->fresh = true;
	return 0;
}

void outfile_committed(struct outfile *out)
{
	int dir;

	out->committed = out->state.offset;
	out->committed_rows = out->state.rows;
	if (!out->fresh && !out->twin)
		return;
	out->fresh = false;
	out->twin = true;
	dir = shelf_open(out->root, out->path, false, out->mode, NULL);
	if (dir < 0)
		return; /* the next commit will do it, the close, or outfile_recover */
	outfile_drop_birth(out, dir);
	close(dir);
}

int outfile_abandon(struct outfile *out, struct err *err)
{
	int code;

	if (out->state.phase == OUTFILE_NONE)
		return 0;
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
	if (out->fresh) {
		code = outfile_remove_fresh(out, err);
		outfile_forget(out);
		return code;
	}
	out->state.offset = out->committed;
	out->state.rows = out->committed_rows;
	if (out->renamed[0])
		return 0; /* it waits for its close to be finished */
	code = outfile_attach(out, err);
	out->failed = code < 0 && code != -EUCLEAN;
	return code;
}

void outfile_close_name(const struct outfile *out, char name[static 256])
{
	if (out->renamed[0])
		memcpy(name, out->renamed, sizeof(out->renamed));
}

/* Brings the file to `name`, synced. Calling it again after a failure goes on where it stopped. */
static int finish_name(struct outfile *out, int dir, const char *name)
{
	char live[SHELF_NAME_MAX];
	int code = 0;

	outfile_live_leaf(out, live);
	if (strcmp(out->renamed, name) != 0)
		code = outfile_give_name(out, dir,
					 out->renamed[0] ? shelf_leaf(out->renamed) : live,
					 shelf_leaf(name));
	if (code < 0)
		return code;
	snprintf(out->renamed, sizeof(out->renamed), "%s", name);
	return file_sync_dir(dir, NULL);
}

/* One that shrank is closed as it is: whoever reads it to sum it finds it damaged, and a snapshot
 * that it is a part of is not published. */
static bool has_grown(const struct outfile *out)
{
	struct stat st;

	return fstat(out->fd, &st) == 0 && (uint64_t)st.st_size > outfile_bytes(out);
}

int outfile_close(struct outfile *out, const char *name, struct err *err)
{
	int dir, code = 0;

	assert(out->state.phase == OUTFILE_LIVE && out->state.offset == out->committed);
	if (out->renamed[0] == '\0' && (out->fd < 0 || out->failed))
		code = outfile_abandon(out, err);
	if (code == 0 && out->renamed[0] == '\0' &&
	    (code = outfile_check_name(out, err)) == -EUCLEAN) {
		out->state.sequence++;
		outfile_forget(out);
	}
	if (code == 0 && out->renamed[0] == '\0' && has_grown(out)) {
		outfile_check_length(out, err);
		out->failed = true;
		code = -EAGAIN;
	}
	if (code < 0)
		return code;
	dir = shelf_open(out->root, out->path, false, out->mode, err);
	if (dir < 0)
		return dir;
	if (out->twin)
		outfile_drop_birth(out, dir);
	code = finish_name(out, dir, name);
	close(dir);
	if (code < 0)
		return err_sys(err, code, "cannot rename %s%s to %s", out->path, out->extension,
			       name);
	out->state.sequence++;
	outfile_forget(out);
	return 0;
}

void outfile_state(const struct outfile *out, struct outfile_state *state)
{
	*state = out->state;
}

uint64_t outfile_bytes(const struct outfile *out)
{
	return out->state.offset + strlen(out->footer);
}

uint64_t outfile_closed_bytes(const struct outfile_state *state, const char *footer)
{
	return state->offset + strlen(footer);
}

uint64_t outfile_rows(const struct outfile *out)
{
	return out->state.rows;
}

bool outfile_is_sealed(const struct outfile *out)
{
	return out->sealed;
}

bool outfile_is_unwell(const struct outfile *out)
{
	return out->state.phase == OUTFILE_LIVE &&
	       (out->fd < 0 || out->failed || out->sealed || out->renamed[0]);
}
