/* Problems of a job file: see problems.h. */
#include "fetchctl/problems.h"

#include <stdio.h>

#include "base/json.h"
#include "fetchctl/say.h"

static void say_one(const struct json *problem)
{
	long long line = json_int(json_get(problem, "line"), 0);
	long long column = json_int(json_get(problem, "column"), 0);

	say_text(stderr, say_member(problem, "file"), false);
	if (line > 0)
		fprintf(stderr, ":%lld:%lld", line, column);
	fputs(": error: ", stderr);
	say_text(stderr, say_member(problem, "detail"), false);
	fputc('\n', stderr);
}

void problems_say(const struct json *items)
{
	for (size_t i = 0; i < json_len(items); i++)
		say_one(json_at(items, i));
}
