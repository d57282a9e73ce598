/* Asking the daemon, for verbs: failures are said on stderr and come back as exit statuses. */
#ifndef FETCHCTL_ASK_H
#define FETCHCTL_ASK_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct client_reply;
struct ctl;

/* 0 and the reply (the caller's; NULL when it is empty), or an exit status with the sentence said.
 */
int ask(struct ctl *ctl, const char *method, const char *path, const struct json *body,
	struct json **reply);
/* Follows a list to its end, or to `limit` items (0: all). `cursor` names the query parameter that
 * takes `next`. *items is an array, the caller's. */
int ask_list(struct ctl *ctl, const char *path, const char *cursor, uint64_t limit,
	     struct json **items);

typedef void ask_show_fn(const struct ctl *ctl, const struct json *reply);

/* All of a verb that asks once: the reply as --json prints it, or as `show` does. `path` is taken.
 * The exit status. */
int ask_show(struct ctl *ctl, const char *method, char *path, ask_show_fn *show);
/* The same for a list: as many items as -n says, all without it. */
int ask_show_list(struct ctl *ctl, char *path, const char *cursor, ask_show_fn *show);

/* The client, for what those above do not do; NULL with the exit status and the sentence said. */
struct client *ask_client(struct ctl *ctl);
/* Says why a call did not come through, or what the daemon refused; returns the exit status. */
int ask_failed(struct ctl *ctl, int code, const struct client_reply *reply);
int ask_refused(struct client_reply *reply); /* and drops its document */

/* "/v1/jobs/" + JOB + "/run", the middle escaped. The caller frees. */
char *ask_path(const char *before, const char *word, const char *after);
/* A run's number as typed, checked: false when it is none, said on stderr. */
bool ask_run_number(const char *word);

#endif
