/* The request log: one whole line a write. */
#include "fetchmock/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "fetchmock/stats.h"
#include "io/file.h"

#define LINE_MAX_BYTES (128 * 1024)

int trace_open(const char *file, struct err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	return fd < 0 ? err_sys(err, -errno, "%s", file) : fd;
}

int trace_write(int fd, const struct trace_line *line)
{
	char time[CLOCK_TEXT_MAX], status[16];
	struct buf text;
	int rc;

	clock_format(line->unix_ms, time);
	buf_init(&text, LINE_MAX_BYTES);
	buf_addf(&text, "%s %" PRIu64 " %s %s %s\n", time, line->connection, line->method,
		 line->target, stats_outcome_name(line->status, status));
	rc = file_write_all(fd, text.data, text.len, NULL);
	buf_done(&text);
	return rc;
}
