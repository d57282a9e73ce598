/* Closed files are summed and packed; a copy that does not hold every byte is never handed on. */
#include "data/pack.h"

#include <sha256.h>
#include <zlib.h>
#include <zstd.h>

#include "faults.h"

#define NAME   "dir/x-1.csv.closed"
#define PACKED "dir/x-1.csv.gz.packing"
#define FINAL  "dir/x-1.csv.gz"

static struct pack_result result;
static enum job_compress kind = JOB_COMPRESS_GZIP;
static uint64_t source_bytes;

/* A file of `len` bytes that are neither all alike nor without pattern. */
static void source_of(size_t len)
{
	char *bytes = malloc(len + 1);
	unsigned state = 17;
	FILE *file;
	char path[128];

	if (!there("dir"))
		make_dir("dir");
	for (size_t i = 0; i < len; i++) {
		state = state * 1103515245 + 12345;
		bytes[i] = i % 11 ? (char)('a' + (state >> 28)) : '\n';
	}
	snprintf(path, sizeof(path), "%s/" NAME, base);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	fclose(file);
	free(bytes);
	source_bytes = len;
	faults_none();
}

static struct pack_order order(void)
{
	return (struct pack_order) { .root = root,
				     .name = NAME,
				     .bytes = source_bytes,
				     .compress = kind,
				     .packed = PACKED,
				     .mode = 0640 };
}

static int pack(void)
{
	struct pack_order own = order();

	return pack_file(&own, &result, &err);
}

static void sum_of(const char *name, char sum[static PACK_SUM_MAX])
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	ck_assert_ptr_nonnull(SHA256File(path, sum));
}

static void *slurp(const char *name, size_t *len)
{
	int fd = openat(root, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = malloc(*len + 1);
	ck_assert_int_eq(read(fd, bytes, *len), (ssize_t)*len);
	close(fd);
	return bytes;
}

static void expect_same_gzip(const void *packed, size_t packed_len, const void *raw, size_t len)
{
	z_stream z = { .next_in = (void *)packed, .avail_in = (uInt)packed_len };
	unsigned char *out = malloc(len + 1);

	ck_assert_int_eq(inflateInit2(&z, 16 + 15), Z_OK);
	z.next_out = out;
	z.avail_out = (uInt)len + 1;
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_uint_eq(z.avail_in, 0);
	ck_assert_uint_eq(z.total_out, len);
	ck_assert_int_eq(memcmp(out, raw, len), 0);
	inflateEnd(&z);
	free(out);
	ck_assert_int_eq(memcmp((const char *)packed + 4, "\0\0\0\0", 4), 0); /* no time in it */
}

static void expect_same_zstd(const void *packed, size_t packed_len, const void *raw, size_t len)
{
	unsigned char *out = malloc(len + 1);

	ck_assert_uint_eq(ZSTD_getFrameContentSize(packed, packed_len), len);
	ck_assert_uint_eq(ZSTD_findFrameCompressedSize(packed, packed_len), packed_len);
	ck_assert_uint_eq(((const unsigned char *)packed)[4] & 4, 4); /* with checksum */
	ck_assert_uint_eq(ZSTD_decompress(out, len + 1, packed, packed_len), len);
	ck_assert_int_eq(memcmp(out, raw, len), 0);
	free(out);
}

static void expect_copy(void)
{
	char sum[PACK_SUM_MAX];
	size_t len, packed_len;
	char *raw = slurp(NAME, &len), *packed = slurp(PACKED, &packed_len);

	sum_of(PACKED, sum);
	ck_assert_str_eq(result.sha256, sum);
	ck_assert_uint_eq(result.bytes, packed_len);
	if (kind == JOB_COMPRESS_GZIP)
		expect_same_gzip(packed, packed_len, raw, len);
	else
		expect_same_zstd(packed, packed_len, raw, len);
	free(raw);
	free(packed);
}

START_TEST(a_file_is_summed)
{
	char sum[PACK_SUM_MAX];

	kind = JOB_COMPRESS_NONE;
	source_of(300000);
	ck_assert_msg(pack() == 0, "%s", err.text);
	sum_of(NAME, sum);
	ck_assert_str_eq(result.sha256, sum);
	ck_assert_uint_eq(result.bytes, 300000);
	ck_assert(!there(PACKED));
	source_of(0);
	ck_assert_int_eq(pack(), 0);
	ck_assert_str_eq(result.sha256,
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(a_packed_file_holds_every_byte)
{
	const size_t lengths[] = { 0, 1, 131071, 131072, 131073, 262144, 1000000 };
	struct stat st;

	for (kind = JOB_COMPRESS_GZIP; kind <= JOB_COMPRESS_ZSTD; kind++) {
		for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			source_of(lengths[i]);
			ck_assert_msg(pack() == 0, "%zu: %s", lengths[i], err.text);
			expect_copy();
		}
		ck_assert_uint_lt(result.bytes, 900000);
	}
	ck_assert_int_eq(fstatat(root, PACKED, &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(short_and_interrupted_calls_lose_nothing)
{
	for (kind = JOB_COMPRESS_GZIP; kind <= JOB_COMPRESS_ZSTD; kind++) {
		source_of(300000);
		faults.short_by = 1000;
		faults.interrupt = 3;
		ck_assert_msg(pack() == 0, "%s", err.text);
		faults_none();
		expect_copy();
	}
}
END_TEST

static void small_source(void)
{
	source_of(5000);
}

START_TEST(packing_is_done_again_after_every_misfortune)
{
	ck_assert_uint_ge(faults_play(small_source, pack), 2 * 5);
	expect_copy();
}
END_TEST

START_TEST(a_failure_leaves_nothing)
{
	struct pack_result before = { .bytes = 17, .sha256 = "x" };

	source_of(5000);
	for (unsigned at = 2;; at++) { /* the first clears the way */
		result = before;
		if (!fail_at(at, ENOSPC, pack))
			break;
		ck_assert_msg(!there(PACKED), "at call %u (%s)", at, faults.trace);
		ck_assert_ptr_nonnull(strstr(err.text, "dir/x-1.csv"));
		ck_assert_int_eq(memcmp(&result, &before, sizeof(before)), 0);
	}
	expect_copy();
}
END_TEST

/* What the disk gives back is not what was written: a byte is changed, or the end is missing. */
static enum { FLIPS, CUTS, LENGTHENS, SWAPS, PADS, LIES } lie;

/* A sound stream of as many other bytes. */
static void swap(int fd)
{
	char *raw = calloc(1, source_bytes), *packed = malloc(source_bytes);
	z_stream z = { .next_in = (void *)raw,
		       .avail_in = (uInt)source_bytes,
		       .next_out = (void *)packed,
		       .avail_out = (uInt)source_bytes };
	size_t len;

	if (kind == JOB_COMPRESS_ZSTD) {
		len = ZSTD_compress(packed, source_bytes, raw, source_bytes, 1);
	} else {
		ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 16 + 15, 8, 0), Z_OK);
		ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
		len = z.total_out;
		deflateEnd(&z);
	}
	ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
	ck_assert_int_eq(pwrite(fd, packed, len, 0), (ssize_t)len);
	free(raw);
	free(packed);
}

/* The same stream made to end at the end of a block that is read (its gzip header gets a long
 * name), and a byte behind it. */
static void pad(int fd, size_t len)
{
	const size_t block = 131072;
	unsigned char *padded = malloc(block + 1);

	ck_assert_uint_lt(len, block);
	ck_assert_int_eq(pread(fd, padded, 10, 0), 10);
	padded[3] |= 8;
	memset(padded + 10, 'n', block - len);
	padded[10 + block - len - 1] = 0;
	ck_assert_int_eq(pread(fd, padded + 10 + block - len, len - 10, 10), (ssize_t)len - 10);
	padded[block] = 'x';
	ck_assert_int_eq(pwrite(fd, padded, block + 1, 0), (ssize_t)block + 1);
	free(padded);
}

static void tell_lie(char letter, int fd)
{
	struct stat st;
	char byte;

	if (letter != 'd')
		return;
	faults.meddle = NULL;
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(pread(fd, &byte, 1, st.st_size / 2), 1);
	byte ^= 1;
	if (lie == FLIPS)
		ck_assert_int_eq(pwrite(fd, &byte, 1, st.st_size / 2), 1);
	else if (lie == CUTS)
		ck_assert_int_eq(ftruncate(fd, st.st_size - 1), 0);
	else if (lie == LENGTHENS)
		ck_assert_int_eq(pwrite(fd, "", 1, st.st_size), 1);
	else if (lie == SWAPS)
		swap(fd);
	else if (kind == JOB_COMPRESS_GZIP)
		pad(fd, (size_t)st.st_size);
	else
		ck_assert_int_eq(ftruncate(fd, 0), 0);
}

START_TEST(a_copy_that_is_not_true_is_refused)
{
	const enum job_compress both[] = { JOB_COMPRESS_GZIP, JOB_COMPRESS_ZSTD };

	for (unsigned i = 0; i < 2; i++) {
		kind = both[i];
		for (lie = FLIPS; lie < LIES; lie++) {
			source_of(200000);
			faults.meddle = tell_lie;
			ck_assert_int_eq(pack(), -EIO);
			ck_assert_ptr_nonnull(strstr(err.text, "does not hold the bytes of " NAME));
			ck_assert(!there(PACKED));
		}
	}
	faults_none();
	ck_assert_int_eq(pack(), 0);
}
END_TEST

static void expect_refused(const char *sentence)
{
	ck_assert_int_eq(pack(), -EUCLEAN);
	ck_assert_msg(strstr(err.text, sentence) && strstr(err.text, NAME), "%s", err.text);
	ck_assert(!there(PACKED));
}

START_TEST(a_source_that_is_not_as_recorded_is_said)
{
	expect_refused("is missing"); /* with its directory */
	source_of(5000);
	source_bytes++;
	expect_refused("5001 bytes were recorded, 5000 are there");
	source_bytes = 4999;
	expect_refused("4999 bytes were recorded, 5000 are there");
	ck_assert_int_eq(renameat(root, NAME, root, "dir/theirs"), 0);
	expect_refused("is missing");
	ck_assert_int_eq(symlinkat("theirs", root, NAME), 0);
	expect_refused("replaced by a link");
	ck_assert_int_eq(unlinkat(root, NAME, 0), 0);
	ck_assert_int_eq(mkfifoat(root, NAME, 0600), 0);
	expect_refused("no regular file");
	ck_assert_int_eq(unlinkat(root, NAME, 0), 0);
	make_dir(NAME);
	expect_refused("no regular file");
	ck_assert_int_eq(unlinkat(root, NAME, AT_REMOVEDIR), 0);
	source_of(10);
	ck_assert_int_eq(renameat(root, "dir", root, "other"), 0);
	ck_assert_int_eq(symlinkat("other", root, "dir"), 0);
	expect_refused("link or something else");
}
END_TEST

/* Somebody's hands, once the copy is there and before the source is read. */
static void replace_source(char letter, int fd)
{
	if (letter != 'h')
		return;
	(void)fd;
	faults.meddle = NULL;
	put("dir/theirs", "x");
	ck_assert_int_eq(renameat(root, "dir/theirs", root, NAME), 0);
}

static void cut_source(char letter, int fd)
{
	char path[128];

	if (letter != 'h')
		return;
	(void)fd;
	faults.meddle = NULL;
	snprintf(path, sizeof(path), "%s/" NAME, base);
	ck_assert_int_eq(truncate(path, 100), 0);
}

START_TEST(a_source_changed_while_it_is_read_is_said)
{
	source_of(5000);
	faults.meddle = replace_source;
	expect_refused("moved or replaced while it was read");
	source_of(5000);
	faults.meddle = cut_source;
	expect_refused("5000 bytes were recorded, 100 are there");
}
END_TEST

START_TEST(packing_stops_when_asked_to)
{
	atomic_bool stop = true;
	struct pack_order own;

	source_of(5000);
	own = order();
	own.stop = &stop;
	ck_assert_int_eq(pack_file(&own, &result, &err), -ECANCELED);
	ck_assert(!there(PACKED));
	atomic_store(&stop, false);
	ck_assert_int_eq(pack_file(&own, &result, &err), 0);
}
END_TEST

START_TEST(what_stands_in_the_way_of_the_copy_is_not_followed)
{
	source_of(5000);
	put("theirs", "mine");
	ck_assert_int_eq(symlinkat("../theirs", root, PACKED), 0);
	ck_assert_int_eq(pack(), 0);
	expect_copy();
	ck_assert_str_eq(contents("theirs"), "mine");
}
END_TEST

static void packed_eight(void)
{
	make_dir("dir");
	put(PACKED, "12345678");
	faults_none();
}

static int publish(void)
{
	return pack_publish(root, PACKED, FINAL, 8, &err);
}

static int remove_final(void)
{
	return pack_remove(root, FINAL, &err);
}

static void published(void)
{
	packed_eight();
	ck_assert_int_eq(publish(), 0);
	ck_assert_str_eq(faults.trace, "rf");
}

START_TEST(a_copy_gets_its_name_once)
{
	ck_assert_uint_eq(faults_play(packed_eight, publish), 2 * 2);
	ck_assert(!there(PACKED));
	ck_assert_str_eq(contents(FINAL), "12345678");
	put(PACKED, "87654321");
	ck_assert_int_eq(publish(), -EEXIST);
	ck_assert_str_eq(contents(FINAL), "12345678");
	put(PACKED, "1234567");
	ck_assert_int_eq(publish(), -EUCLEAN);
	ck_assert_int_eq(unlinkat(root, PACKED, 0), 0);
	ck_assert_int_eq(publish(), 0);
	put(FINAL, "1234567");
	ck_assert_int_eq(publish(), -EUCLEAN);
	ck_assert_int_eq(unlinkat(root, FINAL, 0), 0);
	ck_assert_int_eq(publish(), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "neither " PACKED " nor " FINAL));
	ck_assert_int_eq(unlinkat(root, "dir", AT_REMOVEDIR), 0);
	ck_assert_int_eq(publish(), -EUCLEAN);
}
END_TEST

START_TEST(a_removed_file_stays_removed)
{
	ck_assert_uint_eq(faults_play(published, remove_final), 2 * 2);
	ck_assert(!there(FINAL));
	make_dir(FINAL);
	ck_assert_int_eq(remove_final(), 0);
	ck_assert_ptr_nonnull(strstr(err.text, FINAL " is not removed: it is a directory"));
	ck_assert_int_eq(unlinkat(root, FINAL, AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(root, "dir", AT_REMOVEDIR), 0);
	ck_assert_int_eq(remove_final(), 0);
	ck_assert_str_eq(err.text, "");
	put("elsewhere", "");
	ck_assert_int_eq(symlinkat(".", root, "dir"), 0);
	ck_assert_int_lt(pack_remove(root, "dir/elsewhere", &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert(there("elsewhere"));
}
END_TEST

START_TEST(names_and_extensions)
{
	ck_assert_str_eq(pack_extension(JOB_COMPRESS_NONE), "");
	ck_assert_str_eq(pack_extension(JOB_COMPRESS_GZIP), ".gz");
	ck_assert_str_eq(pack_extension(JOB_COMPRESS_ZSTD), ".zst");
	for (kind = JOB_COMPRESS_NONE; kind <= JOB_COMPRESS_ZSTD; kind++)
		ck_assert_int_eq(pack_by_name(pack_name(kind)), kind);
	ck_assert_int_eq(pack_by_name(NULL), JOB_COMPRESS_NONE);
	ck_assert_int_eq(pack_by_name("lz4"), JOB_COMPRESS_NONE);
}
END_TEST

FAULTS_MAIN("pack", a_file_is_summed, a_packed_file_holds_every_byte,
	    short_and_interrupted_calls_lose_nothing, packing_is_done_again_after_every_misfortune,
	    a_failure_leaves_nothing, a_copy_that_is_not_true_is_refused,
	    a_source_that_is_not_as_recorded_is_said, a_source_changed_while_it_is_read_is_said,
	    packing_stops_when_asked_to, what_stands_in_the_way_of_the_copy_is_not_followed,
	    a_copy_gets_its_name_once, a_removed_file_stays_removed, names_and_extensions)
