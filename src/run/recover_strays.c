/* Files that no manifest lists, beside one that might: recovered as far as they are whole.
 *
 * What bears a closed name was whole when it got it, and a live file is whole up to its last row:
 * both are measured, cut, and recorded as closed files that still have to be summed, so that the
 * daemon lists them. A packed file that is not listed proves nothing, as its original may be there
 * too.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/pack.h"
#include "data/whole.h"
#include "io/file.h"
#include "run/recover_shelf.h"
#include "store/files.h"

#define NOTE "recovered: no manifest proves it"

void shelf_saw_sequence(struct shelf *shelf, uint64_t sequence)
{
	if (sequence > shelf->sequence && sequence < INT64_MAX)
		shelf->sequence = sequence;
}

/* What an unlisted file is on its way to. */
struct stray {
	const char *name, *closed; /* the same when it bears its closed name already */
	const struct format *format;
	uint64_t sequence;
};

/* The file cut to its whole rows, with its footer, on the disk. -EUCLEAN: nothing in it is whole.
 */
static int cut(int fd, const struct format *format, struct whole *whole, uint64_t *lost)
{
	size_t footer = strlen(format->footer);
	char there[16] = "";
	struct stat st;
	int code = whole_measure(fd, format->kind, whole, NULL);

	if (code < 0 || fstat(fd, &st) < 0)
		return code < 0 ? code : -errno;
	if (whole->bytes == 0)
		return -EUCLEAN;
	*lost = (uint64_t)st.st_size - whole->bytes;
	if (*lost == footer && footer < sizeof(there) &&
	    file_pread_all(fd, there, footer, (off_t)whole->bytes) == 0 &&
	    memcmp(there, format->footer, footer) == 0) {
		*lost = 0;
		return fsync(fd) < 0 ? -errno : 0; /* renamed next, and believed from then on */
	}
	if (ftruncate(fd, (off_t)whole->bytes) < 0 || lseek(fd, 0, SEEK_END) < 0)
		return -errno;
	code = file_write_all(fd, format->footer, footer, NULL);
	return code == 0 && fsync(fd) < 0 ? -errno : code;
}

static void insert_stray(struct shelf *shelf, const struct stray *stray, const struct whole *whole)
{
	int64_t now = clock_unix_ms();
	uint64_t bytes = whole->bytes + strlen(stray->format->footer);
	struct json *none = json_new_object();

	files_insert(shelf->recover->db, &(struct file_record) { .state = FILE_CLOSED,
								 .name = (char *)stray->closed,
								 .path = (char *)shelf->path,
								 .job = shelf->job,
								 .rows = whole->rows,
								 .bytes = bytes,
								 .raw_bytes = bytes,
								 .sequence = stray->sequence,
								 .opened_ms = now,
								 .closed_ms = now,
								 .columns = shelf->columns,
								 .policy = shelf->policy,
								 .runs = none,
								 .note = (char *)NOTE });
	json_unref(none);
}

static int close_stray(struct shelf *shelf, const struct stray *stray, int fd)
{
	struct recover *recover = shelf->recover;
	bool moves = strcmp(stray->name, stray->closed) != 0;
	struct whole whole = { 0 };
	uint64_t lost = 0;
	int code = cut(fd, stray->format, &whole, &lost);

	if (code == -EUCLEAN)
		return recover_put_aside(recover, stray->name, "there is no whole row in it",
					 shelf->err);
	if (code == 0 && moves)
		code = recover_move(recover, stray->name, stray->closed);
	if (code == -EEXIST)
		return recover_put_aside(recover, stray->name,
					 "its closed name is taken by another file", shelf->err);
	if (code < 0)
		return err_sys(shelf->err, code, "cannot cut and close %s", stray->name);
	insert_stray(shelf, stray, &whole);
	json_put_bool(recover->met, stray->closed, true);
	recover->cut |= lost > 0;
	recover_say(recover, RECOVER_TRUNCATED, stray->name,
		    "%" PRIu64 " bytes cut off, %" PRIu64 " rows left%s%s; no manifest proves it",
		    lost, whole.rows, moves ? "; it is now " : "", moves ? stray->closed : "");
	return 0;
}

static int take_stray(struct shelf *shelf, const struct stray *stray)
{
	struct err why = ERR_INIT;
	int fd = file_open_beneath(shelf->recover->root, stray->name,
				   O_RDWR | O_NONBLOCK | O_NOCTTY, 0, &why);
	struct stat st;
	int code;

	if (fd == -ENOENT)
		return 0;
	if (fd == -ELOOP || fd == -EISDIR || fd == -ENXIO)
		return recover_put_aside(shelf->recover, stray->name, "it is no regular file",
					 shelf->err);
	if (fd < 0)
		return err_set(shelf->err, fd, "%s", why.text);
	shelf_saw_sequence(shelf, stray->sequence);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		code = close_stray(shelf, stray, fd);
	else
		code = recover_put_aside(shelf->recover, stray->name, "it is no regular file",
					 shelf->err);
	close(fd);
	return code;
}

/* The file of which `name` is another form: its name up to the format's extension, and `suffix`. */
static bool has_sibling(struct shelf *shelf, const char *name, const struct leaf *leaf,
			const char *suffix)
{
	size_t stem = strlen(shelf->dir) + leaf->stem;
	char *sibling = xasprintf("%.*s%s", (int)stem, name, suffix);
	bool there = recover_is_there(shelf->recover, sibling);

	free(sibling);
	return there;
}

/* Is a compressed file of this sequence listed and kept? Then its original may go. */
static bool is_packed(const struct shelf *shelf, const char *name, const struct leaf *leaf)
{
	size_t stem = strlen(shelf->dir) + leaf->stem;

	for (struct json_member m = json_first(shelf->listed); m.key; m = json_next(m))
		if (strncmp(m.key, name, stem) == 0 && m.key[stem] == '.')
			return true;
	return false;
}

static int take_waiting(struct shelf *shelf, const char *name, const struct leaf *leaf)
{
	struct stray stray = { .name = name, .format = leaf->format, .sequence = leaf->sequence };
	char *closed;
	int code;

	if (is_packed(shelf, name, leaf))
		return recover_remove(shelf->recover, name, "its compressed copy is kept",
				      shelf->err);
	closed = xasprintf("%.*s", (int)(strlen(shelf->dir) + leaf->stem), name);
	stray.closed = closed;
	code = take_stray(shelf, &stray);
	free(closed);
	return code;
}

/* A birth name of a live file goes without a word: it is the same file. */
static void drop_twin(struct shelf *shelf, const char *name)
{
	int fd = file_open_beneath(shelf->recover->root, name, O_PATH, 0, NULL);
	struct stat st, live;
	bool twin = false;

	if (fd < 0)
		return;
	for (const struct format *format = formats; !twin && format->name; format++) {
		char *path = xasprintf("%s%s", shelf->path, format->extension);
		int other = file_open_beneath(shelf->recover->root, path, O_PATH, 0, NULL);

		twin = other >= 0 && fstat(fd, &st) == 0 && fstat(other, &live) == 0 &&
		       st.st_ino == live.st_ino && st.st_dev == live.st_dev;
		if (other >= 0)
			close(other);
		free(path);
	}
	close(fd);
	if (twin)
		pack_remove(shelf->recover->root, name, NULL);
}

/* A file beside the manifest. */
static int take_beside(struct shelf *shelf, const char *name)
{
	struct recover *recover = shelf->recover;
	struct leaf leaf;

	leaf_parse(name + strlen(shelf->dir), &leaf);
	shelf_saw_sequence(shelf, leaf.sequence);
	if (json_has(recover->met, name))
		return 0;
	switch (leaf.kind) {
	case LEAF_NEW_MANIFEST:
		return recover_remove(recover, name, "it was never finished", shelf->err);
	case LEAF_OPENING: /* alone, no row was ever in it */
		drop_twin(shelf, name);
		return recover_put_aside(recover, name, "no row was committed to it", shelf->err);
	case LEAF_CLOSED:
		return take_stray(shelf,
				  &(struct stray) { name, name, leaf.format, leaf.sequence });
	case LEAF_WAITING:
		return take_waiting(shelf, name, &leaf);
	case LEAF_PACKED:
		return recover_put_aside(recover, name, "no manifest lists it", shelf->err);
	case LEAF_PACKING:
		if (has_sibling(shelf, name, &leaf, ".closed") ||
		    has_sibling(shelf, name, &leaf, "") || is_packed(shelf, name, &leaf))
			return recover_remove(recover, name, "its original is there", shelf->err);
		return recover_put_aside(recover, name, "it was never finished", shelf->err);
	case LEAF_MANIFEST:
	case LEAF_OTHER:
	case LEAF__COUNT:
		break;
	}
	return 0;
}

static int take_live(struct shelf *shelf)
{
	char utc[CLOCK_TEXT_MAX];
	int code = 0;

	clock_format_compact(clock_unix_ms(), utc);
	for (const struct format *format = formats; code == 0 && format->name; format++) {
		char *live = xasprintf("%s%s", shelf->path, format->extension);
		uint64_t sequence = shelf->sequence + 1;
		char *closed = xasprintf("%s-%s-%" PRIu64 "%s", shelf->path, utc, sequence,
					 format->extension);

		if (recover_is_there(shelf->recover, live))
			code = take_stray(shelf,
					  &(struct stray) { live, closed, format, sequence });
		free(closed);
		free(live);
	}
	return code;
}

int shelf_take_strays(struct shelf *shelf, const struct json *names)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < json_len(names); i++)
		code = take_beside(shelf, json_str(json_at(names, i)));
	return code ? code : take_live(shelf);
}
