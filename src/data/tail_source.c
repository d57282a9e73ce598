/* Bytes for the readers of rows, from a plain file or a compressed one: see tail_internal.h.
 *
 * A compressed stream can only be read from its beginning. So it is read once, and of what comes
 * out only the first bytes are kept, where a header is, and a window that moves along with the
 * last ones. It counts only when it ends where the file does and gave as many bytes as recorded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/pack_codec.h"
#include "data/tail_internal.h"
#include "io/file.h"

#define BLOCK     131072
#define FRONT_MAX ((size_t)1 << 20)
#define BACK_MAX  ((size_t)TAIL_BYTES_MAX * 3 / 2) /* then it is cut to TAIL_BYTES_MAX */

struct expansion {
	const struct tail *tail;
	const struct pack_machine *machine;
	void *state;
	unsigned char in[BLOCK], out[BLOCK];
	struct tail_source *source;
};

static void keep(struct tail_source *source, const unsigned char *bytes, size_t len)
{
	size_t room = FRONT_MAX - source->front.len;

	buf_add(&source->front, bytes, len < room ? len : room);
	buf_add(&source->back, bytes, len);
	if (source->back.len > BACK_MAX)
		buf_drop_front(&source->back, source->back.len - (size_t)TAIL_BYTES_MAX);
	source->bytes += len;
}

/* Expands `len` bytes of `in`. 1: the stream has ended, exactly here. */
static int expand_block(struct expansion *expansion, size_t len)
{
	struct pack_flow flow = { .in = expansion->in, .in_len = len };
	int code;

	do {
		flow.out = expansion->out;
		flow.room = BLOCK;
		code = expansion->machine->step(expansion->state, &flow, false);
		keep(expansion->source, expansion->out, BLOCK - flow.room);
		if (expansion->source->bytes > expansion->tail->raw_bytes)
			return -EUCLEAN;
	} while (code == 0 && (flow.in_len > 0 || flow.room == 0));
	return code == 1 && flow.in_len > 0 ? -EUCLEAN : code;
}

static int expand(struct expansion *expansion)
{
	const struct tail *tail = expansion->tail;
	int code = 0;

	for (uint64_t at = 0; at < tail->bytes && code >= 0;) {
		uint64_t left = tail->bytes - at;
		size_t len = left < BLOCK ? (size_t)left : BLOCK;

		if (code == 1)
			return -EUCLEAN; /* bytes behind the stream's end */
		code = file_pread_all(tail->fd, expansion->in, len, (off_t)at);
		if (code == 0)
			code = expand_block(expansion, len);
		at += len;
	}
	if (code < 0)
		return code;
	return code == 1 && expansion->source->bytes == tail->raw_bytes ? 0 : -EUCLEAN;
}

int tail_source_open(const struct tail *tail, struct tail_source *source, struct err *err)
{
	const struct pack_machine *machine = &pack_codec_of(tail->compress)->expand;
	struct expansion *expansion;
	int code;

	*source = (struct tail_source) { .fd = tail->fd, .bytes = tail->bytes };
	if (!machine->make)
		return 0;
	source->bytes = 0;
	source->expanded = true;
	buf_init(&source->front, FRONT_MAX);
	buf_init(&source->back, BACK_MAX + BLOCK);
	expansion = xcalloc(1, sizeof(*expansion));
	expansion->tail = tail;
	expansion->source = source;
	expansion->machine = machine;
	expansion->state = machine->make(tail->raw_bytes);
	code = expand(expansion);
	machine->drop(expansion->state);
	free(expansion);
	if (code == 0)
		return 0;
	tail_source_done(source);
	if (code == -EUCLEAN)
		return err_set(err, -EINVAL, "the compressed file is not as it was written");
	return err_sys(err, code, "cannot expand the file");
}

void tail_source_done(struct tail_source *source)
{
	buf_done(&source->front);
	buf_done(&source->back);
}

int tail_source_read(const struct tail_source *source, uint64_t from, void *to, size_t len)
{
	uint64_t kept = source->bytes - source->back.len; /* from here on */

	if (!source->expanded)
		return file_pread_all(source->fd, to, len, (off_t)from);
	if (from >= kept && len <= source->bytes - from)
		memcpy(to, source->back.data + (from - kept), len);
	else if (from < source->front.len && len <= source->front.len - from)
		memcpy(to, source->front.data + from, len);
	else
		return -E2BIG;
	return 0;
}
