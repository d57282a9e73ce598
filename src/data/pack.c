/* Closed files: read, summed, compressed, proven. See pack.h; their final names: pack_place.c.
 *
 * Why the copy is read back. Once the copy bears its name the original goes, and with it the only
 * other place where the rows are. What the compressor wrote is believed only after the pages were
 * synced and dropped from the page cache, and what then comes from the disk expands to the bytes of
 * the original, in one stream that ends exactly where the file does. A stream that stops early is
 * not "shorter", it is wrong. (Comparing bytes reads the original twice; comparing sums would cost
 * more CPU than zstd itself.)
 */
#include "data/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/pack_codec.h"
#include "data/shelf.h"
#include "io/file.h"

#define BLOCK 131072

_Static_assert(PACK_SUM_MAX == SHA256_DIGEST_STRING_LENGTH, "the sum's text");

/* One file on its way. */
struct packing {
	const struct pack_order *order;
	const struct pack_codec *codec;
	int source, copy;
	unsigned char *in, *out, *same; /* BLOCK bytes each */
};

const char *pack_extension(enum job_compress compress)
{
	return pack_codec_of(compress)->extension;
}

const char *pack_name(enum job_compress compress)
{
	return pack_codec_of(compress)->name;
}

enum job_compress pack_by_name(const char *name)
{
	for (const struct pack_codec *codec = pack_codecs; name && codec->name; codec++)
		if (strcmp(codec->name, name) == 0)
			return codec->kind;
	return JOB_COMPRESS_NONE;
}

static bool stopped(const struct packing *packing)
{
	const atomic_bool *stop = packing->order->stop;

	return stop && atomic_load_explicit(stop, memory_order_relaxed);
}

static int not_as_recorded(const struct pack_order *order, uint64_t bytes, struct err *err)
{
	return err_set(err, -EUCLEAN,
		       "the closed file %s is not as it was: %" PRIu64
		       " bytes were recorded, %" PRIu64 " are there",
		       order->name, order->bytes, bytes);
}

/* A descriptor of the closed file, which is a regular one of the recorded length. */
static int open_source(const struct pack_order *order, struct err *err)
{
	int fd = file_open_beneath(order->root, order->name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
				   err);
	struct stat st;
	int code = 0;

	if (fd == -ENOENT)
		return err_set(err, -EUCLEAN, "the closed file %s is missing", order->name);
	if (fd == -ELOOP || fd == -ENOTDIR || fd == -ENXIO)
		return err_set(err, -EUCLEAN,
			       "the closed file %s has been replaced by a link or something else",
			       order->name);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		code = err_sys(err, -errno, "cannot look at %s", order->name);
	else if (!S_ISREG(st.st_mode))
		code = err_set(err, -EUCLEAN,
			       "the closed file %s has been replaced by something that is no "
			       "regular file",
			       order->name);
	else if ((uint64_t)st.st_size != order->bytes)
		code = not_as_recorded(order, (uint64_t)st.st_size, err);
	if (code < 0)
		close(fd);
	return code < 0 ? code : fd;
}

/* Is what was read still what bears the name, and as long? */
static int check_source(const struct packing *packing, struct err *err)
{
	const struct pack_order *order = packing->order;
	int dir = shelf_open(order->root, order->name, false, 0, err), code = dir;
	struct stat read = { 0 }, there = { 0 };

	if (dir >= 0) {
		code = shelf_look(dir, shelf_leaf(order->name), &there);
		close(dir);
	}
	if (code == 0 && fstat(packing->source, &read) < 0)
		code = -errno;
	if (code < 0 && code != -ENOENT)
		return err_sys(err, code, "cannot look at %s", order->name);
	if (code < 0 || there.st_ino != read.st_ino || there.st_dev != read.st_dev)
		return err_set(err, -EUCLEAN,
			       "the closed file %s was moved or replaced while it was read",
			       order->name);
	if ((uint64_t)read.st_size != order->bytes)
		return not_as_recorded(order, (uint64_t)read.st_size, err);
	return 0;
}

/* Gives `len` bytes to the machine and what comes out to the copy. 1: the stream has ended. */
static int squeeze_block(struct packing *packing, void *machine, size_t len, bool last)
{
	struct pack_flow flow = { .in = packing->in, .in_len = len };
	int code;

	do {
		flow.out = packing->out;
		flow.room = BLOCK;
		code = packing->codec->squeeze.step(machine, &flow, last);
		if (code >= 0) {
			int wrote = file_write_all(packing->copy, packing->out, BLOCK - flow.room,
						   NULL);

			code = wrote < 0 ? wrote : code;
		}
	} while (code == 0 && (flow.in_len > 0 || flow.room == 0 || last));
	return code;
}

/* Reads the source to its end: with a machine it is compressed into the copy, else summed. */
static int read_source(struct packing *packing, void *machine, SHA2_CTX *sum)
{
	uint64_t bytes = packing->order->bytes, at = 0;
	int code = 0;

	do {
		size_t len = bytes - at < BLOCK ? (size_t)(bytes - at) : BLOCK;

		if (stopped(packing))
			return -ECANCELED;
		code = file_pread_all(packing->source, packing->in, len, (off_t)at);
		if (code < 0)
			return code;
		at += len;
		if (machine)
			code = squeeze_block(packing, machine, len, at == bytes);
		else
			SHA256Update(sum, packing->in, len);
	} while (code >= 0 && at < bytes);
	if (code == -EUCLEAN) /* the compressor's word, not about the source */
		return -EIO;
	return code < 0 ? code : machine && code != 1 ? -EIO : 0;
}

/* Are the `len` bytes in `out` those of the source at `at`? */
static int compare(struct packing *packing, size_t len, uint64_t at)
{
	int code;

	if (len > packing->order->bytes - at)
		return -EUCLEAN;
	code = file_pread_all(packing->source, packing->same, len, (off_t)at);
	if (code < 0)
		return code;
	return memcmp(packing->out, packing->same, len) == 0 ? 0 : -EUCLEAN;
}

/* Expands what is in `in`; `*bytes` grows by what came out, which is the source's. 1: the stream
 * has ended, exactly here. */
static int expand_block(struct packing *packing, void *machine, size_t len, uint64_t *bytes)
{
	struct pack_flow flow = { .in = packing->in, .in_len = len };
	int code, same;

	do {
		flow.out = packing->out;
		flow.room = BLOCK;
		code = packing->codec->expand.step(machine, &flow, false);
		same = code < 0 ? code : compare(packing, BLOCK - flow.room, *bytes);
		if (same < 0)
			return same;
		*bytes += BLOCK - flow.room;
	} while (code == 0 && (flow.in_len > 0 || flow.room == 0));
	return code == 1 && flow.in_len > 0 ? -EUCLEAN : code;
}

static int expand_copy(struct packing *packing, void *machine, uint64_t size,
		       struct pack_result *result)
{
	uint64_t expanded = 0;
	SHA2_CTX packed;
	int code = 0;

	SHA256Init(&packed);
	for (uint64_t at = 0; at < size;) {
		size_t len = size - at < BLOCK ? (size_t)(size - at) : BLOCK;

		if (stopped(packing))
			return -ECANCELED;
		if (code == 1)
			return -EUCLEAN; /* bytes behind the stream's end */
		code = file_pread_all(packing->copy, packing->in, len, (off_t)at);
		if (code < 0)
			return code;
		at += len;
		SHA256Update(&packed, packing->in, len);
		code = expand_block(packing, machine, len, &expanded);
		if (code < 0)
			return code;
	}
	if (code != 1 || expanded != packing->order->bytes)
		return -EUCLEAN;
	SHA256End(&packed, result->sha256);
	result->bytes = size;
	return 0;
}

/* The copy, from the disk, holds the source's bytes: see above. Fills the result. */
static int prove(struct packing *packing, struct pack_result *result, struct err *err)
{
	struct pack_result proven = { 0 };
	struct stat st;
	void *machine;
	int code;

	if (fstat(packing->copy, &st) < 0)
		return err_sys(err, -errno, "cannot look at %s", packing->order->packed);
	posix_fadvise(packing->copy, 0, 0, POSIX_FADV_DONTNEED);
	machine = packing->codec->expand.make(packing->order->bytes);
	code = expand_copy(packing, machine, (uint64_t)st.st_size, &proven);
	packing->codec->expand.drop(machine);
	posix_fadvise(packing->copy, 0, 0, POSIX_FADV_DONTNEED);
	if (code == -EUCLEAN)
		return err_set(err, -EIO,
			       "the compressed copy %s does not hold the bytes of %s; it is made "
			       "again",
			       packing->order->packed, packing->order->name);
	if (code < 0)
		return err_sys(err, code, "cannot read %s back", packing->order->packed);
	*result = proven;
	return 0;
}

/* An empty file at `packed`; whatever stood there was ours, and unfinished. */
static int open_copy(const struct pack_order *order, struct err *err)
{
	int dir = shelf_open(order->root, order->packed, false, 0, err), fd = -1, code = 0;
	const char *leaf = shelf_leaf(order->packed);

	if (dir < 0)
		return dir;
	if (unlinkat(dir, leaf, 0) < 0 && errno != ENOENT)
		code = -errno;
	if (code == 0) {
		fd = openat(dir, leaf, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    order->mode);
		code = fd < 0 || fchmod(fd, order->mode) < 0 ? -errno : 0;
	}
	if (code < 0 && fd >= 0) {
		close(fd);
		unlinkat(dir, leaf, 0);
	}
	close(dir);
	return code < 0 ? err_sys(err, code, "cannot create %s", order->packed) : fd;
}

static void remove_copy(const struct pack_order *order)
{
	int dir = shelf_open(order->root, order->packed, false, 0, NULL);

	if (dir < 0)
		return;
	unlinkat(dir, shelf_leaf(order->packed), 0);
	close(dir);
}

/* read_source; an early end means that somebody cuts it while we read. */
static int take_source(struct packing *packing, void *machine, SHA2_CTX *sum, struct err *err)
{
	int code = read_source(packing, machine, sum), whole = 0;

	if (code == -ECANCELED)
		return err_set(err, code, "stopped while reading %s", packing->order->name);
	if (code == -EIO)
		whole = check_source(packing, err);
	if (code < 0 && whole == 0)
		return err_sys(err, code, "cannot %s %s", machine ? "compress" : "read",
			       packing->order->name);
	return code < 0 ? whole : check_source(packing, err);
}

static int make_copy(struct packing *packing, struct pack_result *result, struct err *err)
{
	void *machine;
	int code;

	packing->copy = open_copy(packing->order, err);
	if (packing->copy < 0)
		return packing->copy;
	machine = packing->codec->squeeze.make(packing->order->bytes);
	code = take_source(packing, machine, NULL, err);
	packing->codec->squeeze.drop(machine);
	if (code == 0 && fdatasync(packing->copy) < 0)
		code = err_sys(err, -errno, "cannot write %s to the disk", packing->order->packed);
	if (code == 0)
		code = prove(packing, result, err);
	close(packing->copy);
	if (code < 0)
		remove_copy(packing->order);
	else /* the copy takes its place soon */
		posix_fadvise(packing->source, 0, 0, POSIX_FADV_DONTNEED);
	return code;
}

static int sum_only(struct packing *packing, struct pack_result *result, struct err *err)
{
	SHA2_CTX sum;
	int code;

	SHA256Init(&sum);
	code = take_source(packing, NULL, &sum, err);
	if (code < 0)
		return code;
	SHA256End(&sum, result->sha256);
	result->bytes = packing->order->bytes;
	return 0;
}

int pack_file(const struct pack_order *order, struct pack_result *result, struct err *err)
{
	struct packing packing = { .order = order, .codec = pack_codec_of(order->compress) };
	int code;

	packing.source = open_source(order, err);
	if (packing.source < 0)
		return packing.source;
	posix_fadvise(packing.source, 0, 0, POSIX_FADV_SEQUENTIAL);
	packing.in = xmalloc(BLOCK);
	packing.out = xmalloc(BLOCK);
	packing.same = xmalloc(BLOCK);
	code = packing.codec->squeeze.make ? make_copy(&packing, result, err)
					   : sum_only(&packing, result, err);
	free(packing.in);
	free(packing.out);
	free(packing.same);
	close(packing.source);
	return code;
}
