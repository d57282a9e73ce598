/* Gathering problems: see problem.h. */
#include "spec/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void problems_done(struct problems *problems)
{
	for (size_t i = 0; i < problems->len; i++) {
		free(problems->items[i].file);
		free(problems->items[i].pointer);
		free(problems->items[i].sentence);
	}
	free(problems->items);
	*problems = (struct problems) { 0 };
}

static bool same(const struct problem *a, const struct problem *b)
{
	return a->place.line == b->place.line && a->place.column == b->place.column &&
	       strcmp(a->file, b->file) == 0 && strcmp(a->sentence, b->sentence) == 0;
}

static bool known(const struct problems *problems, const struct problem *problem)
{
	for (size_t i = 0; i < problems->len; i++)
		if (same(&problems->items[i], problem))
			return true;
	return false;
}

/* Borrows what `problem` points to. */
static void keep(struct problems *problems, const struct problem *problem)
{
	problems->raised++;
	if (known(problems, problem))
		return;
	if (problems->len == PROBLEMS_MAX) {
		problems->dropped++;
		return;
	}
	if (problems->len == problems->room) {
		problems->room = problems->room ? problems->room * 2 : 8;
		problems->items =
			xreallocarray(problems->items, problems->room, sizeof(problems->items[0]));
	}
	problems->items[problems->len++] =
		(struct problem) { .file = xstrdup(problem->file),
				   .pointer = xstrdup(problem->pointer),
				   .place = problem->place,
				   .order = problems->raised,
				   .sentence = xstrdup(problem->sentence) };
}

/* Through err_set, so that no control byte of the file reaches a terminal or the log. */
static void format_sentence(struct err *err, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void format_sentence(struct err *err, const char *fmt, va_list ap)
{
	char raw[ERR_TEXT_MAX];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	err_set(err, 0, "%s", raw);
}

static struct problem at_pointer(const struct doc *doc, const char *pointer)
{
	return (struct problem) { .file = doc ? (char *)doc_file(doc) : (char *)"",
				  .pointer = (char *)pointer };
}

void problems_add(struct problems *problems, const struct doc *doc, const char *pointer,
		  const char *fmt, ...)
{
	struct problem problem = at_pointer(doc, pointer);
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	format_sentence(&err, fmt, ap);
	va_end(ap);
	problem.sentence = err.text;
	if (doc)
		problem.place = doc_place(doc, pointer);
	keep(problems, &problem);
}

void problems_add_key(struct problems *problems, const struct doc *doc, const char *pointer,
		      const char *fmt, ...)
{
	struct problem problem = at_pointer(doc, pointer);
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	format_sentence(&err, fmt, ap);
	va_end(ap);
	problem.sentence = err.text;
	if (doc)
		problem.place = doc_key_place(doc, pointer);
	keep(problems, &problem);
}

void problems_add_at(struct problems *problems, const char *file, struct place place,
		     const char *fmt, ...)
{
	struct err err;
	struct problem problem = { .file = (char *)file, .pointer = (char *)"", .place = place };
	va_list ap;

	va_start(ap, fmt);
	format_sentence(&err, fmt, ap);
	va_end(ap);
	problem.sentence = err.text;
	keep(problems, &problem);
}

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	if (!order)
		order = compare(a->place.line, b->place.line);
	if (!order)
		order = compare(a->place.column, b->place.column);
	return order ? order : compare(a->order, b->order);
}

void problems_sort(struct problems *problems)
{
	if (problems->len)
		qsort(problems->items, problems->len, sizeof(problems->items[0]), by_place);
}

char *problem_text(const struct problem *problem)
{
	if (!*problem->file)
		return xasprintf("error: %s", problem->sentence);
	if (!problem->place.line)
		return xasprintf("%s: error: %s", problem->file, problem->sentence);
	return xasprintf("%s:%u:%u: error: %s", problem->file, problem->place.line,
			 problem->place.column, problem->sentence);
}

struct json *problems_json(const struct problems *problems)
{
	struct json *out = json_new_object(), *items = json_new_array();

	for (size_t i = 0; i < problems->len; i++) {
		const struct problem *problem = &problems->items[i];
		struct json *item = json_push(items, json_new_object());

		json_put_str(item, "file", problem->file);
		json_put_str(item, "pointer", problem->pointer);
		json_put_int(item, "line", problem->place.line);
		json_put_int(item, "column", problem->place.column);
		json_put_str(item, "detail", problem->sentence);
	}
	json_put(out, "items", items);
	json_put_int(out, "dropped", (int64_t)problems->dropped);
	return out;
}
