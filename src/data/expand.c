/* Landed files read forward: see expand.h. */
#include "data/expand.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/pack_codec.h"
#include "io/file.h"

#define BLOCK 65536

struct expand {
	struct expand_file file;
	uint64_t at, given; /* bytes read, bytes handed out */
	const struct pack_machine *machine;
	void *state; /* NULL: not compressed */
	unsigned char in[BLOCK];
	struct pack_flow flow;
	bool ended;
};

struct expand *expand_new(const struct expand_file *file)
{
	struct expand *expand = xcalloc(1, sizeof(*expand));

	expand->file = *file;
	expand->machine = &pack_codec_of(file->compress)->expand;
	if (expand->machine->make)
		expand->state = expand->machine->make(file->raw_bytes);
	return expand;
}

void expand_free(struct expand *expand)
{
	if (!expand)
		return;
	if (expand->state)
		expand->machine->drop(expand->state);
	free(expand);
}

/* The next bytes of the file as it stands: how many, or why not. */
static ssize_t read_block(struct expand *expand, void *to, size_t room)
{
	uint64_t left = expand->file.bytes - expand->at;
	size_t len = left < room ? (size_t)left : room;
	int code = len ? file_pread_all(expand->file.fd, to, len, (off_t)expand->at) : 0;

	expand->at += code == 0 ? len : 0;
	return code < 0 ? code : (ssize_t)len;
}

static int refill(struct expand *expand)
{
	ssize_t got = read_block(expand, expand->in, sizeof(expand->in));

	expand->flow.in = expand->in;
	expand->flow.in_len = got > 0 ? (size_t)got : 0;
	return got > 0 ? 0 : got < 0 ? (int)got : -EUCLEAN;
}

/* All of the stream has come, and nothing stands behind it. */
static bool is_whole(const struct expand *expand)
{
	return expand->flow.in_len == 0 && expand->at == expand->file.bytes &&
	       expand->given == expand->file.raw_bytes;
}

static ssize_t unpack(struct expand *expand, char *to, size_t room)
{
	int code = 0;

	if (expand->ended)
		return 0;
	expand->flow.out = (unsigned char *)to;
	expand->flow.room = room;
	while (code == 0 && expand->flow.room == room) {
		if (expand->flow.in_len == 0)
			code = refill(expand);
		if (code == 0)
			code = expand->machine->step(expand->state, &expand->flow, false);
	}
	if (code < 0)
		return code;
	expand->given += room - expand->flow.room;
	expand->ended = code == 1;
	if (expand->ended && !is_whole(expand))
		return -EUCLEAN;
	return (ssize_t)(room - expand->flow.room);
}

ssize_t expand_read(void *arg, char *to, size_t room)
{
	struct expand *expand = arg;

	return expand->state ? unpack(expand, to, room) : read_block(expand, to, room);
}
