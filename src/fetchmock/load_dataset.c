/* `dataset:`: where records come from, how they are paged, and the envelope pages travel in. */
#include "fetchmock/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/pointer.h"
#include "base/xalloc.h"

/* What the keys give, before it is checked as a whole. */
struct draft {
	struct dataset *dataset;
	bool counted, paged;
	const char *records, *next, *total; /* pointers into the envelope; NULL: not there */
	bool records_set, next_set;
};

static void read_name(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct draft *draft = target;

	free(draft->dataset->name);
	draft->dataset->name = xstrdup(json_str(value));
}

static void read_count(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct draft *draft = target;
	int64_t count = 0;

	read_whole(reader, pointer, value, (struct bounds) { 0, (int64_t)DATASET_COUNT_MAX },
		   &count);
	if (!draft->dataset->rows)
		draft->dataset->count = (uint64_t)count;
	draft->counted = true;
}

static void read_rows(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct dataset *dataset = ((struct draft *)target)->dataset;

	dataset->count = 0;
	dataset->rows = xcalloc(json_len(value) + 1, sizeof(*dataset->rows));
	for (size_t i = 0; i < json_len(value); i++) {
		char *at = pointer_element(pointer, i);
		struct body *row = load_body(reader, at, json_at(value, i));

		if (row)
			dataset->rows[dataset->count++] = row;
		free(at);
	}
}

static void read_records(struct reader *reader, const char *pointer, const struct json *value,
			 void *target)
{
	struct draft *draft = target;

	body_free(draft->dataset->record);
	draft->dataset->record = load_body(reader, pointer, value);
}

static void read_by(struct reader *reader, const char *pointer, const struct json *value,
		    void *target)
{
	struct draft *draft = target;

	for (int i = 1; dataset_pages_names[i]; i++)
		if (strcmp(json_str(value), dataset_pages_names[i]) == 0)
			draft->dataset->pages = (enum dataset_pages)i;
	if (draft->dataset->pages == DATASET_WHOLE)
		reader_problem(reader, pointer, "by: expected link or cursor and not \"%s\"",
			       json_str(value));
}

static void read_size(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct dataset *dataset = ((struct draft *)target)->dataset;
	int64_t size = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 1, 1000000 }, &size))
		dataset->size = (uint64_t)size;
}

static void read_max_size(struct reader *reader, const char *pointer, const struct json *value,
			  void *target)
{
	struct dataset *dataset = ((struct draft *)target)->dataset;
	int64_t size = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 1, 1000000 }, &size))
		dataset->max_size = (uint64_t)size;
}

static void read_param(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct draft *draft = target;

	free(draft->dataset->param);
	draft->dataset->param = xstrdup(json_str(value));
}

static void read_limit_param(struct reader *reader, const char *pointer, const struct json *value,
			     void *target)
{
	struct draft *draft = target;

	free(draft->dataset->limit_param);
	draft->dataset->limit_param = xstrdup(json_str(value));
}

/* A pointer of the envelope, checked; NULL when it is null. */
static const char *envelope_pointer(struct reader *reader, const char *pointer,
				    const struct json *value)
{
	struct err err = ERR_INIT;
	struct pointer *parsed;

	if (!value)
		return NULL;
	if (pointer_parse(json_str(value), &parsed, &err)) {
		reader_problem(reader, pointer, "%s", err.text);
		return NULL;
	}
	pointer_free(parsed);
	return json_str(value);
}

static void read_page_records(struct reader *reader, const char *pointer, const struct json *value,
			      void *target)
{
	struct draft *draft = target;

	draft->records = envelope_pointer(reader, pointer, value);
	draft->records_set = true;
}

static void read_page_next(struct reader *reader, const char *pointer, const struct json *value,
			   void *target)
{
	struct draft *draft = target;

	draft->next = envelope_pointer(reader, pointer, value);
	draft->next_set = true;
}

static void read_page_total(struct reader *reader, const char *pointer, const struct json *value,
			    void *target)
{
	struct draft *draft = target;

	draft->total = envelope_pointer(reader, pointer, value);
}

#define STRING  KEY_TYPE(JSON_STRING)
#define POINTER (KEY_TYPE(JSON_STRING) | KEY_TYPE(JSON_NULL))

static const struct key page_keys[] = {
	{ "by", STRING, "link or cursor", read_by },
	{ "size", 0, NULL, read_size },
	{ "max_size", 0, NULL, read_max_size },
	{ "param", STRING, "a query parameter's name", read_param },
	{ "limit_param", STRING, "a query parameter's name", read_limit_param },
	{ "records", POINTER, "a JSON pointer, \"/items\" for example", read_page_records },
	{ "next", POINTER, "a JSON pointer, \"/next_cursor\" for example", read_page_next },
	{ "total", POINTER, "a JSON pointer, \"/total\" for example", read_page_total },
	{ NULL },
};

static void read_pages(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct draft *draft = target;

	draft->paged = keys_read(reader, pointer, value, page_keys, target);
	if (draft->paged && !json_has(value, "by"))
		reader_problem(reader, pointer, "pages: `by` is missing: link or cursor");
}

static const struct key dataset_keys[] = {
	{ "name", STRING, "a name", read_name },
	{ "count", 0, NULL, read_count },
	{ "rows", KEY_TYPE(JSON_ARRAY), "a list of records", read_rows },
	{ "records", 0, NULL, read_records },
	{ "pages", 0, NULL, read_pages },
	{ NULL },
};

/* Puts the hole where the pointer says, making the objects on the way. False: something else is
 * there. */
static bool place_hole(struct json **tree, const char *where, const char *hole)
{
	struct pointer *pointer;
	struct json *at;
	size_t steps;
	bool fits = true;

	if (!where || pointer_parse(where, &pointer, NULL))
		return true;
	steps = pointer_steps(pointer);
	if (steps == 0) {
		fits = *tree == NULL;
		if (fits)
			*tree = json_new_string(hole);
	} else if (!*tree) {
		*tree = json_new_object();
	}
	at = *tree;
	for (size_t i = 0; fits && i < steps; i++) {
		struct slice step = pointer_step(pointer, i);
		char *key = xstrndup(step.ptr, step.len);
		bool last = i + 1 == steps;

		fits = json_type(at) == JSON_OBJECT && !(last && json_has(at, key));
		if (fits && last)
			json_put_str(at, key, hole);
		else if (fits)
			at = json_has(at, key) ? json_get(at, key)
					       : json_put(at, key, json_new_object());
		free(key);
	}
	pointer_free(pointer);
	return fits;
}

static void build_envelope(struct reader *reader, const char *pointer, struct draft *draft,
			   struct route *route)
{
	bool cursor = draft->dataset->pages == DATASET_CURSOR;
	struct json *tree = NULL;

	if (!draft->records_set)
		draft->records = cursor ? "/items" : "";
	if (!draft->next_set && cursor)
		draft->next = "/next_cursor";
	if (!place_hole(&tree, draft->total, "${page.total}") ||
	    !place_hole(&tree, draft->records, "${page.records}") ||
	    !place_hole(&tree, draft->next, "${page.next}"))
		reader_problem(reader, pointer,
			       "pages: records, next and total need places of their own, "
			       "/items, /next_cursor and /total for example");
	else
		route->body = load_body(reader, pointer, tree);
	json_unref(tree);
}

static void check(struct reader *reader, const char *pointer, const struct draft *draft)
{
	const struct dataset *dataset = draft->dataset;

	if (dataset->rows ? draft->counted || dataset->record : !draft->counted || !dataset->record)
		reader_problem(reader, pointer,
			       "dataset: give either `rows`, or `count` and `records`");
	if (dataset->record && body_pages(dataset->record))
		reader_problem(reader, pointer, "dataset: a record has no page.* holes");
}

void load_dataset(struct reader *reader, const char *pointer, const struct json *value,
		  struct route *route)
{
	struct draft draft = { .dataset = dataset_new() };
	struct dataset *dataset = draft.dataset;

	route->dataset = dataset;
	if (!keys_read(reader, pointer, value, dataset_keys, &draft))
		return;
	check(reader, pointer, &draft);
	if (!dataset->name)
		dataset->name = xstrdup(route->path ? route->path : "");
	if (!dataset->param)
		dataset->param = xstrdup(dataset->pages == DATASET_CURSOR ? "cursor" : "page");
	if (!dataset->limit_param)
		dataset->limit_param = xstrdup("limit");
	if (dataset->max_size < dataset->size)
		dataset->max_size = dataset->size;
	if (!route->body)
		build_envelope(reader, pointer, &draft, route);
}
