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
	const char *number, *last, *more;   /* likewise */
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
		reader_problem(reader, pointer,
			       "by: expected link, cursor, page, offset or "
			       "next_url and not \"%s\"",
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

static void read_page_number(struct reader *reader, const char *pointer, const struct json *value,
			     void *target)
{
	struct draft *draft = target;

	draft->number = envelope_pointer(reader, pointer, value);
}

static void read_page_last(struct reader *reader, const char *pointer, const struct json *value,
			   void *target)
{
	struct draft *draft = target;

	draft->last = envelope_pointer(reader, pointer, value);
}

static void read_page_more(struct reader *reader, const char *pointer, const struct json *value,
			   void *target)
{
	struct draft *draft = target;

	draft->more = envelope_pointer(reader, pointer, value);
}

static void replace(char **text, const struct json *value)
{
	free(*text);
	*text = xstrdup(json_str(value));
}

static void read_param_header(struct reader *reader, const char *pointer, const struct json *value,
			      void *target)
{
	replace(&((struct draft *)target)->dataset->param_header, value);
}

static void read_param_body(struct reader *reader, const char *pointer, const struct json *value,
			    void *target)
{
	struct dataset *dataset = ((struct draft *)target)->dataset;
	struct err err = ERR_INIT;

	pointer_free(dataset->param_body);
	dataset->param_body = NULL;
	if (pointer_parse(json_str(value), &dataset->param_body, &err) < 0)
		reader_problem(reader, pointer, "%s", err.text);
}

static void read_next_header(struct reader *reader, const char *pointer, const struct json *value,
			     void *target)
{
	replace(&((struct draft *)target)->dataset->next_header, value);
}

static void read_total_header(struct reader *reader, const char *pointer, const struct json *value,
			      void *target)
{
	replace(&((struct draft *)target)->dataset->total_header, value);
}

static void read_start(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct dataset *dataset = ((struct draft *)target)->dataset;
	int64_t start = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 0, 1000000 }, &start))
		dataset->start = (uint64_t)start;
}

#define STRING  KEY_TYPE(JSON_STRING)
#define POINTER (KEY_TYPE(JSON_STRING) | KEY_TYPE(JSON_NULL))

static const struct key page_keys[] = {
	{ "by", STRING, "link, cursor, page, offset or next_url", read_by },
	{ "size", 0, NULL, read_size },
	{ "max_size", 0, NULL, read_max_size },
	{ "start", 0, NULL, read_start },
	{ "param", STRING, "a query parameter's name", read_param },
	{ "param_header", STRING, "a header's name", read_param_header },
	{ "param_body", STRING, "a JSON pointer, \"/start_cursor\" for example", read_param_body },
	{ "limit_param", STRING, "a query parameter's name", read_limit_param },
	{ "records", POINTER, "a JSON pointer, \"/items\" for example", read_page_records },
	{ "next", POINTER, "a JSON pointer, \"/next_cursor\" for example", read_page_next },
	{ "total", POINTER, "a JSON pointer, \"/total\" for example", read_page_total },
	{ "number", POINTER, "a JSON pointer, \"/page\" for example", read_page_number },
	{ "last", POINTER, "a JSON pointer, \"/total_pages\" for example", read_page_last },
	{ "more", POINTER, "a JSON pointer, \"/has_more\" for example", read_page_more },
	{ "next_header", STRING, "a header's name", read_next_header },
	{ "total_header", STRING, "a header's name", read_total_header },
	{ NULL },
};

static void read_pages(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct draft *draft = target;

	draft->paged = keys_read(reader, pointer, value, page_keys, target);
	if (draft->paged && !json_has(value, "by"))
		reader_problem(reader, pointer,
			       "pages: `by` is missing: link, cursor, page, "
			       "offset or next_url");
}

/* `drift:` */

#define DRIFT_MAX 1000000

static void read_drift_number(struct reader *reader, const char *pointer, const struct json *value,
			      uint64_t *number)
{
	int64_t whole = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 1, DRIFT_MAX }, &whole))
		*number = (uint64_t)whole;
}

static void read_every(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	read_drift_number(reader, pointer, value, &((struct draft *)target)->dataset->drift.every);
}

static void read_times(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	read_drift_number(reader, pointer, value, &((struct draft *)target)->dataset->drift.times);
}

static void read_add(struct reader *reader, const char *pointer, const struct json *value,
		     void *target)
{
	read_drift_number(reader, pointer, value, &((struct draft *)target)->dataset->drift.added);
}

static void read_remove(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	read_drift_number(reader, pointer, value,
			  &((struct draft *)target)->dataset->drift.removed);
}

static const struct key drift_keys[] = {
	{ "every", 0, NULL, read_every },
	{ "times", 0, NULL, read_times },
	{ "add", 0, NULL, read_add },
	{ "remove", 0, NULL, read_remove },
	{ NULL },
};

static void read_drift(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	const struct dataset *dataset = ((struct draft *)target)->dataset;

	if (!keys_read(reader, pointer, value, drift_keys, target))
		return;
	if (!json_has(value, "every") || (!json_has(value, "add") && !json_has(value, "remove")))
		reader_problem(reader, pointer,
			       "drift: give `every`, a number of requests, and `add` or `remove`, "
			       "a number of records");
	else if (dataset->rows && json_has(value, "add"))
		reader_problem(reader, pointer, "drift: there are no rows to add to `rows`");
}

static const struct key dataset_keys[] = {
	{ "name", STRING, "a name", read_name },
	{ "count", 0, NULL, read_count },
	{ "rows", KEY_TYPE(JSON_ARRAY), "a list of records", read_rows },
	{ "records", 0, NULL, read_records },
	{ "pages", 0, NULL, read_pages },
	{ "drift", 0, NULL, read_drift },
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

/* Where things stand unless told: only pages by a Link header are bare lists. */
static void settle_places(struct draft *draft)
{
	enum dataset_pages by = draft->dataset->pages;

	if (!draft->records_set)
		draft->records = by == DATASET_LINK || by == DATASET_WHOLE ? "" : "/items";
	if (!draft->next_set && by == DATASET_CURSOR && !draft->dataset->next_header)
		draft->next = "/next_cursor";
	if (!draft->next_set && by == DATASET_NEXT_URL)
		draft->next = "/next";
}

static void build_envelope(struct reader *reader, const char *pointer, struct draft *draft,
			   struct route *route)
{
	struct json *tree = NULL;

	settle_places(draft);
	if (!place_hole(&tree, draft->total, "${page.total}") ||
	    !place_hole(&tree, draft->number, "${page.number}") ||
	    !place_hole(&tree, draft->last, "${page.last}") ||
	    !place_hole(&tree, draft->more, "${page.more}") ||
	    !place_hole(&tree, draft->records, "${page.records}") ||
	    !place_hole(&tree, draft->next, "${page.next}"))
		reader_problem(reader, pointer,
			       "pages: records, next, total, number, last and more need places of "
			       "their own, /items, /next_cursor and /total for example");
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
		dataset->param = xstrdup(dataset->pages == DATASET_CURSOR   ? "cursor"
					 : dataset->pages == DATASET_OFFSET ? "offset"
									    : "page");
	if (!dataset->limit_param)
		dataset->limit_param = xstrdup("limit");
	if (dataset->max_size < dataset->size)
		dataset->max_size = dataset->size;
	if (!route->body)
		build_envelope(reader, pointer, &draft, route);
}
