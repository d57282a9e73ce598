/* Holes: the table of what a template may ask for, and how each value is written at its place.
 *
 * Values of requests are outside data: inside JSON they are escaped, so that no parameter can break
 * the document it is echoed into.
 */
#include "fetchmock/hole.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"

typedef void write_fn(const struct hole *hole, enum hole_place place, struct fill *fill,
		      struct buf *out);

enum name_rule { NAME_NONE, NAME_REQUEST, NAME_FAKE };

struct hole_kind {
	const char *name; /* the whole name, or the part up to and with the dot */
	enum name_rule rule;
	enum fill_from from; /* for NAME_REQUEST */
	write_fn *write;
};

void hole_escape(struct slice text, struct buf *out)
{
	bool valid = utf8_valid(text.ptr, text.len);
	size_t plain = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || valid))
			continue;
		buf_add(out, text.ptr + plain, i - plain);
		plain = i + 1;
		if (c >= 0x80)
			buf_add_text(out, "\xef\xbf\xbd");
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addf(out, "\\%c", c);
	}
	if (text.len > plain)
		buf_add(out, text.ptr + plain, text.len - plain);
}

static void write_string(struct slice value, enum hole_place place, struct buf *out)
{
	if (place == HOLE_IN_TEXT) {
		buf_add_slice(out, value);
		return;
	}
	if (place == HOLE_ALONE)
		buf_add_char(out, '"');
	hole_escape(value, out);
	if (place == HOLE_ALONE)
		buf_add_char(out, '"');
}

/* -?(0|[1-9][0-9]*), what JSON takes as it is. */
static bool is_json_int(struct slice text)
{
	size_t i = text.len && text.ptr[0] == '-';

	if (i == text.len || (text.ptr[i] == '0' && text.len > i + 1))
		return false;
	for (; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

static void write_request(const struct hole *hole, enum hole_place place, struct fill *fill,
			  struct buf *out)
{
	struct slice value = { NULL, 0 };

	if (fill->lookup)
		value = fill->lookup(hole->kind->from, hole->name, fill->arg);
	if (place == HOLE_ALONE && hole->as_int && is_json_int(value))
		buf_add_slice(out, value);
	else
		write_string(value, place, out);
}

static void write_fake(const struct hole *hole, enum hole_place place, struct fill *fill,
		       struct buf *out)
{
	bool quoted = place == HOLE_ALONE && !hole->fake.fake->bare;

	if (quoted)
		buf_add_char(out, '"');
	fake_write(&hole->fake, &fill->random, out);
	if (quoted)
		buf_add_char(out, '"');
}

static void write_seq(const struct hole *hole, enum hole_place place, struct fill *fill,
		      struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->seq);
}

static void write_index(const struct hole *hole, enum hole_place place, struct fill *fill,
			struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->index);
}

static void write_total(const struct hole *hole, enum hole_place place, struct fill *fill,
			struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->page ? fill->page->total : 0);
}

static void write_size(const struct hole *hole, enum hole_place place, struct fill *fill,
		       struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->page ? fill->page->size : 0);
}

static void write_number(const struct hole *hole, enum hole_place place, struct fill *fill,
			 struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->page ? fill->page->number : 0);
}

static void write_last(const struct hole *hole, enum hole_place place, struct fill *fill,
		       struct buf *out)
{
	buf_addf(out, "%" PRIu64, fill->page ? fill->page->last : 0);
}

static void write_more(const struct hole *hole, enum hole_place place, struct fill *fill,
		       struct buf *out)
{
	buf_add_text(out, fill->page && fill->page->more ? "true" : "false");
}

static void write_next(const struct hole *hole, enum hole_place place, struct fill *fill,
		       struct buf *out)
{
	struct slice next = fill->page ? fill->page->next : (struct slice) { NULL, 0 };

	if (!next.ptr && place == HOLE_ALONE)
		buf_add_text(out, "null");
	else
		write_string(next, place, out);
}

static void write_records(const struct hole *hole, enum hole_place place, struct fill *fill,
			  struct buf *out)
{
	if (fill->page)
		fill->page->records(fill->page->source, fill, out);
	else
		buf_add_text(out, "null");
}

static const struct hole_kind hole_kinds[] = {
	{ "path.", NAME_REQUEST, FILL_PATH, write_request },
	{ "query.", NAME_REQUEST, FILL_QUERY, write_request },
	{ "header.", NAME_REQUEST, FILL_HEADER, write_request },
	{ "fake.", NAME_FAKE, 0, write_fake },
	{ "seq", NAME_NONE, 0, write_seq },
	{ "index", NAME_NONE, 0, write_index },
	{ "page.records", NAME_NONE, 0, write_records },
	{ "page.next", NAME_NONE, 0, write_next },
	{ "page.total", NAME_NONE, 0, write_total },
	{ "page.size", NAME_NONE, 0, write_size },
	{ "page.number", NAME_NONE, 0, write_number },
	{ "page.last", NAME_NONE, 0, write_last },
	{ "page.more", NAME_NONE, 0, write_more },
};

static const struct hole_kind *find_kind(struct slice text)
{
	for (size_t i = 0; i < sizeof(hole_kinds) / sizeof(hole_kinds[0]); i++) {
		struct slice name = slice_of(hole_kinds[i].name);

		if (hole_kinds[i].rule == NAME_NONE
			    ? slice_equal(text, name)
			    : text.len > name.len && memcmp(text.ptr, name.ptr, name.len) == 0)
			return &hole_kinds[i];
	}
	return NULL;
}

/* "id" or "id:int". */
static void parse_request_name(struct slice name, struct hole *hole)
{
	static const char suffix[] = ":int";
	size_t len = sizeof(suffix) - 1;

	hole->as_int = name.len > len && memcmp(name.ptr + name.len - len, suffix, len) == 0;
	hole->name = xstrndup(name.ptr, name.len - (hole->as_int ? len : 0));
}

int hole_parse(struct slice text, struct hole *hole, struct err *err)
{
	struct hole parsed = { .kind = find_kind(text) };
	struct slice rest;
	int rc = 0;

	if (!parsed.kind)
		return err_set(
			err, -EINVAL,
			"there is no ${%.*s}; holes are path.NAME, query.NAME, header.NAME, "
			"fake.KIND, seq, index, page.records, page.next, page.total, page.size, "
			"page.number, page.last, page.more",
			(int)text.len, text.ptr);
	rest.ptr = text.ptr + strlen(parsed.kind->name);
	rest.len = text.len - strlen(parsed.kind->name);
	if (parsed.kind->rule == NAME_FAKE)
		rc = fake_parse(rest, &parsed.fake, err);
	else if (parsed.kind->rule == NAME_REQUEST)
		parse_request_name(rest, &parsed);
	if (rc == 0)
		*hole = parsed;
	return rc;
}

void hole_done(struct hole *hole)
{
	free(hole->name);
	hole->name = NULL;
}

const char *hole_path_variable(const struct hole *hole)
{
	return hole->kind->rule == NAME_REQUEST && hole->kind->from == FILL_PATH ? hole->name
										 : NULL;
}

bool hole_of_page(const struct hole *hole)
{
	return strncmp(hole->kind->name, "page.", 5) == 0;
}

bool hole_alone_only(const struct hole *hole)
{
	return hole->kind->write == write_records;
}

void hole_write(const struct hole *hole, enum hole_place place, struct fill *fill, struct buf *out)
{
	hole->kind->write(hole, place, fill, out);
}
