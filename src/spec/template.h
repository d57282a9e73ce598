/* Texts with holes: "/inventory/${category}?id=${id}", filled per request.
 *
 * A hole is ${name} or ${name|filter|filter:argument}. Filters: upper, lower, default:TEXT, raw,
 * and a strftime(3) format for times (${scheduled|%Y-%m-%d}, UTC). "$$" is one dollar. What a hole
 * yields is encoded for the place it stands in (RFC 3986: path segment, query value; header value;
 * JSON string), unless `raw` is given. In a JSON text a string that is nothing but ${name|json}
 * stands for the value itself, a number for example, which must be JSON. The constant text of a
 * TEMPLATE_QUERY (a query or form value) is encoded too: the result is complete and goes into
 * "name=RESULT" as it is. In
 * the constant text of a TEMPLATE_PATH %Y %m %d %H %M %S %j stand for ${scheduled|%Y} and so on,
 * and "%%" for one "%"; in a value a "%" is a "%". Compiled once; immutable after, any thread may
 * expand it.
 */
#ifndef SPEC_TEMPLATE_H
#define SPEC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct template;

/* How values are encoded. TEMPLATE_URL works out per hole whether it stands in the path (one
 * segment:
 * "/" and ".." cannot leave it), the query (after "?") or the authority (refused, unless
 * host-safe). */
enum template_place {
	TEMPLATE_PLAIN,
	TEMPLATE_URL,
	TEMPLATE_QUERY,
	TEMPLATE_HEADER,
	TEMPLATE_JSON,
	TEMPLATE_PATH
};

/* Answers a name: the value's text, or a NULL ptr when there is no such value (then `default:` or
 * an error). */
typedef struct slice template_lookup_fn(struct slice name, void *arg);

/* -EINVAL with a sentence for an unclosed hole, an unknown filter, an empty name, a time that a
 * path cannot hold. */
int template_parse(const char *text, enum template_place place, struct template **out,
		   struct err *err);
void template_free(struct template *template);
const char *template_source(const struct template *template);

bool template_constant(const struct template *template); /* has no holes */
size_t template_holes(const struct template *template);
struct slice template_hole_name(const struct template *template, size_t index);

/* Appends to `out`. -ENOENT when a name has no value; -EINVAL when a value does not fit its place
 * (control bytes in a header; in an output path also an empty one, "/" and ".."); -E2BIG. */
int template_expand(const struct template *template, template_lookup_fn *lookup, void *arg,
		    struct buf *out, struct err *err);

#endif
