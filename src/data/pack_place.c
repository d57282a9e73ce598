/* Packed files get their final names, and originals go: see pack.h. Both can be done again after a
 * crash, which is why the directory is synced even when the work is found done. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "data/pack.h"
#include "data/shelf.h"
#include "io/file.h"

/* Is a regular file of `bytes` bytes there? -EUCLEAN: something else is. */
static int look_for(int dir, const char *leaf, uint64_t bytes)
{
	struct stat st;
	int code = shelf_look(dir, leaf, &st);

	if (code == 0 && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != bytes))
		return -EUCLEAN;
	return code;
}

static int publish(int dir, const char *from, const char *to, uint64_t bytes)
{
	int code = look_for(dir, from, bytes);

	if (code == 0)
		code = shelf_move(dir, from, to);
	else if (code == -ENOENT)
		code = look_for(dir, to, bytes);
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	return code == -ENOENT ? -EUCLEAN : code;
}

int pack_publish(int root, const char *packed, const char *name, uint64_t bytes, struct err *err)
{
	int dir = shelf_open(root, packed, false, 0, err), code = -EUCLEAN;

	if (dir < 0 && dir != -ENOENT)
		return dir;
	if (dir >= 0) {
		code = publish(dir, shelf_leaf(packed), shelf_leaf(name), bytes);
		close(dir);
	}
	if (code == -EUCLEAN)
		return err_set(err, code, "neither %s nor %s is there with its %" PRIu64 " bytes",
			       packed, name, bytes);
	if (code == -EEXIST)
		return err_set(err, code, "cannot rename %s: something else bears the name %s",
			       packed, name);
	return code < 0 ? err_sys(err, code, "cannot rename %s to %s", packed, name) : 0;
}

int pack_remove(int root, const char *name, struct err *err)
{
	int dir = shelf_open(root, name, false, 0, err), code = 0;

	if (dir < 0 && dir != -ENOENT)
		return dir;
	err_set(err, 0, "%s", "");
	if (dir < 0)
		return 0;
	if (unlinkat(dir, shelf_leaf(name), 0) < 0 && errno != ENOENT)
		code = -errno;
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	close(dir);
	if (code == -EISDIR)
		return err_set(err, 0, "%s is not removed: it is a directory, and none of ours",
			       name);
	return code < 0 ? err_sys(err, code, "cannot remove %s", name) : 0;
}
