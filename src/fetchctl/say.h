/* What fetchctl says outside of tables. Text that comes from elsewhere never reaches a terminal
 * with its control bytes: they are shown as \xNN. */
#ifndef FETCHCTL_SAY_H
#define FETCHCTL_SAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"

#define SAY_TIME_MAX 32

/* "fetchctl: SENTENCE" on stderr. */
void say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and returns CTL_USAGE. */
int say_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Outside text. `lines`: line feeds and tabs are kept. */
void say_text(FILE *out, const char *text, bool lines);
/* The same as a string, nothing kept; the caller frees. */
char *say_safe(const char *text);
/* "label      value" on stdout; the values of several fields stand below each other. A NULL value:
 * nothing is printed. */
void say_field(const char *label, const char *value);
void say_fieldf(const char *label, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The whole document on stdout, with a line feed; `pretty` for one that people may read. */
void say_json(const struct json *doc, bool pretty);

/* An array as the one document a list is, {"items": [...], "next": null}. */
void say_list(const struct json *items);

/* A time of a reply as local time, "2026-11-23 07:00:00"; "" when it is null. */
void say_time(const struct json *time, char text[static SAY_TIME_MAX]);
/* Scalars as text: strings as they are, null as "", everything else as JSON. The caller frees. */
char *say_scalar(const struct json *value);
/* A member that is a string; "" when it is missing or none. Borrowed. */
const char *say_member(const struct json *object, const char *key);
/* {"a": 1, "b": "x"} as "a=1 b=x". The caller frees. */
char *say_pairs(const struct json *object);

#endif
