/* YAML to a JSON tree with places: libyaml's one door.
 *
 * libyaml gives events; we compose them ourselves, because its own composer keeps no places, lets
 * duplicate keys pass, knows no merge keys, and expands an alias bomb until memory ends. Scalars
 * are typed by the core schema of YAML 1.2 (scalar.c), not by libyaml's 1.1 habits.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "spec/anchors.h"
#include "spec/reader.h"
#include "spec/scalar.h"

#define CORE_TAG "tag:yaml.org,2002:"

struct composer {
	struct reader *reader;
	yaml_parser_t parser;
	yaml_event_t event; /* the one being composed */
	struct anchors anchors;
};

static int compose(struct composer *c, unsigned depth, struct node *node);

static struct place place_of(yaml_mark_t mark)
{
	return (struct place) { (unsigned)mark.line + 1, (unsigned)mark.column + 1 };
}

static struct place here(const struct composer *c)
{
	return place_of(c->event.start_mark);
}

static int parser_fault(struct composer *c)
{
	const yaml_parser_t *parser = &c->parser;
	struct reader *reader = c->reader;
	struct place at = place_of(parser->problem_mark);

	if (parser->error == YAML_READER_ERROR)
		scan_place(reader->text.ptr, reader->text.ptr + parser->problem_offset, &at.line,
			   &at.column);
	if (!parser->context)
		return reader_fail(reader, at, "not valid YAML: %s", parser->problem);
	return reader_fail(reader, at, "not valid YAML: %s %s that begins in line %zu",
			   parser->problem, parser->context, parser->context_mark.line + 1);
}

static int next(struct composer *c)
{
	yaml_event_delete(&c->event);
	return yaml_parser_parse(&c->parser, &c->event) ? 0 : parser_fault(c);
}

static int compose_alias(struct composer *c, unsigned depth, struct node *node)
{
	const char *name = (const char *)c->event.data.alias.anchor;
	const struct anchor *anchor = anchors_find(&c->anchors, name);
	struct place at = here(c);

	if (!anchor)
		return reader_fail(c->reader, at, "no anchor \"&%s\" stands before this alias",
				   name);
	if (anchor->open)
		return reader_fail(c->reader, at, "the alias \"*%s\" is inside what it repeats",
				   name);
	if (depth + anchor->node.height > DOC_DEPTH_MAX)
		return reader_fail(c->reader, at, "nested more than %u levels deep", DOC_DEPTH_MAX);
	if (reader_spend(c->reader, at, anchor->node.cost) < 0)
		return -EINVAL;
	*node = anchor->node;
	node->value = json_ref(node->value);
	node->spot.value = at;
	return 0;
}

/* Scalars. */

static int check_text(struct composer *c)
{
	if (!memchr(c->event.data.scalar.value, '\0', c->event.data.scalar.length))
		return 0;
	return reader_fail(c->reader, here(c), "a NUL byte; a text has none");
}

/* "str" of "tag:yaml.org,2002:str"; "" when it is another tag. */
static const char *core_tag(const yaml_char_t *tag)
{
	const char *text = (const char *)tag;
	size_t len = strlen(CORE_TAG);

	return strncmp(text, CORE_TAG, len) == 0 ? text + len : "";
}

static int refuse_tag(struct composer *c, const yaml_char_t *tag)
{
	return reader_fail(c->reader, here(c), "the tag \"%s\" is not one of YAML's core schema",
			   (const char *)tag);
}

static int plain_scalar(struct composer *c, const char *text, struct json **value)
{
	if (scalar_value(text, value))
		return 0;
	return reader_fail(c->reader, here(c), "the number %s does not fit into 64 bits", text);
}

static int tagged_scalar(struct composer *c, const char *text, struct json **value)
{
	static const struct {
		const char *name;
		unsigned types;
	} tags[] = {
		{ "null", 1 << SCALAR_NULL },
		{ "bool", 1 << SCALAR_BOOL },
		{ "int", 1 << SCALAR_INT },
		{ "float", 1 << SCALAR_INT | 1 << SCALAR_FLOAT | 1 << SCALAR_SPECIAL },
	};
	const char *tag = core_tag(c->event.data.scalar.tag);

	if (strcmp(tag, "str") == 0) {
		*value = json_new_string(text);
		return 0;
	}
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (strcmp(tags[i].name, tag) != 0)
			continue;
		if (tags[i].types & 1u << scalar_type(text))
			return plain_scalar(c, text, value);
		return reader_fail(c->reader, here(c), "\"%s\" is not what its tag !!%s says", text,
				   tag);
	}
	return refuse_tag(c, c->event.data.scalar.tag);
}

static int compose_scalar(struct composer *c, struct node *node)
{
	const char *text = (const char *)c->event.data.scalar.value;
	struct anchor *anchor =
		anchors_open(&c->anchors, (const char *)c->event.data.scalar.anchor);
	int ret = check_text(c);

	*node = (struct node) { .spot.value = here(c),
				.cost = reader_text_cost(c->event.data.scalar.length) };
	if (ret == 0)
		ret = reader_spend(c->reader, here(c), node->cost);
	if (ret < 0)
		return ret;
	if (c->event.data.scalar.tag)
		ret = tagged_scalar(c, text, &node->value);
	else if (c->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		ret = plain_scalar(c, text, &node->value);
	else
		node->value = json_new_string(text);
	if (ret == 0)
		anchors_close(anchor, node);
	return ret;
}

/* Maps and lists. */

static int open_level(struct composer *c, unsigned depth, const yaml_char_t *tag, const char *want)
{
	if (tag && strcmp(core_tag(tag), want) != 0)
		return refuse_tag(c, tag);
	if (depth > DOC_DEPTH_MAX)
		return reader_fail(c->reader, here(c), "nested more than %u levels deep",
				   DOC_DEPTH_MAX);
	return reader_spend(c->reader, here(c), 1);
}

static void adopt(struct node *parent, const struct node *child)
{
	parent->cost += child->cost;
	if (parent->height < child->height + 1)
		parent->height = child->height + 1;
}

static int compose_items(struct composer *c, unsigned depth, struct node *node)
{
	struct node item;
	int ret;

	while ((ret = next(c)) == 0 && c->event.type != YAML_SEQUENCE_END_EVENT) {
		ret = compose(c, depth, &item);
		if (ret < 0)
			return ret;
		adopt(node, &item);
		places_add(node->spot.inside, NULL, item.spot);
		json_push(node->value, item.value);
	}
	return ret;
}

static int compose_list(struct composer *c, unsigned depth, struct node *node)
{
	struct anchor *anchor =
		anchors_open(&c->anchors, (const char *)c->event.data.sequence_start.anchor);
	int ret = open_level(c, depth, c->event.data.sequence_start.tag, "seq");

	if (ret < 0)
		return ret;
	*node = (struct node) { .value = json_new_array(), .cost = 1, .height = 1 };
	node->spot.value = here(c);
	node->spot.inside = places_level(&c->reader->places);
	ret = compose_items(c, depth, node);
	if (ret < 0)
		json_unref(node->value);
	else
		anchors_close(anchor, node);
	return ret;
}

/* Adds the members of a merged map that the map has not by itself. */
static void merge_map(struct node *into, const struct json *map, const struct level *inside)
{
	size_t i = 0;

	for (struct json_member m = json_first(map); m.key; m = json_next(m), i++) {
		if (json_has(into->value, m.key))
			continue;
		json_put(into->value, m.key, json_ref(m.value));
		places_add(into->spot.inside, m.key, *places_at(inside, i));
	}
}

static int merge(struct composer *c, struct node *into, const struct node *from)
{
	const struct level *inside = from->spot.inside;
	bool list = json_type(from->value) == JSON_ARRAY;

	if (json_type(from->value) == JSON_OBJECT) {
		merge_map(into, from->value, inside);
		return 0;
	}
	for (size_t i = 0; list && i < json_len(from->value); i++)
		list = json_type(json_at(from->value, i)) == JSON_OBJECT;
	if (!list)
		return reader_fail(c->reader, from->spot.value,
				   "\"<<\" merges a map, or a list of maps");
	for (size_t i = 0; i < json_len(from->value); i++)
		merge_map(into, json_at(from->value, i), places_at(inside, i)->inside);
	return 0;
}

/* The current event as a key; `merges` tells that it is "<<". The caller frees. */
static int take_key(struct composer *c, const struct node *map, char **key, bool *merges)
{
	const char *text;

	if (c->event.type != YAML_SCALAR_EVENT)
		return reader_fail(c->reader, here(c),
				   "a key must be text, not a map, a list or an alias");
	text = (const char *)c->event.data.scalar.value;
	if (c->event.data.scalar.tag && strcmp(core_tag(c->event.data.scalar.tag), "str") != 0)
		return refuse_tag(c, c->event.data.scalar.tag);
	if (check_text(c) < 0)
		return -EINVAL;
	*merges = strcmp(text, "<<") == 0 && c->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (json_has(map->value, text))
		return reader_fail(c->reader, here(c), "duplicate key \"%s\"", text);
	*key = xstrdup(text);
	return 0;
}

static int add_member(struct composer *c, struct node *map, char *key, struct node *member)
{
	int ret = reader_spend(c->reader, member->spot.key, strlen(key) / 256);

	adopt(map, member);
	map->cost += strlen(key) / 256;
	places_add(map->spot.inside, key, member->spot);
	json_put(map->value, key, member->value);
	return ret;
}

static int keep_merge(struct composer *c, struct node *map, struct node *member,
		      struct node *merged)
{
	if (merged->cost) {
		json_unref(member->value);
		return reader_fail(c->reader, member->spot.key, "duplicate key \"<<\"");
	}
	adopt(map, member);
	*merged = *member;
	return 0;
}

/* `merged` becomes what stands behind "<<", if anything (its cost is never 0). */
static int compose_members(struct composer *c, unsigned depth, struct node *map,
			   struct node *merged)
{
	struct node member;
	struct place at;
	bool merges = false;
	char *key = NULL;
	int ret;

	while ((ret = next(c)) == 0 && c->event.type != YAML_MAPPING_END_EVENT) {
		at = here(c);
		if (take_key(c, map, &key, &merges) < 0)
			return -EINVAL;
		ret = next(c);
		if (ret == 0)
			ret = compose(c, depth, &member);
		if (ret == 0) {
			member.spot.key = at;
			ret = merges ? keep_merge(c, map, &member, merged)
				     : add_member(c, map, key, &member);
		}
		free(key);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static int compose_map(struct composer *c, unsigned depth, struct node *node)
{
	struct anchor *anchor =
		anchors_open(&c->anchors, (const char *)c->event.data.mapping_start.anchor);
	int ret = open_level(c, depth, c->event.data.mapping_start.tag, "map");
	struct node merged = { 0 };

	if (ret < 0)
		return ret;
	*node = (struct node) { .value = json_new_object(), .cost = 1, .height = 1 };
	node->spot.value = here(c);
	node->spot.inside = places_level(&c->reader->places);
	ret = compose_members(c, depth, node, &merged);
	if (ret == 0 && merged.cost)
		ret = merge(c, node, &merged);
	json_unref(merged.value);
	if (ret < 0)
		json_unref(node->value);
	else
		anchors_close(anchor, node);
	return ret;
}

/* The current event begins the node; its last event is current afterwards. `depth`: how many maps
 * and lists are around it. */
static int compose(struct composer *c, unsigned depth, struct node *node)
{
	switch (c->event.type) {
	case YAML_ALIAS_EVENT:
		return compose_alias(c, depth, node);
	case YAML_SCALAR_EVENT:
		return compose_scalar(c, node);
	case YAML_SEQUENCE_START_EVENT:
		return compose_list(c, depth + 1, node);
	default:
		return compose_map(c, depth + 1, node);
	}
}

/* Exactly one document, or none: an empty file is null. */
static int compose_stream(struct composer *c)
{
	struct node node = { .spot.value = { 1, 1 } };
	int ret = next(c); /* the stream's start */

	if (ret == 0)
		ret = next(c);
	if (ret == 0 && c->event.type == YAML_DOCUMENT_START_EVENT) {
		ret = next(c);
		if (ret == 0)
			ret = compose(c, 0, &node);
		if (ret < 0)
			return ret;
		ret = next(c); /* the document's end */
		if (ret == 0)
			ret = next(c);
	}
	if (ret == 0 && c->event.type != YAML_STREAM_END_EVENT)
		ret = reader_fail(c->reader, here(c), "a second document begins; a file holds one");
	if (ret < 0) {
		json_unref(node.value);
		return ret;
	}
	c->reader->root = node.value;
	c->reader->places.root = node.spot;
	return 0;
}

int yaml_read(struct reader *reader)
{
	struct composer c = { .reader = reader };
	const char *text = reader->text.len ? reader->text.ptr : "";
	int ret;

	if (!yaml_parser_initialize(&c.parser))
		abort(); /* no memory, as xalloc does */
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, reader->text.len);
	ret = compose_stream(&c);
	yaml_event_delete(&c.event);
	yaml_parser_delete(&c.parser);
	anchors_done(&c.anchors);
	return ret;
}
