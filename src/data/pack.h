/* Closed files: summed, and compressed. Blocking; the housekeeping thread.
 *
 * Nothing here decides or renames: what is made stands under a temporary name, synced, until the
 * lander has committed its intent and gives it its final name. libmd (SHA-256) is included only in
 * pack.c, zlib's and zstd's compressing side only in pack_codec.c.
 */
#ifndef DATA_PACK_H
#define DATA_PACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "spec/job.h"

#define PACK_SUM_MAX 65 /* SHA-256 in hex, with the NUL */

struct pack_order {
	int root;                   /* descriptor of data_dir, borrowed */
	const char *name;           /* the closed file, relative to data_dir */
	uint64_t bytes;             /* it must have exactly so many */
	enum job_compress compress; /* NONE: it is only summed */
	const char *packed;         /* where the compressed copy goes, below root; replaced if it is
				       there; unused without compression */
	mode_t mode;                /* of the copy */
	const atomic_bool *stop;    /* NULL, or: give up soon with -ECANCELED when it turns true */
};

struct pack_result {
	uint64_t bytes;            /* of the file that readers will see */
	char sha256[PACK_SUM_MAX]; /* likewise */
};

/* Reads the file once; with compression writes one gzip member (RFC 1952) or one zstd frame (RFC
 * 8878, with its checksum), fdatasync, and reads it back to prove that it holds the same bytes.
 * Links are not followed. 0; -EUCLEAN with a sentence when the file is missing, a link, replaced
 * while it was read or not as long as it must be; -EIO also when the copy does not prove true; on
 * any failure nothing is left at `packed`, and *result is as before. */
int pack_file(const struct pack_order *order, struct pack_result *result, struct err *err);

/* ".gz", ".zst", "" */
const char *pack_extension(enum job_compress compress);
/* "gzip", "zstd", "none": as in output.compress. */
const char *pack_name(enum job_compress compress);
enum job_compress pack_by_name(const char *name); /* NULL or unknown: JOB_COMPRESS_NONE */

/* Moves a packed file from its temporary to its final name, both in one directory and relative to
 * data_dir, replacing nothing, and syncs the directory; again after a crash it finds its work done
 * (`bytes` tells the right file). -EUCLEAN: neither is there with that size. -EEXIST: something
 * else bears the name. */
int pack_publish(int root, const char *packed, const char *name, uint64_t bytes, struct err *err);
/* Unlinks a file and syncs its directory; 0 too when it is gone. A directory of that name is left,
 * and *err then holds a sentence about it though 0 is returned; otherwise *err is "" on success. */
int pack_remove(int root, const char *name, struct err *err);

#endif
