/* fetchctl head: the last rows that landed. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/limit.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

#define ROWS_DEFAULT 10
#define CELL_MAX     60 /* characters of a cell on a terminal's table; the files have them all */

static bool is_number(const char *text)
{
	char *end;

	if (!*text || strspn(text, "+-.0123456789eE") != strlen(text))
		return false;
	strtod(text, &end);
	return *end == '\0';
}

/* A column whose every cell is a number or empty, and not all are empty. */
static bool is_numeric(const struct json *rows, size_t column)
{
	bool any = false;

	for (size_t i = 0; i < json_len(rows); i++) {
		const char *cell = json_str(json_at(json_at(rows, i), column));

		if (!cell || !*cell)
			continue;
		if (!is_number(cell))
			return false;
		any = true;
	}
	return any;
}

/* At most CELL_MAX characters, the last three dots when there were more. */
static void add_cell(struct table *table, const char *text)
{
	size_t at = 0, characters = 0, keep = 0;

	while (text[at] && characters < CELL_MAX) {
		characters++;
		at++;
		while (((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		if (characters == CELL_MAX - 3)
			keep = at;
	}
	if (text[at])
		table_cellf(table, "%.*s...", (int)keep, text);
	else
		table_cell(table, text);
}

static void show_head(const struct ctl *ctl, const struct json *head)
{
	const struct json *columns = json_get(head, "columns"), *rows = json_get(head, "rows");
	struct table *table = table_new(ctl);

	for (size_t i = 0; i < json_len(columns); i++)
		table_column(table, json_str(json_at(columns, i)),
			     is_numeric(rows, i) ? TABLE_NUMBER : TABLE_LONG);
	for (size_t i = 0; i < json_len(rows); i++) {
		const struct json *row = json_at(rows, i);

		table_row(table);
		for (size_t j = 0; j < json_len(columns); j++) {
			char *text = say_scalar(json_at(row, j));

			add_cell(table, text);
			free(text);
		}
	}
	table_print(table);
	if (ctl->legend)
		printf("[%lld rows x %lld columns]\n",
		       (long long)json_int(json_get(head, "total_rows"), 0),
		       (long long)json_int(json_get(head, "total_columns"), 0));
}

int verb_head(struct ctl *ctl)
{
	uint64_t rows;
	char *path, *after;
	int r = limit_read(ctl, ROWS_DEFAULT, &rows);

	if (r)
		return r;
	after = xasprintf("/head?n=%llu", (unsigned long long)rows);
	path = ask_path("/v1/jobs/", ctl->words[0], after);
	free(after);
	return ask_show(ctl, "GET", path, show_head);
}
