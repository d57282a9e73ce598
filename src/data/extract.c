/* One pass that proves the document and finds a few places in it: see extract.h.
 *
 * The scanner is driven to the very end of the document, so a body that was cut anywhere is
 * noticed however early the records came. All pointers are matched on the way down; whatever
 * lies off their paths is passed over in one call. Recursion is as deep as the longest pointer,
 * no deeper.
 */
#include "data/extract.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "data/names.h"

#define OFF UINT16_MAX /* this value does not lie on the pointer's path */

/* How many steps of each pointer lead to the value at hand; never more than a document is deep. */
struct depth {
	uint16_t records, probes[EXTRACT_PROBES_MAX];
};

struct search {
	struct scan scan;
	const struct extract_ask *ask;
	struct extract *out;
	bool found;
	bool dropped; /* some records were taken back: their slices are empty */
};

static int visit(struct search *search, enum scan_token token, struct depth depth,
		 struct slice *whole);

void extract_add(struct extract *extract, struct slice record)
{
	if (extract->len == extract->room) {
		extract->room = extract->room ? extract->room * 2 : 64;
		extract->records =
			xreallocarray(extract->records, extract->room, sizeof(*extract->records));
	}
	extract->records[extract->len++] = record;
}

static bool has_steps(const struct pointer *pointer, uint16_t depth)
{
	return depth != OFF && depth < pointer_steps(pointer);
}

static bool at_star(const struct search *search, struct depth depth)
{
	return has_steps(search->ask->records, depth.records) &&
	       slice_is(pointer_step(search->ask->records, depth.records), "*");
}

/* One step further down `pointer`, or off its path. */
static uint16_t key_step(const struct pointer *pointer, uint16_t depth, const struct scan *scan)
{
	struct slice step;

	if (!has_steps(pointer, depth))
		return OFF;
	step = pointer_step(pointer, depth);
	if (scan->escaped ? !scan_means(scan->value, step) : !slice_equal(scan->value, step))
		return OFF;
	return (uint16_t)(depth + 1);
}

static uint16_t index_step(const struct pointer *pointer, uint16_t depth, uint64_t index)
{
	if (!has_steps(pointer, depth))
		return OFF;
	return pointer_index(pointer, depth) == index ? (uint16_t)(depth + 1) : OFF;
}

static struct depth below_key(const struct search *search, struct depth depth, bool star)
{
	const struct extract_ask *ask = search->ask;
	struct depth below;

	below.records = star ? (uint16_t)(depth.records + 1)
			     : key_step(ask->records, depth.records, &search->scan);
	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		below.probes[i] = key_step(ask->probes[i], depth.probes[i], &search->scan);
	return below;
}

static struct depth below_index(const struct search *search, struct depth depth, bool star,
				uint64_t index)
{
	const struct extract_ask *ask = search->ask;
	struct depth below;

	below.records = star ? (uint16_t)(depth.records + 1)
			     : index_step(ask->records, depth.records, index);
	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		below.probes[i] = index_step(ask->probes[i], depth.probes[i], index);
	return below;
}

/* Does some pointer lead further down than the value at hand? */
static bool leads_on(const struct search *search, struct depth depth)
{
	bool leads = has_steps(search->ask->records, depth.records);

	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		leads |= has_steps(search->ask->probes[i], depth.probes[i]);
	return leads;
}

/* An object's members that were met, and the records each brought: for a "*", where a member that
 * comes again takes back only its own. */
struct members {
	struct names keys;
	struct {
		size_t from, len;
	} * brought; /* one a key */
	size_t room;
	struct buf key;
};

static void take_back(struct search *search, size_t from, size_t len)
{
	for (size_t i = from; i < from + len; i++)
		search->out->records[i] = (struct slice) { 0 };
	search->dropped |= len > 0;
}

/* The member whose key was just read: its number, its earlier records gone. */
static size_t member_again(struct search *search, struct members *members)
{
	size_t known = members->keys.len, at;

	buf_clear(&members->key);
	scan_unescape(search->scan.value, &members->key);
	at = names_add(&members->keys, buf_slice(&members->key));
	if (at < known) {
		take_back(search, members->brought[at].from, members->brought[at].len);
	} else if (at == members->room) {
		members->room = members->room ? members->room * 2 : 16;
		members->brought =
			xreallocarray(members->brought, members->room, sizeof(*members->brought));
	}
	return at;
}

/* Every member of an object that a "*" stands for. */
static int visit_members(struct search *search, struct depth depth)
{
	struct scan *scan = &search->scan;
	struct members members = { .room = 0 };
	enum scan_token token = SCAN_ERROR;
	struct slice member;
	int code = 0;

	buf_init(&members.key, SIZE_MAX / 4);
	while (code == 0 && (token = scan_next(scan)) == SCAN_KEY) {
		struct depth below = below_key(search, depth, true);
		size_t at = member_again(search, &members), from = search->out->len;

		code = visit(search, scan_next(scan), below, &member);
		members.brought[at].from = from;
		members.brought[at].len = search->out->len - from;
	}
	search->found |= members.keys.len == 0;
	names_done(&members.keys);
	free(members.brought);
	buf_done(&members.key);
	return code < 0 || token == SCAN_ERROR ? -EINVAL : 0;
}

/* A key that was there before takes back what the earlier one had found. */
static void forget(struct search *search, struct depth depth, size_t from, bool found)
{
	if (depth.records != OFF) {
		search->found = found;
		search->out->len = from;
		search->out->spaced &= from > 0;
	}
	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		if (depth.probes[i] != OFF)
			search->out->found[i] = (struct slice) { 0 };
}

static int visit_object(struct search *search, struct depth depth)
{
	struct scan *scan = &search->scan;
	size_t from = search->out->len;
	bool found = search->found;
	enum scan_token token;
	struct slice member;

	if (at_star(search, depth))
		return visit_members(search, depth);
	while ((token = scan_next(scan)) == SCAN_KEY) {
		struct depth below = below_key(search, depth, false);

		forget(search, below, from, found);
		if (visit(search, scan_next(scan), below, &member) < 0)
			return -EINVAL;
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

static bool is_element(enum scan_token token)
{
	return token > SCAN_END && token != SCAN_ARRAY_END;
}

/* The elements of the array that holds the records: nothing is looked for inside them. */
static int pick_elements(struct search *search)
{
	struct scan *scan = &search->scan;
	enum scan_token token;
	struct slice element;

	while (is_element(token = scan_next(scan))) {
		size_t spaces = scan->spaces;

		if (scan_skip(scan, token, &element) < 0)
			return -EINVAL;
		search->out->spaced |= scan->spaces > spaces;
		extract_add(search->out, element);
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

static int visit_array(struct search *search, struct depth depth)
{
	bool picked = depth.records == pointer_steps(search->ask->records);
	bool star = at_star(search, depth);
	struct scan *scan = &search->scan;
	enum scan_token token;
	struct slice element;
	uint64_t i;

	if (picked && !leads_on(search, depth))
		return pick_elements(search);
	for (i = 0; is_element(token = scan_next(scan)); i++) {
		struct depth below = below_index(search, depth, star, i);
		size_t spaces = scan->spaces;

		if (visit(search, token, below, &element) < 0)
			return -EINVAL;
		if (!picked)
			continue;
		search->out->spaced |= scan->spaces > spaces;
		extract_add(search->out, element);
	}
	search->found |= star && i == 0;
	return token == SCAN_ERROR ? -EINVAL : 0;
}

/* Passes over the value whose first token was just returned, looking inside where a path leads. */
static int inside(struct search *search, enum scan_token token, struct depth depth,
		  struct slice *whole)
{
	const char *from = search->scan.value.ptr;
	bool list = token == SCAN_ARRAY && depth.records == pointer_steps(search->ask->records);
	int code;

	if (token == SCAN_ERROR)
		return -EINVAL;
	if ((token != SCAN_OBJECT && token != SCAN_ARRAY) || (!list && !leads_on(search, depth)))
		return scan_skip(&search->scan, token, whole);
	code = token == SCAN_OBJECT ? visit_object(search, depth) : visit_array(search, depth);
	*whole = (struct slice) { from, (size_t)(search->scan.at - from) };
	return code;
}

static int visit(struct search *search, enum scan_token token, struct depth depth,
		 struct slice *whole)
{
	const struct extract_ask *ask = search->ask;
	size_t spaces = search->scan.spaces;

	if (inside(search, token, depth, whole) < 0)
		return -EINVAL;
	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		if (depth.probes[i] != OFF && depth.probes[i] == pointer_steps(ask->probes[i]))
			search->out->found[i] = *whole;
	if (depth.records == OFF || depth.records < pointer_steps(ask->records))
		return 0;
	search->found = true;
	if (token == SCAN_ARRAY || token == SCAN_NULL)
		return 0;
	search->out->spaced |= search->scan.spaces > spaces;
	extract_add(search->out, *whole);
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

/* One document of the body: all of it, or a line. */
static int search_document(struct search *search, struct slice document)
{
	struct depth top = { 0 };
	struct slice whole;
	int code;

	for (size_t i = 0; i < EXTRACT_PROBES_MAX; i++)
		top.probes[i] = search->ask->probes[i] ? 0 : OFF;
	scan_init(&search->scan, document.ptr, document.len, SCAN_DEPTH_MAX);
	code = visit(search, scan_next(&search->scan), top, &whole);
	return code == 0 && scan_next(&search->scan) != SCAN_END ? -EINVAL : code;
}

static bool is_blank(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t\r", line.ptr[i]) || line.ptr[i] == '\0')
			return false;
	return true;
}

/* A string holds no line end as it is (RFC 8259 section 7), so that lines part documents. */
static int search_lines(struct search *search, struct slice body, bool *last)
{
	const char *at = body.ptr, *end = body.ptr + body.len;
	int code = 0;

	while (at < end && code == 0) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct slice line = { at, (size_t)((stop ? stop : end) - at) };

		if (!is_blank(line))
			code = search_document(search, line);
		*last = !stop;
		at = stop ? stop + 1 : end;
	}
	search->scan.start = body.ptr; /* errors name the line of the body */
	return code;
}

static void close_gaps(struct extract *extract)
{
	size_t len = 0;

	for (size_t i = 0; i < extract->len; i++)
		if (extract->records[i].ptr)
			extract->records[len++] = extract->records[i];
	extract->len = len;
}

void extract_clear(struct extract *extract)
{
	extract->len = 0;
	extract->spaced = false;
	memset(extract->found, 0, sizeof(extract->found));
	buf_done(&extract->made);
}

int extract_records(struct slice body, const struct extract_ask *ask, struct extract *extract,
		    bool *truncated, struct err *err)
{
	struct search search = { .ask = ask, .out = extract };
	bool last = true;
	int code;

	extract_clear(extract);
	code = ask->lines ? search_lines(&search, body, &last) : search_document(&search, body);
	*truncated = code < 0 && last && cut_short(&search.scan);
	if (code < 0)
		return scan_fail(&search.scan, err);
	if (search.dropped)
		close_gaps(extract);
	if (!search.found)
		return err_set(err, -ENOENT, "nothing at the records pointer \"%s\"",
			       pointer_text(ask->records));
	return 0;
}

void extract_done(struct extract *extract)
{
	free(extract->records);
	buf_done(&extract->made);
	*extract = (struct extract) { 0 };
}
