/* fetchctl plan: what a run would do. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/xalloc.h"
#include "fetchctl/ask.h"
#include "fetchctl/authview.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

static void show_request(const char *label, const struct json *request)
{
	char *params = say_pairs(json_get(request, "params"));

	say_fieldf(label, "%s%s%s%s", say_member(request, "url"), *params ? "  (" : "", params,
		   *params ? ")" : "");
	free(params);
}

/* A list as "a, b, c"; a word as it is. */
static void show_names(const char *label, const struct json *names)
{
	struct buf text;

	if (json_type(names) != JSON_ARRAY) {
		say_field(label, json_str(names));
		return;
	}
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < json_len(names); i++)
		buf_addf(&text, "%s%s", i ? ", " : "", json_str(json_at(names, i)));
	say_field(label, buf_text(&text));
	buf_done(&text);
}

/* "after 64 MiB, after 1000 rows or every 1d" */
static void show_rotation(const struct json *rotate)
{
	int64_t bytes = json_int(json_get(rotate, "size"), 0);
	int64_t rows = json_int(json_get(rotate, "rows"), 0);
	const char *every = json_str(json_get(rotate, "every"));
	char size[HUMAN_TEXT_MAX];
	struct buf text;

	buf_init(&text, 1000);
	human_size((uint64_t)bytes, size);
	if (bytes)
		buf_addf(&text, "after %s", size);
	if (rows)
		buf_addf(&text, "%safter %lld rows", bytes ? " or " : "", (long long)rows);
	if (every)
		buf_addf(&text, "%severy %s", bytes || rows ? " or " : "", every);
	if (text.len)
		say_field("new file", buf_text(&text));
	buf_done(&text);
}

/* "id int, name": what is any goes without saying. */
static void show_columns(const struct json *plan)
{
	const struct json *names = json_get(plan, "columns"), *types = json_get(plan, "types");
	struct buf text;

	if (json_type(types) != JSON_ARRAY) {
		show_names("columns", names);
		return;
	}
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < json_len(names); i++) {
		const char *type = json_str(json_at(types, i));
		bool any = !type || strcmp(type, "any") == 0;

		buf_addf(&text, "%s%s%s%s", i ? ", " : "", json_str(json_at(names, i)),
			 any ? "" : " ", any ? "" : type);
	}
	say_field("columns", buf_text(&text));
	buf_done(&text);
}

static void show_output(const struct json *plan)
{
	const char *compress = json_str(json_get(plan, "compress"));
	bool packed = compress && strcmp(compress, "none") != 0;

	show_names(json_bool(json_get(plan, "varies"), false) ? "first file" : "files",
		   json_get(plan, "files"));
	if (json_str(json_get(plan, "rejects")))
		say_field("rejects", json_str(json_get(plan, "rejects")));
	say_fieldf("format", "%s%s%s", say_member(plan, "format"), packed ? ", " : "",
		   packed ? compress : "");
	say_field("mode", json_str(json_get(plan, "mode")));
	say_field("order", json_str(json_get(plan, "order")));
	show_rotation(json_get(plan, "rotate"));
}

/* "  (2 excluded, 1 included)" */
static void show_rules(const struct json *plan, struct buf *text)
{
	int64_t excluded = json_int(json_get(plan, "excluded"), 0);
	int64_t included = json_int(json_get(plan, "included"), 0);

	if (excluded)
		buf_addf(text, "  (%lld excluded", (long long)excluded);
	if (included)
		buf_addf(text, "%s%lld included", excluded ? ", " : "  (", (long long)included);
	if (excluded || included)
		buf_add_char(text, ')');
}

/* "3 values of id from /etc/ids.csv: 1, 2, 3" */
static void show_input(const struct json *input)
{
	const struct json *first = json_get(input, "first");
	int64_t values = json_int(json_get(input, "values"), 0);
	struct buf text;

	buf_init(&text, 1 << 20);
	if (!json_get(input, "values"))
		buf_addf(&text, "%s from %s", say_member(input, "param"),
			 say_member(input, "from"));
	else
		buf_addf(&text, "%lld %s of %s from %s: ", (long long)values,
			 values == 1 ? "value" : "values", say_member(input, "param"),
			 say_member(input, "from"));
	for (size_t i = 0; i < json_len(first); i++)
		buf_addf(&text, "%s%s", i ? ", " : "", json_str(json_at(first, i)));
	if ((size_t)values > json_len(first))
		buf_add_text(&text, ", ...");
	say_field("input", buf_text(&text));
	buf_done(&text);
}

static void show_requests(const struct json *plan)
{
	const struct json *inputs = json_get(plan, "inputs");
	const char *pages = json_str(json_get(plan, "pages"));
	struct buf text;

	buf_init(&text, 4096);
	if (json_get(plan, "requests"))
		buf_addf(&text, "%lld", (long long)json_int(json_get(plan, "requests"), 0));
	else
		buf_add_text(&text, "known when the first request is answered");
	if (pages)
		buf_addf(&text, ", each followed page by page by %s", pages);
	show_rules(plan, &text);
	say_field("requests", buf_text(&text));
	buf_done(&text);
	for (size_t i = 0; i < json_len(inputs); i++)
		show_input(json_at(inputs, i));
}

/* "/updated_at since 2026-01-01T00:00:00Z, the mark of the first request" */
static void show_increment(const struct json *plan)
{
	const struct json *incremental = json_get(plan, "incremental");
	const char *since = json_str(json_get(incremental, "since"));
	bool marked = json_str(json_get(incremental, "mark")) != NULL;

	if (incremental)
		say_fieldf("incremental", "%s%s%s%s", say_member(incremental, "cursor"),
			   since ? " since " : ", from the beginning", since ? since : "",
			   marked  ? ", by the mark of the first request"
			   : since ? ", which is where it starts"
				   : "");
	if (json_bool(json_get(plan, "conditional"), false))
		say_field("conditional", "unchanged answers are not fetched again");
}

static void show_plan(const struct ctl *ctl, const struct json *plan)
{
	say_field("job", say_member(plan, "job"));
	if (json_get(plan, "after"))
		say_field("after", say_member(plan, "after"));
	say_fieldf("engine", "%s, %lld workers", say_member(plan, "engine"),
		   (long long)json_int(json_get(plan, "workers"), 0));
	show_requests(plan);
	if (json_get(plan, "first")) {
		show_request("first", json_get(plan, "first"));
		show_request("last", json_get(plan, "last"));
	}
	authview_show(json_get(plan, "auth"));
	show_increment(plan);
	show_columns(plan);
	show_output(plan);
}

int verb_plan(struct ctl *ctl)
{
	return ask_show(ctl, "GET", ask_path("/v1/jobs/", ctl->words[0], "/plan"), show_plan);
}
