#include "fetchctl/runview.h"

#include <string.h>

#include "../unit.h"
#include "fetchctl/ctl.h"

#define TIMES "\"started\":\"2026-11-23T06:00:00Z\",\"ended\":\"2026-11-23T06:00:06.800Z\""

static struct json *parse(const char *source)
{
	struct json *doc;

	ck_assert_int_eq(json_parse(source, strlen(source), &doc, NULL), 0);
	return doc;
}

static void summary_is(const char *source, const char *expected)
{
	struct json *run = parse(source);
	char *text = runview_summary(run);

	ck_assert_str_eq(text, expected);
	free(text);
	json_unref(run);
}

START_TEST(the_summary_says_how_it_went)
{
	summary_is("{\"id\":17,\"job\":\"inventory\",\"state\":\"ended\",\"result\":\"complete\","
		   "\"rows\":100,\"requests\":{\"total\":100,\"landed\":100,\"failed\":0}," TIMES
		   "}",
		   "run 17 of inventory: complete, 100 of 100 requests, 100 rows, 0 failed, 6.8 s "
		   "(14.7 req/s)");
	summary_is("{\"id\":18,\"job\":\"i\",\"state\":\"ended\",\"result\":\"partial\",\"rows\":5,"
		   "\"reason\":\"3 requests failed\",\"requests\":{\"total\":10,\"landed\":5,"
		   "\"empty\":1,\"unchanged\":1,\"failed\":3}," TIMES "}",
		   "run 18 of i: partial, 7 of 10 requests, 5 rows, 3 failed, 6.8 s (1.5 req/s): 3 "
		   "requests failed");
}
END_TEST

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
		bool ended;
	} cases[] = {
		{ "{\"state\":\"ended\",\"result\":\"complete\"}", 0, true },
		{ "{\"state\":\"ended\",\"result\":\"unchanged\"}", 0, true },
		{ "{\"state\":\"ended\",\"result\":\"partial\"}", 10, true },
		{ "{\"state\":\"ended\",\"result\":\"failed\"}", 11, true },
		{ "{\"state\":\"ended\",\"result\":\"suspect\"}", 12, true },
		{ "{\"state\":\"ended\",\"result\":\"cancelled\"}", 13, true },
		{ "{\"state\":\"deferred\",\"result\":null}", 14, true },
		{ "{\"state\":\"running\",\"result\":null}", 1, false },
		{ "{\"state\":\"ending\",\"result\":null}", 1, false },
		{ "{\"state\":\"ended\",\"result\":\"a later word\"}", 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *run = parse(cases[i].run);

		ck_assert_int_eq(runview_status(run), cases[i].status);
		ck_assert_int_eq(runview_ended(run), cases[i].ended);
		json_unref(run);
	}
}
END_TEST

UNIT_MAIN("runview", the_summary_says_how_it_went, a_run_that_lasts_has_a_state_and_no_duration,
	  each_result_has_its_exit_status)
