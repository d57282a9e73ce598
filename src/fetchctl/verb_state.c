/* fetchctl state: the marks of an incremental job; set and reset. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/limit.h"
#include "fetchctl/params.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

static void show_marks(const struct ctl *ctl, const struct json *items)
{
	struct table *table = table_new(ctl);

	table_column(table, "PARAMETERS", TABLE_LONG | TABLE_SPARE);
	table_column(table, "MARK", TABLE_TEXT);
	table_column(table, "RUN", TABLE_NUMBER);
	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *item = json_at(items, i);
		char *params = say_pairs(json_get(item, "params"));

		table_row(table);
		table_cell(table, params);
		table_scalar(table, json_get(item, "value"));
		if (json_get(item, "run"))
			table_scalar(table, json_get(item, "run"));
		else
			table_cell(table, "by hand");
		free(params);
	}
	table_print(table);
}

static void show_state(const struct ctl *ctl, const struct json *state)
{
	const struct json *items = json_get(state, "items");
	int64_t validators = json_int(json_get(state, "validators"), 0);

	if (json_len(items) > 0)
		show_marks(ctl, items);
	else if (ctl->legend)
		puts(json_str(json_get(state, "cursor"))
			     ? "no mark yet: the next run asks from the start"
			     : "the job is not incremental");
	if (validators > 0 && ctl->legend)
		printf("%lld answer%s can be asked for again by what the server said of them\n",
		       (long long)validators, validators == 1 ? "" : "s");
}

/* The state with the marks of all its pages, or as many as -n says. */
static int read_state(struct ctl *ctl, uint64_t limit, struct json **state)
{
	struct json *page = NULL, *items;
	char *path = ask_path("/v1/jobs/", ctl->words[0], "/state");
	int r = ask(ctl, "GET", path, NULL, state);

	free(path);
	if (r)
		return r;
	items = json_get(*state, "items");
	if (!json_str(json_get(*state, "next")) && (limit == 0 || limit >= json_len(items)))
		return 0;
	path = ask_path("/v1/jobs/", ctl->words[0], "/state");
	r = ask_list(ctl, path, "after", limit, &page);
	free(path);
	if (r == 0) {
		json_put(*state, "items", page);
		json_put(*state, "next", NULL);
	}
	return r;
}

static int show(struct ctl *ctl)
{
	struct json *state = NULL;
	uint64_t limit;
	int r = limit_read(ctl, 0, &limit);

	if (r == 0)
		r = read_state(ctl, limit, &state);
	if (r == 0 && ctl->json)
		say_json(state, true);
	else if (r == 0)
		show_state(ctl, state);
	json_unref(state);
	return r;
}

/* mark=VALUE, and the parameters whose marks are meant. */
static int read_order(const struct ctl *ctl, struct json *order)
{
	struct ctl rest = *ctl;
	struct json *params;
	int r;

	rest.words++; /* "set" is passed over as a verb's first word is */
	rest.nwords--;
	r = params_read(&rest, order);
	params = json_get(order, "params");
	if (r == 0 && !json_has(params, "mark"))
		return say_usage("state JOB set needs mark=VALUE");
	if (r == 0) {
		json_put_str(order, "mark", json_str(json_get(params, "mark")));
		json_remove(params, "mark");
	}
	return r;
}

static int set(struct ctl *ctl)
{
	struct json *order = json_new_object(), *reply = NULL;
	char *path = ask_path("/v1/jobs/", ctl->words[0], "/state");
	int r = read_order(ctl, order);

	if (r == 0)
		r = ask(ctl, "PUT", path, order, &reply);
	if (r == 0 && ctl->json)
		say_json(reply, true);
	else if (r == 0)
		show_state(ctl, reply);
	json_unref(reply);
	json_unref(order);
	free(path);
	return r;
}

static int reset(struct ctl *ctl)
{
	struct json *reply = NULL;
	char *path;
	int r;

	if (ctl->nwords > 2)
		return say_usage("state JOB reset takes no further words");
	path = ask_path("/v1/jobs/", ctl->words[0], "/state");
	r = ask(ctl, "DELETE", path, NULL, &reply);
	free(path);
	json_unref(reply);
	if (r == 0 && !ctl->json)
		printf("%s: marks and validators are forgotten; what it has landed stays\n",
		       ctl->words[0]);
	return r;
}

int verb_state(struct ctl *ctl)
{
	if (ctl->nwords == 1)
		return show(ctl);
	if (strcmp(ctl->words[1], "set") == 0)
		return set(ctl);
	if (strcmp(ctl->words[1], "reset") == 0)
		return reset(ctl);
	return say_usage("expected state JOB, state JOB set mark=VALUE, or state JOB reset");
}
