/* The columns of an output, numbered and immutable: what rows are encoded against.
 *
 * With `columns: auto` a set grows by new keys in order of first sight; growing makes a new set
 * with the next version, and rows encoded against the old one are never mixed into a file of the
 * new one. Reference-counted (atomic); any thread may read it.
 */
#ifndef DATA_COLSET_H
#define DATA_COLSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/slice.h"
#include "spec/job.h"

#define COLSET_MAX 10000 /* columns an automatic set may grow to */

struct colset;

/* Of a job with declared columns: those; of an automatic one: an empty set, version 1. */
struct colset *colset_new(const struct job *job);
struct colset *colset_ref(const struct colset *set);
void colset_unref(struct colset *set);

size_t colset_len(const struct colset *set);
struct slice colset_name(const struct colset *set, size_t column);
bool colset_auto(const struct colset *set);
uint32_t colset_version(const struct colset *set);
bool colset_find(const struct colset *set, struct slice name, size_t *column); /* O(1) */

/* A new set: the old columns and behind them those of `names` that are new, version + 1. */
struct colset *colset_extend(const struct colset *set, const struct slice *names, size_t n);

struct json *colset_json(const struct colset *set); /* ["id", "name"]: what the ledger keeps */
/* From the ledger; the version starts at 1. NULL when it is not an array of strings. */
struct colset *colset_from_json(const struct job *job, const struct json *names);

#endif
