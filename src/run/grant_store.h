/* Refresh tokens that took the place of configured ones, kept over restarts.
 *
 * With a server that rotates them (RFC 6749 section 6) the configured token is worthless after its
 * first use. Each is a file of its own in <state_dir>/tokens (0700), mode 0600, replaced as a
 * whole; it remembers, as a digest, which configured token it descends from, so that a new one put
 * in the configured place wins. Both functions block.
 */
#ifndef RUN_GRANT_STORE_H
#define RUN_GRANT_STORE_H

#include "base/err.h"

/* What a grant is got with: settings and configured secrets, never shown. */
struct grant_name {
	const char *settings; /* the canonical text of the job's `auth` */
	const char *origin;   /* the refresh token as configured */
};

/* The kept token, ending with secret_free; NULL: none is kept for that origin. */
char *grant_store_load(const char *state_dir, const struct grant_name *name);
int grant_store_save(const char *state_dir, const struct grant_name *name, const char *refresh,
		     struct err *err);

#endif
