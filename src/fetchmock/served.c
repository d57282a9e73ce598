/* A hash table of targets with open addressing: 16 bytes an entry and the text itself. */
#include "fetchmock/served.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "fetchmock/hole.h"

#define FIRST_ROOM 1024 /* a power of two, as all rooms */

struct target {
	char *text;
	uint64_t times;
};

struct served {
	struct target *targets; /* in the order of first sight */
	size_t len;
	uint32_t *index; /* of the target + 1; 0: free */
	size_t room;     /* of both; at most half full */
	uint64_t dropped;
};

static void make_room(struct served *served, size_t room)
{
	served->room = room;
	served->targets = xreallocarray(served->targets, room, sizeof(*served->targets));
	free(served->index);
	served->index = xcalloc(room, sizeof(*served->index));
}

struct served *served_new(void)
{
	struct served *served = xcalloc(1, sizeof(*served));

	make_room(served, FIRST_ROOM);
	return served;
}

void served_free(struct served *served)
{
	if (!served)
		return;
	served_reset(served);
	free(served->targets);
	free(served->index);
	free(served);
}

/* Where the target is, or where it would go. */
static uint32_t *find(struct served *served, const char *text)
{
	size_t at = hash_bytes(text, strlen(text)) & (served->room - 1);

	while (served->index[at] && strcmp(served->targets[served->index[at] - 1].text, text) != 0)
		at = (at + 1) & (served->room - 1);
	return &served->index[at];
}

static void grow(struct served *served)
{
	make_room(served, served->room * 2);
	for (size_t i = 0; i < served->len; i++)
		*find(served, served->targets[i].text) = (uint32_t)i + 1;
}

void served_add(struct served *served, const char *text)
{
	uint32_t *slot = find(served, text);

	if (*slot) {
		served->targets[*slot - 1].times++;
		return;
	}
	if (served->len == SERVED_MAX) {
		served->dropped++;
		return;
	}
	served->targets[served->len++] = (struct target) { xstrdup(text), 1 };
	*slot = (uint32_t)served->len;
	if (served->len * 2 > served->room)
		grow(served);
}

void served_reset(struct served *served)
{
	for (size_t i = 0; i < served->len; i++)
		free(served->targets[i].text);
	memset(served->index, 0, served->room * sizeof(*served->index));
	served->len = 0;
	served->dropped = 0;
}

void served_write(const struct served *served, struct buf *out)
{
	for (size_t i = 0; i < served->len; i++) {
		buf_add_text(out, "{\"target\":\"");
		hole_escape(slice_of(served->targets[i].text), out);
		buf_addf(out, "\",\"times\":%" PRIu64 "}\n", served->targets[i].times);
	}
	if (served->dropped)
		buf_addf(out, "{\"dropped\":%" PRIu64 "}\n", served->dropped);
}
