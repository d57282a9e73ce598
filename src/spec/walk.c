/* Complaining at the right place: see walk.h. */
#include "spec/walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define POINTER_MAX 4096 /* bytes; a longer way is cut, its nearest ancestor is told */

static void add_step(struct buf *out, const char *key)
{
	buf_add_char(out, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_add_text(out, *key == '~' ? "~0" : "~1");
		else
			buf_add_char(out, *key);
	}
}

static void add_trail(struct buf *out, const struct trail *at)
{
	if (!at)
		return;
	add_trail(out, at->up);
	if (at->key)
		add_step(out, at->key);
	else
		buf_addf(out, "/%zu", at->index);
}

/* "/jobs/a~1b/url" as "jobs.a/b.url". */
static void add_dotted(struct buf *out, const char *pointer)
{
	for (const char *at = pointer; *at; at++) {
		if (*at == '~' && (at[1] == '0' || at[1] == '1'))
			buf_add_char(out, *++at == '0' ? '~' : '/');
		else if (*at != '/')
			buf_add_char(out, *at);
		else if (at != pointer)
			buf_add_char(out, '.');
	}
}

static void complain_at(const struct walk *walk, const char *relative, enum walk_at where,
			const char *sentence)
{
	char *pointer = xasprintf("%s%s", walk->base, relative);
	struct buf path;

	if (walk->doc && walk->fallback && !doc_has(walk->doc, pointer)) {
		char *other = xasprintf("%s%s", walk->fallback, relative);

		if (doc_has(walk->doc, other)) {
			free(pointer);
			pointer = other;
		} else {
			free(other);
		}
	}
	buf_init(&path, POINTER_MAX);
	add_dotted(&path, pointer);
	if (where == AT_KEY && strrchr(pointer, '/')) { /* a key is told of by its map */
		buf_clear(&path);
		*strrchr(pointer, '/') = '\0';
		add_dotted(&path, pointer);
		pointer[strlen(pointer)] = '/';
	}
	(where == AT_KEY ? problems_add_key : problems_add)(walk->problems, walk->doc, pointer,
							    "%s%s%s", buf_text(&path),
							    path.len ? ": " : "", sentence);
	buf_done(&path);
	free(pointer);
}

void walk_problem(const struct walk *walk, const struct trail *at, enum walk_at where,
		  const char *fmt, ...)
{
	char sentence[ERR_TEXT_MAX];
	struct buf pointer;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	buf_init(&pointer, POINTER_MAX);
	add_trail(&pointer, at);
	complain_at(walk, buf_text(&pointer), where, sentence);
	buf_done(&pointer);
}

void walk_problem_at(const struct walk *walk, const char *pointer, enum walk_at where,
		     const char *fmt, ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	complain_at(walk, pointer, where, sentence);
}

const char *walk_type_name(const struct json *value)
{
	static const char *const names[] = {
		[JSON_NULL] = "nothing",    [JSON_BOOL] = "true or false", [JSON_INT] = "a number",
		[JSON_NUMBER] = "a number", [JSON_STRING] = "text",        [JSON_ARRAY] = "a list",
		[JSON_OBJECT] = "a map",
	};

	return names[json_type(value)];
}

bool walk_wrong_type(const struct walk *walk, const struct trail *at, const struct json *value,
		     enum json_type type, const char *what)
{
	if (json_type(value) == type)
		return false;
	walk_problem(walk, at, AT_VALUE, "expected %s, found %s", what, walk_type_name(value));
	return true;
}
