/* An operation of an OpenAPI 3.0 or 3.1 document (https://spec.openapis.org/oas/) as a job.
 *
 * A skeleton: the address, the parameters that must be given, how to prove who asks, where the
 * records are in the answer and which columns they have. What the document leaves open is noted.
 * References are followed within the document only.
 */
#ifndef IMPORT_OPENAPI_H
#define IMPORT_OPENAPI_H

#include "import/draft.h"

/* The GET of `path` as the document names it ("/pets/{id}"). -EINVAL or -ENOENT with a sentence. */
int openapi_import(const struct json *document, const char *path, struct draft *draft,
		   struct err *err);
/* The paths that have a GET, in order: a list, the caller's. Empty when it is no such document. */
struct json *openapi_paths(const struct json *document);

#endif
