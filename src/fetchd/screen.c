/* Where --once shows things, see screen.h. */
#include "fetchd/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "fetchd/report.h"
#include "io/terminal.h"

#define REPORT_BYTES ((size_t)64 << 20)
#define CLEAR_LINE   "\r\033[K"

static const char *clear(void)
{
	return isatty(STDERR_FILENO) ? CLEAR_LINE : "";
}

static void terminal_sink(enum log_level level, const char *line, const char *const *fields)
{
	fprintf(stderr, CLEAR_LINE "fetchd: %s: %s\n", log_level_names[level], line);
}

void screen_begin(void)
{
	if (isatty(STDERR_FILENO))
		log_set_sink(terminal_sink);
}

void screen_end(void)
{
	fputs(clear(), stderr);
	log_set_sink(NULL);
}

void screen_progress(const struct run_sum *sum)
{
	struct buf line;

	if (!isatty(STDERR_FILENO))
		return;
	buf_init(&line, 4096);
	runtext_line(sum, terminal_columns(STDERR_FILENO), &line);
	fprintf(stderr, CLEAR_LINE "%s", buf_text(&line));
	fflush(stderr);
	buf_done(&line);
}

void screen_note(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%sfetchd: ", clear());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void screen_report(const struct json *run, const char *data_dir)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	runtext_summary(run, &text);
	buf_add_char(&text, '\n');
	report_crew(run, &text);
	report_files(run, data_dir, &text);
	fputs(clear(), stderr);
	fflush(stderr);
	fputs(buf_text(&text), stdout);
	fflush(stdout);
	buf_done(&text);
}
