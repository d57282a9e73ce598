/* One pass that proves the document and finds two places in it: see extract.h.
 *
 * The scanner is driven to the very end of the document, so a body that was cut anywhere is
 * noticed however early the records came. Both pointers are matched on the way down; whatever
 * lies off both paths is passed over in one call. Recursion is as deep as the longer pointer, no
 * deeper.
 */
#include "data/extract.h"

#include <errno.h>
#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"

#define OFF SIZE_MAX /* this value does not lie on the pointer's path */

/* How many steps of each pointer lead to the value at hand. */
struct depth {
	size_t records, cursor;
};

struct search {
	struct scan scan;
	const struct pointer *records, *cursor;
	struct extract *out;
	bool found;
};

static int visit(struct search *search, enum scan_token token, struct depth depth,
		 struct slice *whole);

static void add_record(struct extract *out, struct slice record, bool spaced)
{
	out->spaced |= spaced;
	if (out->len == out->room) {
		out->room = out->room ? out->room * 2 : 64;
		out->records = xreallocarray(out->records, out->room, sizeof(*out->records));
	}
	out->records[out->len++] = record;
}

/* One step further down `pointer`, or off its path. */
static size_t key_step(const struct pointer *pointer, size_t depth, const struct scan *scan)
{
	struct slice step;

	if (depth == OFF || depth == pointer_steps(pointer))
		return OFF;
	step = pointer_step(pointer, depth);
	if (scan->escaped ? !scan_means(scan->value, step) : !slice_equal(scan->value, step))
		return OFF;
	return depth + 1;
}

static size_t index_step(const struct pointer *pointer, size_t depth, uint64_t index)
{
	if (depth == OFF || depth == pointer_steps(pointer))
		return OFF;
	return pointer_index(pointer, depth) == index ? depth + 1 : OFF;
}

/* A key that was there before takes back what the earlier one had found. */
static void forget(struct search *search, struct depth depth)
{
	if (depth.records != OFF) {
		search->found = false;
		search->out->spaced = false;
		search->out->len = 0;
	}
	if (depth.cursor != OFF)
		search->out->cursor = (struct slice) { 0 };
}

static int visit_object(struct search *search, struct depth depth)
{
	struct scan *scan = &search->scan;
	enum scan_token token;
	struct slice member;

	while ((token = scan_next(scan)) == SCAN_KEY) {
		struct depth below = {
			key_step(search->records, depth.records, scan),
			key_step(search->cursor, depth.cursor, scan),
		};

		forget(search, below);
		if (visit(search, scan_next(scan), below, &member) < 0)
			return -EINVAL;
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

static int visit_array(struct search *search, struct depth depth)
{
	bool picked = depth.records != OFF && depth.records == pointer_steps(search->records);
	struct scan *scan = &search->scan;
	enum scan_token token;
	struct slice element;

	for (uint64_t i = 0; (token = scan_next(scan)) > SCAN_END && token != SCAN_ARRAY_END; i++) {
		struct depth below = {
			index_step(search->records, depth.records, i),
			index_step(search->cursor, depth.cursor, i),
		};
		size_t spaces = scan->spaces;

		if (visit(search, token, below, &element) < 0)
			return -EINVAL;
		if (picked)
			add_record(search->out, element, scan->spaces > spaces);
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

/* Passes over the value whose first token was just returned, looking inside where a path leads. */
static int inside(struct search *search, enum scan_token token, struct depth depth,
		  struct slice *whole)
{
	const char *from = search->scan.value.ptr;
	int code;

	if (token == SCAN_ERROR)
		return -EINVAL;
	if ((depth.records == OFF && depth.cursor == OFF) ||
	    (token != SCAN_OBJECT && token != SCAN_ARRAY))
		return scan_skip(&search->scan, token, whole);
	code = token == SCAN_OBJECT ? visit_object(search, depth) : visit_array(search, depth);
	*whole = (struct slice) { from, (size_t)(search->scan.at - from) };
	return code;
}

static int visit(struct search *search, enum scan_token token, struct depth depth,
		 struct slice *whole)
{
	size_t spaces = search->scan.spaces;

	if (inside(search, token, depth, whole) < 0)
		return -EINVAL;
	if (depth.cursor != OFF && depth.cursor == pointer_steps(search->cursor))
		search->out->cursor = *whole;
	if (depth.records == OFF || depth.records < pointer_steps(search->records))
		return 0;
	search->found = true;
	if (token != SCAN_ARRAY && token != SCAN_NULL)
		add_record(search->out, *whole, search->scan.spaces > spaces);
	return 0;
}

/* Did the scanner stop because the bytes did, perhaps in the middle of a character? */
static bool cut_short(const struct scan *scan)
{
	size_t left = (size_t)(scan->end - scan->at);
	unsigned char lead = left ? (unsigned char)*scan->at : 0;
	size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;

	if (left >= need)
		return left == 0;
	for (size_t i = 1; i < left; i++) {
		if (((unsigned char)scan->at[i] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

int extract_records(struct slice body, const struct pointer *records, const struct pointer *cursor,
		    struct extract *extract, bool *truncated, struct err *err)
{
	struct search search = { .records = records, .cursor = cursor, .out = extract };
	struct depth top = { 0, cursor ? 0 : OFF };
	struct slice document;
	int code;

	extract->len = 0;
	extract->spaced = false;
	extract->cursor = (struct slice) { 0 };
	scan_init(&search.scan, body.ptr, body.len, SCAN_DEPTH_MAX);
	code = visit(&search, scan_next(&search.scan), top, &document);
	if (code == 0 && scan_next(&search.scan) != SCAN_END)
		code = -EINVAL;
	*truncated = code < 0 && cut_short(&search.scan);
	if (code < 0)
		return scan_fail(&search.scan, err);
	if (!search.found)
		return err_set(err, -ENOENT, "nothing at the records pointer \"%s\"",
			       pointer_text(records));
	return 0;
}

void extract_done(struct extract *extract)
{
	free(extract->records);
	*extract = (struct extract) { 0 };
}
