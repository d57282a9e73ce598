#include "fetchd/report.h"

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

START_TEST(workers_and_files_are_listed)
{
	struct json *run = ended_run();
	struct buf out;

	buf_init(&out, 4096);
	report_crew(run, &out);
	ck_assert(strstr(buf_text(&out), "PID") != NULL);
	ck_assert(strstr(buf_text(&out), "      40       41        100            1\n") != NULL);
	buf_clear(&out);
	report_files(run, "/var/lib/fetchd/data", &out);
	ck_assert_str_eq(buf_text(&out), "  /var/lib/fetchd/data/inventory/inventory.csv: 100 rows "
					 "of this run, 3.4 KiB\n");
	buf_done(&out);
	json_unref(run);
}
END_TEST

UNIT_MAIN("report", workers_and_files_are_listed)
