/* What the log says of events, see news.h. */
#include "fetchd/news.h"

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "control/runtext.h"
#include "run/run.h"

#define LONG_HOLD_MS 60000
#define LINE_BYTES   4096

static const char *text(const struct json *event, const char *key)
{
	const char *value = json_str(json_get(event, key));

	return value ? value : "";
}

static uint64_t run_of(const struct json *event)
{
	return (uint64_t)json_int(json_get(event, "run"), 0);
}

static void log_started(const struct json *event)
{
	log_run(LOG_LEVEL_INFO, text(event, "job"), run_of(event),
		"started (%s): %lld requests, %lld workers, %s", text(event, "trigger"),
		(long long)json_int(json_get(event, "total"), 0),
		(long long)json_int(json_get(event, "workers"), 0), text(event, "engine"));
}

static void log_ended(const struct json *event)
{
	const char *result = text(event, "result");
	bool well = strcmp(result, run_result_names[RESULT_COMPLETE]) == 0 ||
		    strcmp(result, run_result_names[RESULT_UNCHANGED]) == 0;
	struct buf line;

	buf_init(&line, LINE_BYTES);
	runtext_result(event, &line);
	log_run(well ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, text(event, "job"), run_of(event), "%s",
		buf_text(&line));
	buf_done(&line);
}

static void log_failure(const struct json *event)
{
	log_run(LOG_LEVEL_DEBUG, text(event, "job"), run_of(event), "%s failed: %s",
		text(event, "url"), text(event, "error"));
}

/* A long one is why a run stands still: whoever looks for that must find it. */
static void log_held(const struct json *event)
{
	bool is_long = json_int(json_get(event, "held_ms"), 0) >= LONG_HOLD_MS;

	log_run(is_long ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG, text(event, "job"), run_of(event),
		"%s is held until %s: %s", text(event, "host"), text(event, "until"),
		text(event, "reason"));
}

static void log_paused(const struct json *event)
{
	log_run(LOG_LEVEL_WARNING, text(event, "job"), run_of(event),
		"paused until it can land again: %s", text(event, "reason"));
}

static void log_resumed(const struct json *event)
{
	log_run(LOG_LEVEL_INFO, text(event, "job"), run_of(event), "goes on");
}

static const struct {
	const char *event;
	void (*log)(const struct json *event);
} news[] = {
	{ "run.started", log_started },    { "run.ended", log_ended },
	{ "run.paused", log_paused },      { "run.resumed", log_resumed },
	{ "request.failed", log_failure }, { "host.held", log_held },
};

void news_log(const struct json *event)
{
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++)
		if (strcmp(news[i].event, text(event, "event")) == 0)
			news[i].log(event);
}
