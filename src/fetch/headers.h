/* The header fields a request sends, as lines "Name: value" that libcurl takes as they are.
 *
 * Nothing gets in that could end a line or change how the message is framed (RFC 9112 section 6):
 * control bytes are refused, and so are Content-Length and Transfer-Encoding.
 */
#ifndef FETCH_HEADERS_H
#define FETCH_HEADERS_H

#include <stdbool.h>

#include "base/err.h"

/* NULL-terminated and allocated, or NULL when there is none yet; freed with headers_free. */

/* Adds a field at the end. -EINVAL with a sentence that does not hold the value (it may be secret).
 * An empty value adds a line that tells libcurl not to send that field at all. */
int headers_add(char ***headers, const char *name, const char *value, struct err *err);
/* The same for a default of ours: nothing happens when the field is there. The value is fine. */
void headers_default(char ***headers, const char *name, const char *value);
bool headers_has(char *const *headers, const char *name);
const char *headers_find(char *const *headers, const char *name); /* the first value; NULL */
void headers_remove(char **headers, const char *name);
void headers_free(char **headers);

/* A token of RFC 9110 section 5.6.2: what a method or a field name is made of. */
bool token_valid(const char *text);

#endif
