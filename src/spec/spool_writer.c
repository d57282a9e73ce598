/* Writing spools: see spool.h, and spool.c for the form of the file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/random.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "spec/seen.h"
#include "spec/spool.h"
#include "spec/spool_internal.h"

#define BLOCK      65536
#define SAME_BYTES 256

struct spool_writer {
	char *dir;
	int dir_fd, fd;
	char unfinished[32];
	struct buf block; /* not yet written */
	struct spool_trailer trailer;
	uint64_t *index;
	size_t nindex, room;
	struct seen *seen; /* of spool_add_once; NULL: not asked yet */
};

static int trouble(const struct spool_writer *writer, int code, struct err *err)
{
	return err_sys(err, code, "cannot keep the values of a parameter in %s", writer->dir);
}

/* hash_bytes over pieces: FNV-1a goes on from where it was. */
static uint64_t sum_on(uint64_t sum, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return sum;
}

static int flush(struct spool_writer *writer)
{
	int code = file_write_all(writer->fd, buf_text(&writer->block), writer->block.len, NULL);

	writer->trailer.sum =
		sum_on(writer->trailer.sum, buf_text(&writer->block), writer->block.len);
	buf_clear(&writer->block);
	return code;
}

static int put(struct spool_writer *writer, const void *bytes, size_t len)
{
	int code = 0;

	if (writer->block.len + len > BLOCK)
		code = flush(writer);
	return code < 0 ? code : buf_add(&writer->block, bytes, len);
}

static int create(struct spool_writer *writer)
{
	struct random random;

	random_seed_system(&random);
	snprintf(writer->unfinished, sizeof(writer->unfinished), SPOOL_UNFINISHED "%016" PRIx64,
		 random_next(&random));
	writer->dir_fd = open(writer->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writer->dir_fd < 0)
		return -errno;
	writer->fd = openat(writer->dir_fd, writer->unfinished,
			    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (writer->fd < 0)
		return -errno;
	return flock(writer->fd, LOCK_SH) < 0 ? -errno : 0;
}

int spool_begin(const char *dir, struct spool_writer **out, struct err *err)
{
	struct spool_writer *writer;
	int code = file_mkdir_p(dir, 0750, err);

	if (code < 0)
		return code;
	writer = xcalloc(1, sizeof(*writer));
	writer->dir = xstrdup(dir);
	writer->fd = -1;
	writer->trailer.sum = hash_bytes("", 0);
	memcpy(writer->trailer.magic, SPOOL_MAGIC, sizeof(writer->trailer.magic));
	buf_init(&writer->block, (size_t)1 << 24);
	code = create(writer);
	if (code < 0) {
		trouble(writer, code, err);
		spool_abort(writer);
		return code;
	}
	*out = writer;
	return 0;
}

static void note_offset(struct spool_writer *writer)
{
	if (writer->nindex == writer->room) {
		writer->room = writer->room ? writer->room * 2 : 64;
		writer->index =
			xreallocarray(writer->index, writer->room, sizeof(writer->index[0]));
	}
	writer->index[writer->nindex++] = writer->trailer.values;
}

int spool_add(struct spool_writer *writer, struct slice value, struct err *err)
{
	int code;

	if (writer->trailer.count % SPOOL_STRIDE == 0)
		note_offset(writer);
	code = put(writer, value.ptr, value.len);
	if (code == 0)
		code = put(writer, "", 1);
	if (code < 0)
		return trouble(writer, code, err);
	writer->trailer.values += value.len + 1;
	writer->trailer.count++;
	return 0;
}

struct asked {
	const struct spool_writer *writer;
	struct slice value;
};

/* The value at `place` is in the file, or waits in the block to be written: its bytes and the NUL
 * behind them, or as many of those as there are. */
static int same_value(uint64_t place, void *arg)
{
	const struct asked *asked = arg;
	const struct spool_writer *writer = asked->writer;
	size_t len = asked->value.len + 1;
	uint64_t flushed = writer->trailer.values - writer->block.len;
	char there[SAME_BYTES];

	if (place + len > writer->trailer.values)
		return 0;
	for (size_t at = 0, piece; at < len; at += piece) {
		uint64_t from = place + at;
		const char *bytes = there;

		piece = len - at < sizeof(there) ? len - at : sizeof(there);
		if (from < flushed && flushed - from < piece)
			piece = (size_t)(flushed - from);
		if (from >= flushed)
			bytes = writer->block.data + (from - flushed);
		else if (file_pread_all(writer->fd, there, piece, (off_t)from) < 0)
			return -EIO;
		if (memcmp(bytes, asked->value.ptr + at, piece - (at + piece == len)) != 0 ||
		    (at + piece == len && bytes[piece - 1] != '\0'))
			return 0;
	}
	return 1;
}

int spool_add_once(struct spool_writer *writer, struct slice value, bool *added, struct err *err)
{
	struct asked asked = { writer, value };
	int code;

	if (!writer->seen)
		writer->seen = seen_new();
	code = seen_add(writer->seen, hash_bytes(value.ptr, value.len), writer->trailer.values,
			same_value, &asked);
	if (code < 0)
		return trouble(writer, code, err);
	*added = code > 0;
	return *added ? spool_add(writer, value, err) : 0;
}

static int write_end(struct spool_writer *writer)
{
	static const char zeros[8];
	struct spool_trailer *trailer = &writer->trailer;
	int code = put(writer, zeros, (8 - writer->trailer.values % 8) % 8);

	for (size_t i = 0; i < writer->nindex && code == 0; i++)
		code = put(writer, &writer->index[i], sizeof(writer->index[i]));
	if (code == 0)
		code = flush(writer);
	trailer->sum =
		sum_on(trailer->sum, (const char *)trailer, offsetof(struct spool_trailer, sum));
	if (code == 0)
		code = file_write_all(writer->fd, trailer, sizeof(*trailer), NULL);
	return code == 0 && fsync(writer->fd) < 0 ? -errno : code;
}

static void free_writer(struct spool_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	if (writer->dir_fd >= 0)
		close(writer->dir_fd);
	buf_done(&writer->block);
	seen_free(writer->seen);
	free(writer->index);
	free(writer->dir);
	free(writer);
}

void spool_abort(struct spool_writer *writer)
{
	if (!writer)
		return;
	if (writer->fd >= 0)
		unlinkat(writer->dir_fd, writer->unfinished, 0);
	free_writer(writer);
}

/* One of the same name holds the same, or is damaged: it is replaced by this one, and who has it
 * open keeps it. The lock goes from name to name with the file. */
int spool_finish(struct spool_writer *writer, struct spool **spool, struct err *err)
{
	char name[SPOOL_NAME_MAX];
	int code = write_end(writer);

	snprintf(name, sizeof(name), "%016" PRIx64 "-%" PRIu64, writer->trailer.sum,
		 writer->trailer.count);
	if (code == 0 && renameat(writer->dir_fd, writer->unfinished, writer->dir_fd, name) < 0)
		code = -errno;
	if (code < 0) {
		trouble(writer, code, err);
		spool_abort(writer);
		return code;
	}
	code = file_sync_dir(writer->dir_fd, err);
	if (code == 0) /* before our lock goes */
		code = spool_open(writer->dir, name, spool, err);
	free_writer(writer);
	return code;
}
