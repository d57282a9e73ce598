/* The live file grows: rows appended, synced. See outfile.h.
 *
 * What a failed fdatasync means. The kernel may have dropped the pages it could not write and
 * called them clean, so a second fdatasync on that descriptor succeeds and proves nothing. All that
 * is known is that the bytes up to the committed offset were on disk at an earlier, successful
 * sync. They stay there: what failed was a write of later blocks, and of the one block that both
 * share, in which the committed bytes are the same before and after. Hence: close the descriptor,
 * open the file anew, cut it to the committed offset, sync that, and never append again; the file
 * is closed by the ordinary protocol (intent, rename, commit), and the rows that were not committed
 * are landed again, into a new file. A crash at any point of this finds phase LIVE or CLOSING with
 * the committed offset, which outfile_recover handles as always.
 *
 * Why the length is looked at before every append. We write at the offset we believe in. If
 * somebody truncated the file (`> x.csv`), that would leave a hole of NUL bytes; if somebody
 * appended, we would write over it. Two system calls a commit are a fair price. Before a file is
 * closed it is looked at once more: nobody cuts off what is not ours behind its last name.
 *
 * The footer goes out with the last rows, in one write, so that a reader who comes between two
 * commits finds the file whole. The next rows are written over it. A write that a crash tore leaves
 * an end that is not the footer; recovery cuts and writes it again, as it would cut rows.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/outfile_internal.h"
#include "io/file.h"

#define TOGETHER 1048576 /* so many bytes of rows at most are copied, to go out with the footer */

int outfile_write(const struct outfile *out, int fd, const void *bytes, size_t len)
{
	size_t foot = strlen(out->footer), last = len < TOGETHER ? len : TOGETHER;
	char *together;
	int code;

	if (foot == 0)
		return file_write_all(fd, bytes, len, NULL);
	code = file_write_all(fd, bytes, len - last, NULL);
	if (code < 0)
		return code;
	together = xmalloc(last + foot);
	memcpy(together, (const char *)bytes + (len - last), last);
	memcpy(together + last, out->footer, foot);
	code = file_write_all(fd, together, last + foot, NULL);
	free(together);
	return code;
}

int outfile_check_length(const struct outfile *out, struct err *err)
{
	struct stat st;

	if (fstat(out->fd, &st) < 0)
		return err_sys(err, -errno, "cannot look at %s%s", out->path, out->extension);
	if ((uint64_t)st.st_size == outfile_bytes(out))
		return 0;
	return err_set(err, -EUCLEAN,
		       "%s%s has %" PRId64 " bytes where we left it with %" PRIu64
		       ": somebody else writes to it",
		       out->path, out->extension, (int64_t)st.st_size, outfile_bytes(out));
}

static int usable(const struct outfile *out, struct err *err)
{
	assert(out->state.phase == OUTFILE_LIVE);
	if (outfile_is_unwell(out))
		return err_set(err, -EIO, "%s%s takes no more data after a failure", out->path,
			       out->extension);
	return 0;
}

/* Without a footer the descriptor stands at the end of the rows already. */
static int stand_behind_rows(const struct outfile *out)
{
	if (out->footer[0] == '\0')
		return 0;
	return lseek(out->fd, (off_t)out->state.offset, SEEK_SET) < 0 ? -errno : 0;
}

int outfile_append(struct outfile *out, const void *bytes, size_t len, uint64_t rows,
		   struct err *err)
{
	int code = usable(out, err);

	if (code == 0)
		code = outfile_check_length(out, err);
	if (code < 0) {
		out->failed = true;
		return code;
	}
	code = stand_behind_rows(out);
	if (code == 0)
		code = outfile_write(out, out->fd, bytes, len);
	if (code < 0) {
		out->failed = true;
		return err_sys(err, code, "cannot append to %s%s", out->path, out->extension);
	}
	out->state.offset += len;
	out->state.rows += rows;
	return 0;
}

int outfile_check_name(const struct outfile *out, struct err *err)
{
	char *name = xasprintf("%s%s", out->path, out->extension);
	struct stat st;
	int code = shelf_look(out->root, name, &st);

	if (code == -ENOENT || (code == 0 && st.st_ino != out->state.ino))
		code = err_set(err, -EUCLEAN, "%s was moved, replaced or removed under our hands",
			       name);
	else if (code < 0)
		code = err_sys(err, code, "cannot look at %s", name);
	free(name);
	return code;
}

int outfile_sync(struct outfile *out, struct err *err)
{
	int code = usable(out, err);

	if (code < 0)
		return code;
	if (fdatasync(out->fd) < 0) {
		out->failed = out->sealed = true;
		return err_sys(err, -errno, "cannot write %s%s to the disk", out->path,
			       out->extension);
	}
	code = outfile_check_name(out, err);
	out->failed = code < 0;
	return code;
}
