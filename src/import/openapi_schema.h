/* What an OpenAPI schema says about the records of an answer. Internal to import. */
#ifndef IMPORT_OPENAPI_SCHEMA_H
#define IMPORT_OPENAPI_SCHEMA_H

#include "base/json.h"

/* `node` itself, or what its $ref names, through any number of them (OpenAPI 3.1, section 4.8.23);
 * NULL when that is not in the document or refers to itself. Borrowed. */
struct json *openapi_resolve(const struct json *document, const struct json *node);

/* Where the records are in an answer of this schema, "/data"; "" for the answer itself. The
 * caller's; `items` is the schema of one, borrowed, NULL when it is not said. */
char *openapi_records(const struct json *document, const struct json *schema, struct json **items);
/* The columns of a record of this schema, the caller's; NULL when they are better found by fetchd.
 */
struct json *openapi_columns(const struct json *document, const struct json *schema);

#endif
