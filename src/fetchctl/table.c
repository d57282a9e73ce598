/* Tables: see table.h. */
#include "fetchctl/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

#define COLUMNS_MAX 1024

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t ncells, ncolumns;
	bool color;
	unsigned char kinds[COLUMNS_MAX];
	bool filled[COLUMNS_MAX];
};

/* Words that stand in columns of kind TABLE_STATE. */
static const struct {
	const char *word, *color;
} colors[] = {
	{ "complete", "green" }, { "unchanged", "green" },   { "running", "cyan" },
	{ "waiting", "cyan" },   { "ending", "cyan" },       { "partial", "yellow" },
	{ "suspect", "yellow" }, { "deferred", "yellow" },   { "failed", "red" },
	{ "cancelled", "red" },  { "disabled", "darkgray" }, { "paused", "yellow" },
};

struct table *table_new(const struct ctl *ctl)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->scols = scols_new_table();
	if (!table->scols)
		abort(); /* no memory */
	table->color = ctl->color;
	scols_table_enable_colors(table->scols, ctl->color);
	scols_table_enable_noheadings(table->scols, !ctl->legend);
	scols_table_enable_noencoding(table->scols, 1); /* cells are made safe here */
	scols_table_set_column_separator(table->scols, "  ");
	return table;
}

void table_column(struct table *table, const char *name, int kind)
{
	int flags = (kind & TABLE_NUMBER ? SCOLS_FL_RIGHT : 0) |
		    (kind & TABLE_LONG ? SCOLS_FL_TRUNC : 0);
	char *shown;

	if (table->ncolumns == COLUMNS_MAX)
		return;
	shown = say_safe(name);
	if (!scols_table_new_column(table->scols, shown, 0, flags))
		abort();
	free(shown);
	table->kinds[table->ncolumns++] = (unsigned char)kind;
}

void table_row(struct table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	if (!table->line)
		abort();
	table->ncells = 0;
}

static void paint(struct table *table, size_t at, const char *text)
{
	struct libscols_cell *cell = scols_line_get_cell(table->line, at);

	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (strcmp(colors[i].word, text) == 0)
			scols_cell_set_color(cell, colors[i].color);
}

void table_cell(struct table *table, const char *text)
{
	size_t at = table->ncells++;
	char *shown;

	if (at >= table->ncolumns)
		return;
	shown = say_safe(text ? text : "");
	if (scols_line_refer_data(table->line, at, shown) < 0) /* takes it */
		abort();
	table->filled[at] |= text && *text;
	if (text && table->color && (table->kinds[at] & TABLE_STATE))
		paint(table, at, text);
}

void table_cellf(struct table *table, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	table_cell(table, text);
	free(text);
}

void table_scalar(struct table *table, const struct json *value)
{
	char *text = say_scalar(value);

	table_cell(table, text);
	free(text);
}

void table_time(struct table *table, const struct json *time)
{
	char text[SAY_TIME_MAX];

	say_time(time, text);
	table_cell(table, text);
}

static void hide_spare(struct table *table)
{
	for (size_t i = 0; i < table->ncolumns; i++)
		if ((table->kinds[i] & TABLE_SPARE) && !table->filled[i])
			scols_column_set_flags(scols_table_get_column(table->scols, i),
					       SCOLS_FL_HIDDEN);
}

void table_print(struct table *table)
{
	hide_spare(table);
	if (!scols_table_is_empty(table->scols))
		scols_print_table(table->scols);
	scols_unref_table(table->scols);
	free(table);
}

void table_print_below(struct table *table)
{
	if (!scols_table_is_empty(table->scols))
		putchar('\n');
	table_print(table);
}
