/* Reading rows that fetchd wrote, RFC 4180, to show them as a table. */
#ifndef FETCHCTL_CSVTEXT_H
#define FETCHCTL_CSVTEXT_H

#include <stdbool.h>

#include "base/buf.h"

/* Takes the next cell off *at, which ends at `delimiter`, into `cell` (cleared first). True when
 * more cells of this row follow; after the last one *at stands at the beginning of the next row, or
 * at the end. */
bool csvtext_cell(const char **at, char delimiter, struct buf *cell);

#endif
