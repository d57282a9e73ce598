#include "fetchd/events.h"

#include <string.h>

#include "../unit.h"

static struct json *parse(const char *text)
{
	struct json *doc = NULL;
	struct err err;

	ck_assert_int_eq(json_parse(text, strlen(text), &doc, &err), 0);
	return doc;
}

START_TEST(a_listener_without_filter_gets_everything)
{
	struct json *event = parse("{\"event\": \"run.started\", \"job\": \"a\", \"run\": 7}");

	ck_assert(events_match(event, NULL, 0));
	json_unref(event);
}
END_TEST

START_TEST(a_job_filter_lets_that_job_through)
{
	struct json *event = parse("{\"event\": \"job.changed\", \"job\": \"a\"}");

	ck_assert(events_match(event, "a", 0));
	ck_assert(!events_match(event, "b", 0));
	ck_assert(!events_match(event, "a", 7)); /* it is of no run */
	json_unref(event);
}
END_TEST

START_TEST(a_run_filter_lets_that_run_through)
{
	struct json *event = parse("{\"event\": \"run.ended\", \"job\": \"a\", \"run\": 7}");

	ck_assert(events_match(event, NULL, 7));
	ck_assert(events_match(event, "a", 7));
	ck_assert(!events_match(event, NULL, 8));
	ck_assert(!events_match(event, "b", 7));
	json_unref(event);
}
END_TEST

START_TEST(what_is_of_no_job_and_no_run_is_for_everybody)
{
	struct json *event = parse("{\"event\": \"host.held\", \"host\": \"a:80\"}");

	ck_assert(events_match(event, NULL, 0));
	ck_assert(events_match(event, "a", 0));
	ck_assert(events_match(event, "a", 7));
	json_unref(event);
}
END_TEST

UNIT_MAIN("events", a_listener_without_filter_gets_everything, a_job_filter_lets_that_job_through,
	  a_run_filter_lets_that_run_through, what_is_of_no_job_and_no_run_is_for_everybody)
