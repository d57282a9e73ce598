/* A compressed file written out again: see unpack.h. */
#include "data/unpack.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/pack_codec.h"
#include "io/file.h"

#define BLOCK 65536

struct expansion {
	const struct unpack *unpack;
	const struct pack_machine *machine;
	void *state;
	uint64_t written;
	unsigned char in[BLOCK], out[BLOCK];
};

/* 1: the stream has ended with this input. */
static int expand_block(struct expansion *expansion, size_t len)
{
	struct pack_flow flow = { .in = expansion->in, .in_len = len };
	int code, rc;

	do {
		size_t made, done;

		flow.out = expansion->out;
		flow.room = BLOCK;
		code = expansion->machine->step(expansion->state, &flow, false);
		made = BLOCK - flow.room;
		expansion->written += made;
		if (expansion->written > expansion->unpack->raw_bytes)
			return -EUCLEAN;
		rc = file_write_all(expansion->unpack->to, expansion->out, made, &done);
		if (rc < 0)
			return rc;
	} while (code == 0 && (flow.in_len > 0 || flow.room == 0));
	return code == 1 && flow.in_len > 0 ? -EUCLEAN : code;
}

static int expand(struct expansion *expansion)
{
	uint64_t bytes = expansion->unpack->bytes;
	int code = 0;

	for (uint64_t at = 0; at < bytes && code == 0;) {
		size_t len = bytes - at < BLOCK ? (size_t)(bytes - at) : BLOCK;

		code = file_pread_all(expansion->unpack->from, expansion->in, len, (off_t)at);
		if (code == 0)
			code = expand_block(expansion, len);
		at += len;
		if (code == 1 && at < bytes)
			return -EUCLEAN;
	}
	if (code < 0)
		return code;
	return code == 1 && expansion->written == expansion->unpack->raw_bytes ? 0 : -EUCLEAN;
}

int unpack_file(const struct unpack *unpack, struct err *err)
{
	struct expansion *expansion = xcalloc(1, sizeof(*expansion));
	int code;

	expansion->unpack = unpack;
	expansion->machine = &pack_codec_of(unpack->compress)->expand;
	expansion->state = expansion->machine->make(unpack->raw_bytes);
	code = expand(expansion);
	expansion->machine->drop(expansion->state);
	free(expansion);
	return code < 0 ? err_sys(err, code, "cannot expand the file") : 0;
}
