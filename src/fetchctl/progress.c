/* Progress: see progress.h. */
#include "fetchctl/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "control/runtext.h"
#include "fetchctl/say.h"
#include "io/terminal.h"

#define PLAIN_PAUSE_MS 10000 /* between two plain lines */
#define LINE_BYTES     4096

struct progress {
	char *name; /* "inventory 17" */
	bool tty, drawn;
	int64_t next_plain_ms;
};

struct progress *progress_new(const char *job, uint64_t run)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));
	char *raw = xasprintf("%s %llu", job, (unsigned long long)run);

	progress->name = say_safe(raw);
	progress->tty = isatty(STDERR_FILENO) == 1;
	free(raw);
	return progress;
}

static void draw(struct progress *progress, const struct run_sum *sum)
{
	size_t width = terminal_columns(STDERR_FILENO), name = strlen(progress->name) + 1;
	struct buf line;

	buf_init(&line, LINE_BYTES);
	runtext_line(sum, width > name ? (unsigned)(width - name) : 0, &line);
	fprintf(stderr, "\r\033[K%.*s", (int)width, progress->name);
	if (line.len > 0)
		fprintf(stderr, " %s", buf_text(&line));
	fflush(stderr);
	progress->drawn = true;
	buf_done(&line);
}

static void print_plain(struct progress *progress, const struct run_sum *sum)
{
	int64_t now = clock_monotonic_ms();
	struct buf line;

	if (now < progress->next_plain_ms)
		return;
	progress->next_plain_ms = now + PLAIN_PAUSE_MS;
	buf_init(&line, LINE_BYTES);
	runtext_numbers(sum, &line);
	fprintf(stderr, "%s  %s\n", progress->name, buf_text(&line));
	buf_done(&line);
}

void progress_show(struct progress *progress, const struct json *event)
{
	struct run_sum sum = { 0 };

	run_sum_add(&sum, event);
	if (progress->tty)
		draw(progress, &sum);
	else
		print_plain(progress, &sum);
}

void progress_end(struct progress *progress)
{
	if (!progress)
		return;
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	free(progress->name);
	free(progress);
}
