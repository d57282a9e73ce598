/* Compressors as machines that are fed and drained: private to this floor.
 *
 * This is the one door to zlib's and zstd's compressing side. A machine holds one stream: one gzip
 * member (RFC 1952) without name and time, or one zstd frame (RFC 8878) with its length and
 * checksum.
 */
#ifndef DATA_PACK_CODEC_H
#define DATA_PACK_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/job.h"

/* What a step may read and where it may write; moved on by what it used. */
struct pack_flow {
	const unsigned char *in;
	size_t in_len;
	unsigned char *out;
	size_t room;
};

struct pack_machine {
	/* `bytes`: the length of the whole uncompressed stream. Never NULL. */
	void *(*make)(uint64_t bytes);
	/* 1: the stream has ended, all of it is written; 0: more room or input is needed; -EUCLEAN:
	 * the input is no such stream. `last`: nothing comes after this input. */
	int (*step)(void *machine, struct pack_flow *flow, bool last);
	void (*drop)(void *machine);
};

struct pack_codec {
	enum job_compress kind;
	const char *name;      /* as in output.compress */
	const char *extension; /* behind the file's own */
	struct pack_machine squeeze, expand;
};

extern const struct pack_codec pack_codecs[]; /* begins with "none", whose machines are empty; ends
						 with a NULL name */
const struct pack_codec *pack_codec_of(enum job_compress kind);

#endif
