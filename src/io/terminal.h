/* What a program needs to know of a terminal. */
#ifndef IO_TERMINAL_H
#define IO_TERMINAL_H

/* Columns that a line may fill: one less than there are, since a full line wraps in some terminals.
 * 79 when `fd` is no terminal or does not say. */
unsigned terminal_columns(int fd);

#endif
