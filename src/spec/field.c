/* The walker over field tables: see field.h. */
#include "spec/field.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "io/file.h"
#include "spec/field_types.h"
#include "spec/nearest.h"
#include "spec/scalar.h"
#include "spec/secret.h"

static void *member(const struct field *field, const void *object)
{
	return (char *)object + field->offset;
}

/* Unknown keys. */

static bool is_known(const struct field *fields, const char *key)
{
	for (const struct field *field = fields; field->name; field++)
		if (strcmp(field->name, key) == 0)
			return true;
	return false;
}

/* The group in which the key would be right: people forget a level more often than a letter. */
static const struct field *group_with(const struct field *fields, const char *key)
{
	for (const struct field *field = fields; field->name; field++)
		if (field->type == FIELD_GROUP && is_known(field->fields, key))
			return field;
	return NULL;
}

static void known_keys(const struct field *fields, struct buf *out)
{
	for (const struct field *field = fields; field->name; field++)
		if (field->type != FIELD_RESERVED)
			buf_addf(out, "%s%s", out->len ? ", " : "", field->name);
}

static void refuse_key(const struct field *fields, const char *key, const struct walk *walk,
		       const struct trail *at)
{
	const struct field *group = group_with(fields, key);
	struct nearest nearest;
	struct buf known;

	nearest_init(&nearest, key);
	for (const struct field *field = fields; field->name; field++)
		nearest_offer(&nearest, field->name);
	if (nearest.best && (!group || nearest.distance == 1)) {
		walk_problem(walk, at, AT_KEY, "unknown key \"%s\"; did you mean \"%s\"?", key,
			     nearest.best);
		return;
	}
	if (group) {
		walk_problem(walk, at, AT_KEY, "unknown key \"%s\"; did you mean \"%s.%s\"?", key,
			     group->name, key);
		return;
	}
	buf_init(&known, 512);
	known_keys(fields, &known);
	walk_problem(walk, at, AT_KEY, "unknown key \"%.100s\"; known are %s", key,
		     buf_text(&known));
	buf_done(&known);
}

static void check_keys(const struct field *fields, const struct json *map, const struct walk *walk,
		       const struct trail *at)
{
	for (struct json_member m = json_first(map); m.key; m = json_next(m)) {
		struct trail here = { .up = at, .key = m.key };

		if (!is_known(fields, m.key))
			refuse_key(fields, m.key, walk, &here);
	}
}

/* Reading. */

static void read_value(const struct field *field, const struct json *value, void *object,
		       const struct walk *walk, const struct trail *at)
{
	if (field->type == FIELD_CUSTOM)
		field->custom->read(field, value, member(field, object), walk, at);
	else
		field_kinds[field->type]->read(field, value, member(field, object), walk, at);
}

/* What a default, as a user would write it, is as a value. */
static struct json *written(const char *text)
{
	struct doc *doc = NULL;
	struct json *value = NULL;

	if (*text != '[' && *text != '{') {
		scalar_value(text, &value);
		return value;
	}
	if (doc_parse("default", DOC_YAML, slice_of(text), &doc, NULL) < 0)
		return NULL;
	value = json_ref(doc_root(doc));
	doc_free(doc);
	return value;
}

static void read_default(const struct field *field, void *object, const struct walk *walk,
			 const struct trail *at)
{
	struct json *value;

	if (!field->def)
		return;
	value = *field->def ? written(field->def) : json_new_string("");
	read_value(field, value, object, walk, at);
	json_unref(value);
}

static void read_reserved(const struct field *field, const struct json *value,
			  const struct walk *walk, const struct trail *at)
{
	struct json *harmless = field->def ? written(field->def) : NULL;
	bool fine = (field->flags & FIELD_HARMLESS) || (harmless && json_equal(value, harmless));

	json_unref(harmless);
	if (!fine)
		walk_problem(walk, at, AT_VALUE, "this version does not support it yet%s%s%s",
			     field->def ? " (only \"" : "", field->def ? field->def : "",
			     field->def ? "\")" : "");
}

static void set_defaults(const struct field *fields, void *object, const struct walk *walk,
			 const struct trail *at)
{
	for (const struct field *field = fields; field->name; field++) {
		struct trail here = { .up = at, .key = field->name };

		if (field->type == FIELD_GROUP)
			set_defaults(field->fields, object, walk, &here);
		else if (field->type != FIELD_RESERVED)
			read_default(field, object, walk, &here);
	}
}

static void read_missing(const struct field *field, void *object, const struct walk *walk,
			 const struct trail *at)
{
	bool required = (field->flags & FIELD_REQUIRED) && !walk->partial;

	if (field->type == FIELD_GROUP && required)
		fields_read(field->fields, NULL, object, walk, at);
	else if (field->type == FIELD_GROUP)
		set_defaults(field->fields, object, walk, at);
	else if (required)
		walk_problem(walk, at, AT_VALUE, "required: %s", field->help);
	else if (field->type != FIELD_RESERVED)
		read_default(field, object, walk, at);
}

static void read_field(const struct field *field, const struct json *value, void *object,
		       const struct walk *walk, const struct trail *at)
{
	if (json_type(value) == JSON_NULL)
		read_missing(field, object, walk, at);
	else if (field->type == FIELD_GROUP)
		fields_read(field->fields, value, object, walk, at);
	else if (field->type == FIELD_RESERVED)
		read_reserved(field, value, walk, at);
	else
		read_value(field, value, object, walk, at);
}

/* To YAML a bare null is no text; where "null" is a choice it is what was meant. */
static bool chooses_null(const struct field *field, const struct json *map)
{
	const char *const *choice = field->type == FIELD_CHOICE ? field->choices : NULL;

	while (choice && *choice && strcmp(*choice, "null") != 0)
		choice++;
	return choice && *choice && json_has(map, field->name) &&
	       json_type(json_get(map, field->name)) == JSON_NULL;
}

static void read_null_choice(const struct field *field, void *object, const struct walk *walk,
			     const struct trail *at)
{
	struct json *word = json_new_string("null");

	read_value(field, word, object, walk, at);
	json_unref(word);
}

void fields_read(const struct field *fields, const struct json *map, void *object,
		 const struct walk *walk, const struct trail *at)
{
	if (map && walk_wrong_type(walk, at, map, JSON_OBJECT, "a map")) {
		set_defaults(fields, object, walk, at);
		return;
	}
	check_keys(fields, map, walk, at);
	for (const struct field *field = fields; field->name; field++) {
		struct trail here = { .up = at, .key = field->name };

		if (chooses_null(field, map))
			read_null_choice(field, object, walk, &here);
		else
			read_field(field, json_get(map, field->name), object, walk, &here);
	}
}

/* Showing and freeing. */

static struct json *show_value(const struct field *field, const void *object)
{
	if (field->applies && !field->applies(object))
		return NULL;
	if (field->type == FIELD_GROUP)
		return fields_show(field->fields, object);
	if (field->type == FIELD_CUSTOM)
		return field->custom->show ? field->custom->show(member(field, object)) : NULL;
	return field_kinds[field->type]->show(field, member(field, object));
}

struct json *fields_show(const struct field *fields, const void *object)
{
	struct json *shown = json_new_object();

	for (const struct field *field = fields; field->name; field++)
		if (field->type != FIELD_RESERVED)
			json_put(shown, field->name, show_value(field, object));
	return shown;
}

struct secrets_walk {
	const char *pointer;
	const void *object;
	field_secret_fn *each;
	void *arg;
};

static void walk_secrets(const struct field *fields, const struct secrets_walk *walk)
{
	for (const struct field *field = fields; field->name; field++) {
		struct secrets_walk inside = *walk;
		struct secret_ref *ref = member(field, walk->object);
		char *pointer;

		if (field->applies && !field->applies(walk->object))
			continue;
		inside.pointer = pointer = xasprintf("%s/%s", walk->pointer, field->name);
		if (field->type == FIELD_GROUP)
			walk_secrets(field->fields, &inside);
		else if (field->type == FIELD_CUSTOM && field->custom->shares)
			walk_secrets(field->custom->members, &inside);
		else if (field->type == FIELD_SECRET && ref->kind != SECRET_NONE)
			walk->each(pointer, ref, walk->arg);
		free(pointer);
	}
}

void fields_each_secret(const struct field *fields, const void *object, field_secret_fn *each,
			void *arg)
{
	struct secrets_walk walk = { .pointer = "", .object = object, .each = each, .arg = arg };

	walk_secrets(fields, &walk);
}

static void free_value(const struct field *field, void *object)
{
	void (*done)(void *to) =
		field->type == FIELD_CUSTOM ? field->custom->done : field_kinds[field->type]->done;

	if (done)
		done(member(field, object));
}

void fields_done(const struct field *fields, void *object)
{
	for (const struct field *field = fields; field->name; field++) {
		if (field->type == FIELD_GROUP)
			fields_done(field->fields, object);
		else
			free_value(field, object);
	}
}

void fields_absolute_file(struct json *value, const char *beside)
{
	const char *path = json_str(json_get(value, "file"));
	char *absolute;

	if (!path || !*path || *path == '/')
		return;
	absolute = file_absolute(path, beside);
	json_put_str(value, "file", absolute);
	free(absolute);
}

static void absolute_path(struct json *map, const char *key, const char *beside)
{
	const char *path = json_str(json_get(map, key));
	char *absolute;

	if (!path || !*path || *path == '/')
		return;
	absolute = file_absolute(path, beside);
	json_put_str(map, key, absolute);
	free(absolute);
}

void fields_absolute(const struct field *fields, struct json *map, const char *beside)
{
	for (const struct field *field = fields; field->name; field++) {
		struct json *value = json_get(map, field->name);

		if (field->type == FIELD_PATH) {
			absolute_path(map, field->name, beside);
			continue;
		}
		if (json_type(value) != JSON_OBJECT)
			continue;
		if (field->type == FIELD_GROUP)
			fields_absolute(field->fields, value, beside);
		else if (field->type == FIELD_SECRET)
			fields_absolute_file(value, beside);
		else if (field->type == FIELD_CUSTOM && field->custom->absolute)
			field->custom->absolute(value, beside);
	}
}

const char *field_shape(const struct field *field)
{
	return field->type == FIELD_CUSTOM ? field->custom->shape : field_kinds[field->type]->shape;
}
