/* Outputs that cannot be written now, and the landings that wait for them.
 *
 * A path may become unusable under a run: its directory is replaced by a file or a link, made
 * unreadable, its disk is full. That holds up nobody else: what belongs to such an output waits
 * here, in the order it came, and is tried again by itself at growing intervals. A point's landings
 * wait all or none: those without rows, which no output needs, wait for the rows that came before
 * them, or a crash would leave a chain that counts as finished and lacks a page.
 *
 * This keeps the list; what is tried and told stands in lander_ailing.c. Lander thread only.
 */
#ifndef RUN_AILING_H
#define RUN_AILING_H

#include "base/err.h"
#include "base/log.h"
#include "run/account.h"

#define AILING_FIRST_MS                                                                            \
	1000                /* before what failed is tried again; twice as long each further time */
#define AILING_MAX_MS 30000 /* and no longer */

struct ailing {
	struct ailing *next; /* oldest first */
	struct account *account;
	char *key; /* of the output */
	char *why;
	bool trying;              /* it is being tried: counts as well until it fails again */
	int64_t pause_ms, due_ms; /* monotonic */
	struct landing **at;      /* what waits */
	size_t n, room;
	struct complaint trouble;
};

/* The next pause after one of so many milliseconds; 0: none yet. */
int64_t ailing_pause_ms(int64_t pause_ms);

/* What this PAGE or FAILURE has to wait for; NULL: nothing. */
struct ailing *ailing_of(struct ailing *list, const struct landing *landing);
/* The output failed, for the first time or once more. */
struct ailing *ailing_add(struct ailing **list, struct account *account, const char *key,
			  int64_t now_ms, const struct err *why);
/* Takes the landing. */
void ailing_park(struct ailing *ailing, struct landing *landing);
/* What waits, oldest first; the caller's, and the array too. */
struct landing **ailing_take(struct ailing *ailing, size_t *n);
/* It is well, or nobody cares any more. Nothing may wait. */
void ailing_remove(struct ailing **list, struct ailing *ailing);
/* The same for all of a run that has ended. */
void ailing_forget(struct ailing **list, const struct account *account);
/* The first that is to be tried by now; NULL: none. */
struct ailing *ailing_due(struct ailing *list, int64_t now_ms);
/* When the next one is; INT64_MAX: never. */
int64_t ailing_next_ms(const struct ailing *list);
/* Why this run waits; NULL: it does not. Borrowed. */
const char *ailing_why(const struct ailing *list, const struct account *account);

#endif
