/* Cookies (RFC 6265) as they are kept for one run, or for one session: in memory only.
 *
 * There is no list of public suffixes here: a cookie that names a domain must name the host itself
 * or a parent of at least two labels, and never goes to an address.
 */
#ifndef FETCH_COOKIES_H
#define FETCH_COOKIES_H

#include <stdint.h>

#define COOKIES_MAX      200
#define COOKIE_MAX_BYTES 8192 /* of one; longer ones are not kept */

struct cookies;

struct cookies *cookies_new(void);
void cookies_free(struct cookies *cookies); /* wipes; NULL is fine */

/* Keeps what an answer from `url` set: Set-Cookie values, one a line. `now_ms`: UNIX. */
void cookies_take(struct cookies *cookies, const char *url, const char *lines, int64_t now_ms);
/* "a=b; c=d" for a request to `url`, the longest paths first; NULL: none. The caller frees. */
char *cookies_for(const struct cookies *cookies, const char *url, int64_t now_ms);

#endif
