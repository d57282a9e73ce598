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

#define COLSET_MAX      10000 /* columns an automatic set may grow to */
#define COLSET_NAME_MAX 4096  /* bytes of an automatic column's name */

struct colset;
struct names;

/* Of a job with declared columns: those; of an automatic one: an empty set, version 1.
 *
 * `new_columns` becomes part of an automatic set. With "extra" a set that is not empty ends with
 * the column JOB_EXTRA_COLUMN, which no member of a record is matched against, not even one of that
 * name. */
struct colset *colset_new(const struct job *job);
struct colset *colset_ref(const struct colset *set);
void colset_unref(struct colset *set); /* NULL is fine */

size_t colset_len(const struct colset *set);
struct slice colset_name(const struct colset *set, size_t column); /* NUL-terminated too */
bool colset_auto(const struct colset *set);
/* What is to be done with members that are not among the columns: JOB_NEW_ROTATE, "tell the
 * caller", for any empty set, which every policy lets take its first columns. Automatic sets only.
 */
enum job_new_columns colset_policy(const struct colset *set);
uint32_t colset_version(const struct colset *set);
bool colset_find(const struct colset *set, struct slice name, size_t *column); /* O(1) */

/* A new set: the old columns and behind them those of `names` that are new, version + 1. NULL when
 * it would pass COLSET_MAX. Copies the whole set: gather names first. */
struct colset *colset_extend(const struct colset *set, const struct slice *names, size_t n);

struct json *colset_json(const struct colset *set); /* ["id", "name"]: what the ledger keeps */
/* What a job goes on with after the columns that the ledger has; the version starts at 1. NULL when
 * it is not an array of strings. The names may be another definition's (declared columns, or
 * "extra" where there was no such column): compare colset_json before encoding for a file of the
 * old ones. */
struct colset *colset_from_json(const struct job *job, const struct json *names);

/* For this floor: what the members of a record are matched against. Automatic: the names,
 * flattened, in the columns' order; declared: the distinct first steps of the columns' pointers. */
const struct names *colset_keys(const struct colset *set);
/* The key that leads to a declared column; SIZE_MAX: metadata, or the record itself. */
size_t colset_column_key(const struct colset *set, size_t column);

#endif
