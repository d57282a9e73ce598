/* Watched descriptors: see sockets.h. */
#include "fetch/sockets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct entry {
	struct sockets *sockets;
	struct loop_watch *watch; /* NULL: none yet */
	void *owner;
	int wanted;
	bool opened; /* through us: its close will be told */
};

struct sockets {
	struct loop *loop;
	sockets_ready_fn *ready;
	struct entry **entries; /* by descriptor; made when first seen, kept for its next life */
	size_t room;
};

struct sockets *sockets_new(struct loop *loop, sockets_ready_fn *ready)
{
	struct sockets *sockets = xcalloc(1, sizeof(*sockets));

	sockets->loop = loop;
	sockets->ready = ready;
	return sockets;
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	for (size_t fd = 0; fd < sockets->room; fd++) {
		if (sockets->entries[fd])
			loop_watch_free(sockets->entries[fd]->watch);
		free(sockets->entries[fd]);
	}
	free(sockets->entries);
	free(sockets);
}

static void make_room(struct sockets *sockets, size_t fd)
{
	size_t room = sockets->room ? sockets->room : 64;

	if (fd < sockets->room)
		return;
	while (room <= fd)
		room *= 2;
	sockets->entries = xreallocarray(sockets->entries, room, sizeof(struct entry *));
	memset(sockets->entries + sockets->room, 0,
	       (room - sockets->room) * sizeof(struct entry *));
	sockets->room = room;
}

static struct entry *entry_of(struct sockets *sockets, int fd)
{
	make_room(sockets, (size_t)fd);
	if (!sockets->entries[fd]) {
		sockets->entries[fd] = xcalloc(1, sizeof(struct entry));
		sockets->entries[fd]->sockets = sockets;
	}
	return sockets->entries[fd];
}

static void unwatch(struct entry *entry)
{
	loop_watch_free(entry->watch);
	entry->watch = NULL;
	entry->wanted = 0;
}

void sockets_opened(int fd, void *sockets)
{
	struct entry *entry = entry_of(sockets, fd);

	unwatch(entry);
	entry->opened = true;
}

void sockets_closing(int fd, void *sockets)
{
	struct entry *entry = entry_of(sockets, fd);

	unwatch(entry);
	entry->opened = false;
}

static void on_ready(int fd, int what, void *arg)
{
	struct entry *entry = arg;

	if (entry->wanted)
		entry->sockets->ready(fd, what, entry->owner);
	else
		loop_watch_set(entry->watch, 0); /* an idle connection moved: it is over */
}

void sockets_want(struct sockets *sockets, int fd, int what, void *owner)
{
	struct entry *entry = entry_of(sockets, fd);

	entry->wanted = what;
	entry->owner = owner;
	if (what == 0 && !entry->opened)
		unwatch(entry);
	else if (what && !entry->watch)
		entry->watch = loop_watch_new(sockets->loop, fd, what, on_ready, entry);
	else if (what)
		loop_watch_set(entry->watch, what);
}
