/* Templates of fetchmock: a JSON value or a text with holes, compiled once and rendered per
 * request.
 *
 * A hole is ${NAME}; "$$" is one dollar, any other dollar is itself. Names: path.VARIABLE,
 * query.PARAMETER, header.NAME, seq (the route's request number, from 1), index (the record's,
 * from 0), fake.KIND[:ARGUMENT...] (fake.h), page.records, page.next, page.total, page.size,
 * page.number, page.last, page.more. In JSON, a string that is one hole and nothing else becomes a
 * number or boolean when the hole yields one (seq, index, the page's numbers and page.more,
 * fake.int, fake.number, fake.bool); path, query and header do so when ":int" follows the name and
 * the value is an integer. page.records is an array, page.next null on the last page. A parameter
 * or header that was not sent is "".
 */
#ifndef FETCHMOCK_BODY_H
#define FETCHMOCK_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/random.h"
#include "base/slice.h"

struct body;

/* Answers a name of the request; a NULL ptr when it was not sent. `from` tells where to look. */
enum fill_from { FILL_PATH, FILL_QUERY, FILL_HEADER };
typedef struct slice fill_lookup_fn(enum fill_from from, const char *name, void *arg);

/* The page of a dataset, for the page.* holes. */
struct fill;
struct page;
struct fill_page {
	/* Writes a JSON array. */
	void (*records)(const struct page *page, const struct fill *request, struct buf *out);
	const struct page *source;
	struct slice next; /* NULL ptr on the last page */
	uint64_t total, size;
	uint64_t number, last; /* of this page and of the last */
	bool more;
};

/* All a template may ask for. */
struct fill {
	fill_lookup_fn *lookup; /* NULL: every name is "" */
	void *arg;
	uint64_t seq, index;
	struct random random;         /* drawn from by fakes, in the order of the holes */
	const struct fill_page *page; /* NULL: page.* are null and "" */
};

/* -EINVAL with a sentence for an unclosed or unknown hole. `body` is the caller's: body_free. */
int body_compile_json(const struct json *value, struct body **body, struct err *err);
int body_compile_text(const char *text, struct body **body, struct err *err);
void body_free(struct body *body);

/* The path variables it uses, one for each n from 0 up; NULL after the last. */
const char *body_path_variable(const struct body *body, size_t n);
/* Whether it uses a page.* hole. */
bool body_pages(const struct body *body);

/* Appends; past out's ceiling it stops and out->full tells. */
void body_render(const struct body *body, struct fill *fill, struct buf *out);

#endif
