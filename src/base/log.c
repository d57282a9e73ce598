/* The log: see log.h. Level and sink are the only state; lines are written whole, so threads do not
 * mix theirs. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"

#define LINE_MAX_BYTES 2048
#define FIELD_MAX      128
#define PAUSE_MIN_MS   10000
#define PAUSE_MAX_MS   3600000

const char *const log_level_names[] = { "error", "warning", "info", "debug", NULL };

static const int priorities[LOG_LEVEL__COUNT] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

static _Atomic(enum log_level) level_now = LOG_LEVEL_INFO;
static _Atomic(log_sink_fn *) sink_now;

void log_set_level(enum log_level level)
{
	atomic_store(&level_now, level);
}

void log_set_sink(log_sink_fn *sink)
{
	atomic_store(&sink_now, sink);
}

/* systemd.exec(5): $JOURNAL_STREAM holds device and inode of the stream it gave us. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static void to_stderr(enum log_level level, const char *line)
{
	char text[LINE_MAX_BYTES + 32];
	int len;

	if (stderr_is_journal())
		len = snprintf(text, sizeof(text), "<%d>%s\n", priorities[level], line);
	else if (level == LOG_LEVEL_INFO)
		len = snprintf(text, sizeof(text), "%s\n", line);
	else
		len = snprintf(text, sizeof(text), "%s: %s\n", log_level_names[level], line);
	if (write(STDERR_FILENO, text, (size_t)len) < 0)
		return; /* there is nobody left to tell */
}

static void say(enum log_level level, const char *raw, const char *const *fields)
{
	log_sink_fn *sink = atomic_load(&sink_now);
	char line[LINE_MAX_BYTES];

	printable_copy(line, sizeof(line), raw);
	if (sink)
		sink(level, line, fields);
	else
		to_stderr(level, line);
}

void log_say(enum log_level level, const char *fmt, ...)
{
	char raw[LINE_MAX_BYTES];
	va_list ap;

	if (level > atomic_load(&level_now))
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	say(level, raw, NULL);
}

/* "weather run 12: ", or what is known of it. */
static size_t subject(char *text, size_t room, const char *job, uint64_t run)
{
	int len = 0;

	if (job && run)
		len = snprintf(text, room, "%s run %llu: ", job, (unsigned long long)run);
	else if (job)
		len = snprintf(text, room, "%s: ", job);
	else if (run)
		len = snprintf(text, room, "run %llu: ", (unsigned long long)run);
	return (size_t)len < room ? (size_t)len : room - 1;
}

void log_run(enum log_level level, const char *job, uint64_t run, const char *fmt, ...)
{
	char raw[LINE_MAX_BYTES], job_field[FIELD_MAX], run_field[FIELD_MAX];
	const char *fields[3] = { NULL };
	size_t n = 0, len;
	va_list ap;

	if (level > atomic_load(&level_now))
		return;
	snprintf(job_field, sizeof(job_field), "FETCHD_JOB=%s", job ? job : "");
	snprintf(run_field, sizeof(run_field), "FETCHD_RUN=%llu", (unsigned long long)run);
	if (job)
		fields[n++] = job_field;
	if (run)
		fields[n++] = run_field;
	len = subject(raw, sizeof(raw), job, run);
	va_start(ap, fmt);
	vsnprintf(raw + len, sizeof(raw) - len, fmt, ap);
	va_end(ap);
	say(level, raw, fields);
}

/* Counts one more failure; whether it is time to speak of it. */
static bool due(struct complaint *complaint)
{
	int64_t now = clock_monotonic_ms();

	if (complaint->times++ == 0)
		complaint->pause_ms = PAUSE_MIN_MS;
	else if (now < complaint->next_ms)
		return false;
	else
		complaint->pause_ms *= 2;
	if (complaint->pause_ms > PAUSE_MAX_MS)
		complaint->pause_ms = PAUSE_MAX_MS;
	complaint->next_ms = now + complaint->pause_ms;
	return true;
}

bool complain(struct complaint *complaint, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;

	if (!due(complaint))
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (complaint->times == 1)
		log_warning("%s", text);
	else
		log_warning("%s (%u times so far)", text, complaint->times);
	return true;
}

void complaint_release(struct complaint *complaint, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;

	if (complaint->times == 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (complaint->times == 1)
		log_info("%s", text);
	else
		log_info("%s (after %u failures)", text, complaint->times);
	*complaint = (struct complaint) { 0 };
}
