/* Secrets by reference: a job says where a secret is, never what it is.
 *
 * {file: P}, {env: NAME} or {credential: NAME} ($CREDENTIALS_DIRECTORY, systemd.exec(5)). Resolved
 * when a run starts, on a thread that may block; a final newline is dropped. The value lives in
 * struct secret, is never printed, and its memory is wiped (explicit_bzero) and kept out of core
 * dumps where possible.
 */
#ifndef SPEC_SECRET_H
#define SPEC_SECRET_H

#include <stdbool.h>

#include "base/err.h"

enum secret_kind { SECRET_NONE, SECRET_FILE, SECRET_ENV, SECRET_CREDENTIAL };

struct secret_ref {
	enum secret_kind kind;
	char *name; /* the path (absolute), variable or credential */
};

#define SECRET_MAX 65536 /* bytes */

/* The value, NUL-terminated, without control bytes; the caller ends it with secret_free. */
int secret_resolve(const struct secret_ref *ref, char **value, struct err *err);
/* The same of a text that may have lines, a key for example: kept as it is, but for NUL. */
int secret_resolve_text(const struct secret_ref *ref, char **value, struct err *err);
char *secret_keep(const char *text); /* a copy that is kept as a secret is */
void secret_free(char *value);       /* wipes; NULL is fine */
void secret_ref_done(struct secret_ref *ref);

#endif
