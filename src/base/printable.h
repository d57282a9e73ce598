/* Outside text for a line people read: no control byte survives to forge a line or move a cursor.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

/* Copies `from` with control bytes as \xNN, cut with "..." when it does not fit `room` (>= 8)
 * bytes, NUL included. The cut never falls inside a UTF-8 sequence. */
void printable_copy(char *to, size_t room, const char *from);

#endif
