/* Progress: see progress.h. */
#include "fetchctl/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetchctl/runview.h"
#include "fetchctl/say.h"
#include "spec/units.h"

#define BAR_MAX        40
#define BAR_MIN        8
#define PLAIN_PAUSE_MS 10000 /* between two plain lines */
#define TEXT_MAX       400

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

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

/* What stands to the right of the bar: "45/100  14.7 req/s  45 rows  0 failed  ETA 3.7 s". */
static void describe(const struct json *event, char text[static TEXT_MAX])
{
	const struct json *requests = json_get(event, "requests");
	const struct json *eta = json_get(event, "eta_ms");
	char human[UNITS_TEXT_MAX] = "unknown";

	if (eta)
		duration_human(json_int(eta, 0), human);
	snprintf(text, TEXT_MAX, "%lld/%lld  %.1f req/s  %lld rows  %lld failed  ETA %s",
		 (long long)runview_done(requests),
		 (long long)json_int(json_get(requests, "total"), 0),
		 json_number(json_get(event, "rate"), 0),
		 (long long)json_int(json_get(event, "rows"), 0),
		 (long long)json_int(json_get(requests, "failed"), 0), human);
}

/* `bar` gets `width` characters between brackets. */
static void fill_bar(const struct json *requests, size_t width, char bar[static BAR_MAX + 3])
{
	int64_t total = json_int(json_get(requests, "total"), 0);
	double part = total > 0 ? (double)runview_done(requests) / (double)total : 0;
	size_t full = (size_t)(part * (double)width);

	bar[0] = '[';
	memset(bar + 1, '#', full);
	memset(bar + 1 + full, '-', width - full);
	strcpy(bar + 1 + width, "]");
}

static void draw(struct progress *progress, const struct json *event)
{
	size_t width = terminal_width(), used;
	char text[TEXT_MAX], bar[BAR_MAX + 3] = "", line[TEXT_MAX + BAR_MAX + 128];

	describe(event, text);
	used = strlen(progress->name) + strlen(text) +
	       6; /* brackets, blanks, and the last column */
	if (width >= used + BAR_MIN)
		fill_bar(json_get(event, "requests"),
			 width - used < BAR_MAX ? width - used : BAR_MAX, bar);
	snprintf(line, sizeof(line), "%s %s  %s", progress->name, bar, text);
	fprintf(stderr, "\r\033[K%.*s", (int)(width > 1 ? width - 1 : 1), line);
	fflush(stderr);
	progress->drawn = true;
}

void progress_show(struct progress *progress, const struct json *event)
{
	int64_t now = clock_monotonic_ms();
	char text[TEXT_MAX];

	if (progress->tty) {
		draw(progress, event);
		return;
	}
	if (now < progress->next_plain_ms)
		return;
	progress->next_plain_ms = now + PLAIN_PAUSE_MS;
	describe(event, text);
	fprintf(stderr, "%s  %s\n", progress->name, text);
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
