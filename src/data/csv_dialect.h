/* Fields of CSV in any dialect: not as fast as csv.c's own way for the default one, but with the
 * same outcome for it. Private to this floor. */
#ifndef DATA_CSV_DIALECT_H
#define DATA_CSV_DIALECT_H

#include "data/dialect.h"
#include "data/rows.h"

/* What a row's writer is given as its state. */
struct csv_dialect {
	struct dialect rules;
	bool special[256]; /* bytes for which a field must be looked at more closely */
};
void csv_dialect_init(struct csv_dialect *dialect, const struct dialect *rules);

/* One column's name, and the end of a line. */
void csv_dialect_name(const struct csv_dialect *dialect, struct slice name, struct sink *sink);
void csv_dialect_end(const struct csv_dialect *dialect, struct sink *sink);
/* A row_write_fn. */
void csv_dialect_row(const struct row *row, struct sink *sink);

#endif
