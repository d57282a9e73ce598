/* Tables for people, through libsmartcols (its one door). Numbers stand to the right, long texts
 * are cut at the terminal's width, control bytes are escaped, states have colours when they are
 * wanted. */
#ifndef FETCHCTL_TABLE_H
#define FETCHCTL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

struct ctl;
struct table;

enum table_column {
	TABLE_TEXT = 0,
	TABLE_NUMBER = 1, /* to the right */
	TABLE_LONG = 2,   /* may be cut when the terminal is too narrow */
	TABLE_STATE = 4,  /* coloured by its word */
	TABLE_SPARE = 8,  /* left out when all its cells are empty */
};

struct table *table_new(const struct ctl *ctl);
/* All columns first. `kind`: of enum table_column, or'ed. The name is copied. */
void table_column(struct table *table, const char *name, int kind);
/* Then row by row, cell by cell. */
void table_row(struct table *table);
void table_cell(struct table *table, const char *text); /* NULL: an empty one */
void table_cellf(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_scalar(struct table *table, const struct json *value); /* null: an empty one */
void table_time(struct table *table, const struct json *time);    /* as local time */

/* Prints to stdout what has rows, and frees. */
void table_print(struct table *table);
/* The same with an empty line above it. */
void table_print_below(struct table *table);

#endif
