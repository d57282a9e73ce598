/* What --once shows a person, see progress.h. Pure: no clock, no terminal. */
#include "fetchd/progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "spec/units.h"

#define BAR_MAX  40
#define CREW_MAX 50 /* lines: more workers than a person reads are counted */

static uint64_t count(const struct json *run, const char *key)
{
	return (uint64_t)json_int(json_get(json_get(run, "requests"), key), 0);
}

static uint64_t done_well(const struct json *run)
{
	return count(run, "landed") + count(run, "empty") + count(run, "unchanged");
}

void progress_add(struct progress *progress, const struct json *run)
{
	int64_t eta = json_int(json_get(run, "eta_ms"), -1);

	progress->total += count(run, "total");
	progress->done += done_well(run) + count(run, "failed");
	progress->failed += count(run, "failed");
	progress->rows += (uint64_t)json_int(json_get(run, "rows"), 0);
	progress->rate += json_number(json_get(run, "rate"), 0);
	if (progress->eta_ms >= 0)
		progress->eta_ms = eta < 0 || eta > progress->eta_ms ? eta : progress->eta_ms;
}

static void add_bar(const struct progress *progress, size_t cells, struct buf *out)
{
	size_t full =
		progress->total
			? (size_t)((double)progress->done / (double)progress->total * (double)cells)
			: 0;

	buf_add_char(out, '[');
	for (size_t i = 0; i < cells; i++)
		buf_add_char(out, i < full ? '#' : '-');
	buf_add_text(out, "] ");
}

static void add_numbers(const struct progress *progress, struct buf *out)
{
	char eta[UNITS_TEXT_MAX] = "unknown";

	if (progress->eta_ms >= 0)
		duration_human(progress->eta_ms, eta);
	buf_addf(out,
		 "%" PRIu64 "/%" PRIu64 "  %.1f req/s  %" PRIu64 " rows  %" PRIu64
		 " failed  ETA %s",
		 progress->done, progress->total, progress->rate, progress->rows, progress->failed,
		 eta);
}

void progress_line(const struct progress *progress, unsigned width, struct buf *out)
{
	struct buf numbers;
	size_t room;

	buf_init(&numbers, 512);
	add_numbers(progress, &numbers);
	room = width > numbers.len + 3 ? width - numbers.len - 3 : 0;
	if (room >= 5)
		add_bar(progress, room < BAR_MAX ? room : BAR_MAX, out);
	buf_add(out, buf_text(&numbers), numbers.len < width ? numbers.len : width);
	buf_done(&numbers);
}

/* 0 when the run has not ended or a time is missing. */
static int64_t duration_ms(const struct json *run)
{
	const char *started = json_str(json_get(run, "started"));
	const char *ended = json_str(json_get(run, "ended"));
	int64_t from, to;

	if (!started || !ended || clock_parse(started, &from) < 0 || clock_parse(ended, &to) < 0)
		return 0;
	return to > from ? to - from : 0;
}

void progress_result(const struct json *run, struct buf *out)
{
	const char *result = json_str(json_get(run, "result"));
	const char *reason = json_str(json_get(run, "reason"));
	int64_t took_ms = duration_ms(run);
	uint64_t well = done_well(run), failed = count(run, "failed");
	char took[UNITS_TEXT_MAX];

	duration_human(took_ms, took);
	buf_add_text(out, result ? result : "not finished");
	if (reason)
		buf_addf(out, " (%s)", reason);
	buf_addf(out,
		 ", %" PRIu64 " of %" PRIu64 " requests, %" PRId64 " rows, %" PRIu64 " failed, %s",
		 well, count(run, "total"), json_int(json_get(run, "rows"), 0), failed, took);
	if (took_ms > 0)
		buf_addf(out, " (%.1f req/s)", (double)(well + failed) * 1000.0 / (double)took_ms);
}

void progress_summary(const struct json *run, struct buf *out)
{
	buf_addf(out, "run %" PRId64 " of %s: ", json_int(json_get(run, "id"), 0),
		 json_str(json_get(run, "job")));
	progress_result(run, out);
}

void progress_crew(const struct json *run, struct buf *out)
{
	const struct json *crew = json_get(run, "crew");
	size_t n = json_len(crew);

	if (n == 0)
		return;
	buf_addf(out, "  %8s %8s %8s %10s %12s\n", "worker", "PID", "TID", "requests",
		 "connections");
	for (size_t i = 0; i < n && i < CREW_MAX; i++) {
		const struct json *worker = json_at(crew, i);

		buf_addf(out,
			 "  %8" PRId64 " %8" PRId64 " %8" PRId64 " %10" PRId64 " %12" PRId64 "\n",
			 json_int(json_get(worker, "worker"), 0),
			 json_int(json_get(worker, "pid"), 0), json_int(json_get(worker, "tid"), 0),
			 json_int(json_get(worker, "requests"), 0),
			 json_int(json_get(worker, "connections"), 0));
	}
	if (n > CREW_MAX)
		buf_addf(out, "  and %zu more workers\n", n - CREW_MAX);
}

void progress_files(const struct json *run, const char *data_dir, struct buf *out)
{
	const struct json *files = json_get(run, "files");

	for (size_t i = 0; i < json_len(files); i++) {
		const struct json *file = json_at(files, i);
		char size[UNITS_TEXT_MAX];

		size_human((uint64_t)json_int(json_get(file, "bytes"), 0), size);
		buf_addf(out, "  %s/%s: %" PRId64 " rows of this run, %s\n", data_dir,
			 json_str(json_get(file, "name")), json_int(json_get(file, "rows"), 0),
			 size);
	}
}
