/* A job file in the making: what an import has understood, and what a person should look at.
 *
 * Whatever the foreign text says becomes constant text of the job: its dollars are doubled, so that
 * nothing in it is taken for a parameter. Secrets are never copied: the draft says where they will
 * be looked for.
 */
#ifndef IMPORT_DRAFT_H
#define IMPORT_DRAFT_H

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"

struct draft {
	char *name;         /* the job's, made of the address; owned */
	struct json *job;   /* its definition */
	struct json *notes; /* sentences for a person, in order */
};

void draft_init(struct draft *draft);
void draft_done(struct draft *draft);

/* A job's name that is like `text`: what a name cannot hold becomes "-". */
void draft_name(struct draft *draft, const char *text);
void draft_note(struct draft *draft, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The map at `key` of `map`, made when it is not there. */
struct json *draft_map(struct json *map, const char *key);
/* `text` as constant text of a template. */
struct json *draft_constant(struct slice text);
/* A parameter that is named like `wanted` and not there yet, with its values (taken): its name,
 * borrowed until the next parameter. */
const char *draft_param(struct draft *draft, struct slice wanted, struct json *values);
/* Where a secret will be: {env: NAME} when the foreign text has $NAME, else a file beside the job's
 * own, and a note which. `what` names it in the note and the file: "token". After draft_name. */
struct json *draft_secret(struct draft *draft, const char *what, const char *text);

/* {"jobs": {NAME: JOB}} when fetchd takes it; NULL with a sentence when it does not. The caller's.
 */
struct json *draft_finish(struct draft *draft, struct err *err);

#endif
