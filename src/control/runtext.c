/* A run in words: see runtext.h. */
#include "control/runtext.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"

#define BAR_MIN 5
#define BAR_MAX 40

static const struct {
	const char *result;
	enum run_status status;
} statuses[] = {
	{ "complete", RUN_STATUS_WELL },     { "unchanged", RUN_STATUS_WELL },
	{ "partial", RUN_STATUS_PARTIAL },   { "failed", RUN_STATUS_FAILED },
	{ "suspect", RUN_STATUS_SUSPECT },   { "cancelled", RUN_STATUS_CANCELLED },
	{ "deferred", RUN_STATUS_DEFERRED },
};

static uint64_t count(const struct json *run, const char *key)
{
	return (uint64_t)json_int(json_get(json_get(run, "requests"), key), 0);
}

static uint64_t done_well(const struct json *run)
{
	return count(run, "landed") + count(run, "empty") + count(run, "unchanged");
}

void run_sum_add(struct run_sum *sum, const struct json *run)
{
	int64_t eta_ms = json_int(json_get(run, "eta_ms"), -1);

	sum->total += count(run, "total");
	sum->done += done_well(run) + count(run, "failed");
	sum->failed += count(run, "failed");
	sum->rows += (uint64_t)json_int(json_get(run, "rows"), 0);
	sum->rate += json_number(json_get(run, "rate"), 0);
	if (sum->eta_ms >= 0 && (eta_ms < 0 || eta_ms > sum->eta_ms))
		sum->eta_ms = eta_ms;
}

void runtext_numbers(const struct run_sum *sum, struct buf *out)
{
	char eta[HUMAN_TEXT_MAX] = "unknown";

	if (sum->eta_ms >= 0)
		human_duration(sum->eta_ms, eta);
	buf_addf(out,
		 "%" PRIu64 "/%" PRIu64 "  %.1f req/s  %" PRIu64 " rows  %" PRIu64
		 " failed  ETA %s",
		 sum->done, sum->total, sum->rate, sum->rows, sum->failed, eta);
}

static void add_bar(const struct run_sum *sum, size_t cells, struct buf *out)
{
	double part = sum->total ? (double)sum->done / (double)sum->total : 0;
	size_t full = (size_t)(part * (double)cells);

	buf_add_char(out, '[');
	for (size_t i = 0; i < cells; i++)
		buf_add_char(out, i < full ? '#' : '-');
	buf_add_text(out, "] ");
}

void runtext_line(const struct run_sum *sum, unsigned width, struct buf *out)
{
	struct buf numbers;
	size_t room;

	buf_init(&numbers, 512);
	runtext_numbers(sum, &numbers);
	room = width > numbers.len + 3 ? width - numbers.len - 3 : 0;
	if (room >= BAR_MIN)
		add_bar(sum, room < BAR_MAX ? room : BAR_MAX, out);
	buf_add(out, buf_text(&numbers), numbers.len < width ? numbers.len : width);
	buf_done(&numbers);
}

int64_t runtext_took_ms(const struct json *run)
{
	const char *started = json_str(json_get(run, "started"));
	const char *ended = json_str(json_get(run, "ended"));
	int64_t from_ms, to_ms;

	if (!started || !ended || clock_parse(started, &from_ms) < 0 ||
	    clock_parse(ended, &to_ms) < 0)
		return -1;
	return to_ms > from_ms ? to_ms - from_ms : 0;
}

static const char *outcome(const struct json *run)
{
	const char *result = json_str(json_get(run, "result"));
	const char *state = json_str(json_get(run, "state"));

	return result ? result : state ? state : "not finished";
}

void runtext_result(const struct json *run, struct buf *out)
{
	const char *reason = json_str(json_get(run, "reason"));
	uint64_t well = done_well(run), failed = count(run, "failed");
	int64_t rejected = json_int(json_get(run, "rejected"), 0);
	int64_t took_ms = runtext_took_ms(run);
	char took[HUMAN_TEXT_MAX];

	buf_add_text(out, outcome(run));
	if (reason)
		buf_addf(out, " (%s)", reason);
	buf_addf(out, ", %" PRIu64 " of %" PRIu64 " requests, %" PRId64 " rows, %" PRIu64 " failed",
		 well, count(run, "total"), json_int(json_get(run, "rows"), 0), failed);
	if (rejected > 0)
		buf_addf(out, ", %" PRId64 " rejected", rejected);
	if (took_ms < 0)
		return;
	human_duration(took_ms, took);
	buf_addf(out, ", %s", took);
	if (took_ms > 0)
		buf_addf(out, " (%.1f req/s)", (double)(well + failed) * 1000.0 / (double)took_ms);
}

void runtext_summary(const struct json *run, struct buf *out)
{
	const char *job = json_str(json_get(run, "job"));

	buf_addf(out, "run %" PRId64 " of %s: ", json_int(json_get(run, "id"), 0), job ? job : "");
	runtext_result(run, out);
}

/* A deferred run has not ended and has no result, but there is nothing to wait for now. */
enum run_status runtext_status(const struct json *run)
{
	const char *word = outcome(run);

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(word, statuses[i].result) == 0)
			return statuses[i].status;
	return RUN_STATUS_UNKNOWN;
}
