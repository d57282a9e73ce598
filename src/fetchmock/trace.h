/* The request log of --log: one line a request, written when it is over.
 *
 *   2026-11-23T06:00:00.123Z 3 GET /inventory/materials?id=7 200
 *
 * time, number of the connection, method, target, status (or "reset", "gone"). Each line is one
 * write(2) to a file opened for appending, so it survives a kill and may be followed.
 */
#ifndef FETCHMOCK_TRACE_H
#define FETCHMOCK_TRACE_H

#include <stdint.h>

#include "base/err.h"

struct trace_line {
	int64_t unix_ms;
	uint64_t connection;
	const char *method, *target;
	int status; /* or STATS_RESET, STATS_GONE */
};

/* A descriptor for trace_write, or a negative errno. */
int trace_open(const char *file, struct err *err);
/* 0 or a negative errno (disk full); the server goes on without the line. */
int trace_write(int fd, const struct trace_line *line);

#endif
