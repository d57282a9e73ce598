/* The tree of places: see places.h. */
#include "spec/places.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct entry {
	char *name; /* NULL in a list */
	struct spot spot;
};

struct level {
	struct level *next;
	struct entry *entries;
	size_t len, room;
};

struct level *places_level(struct places *places)
{
	struct level *level = xcalloc(1, sizeof(*level));

	level->next = places->levels;
	places->levels = level;
	return level;
}

void places_add(struct level *level, const char *name, struct spot spot)
{
	if (level->len == level->room) {
		level->room = level->room ? level->room * 2 : 4;
		level->entries =
			xreallocarray(level->entries, level->room, sizeof(level->entries[0]));
	}
	level->entries[level->len++] =
		(struct entry) { .name = name ? xstrdup(name) : NULL, .spot = spot };
}

const struct spot *places_at(const struct level *level, size_t index)
{
	return &level->entries[index].spot;
}

static const struct spot *member(const struct level *level, const char *name)
{
	for (size_t i = 0; level && i < level->len; i++)
		if (level->entries[i].name && strcmp(level->entries[i].name, name) == 0)
			return &level->entries[i].spot;
	return NULL;
}

/* One step of a pointer, "a~1b" as "a/b", into `step`; returns what follows it. */
static const char *unescape_step(const char *pointer, char *step)
{
	for (; *pointer && *pointer != '/'; pointer++) {
		if (*pointer == '~' && (pointer[1] == '0' || pointer[1] == '1'))
			*step++ = *++pointer == '0' ? '~' : '/';
		else
			*step++ = *pointer;
	}
	*step = '\0';
	return pointer;
}

static const struct spot *element(const struct level *level, const char *step)
{
	char *end;
	unsigned long index = strtoul(step, &end, 10);

	if (end == step || *end || index >= level->len || level->entries[index].name)
		return NULL;
	return &level->entries[index].spot;
}

const struct spot *places_find(const struct places *places, const char *pointer, bool *exact)
{
	const struct spot *here = &places->root, *next = here;
	char *step = xmalloc(strlen(pointer) + 1);

	while (next && *pointer == '/') {
		pointer = unescape_step(pointer + 1, step);
		next = member(here->inside, step);
		if (!next && here->inside)
			next = element(here->inside, step);
		if (next)
			here = next;
	}
	free(step);
	if (exact)
		*exact = next != NULL;
	return here;
}

void places_done(struct places *places)
{
	while (places->levels) {
		struct level *level = places->levels;

		places->levels = level->next;
		for (size_t i = 0; i < level->len; i++)
			free(level->entries[i].name);
		free(level->entries);
		free(level);
	}
	*places = (struct places) { 0 };
}
