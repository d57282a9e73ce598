#include "fetchctl/runview.h"

#include <string.h>

#include "../unit.h"

static struct json *parse(const char *source)
{
	struct json *doc;

	ck_assert_int_eq(json_parse(source, strlen(source), &doc, NULL), 0);
	return doc;
}

START_TEST(a_run_has_ended_when_there_is_nothing_to_wait_for)
{
	static const struct {
		const char *run;
		bool ended;
	} cases[] = {
		{ "{\"state\":\"ended\",\"result\":\"complete\"}", true },
		{ "{\"state\":\"ended\",\"result\":\"a later word\"}", true },
		{ "{\"state\":\"deferred\",\"result\":null}", true },
		{ "{\"state\":\"running\",\"result\":null}", false },
		{ "{\"state\":\"ending\",\"result\":null}", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *run = parse(cases[i].run);

		ck_assert_int_eq(runview_ended(run), cases[i].ended);
		json_unref(run);
	}
}
END_TEST

UNIT_MAIN("runview", a_run_has_ended_when_there_is_nothing_to_wait_for)
