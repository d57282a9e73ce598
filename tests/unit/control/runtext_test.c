#include "control/runtext.h"

#include <string.h>

#include "../unit.h"

static struct json *parse(const char *text)
{
	struct json *doc = NULL;
	struct err err;

	ck_assert_int_eq(json_parse(text, strlen(text), &doc, &err), 0);
	return doc;
}

/* The reference job's run, ended. */
static struct json *ended_run(void)
{
	return parse("{\"id\": 17, \"job\": \"inventory\", \"state\": \"ended\","
		     " \"result\": \"complete\", \"reason\": null,"
		     " \"started\": \"2026-11-23T06:00:00.000Z\","
		     " \"ended\": \"2026-11-23T06:00:06.800Z\","
		     " \"requests\": {\"total\": 100, \"landed\": 100, \"failed\": 0,"
		     " \"unchanged\": 0, \"empty\": 0, \"retried\": 0}, \"rows\": 100,"
		     " \"crew\": [{\"worker\": 0, \"pid\": 40, \"tid\": 41, \"requests\": 100,"
		     " \"connections\": 1}],"
		     " \"files\": [{\"name\": \"inventory/inventory.csv\", \"rows\": 100,"
		     " \"bytes\": 3481, \"live\": true}]}");
}

START_TEST(the_summary_is_the_documented_line)
{
	struct json *run = ended_run();
	struct buf out;

	buf_init(&out, 4096);
	runtext_summary(run, &out);
	ck_assert_str_eq(buf_text(&out), "run 17 of inventory: complete, 100 of 100 requests, "
					 "100 rows, 0 failed, 6.8 s (14.7 req/s)");
	buf_done(&out);
	json_unref(run);
}
END_TEST

START_TEST(the_summary_gives_the_reason)
{
	struct json *run = parse("{\"id\": 3, \"job\": \"a\", \"result\": \"failed\","
				 " \"reason\": \"no address\", \"requests\": {\"total\": 2,"
				 " \"failed\": 2}, \"rows\": 0}");
	struct buf out;

	buf_init(&out, 4096);
	runtext_summary(run, &out);
	ck_assert(strstr(buf_text(&out), "failed (no address), 0 of 2 requests") != NULL);
	ck_assert(strstr(buf_text(&out), "2 failed") != NULL);
	ck_assert(strstr(buf_text(&out), "req/s") == NULL); /* no duration, no rate */
	buf_done(&out);
	json_unref(run);
}
END_TEST

START_TEST(runs_are_summed_and_the_longest_eta_holds)
{
	struct run_sum progress = { 0 };
	struct json *a = parse("{\"requests\": {\"total\": 100, \"landed\": 40, \"failed\": 2,"
			       " \"empty\": 3}, \"rows\": 41, \"rate\": 10.5, \"eta_ms\": 4000}");
	struct json *b = parse("{\"requests\": {\"total\": 10, \"landed\": 1}, \"rows\": 1,"
			       " \"rate\": 0.5, \"eta_ms\": 18000}");

	run_sum_add(&progress, a);
	run_sum_add(&progress, b);
	ck_assert_uint_eq(progress.total, 110);
	ck_assert_uint_eq(progress.done, 46);
	ck_assert_uint_eq(progress.failed, 2);
	ck_assert_uint_eq(progress.rows, 42);
	ck_assert(progress.rate > 10.9 && progress.rate < 11.1);
	ck_assert_int_eq(progress.eta_ms, 18000);
	json_unref(b);
	b = parse("{\"requests\": {\"total\": 10}, \"eta_ms\": null}");
	run_sum_add(&progress, b);
	ck_assert_int_eq(progress.eta_ms, -1); /* one unknown makes the whole unknown */
	json_unref(a);
	json_unref(b);
}
END_TEST

START_TEST(the_line_says_everything_and_fits)
{
	struct run_sum progress = {
		.total = 100, .done = 50, .failed = 2, .rows = 48, .rate = 14.7, .eta_ms = 3400
	};
	struct buf line;

	buf_init(&line, 4096);
	runtext_line(&progress, 80, &line);
	ck_assert_uint_le(line.len, 80);
	ck_assert(strstr(buf_text(&line), "50/100  14.7 req/s  48 rows  2 failed  ETA 3.4 s") !=
		  NULL);
	ck_assert(strncmp(buf_text(&line), "[####", 5) == 0);
	ck_assert(strstr(buf_text(&line), "-] ") != NULL);
	buf_clear(&line);
	runtext_line(&progress, 40, &line); /* no room for a bar: the numbers, cut */
	ck_assert_uint_le(line.len, 40);
	ck_assert(strncmp(buf_text(&line), "50/100", 6) == 0);
	buf_done(&line);
}
END_TEST

START_TEST(an_unknown_total_draws_an_empty_bar)
{
	struct run_sum progress = { .eta_ms = -1 };
	struct buf line;

	buf_init(&line, 4096);
	runtext_line(&progress, 100, &line);
	ck_assert(strstr(buf_text(&line), "#") == NULL);
	ck_assert(strstr(buf_text(&line), "0/0") != NULL);
	ck_assert(strstr(buf_text(&line), "ETA unknown") != NULL);
	buf_done(&line);
}
END_TEST

static void summary_is(const char *source, const char *expected)
{
	struct json *run = parse(source);
	struct buf text;

	buf_init(&text, 4096);
	runtext_summary(run, &text);
	ck_assert_str_eq(buf_text(&text), expected);
	buf_done(&text);
	json_unref(run);
}

START_TEST(a_run_that_lasts_has_a_state_and_no_duration)
{
	summary_is("{\"id\":1,\"job\":\"i\",\"state\":\"running\",\"result\":null,\"rows\":0,"
		   "\"requests\":{\"total\":10,\"landed\":2},\"started\":\"2026-11-23T06:00:00Z\","
		   "\"ended\":null}",
		   "run 1 of i: running, 2 of 10 requests, 0 rows, 0 failed");
}
END_TEST

START_TEST(each_result_has_its_exit_status)
{
	static const struct {
		const char *run;
		int status;
	} cases[] = {
		{ "{\"state\":\"ended\",\"result\":\"complete\"}", 0 },
		{ "{\"state\":\"ended\",\"result\":\"unchanged\"}", 0 },
		{ "{\"state\":\"ended\",\"result\":\"partial\"}", 10 },
		{ "{\"state\":\"ended\",\"result\":\"failed\"}", 11 },
		{ "{\"state\":\"ended\",\"result\":\"suspect\"}", 12 },
		{ "{\"state\":\"ended\",\"result\":\"cancelled\"}", 13 },
		{ "{\"state\":\"deferred\",\"result\":null}", 14 },
		{ "{\"state\":\"running\",\"result\":null}", 1 },
		{ "{\"state\":\"ending\",\"result\":null}", 1 },
		{ "{\"state\":\"ended\",\"result\":\"a later word\"}", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *run = parse(cases[i].run);

		ck_assert_int_eq(runtext_status(run), cases[i].status);
		json_unref(run);
	}
}
END_TEST

UNIT_MAIN("runtext", the_summary_is_the_documented_line, the_summary_gives_the_reason,
	  runs_are_summed_and_the_longest_eta_holds, the_line_says_everything_and_fits,
	  an_unknown_total_draws_an_empty_bar, a_run_that_lasts_has_a_state_and_no_duration,
	  each_result_has_its_exit_status)
