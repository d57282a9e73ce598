/* The log: one line a sentence, to stderr or, when a sink is set, to the journal.
 *
 * Only the floor `run` and the programs log; floors below state errors (err.h). Any thread may log.
 * Control bytes are escaped, so outside text cannot forge a line. A fault that repeats is spoken of
 * at growing intervals and once when it ends: keep a `struct complaint` beside the thing that
 * fails.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL__COUNT
};

/* The names as users write them ("error", "warning", "info", "debug"), NULL-terminated. */
extern const char *const log_level_names[];

/* Where lines go: `fields` are "KEY=value" journal fields (NULL-terminated, may be NULL). */
typedef void log_sink_fn(enum log_level level, const char *line, const char *const *fields);

void log_set_level(enum log_level level);
void log_set_sink(
	log_sink_fn *sink); /* NULL: stderr, "<N>" prefixes when stderr is the journal's stream */

void log_say(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* With the job and run it speaks of (either may be NULL / 0): they become journal fields. */
void log_run(enum log_level level, const char *job, uint64_t run, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define log_error(...)   log_say(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_say(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_say(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_say(LOG_LEVEL_DEBUG, __VA_ARGS__)

struct complaint {
	uint32_t times;   /* since it began; 0: no fault now */
	int64_t next_ms;  /* monotonic; not spoken of before */
	int64_t pause_ms; /* doubles from 10 s to 1 h */
};

/* Logs as a warning unless spoken of lately; returns whether it spoke. */
bool complain(struct complaint *complaint, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The fault is over: says so once, if it was complained about. */
void complaint_release(struct complaint *complaint, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
