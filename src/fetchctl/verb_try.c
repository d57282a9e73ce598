/* fetchctl try: one request of a job, what came back, and what would land. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "fetchctl/ask.h"
#include "fetchctl/authview.h"
#include "fetchctl/csvtext.h"
#include "fetchctl/ctl.h"
#include "fetchctl/params.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

#define BODY_SHOWN 1500 /* characters */
#define ROWS_SHOWN 20

/* Settings that do nothing as they are. */
static bool is_idle(const char *key, const struct json *value)
{
	return (json_type(value) == JSON_ARRAY && json_len(value) == 0) ||
	       (json_type(value) == JSON_INT && json_int(value, 0) == 0 &&
		strcmp(key, "start") != 0);
}

/* "by: cursor, from: /next, param: cursor" and what a run would ask for next. */
static void show_pages(const struct json *trial)
{
	const struct json *pages = json_get(trial, "pages");
	const char *url = json_str(json_get(trial, "next_url"));
	const char *token = json_str(json_get(trial, "next_page"));
	struct buf text;

	buf_init(&text, 4096);
	for (struct json_member m = json_first(pages); m.key; m = json_next(m)) {
		char *value = json_str(m.value) ? NULL : json_text(m.value, false);

		if (m.value && !is_idle(m.key, m.value))
			buf_addf(&text, "%s%s: %s", text.len ? ", " : "", m.key,
				 value ? value : json_str(m.value));
		free(value);
	}
	if (text.len)
		say_field("pages", buf_text(&text));
	buf_done(&text);
	if (json_get(trial, "total"))
		say_fieldf("records", "%lld here, %lld in all",
			   (long long)json_int(json_get(trial, "record_count"), 0),
			   (long long)json_int(json_get(trial, "total"), 0));
	say_field("next page", url && token && !strstr(url, token) ? token : url);
}

/* "GET http://... (id=7)" and "200 ok, 203 ms, 85 B of application/json". */
static void show_answer(const struct json *trial)
{
	const struct json *request = json_get(trial, "request");
	char *params = say_pairs(json_get(request, "params"));
	char size[HUMAN_TEXT_MAX], took[HUMAN_TEXT_MAX];

	say_fieldf("request", "%s %s%s%s%s", say_member(request, "method"),
		   say_member(request, "url"), *params ? "  (" : "", params, *params ? ")" : "");
	free(params);
	authview_show(json_get(request, "auth"));
	human_size((uint64_t)json_int(json_get(trial, "body_bytes"), 0), size);
	human_duration(json_int(json_get(trial, "timing_ms"), 0), took);
	if (json_get(trial, "status"))
		say_fieldf("answer", "%lld (%s) after %s, %s of %s",
			   (long long)json_int(json_get(trial, "status"), 0),
			   say_member(trial, "outcome"), took, size,
			   *say_member(trial, "content_type") ? say_member(trial, "content_type")
							      : "no stated type");
	else
		say_fieldf("answer", "none (%s) after %s", say_member(trial, "outcome"), took);
	say_field("error", json_str(json_get(trial, "error")));
	show_pages(trial);
}

/* Whole characters only. */
static size_t cut_at(const char *text, size_t most)
{
	size_t len = strlen(text);

	if (len <= most)
		return len;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

static void show_body(const struct json *trial)
{
	const char *body = json_str(json_get(trial, "body"));
	char *head;
	size_t len;

	if (!body || !*body)
		return;
	len = cut_at(body, BODY_SHOWN);
	head = strndup(body, len);
	if (!head)
		abort();
	putchar('\n');
	say_text(stdout, head, true);
	puts(body[len] ? "..." : "");
	free(head);
}

/* One row, as many cells as there are columns; *at moves to the next row. */
static void csv_row(struct table *table, char delimiter, const char **at)
{
	struct buf cell;
	bool more;

	buf_init(&cell, 1 << 20);
	table_row(table);
	do {
		more = csvtext_cell(at, delimiter, &cell);
		table_cell(table, buf_text(&cell));
	} while (more);
	buf_done(&cell);
}

static void show_csv(const struct ctl *ctl, const struct json *trial, const char *rows)
{
	const struct json *columns = json_get(trial, "columns");
	const char *delimiter = json_str(json_find(trial, "/csv/delimiter"));
	struct table *table = table_new(ctl);

	for (size_t i = 0; i < json_len(columns); i++)
		table_column(table, json_str(json_at(columns, i)), TABLE_LONG);
	for (int i = 0; i < ROWS_SHOWN && *rows; i++)
		csv_row(table, delimiter ? delimiter[0] : ',', &rows);
	table_print(table);
}

/* Rows of JSON, as they are. */
static void show_json(const char *rows)
{
	size_t len = strlen(rows);

	say_text(stdout, rows + strspn(rows, "\n"), true);
	if (len == 0 || rows[len - 1] != '\n')
		putchar('\n');
}

static void show_rows(const struct ctl *ctl, const struct json *trial)
{
	const char *rows = say_member(trial, "rows");

	putchar('\n');
	if (strcmp(say_member(trial, "format"), "csv") == 0)
		show_csv(ctl, trial, rows);
	else
		show_json(rows);
	if (ctl->legend)
		printf("[%lld rows x %zu columns]\n",
		       (long long)json_int(json_get(trial, "row_count"), 0),
		       json_len(json_get(trial, "columns")));
}

/* The reasons of the first, and how many there are. */
static void show_rejects(const struct json *trial)
{
	const struct json *rejects = json_get(trial, "rejects");
	long long all = (long long)json_int(json_get(trial, "rejected"), 0);

	if (all == 0)
		return;
	printf("\n%lld of the records rejected:\n", all);
	for (size_t i = 0; i < json_len(rejects); i++) {
		const struct json *reject = json_at(rejects, i);

		printf("  record %lld, ", (long long)json_int(json_get(reject, "number"), 0));
		say_text(stdout, say_member(reject, "column"), false);
		fputs(": ", stdout);
		say_text(stdout, say_member(reject, "reason"), false);
		putchar('\n');
	}
}

static int show_trial(const struct ctl *ctl, const struct json *trial)
{
	if (ctl->json) {
		say_json(trial, true);
	} else {
		show_answer(trial);
		show_body(trial);
		if (json_int(json_get(trial, "row_count"), 0) > 0)
			show_rows(ctl, trial);
		show_rejects(trial);
	}
	return json_str(json_get(trial, "error")) ? CTL_FAILED : CTL_DONE;
}

int verb_try(struct ctl *ctl)
{
	struct json *order = json_new_object(), *trial = NULL;
	char *path = ask_path("/v1/jobs/", ctl->words[0], "/try");
	int r = params_read(ctl, order);

	if (r == 0)
		r = ask(ctl, "POST", path, order, &trial);
	if (r == 0)
		r = show_trial(ctl, trial);
	json_unref(trial);
	json_unref(order);
	free(path);
	return r;
}
