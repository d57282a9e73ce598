/* Settings for the manual, from the field tables: job-fields, config-fields. A map inside a map is
 * written with a dot, "rotate.size". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "docgen.h"
#include "spec/config.h"
#include "spec/field.h"
#include "spec/job.h"
#include "spec/units.h"

#define PREFIX_MAX 64

/* What a table's rows have in common. */
struct manner {
	bool nested;   /* maps are gone into; else they have a section of their own */
	bool restarts; /* say what a reload does not take up */
};

/* The members of a setting that has some: a map's own, or those of the maps a custom one holds. */
static const struct field *members(const struct field *field)
{
	if (field->type == FIELD_GROUP)
		return field->fields;
	return field->type == FIELD_CUSTOM ? field->custom->members : NULL;
}

static void format_limit(enum field_type type, int64_t value, char text[static UNITS_TEXT_MAX])
{
	if (type == FIELD_DURATION)
		duration_format(value, text);
	else if (type == FIELD_SIZE)
		size_format((uint64_t)value, text);
	else
		snprintf(text, UNITS_TEXT_MAX, "%" PRId64, value);
}

static bool has_limits(const struct field *field)
{
	return field->type == FIELD_COUNT || field->type == FIELD_BIG ||
	       field->type == FIELD_SIZE || field->type == FIELD_DURATION;
}

static void print_limits(const struct field *field)
{
	char least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];

	if (!has_limits(field))
		return;
	format_limit(field->type, field->min, least);
	format_limit(field->type, field->max, most);
	if (field->min > 0 && field->max < INT64_MAX)
		printf("From %s to %s.\n", least, most);
	else if (field->max < INT64_MAX)
		printf("At most %s.\n", most);
}

static void print_choices(const struct field *field)
{
	if (field->choices) {
		puts(field->type == FIELD_SET ? "Any of" : "One of");
		print_words("Cm", field->choices, ".");
	}
	if (field->later) {
		puts("Not supported yet:");
		print_words("Cm", field->later, ".");
	}
}

static void print_literal(const char *before, const char *text)
{
	printf("%s\n.Ql ", before);
	print_quoted(*text ? text : "\"\"");
	puts(" .");
}

static void print_row(const char *prefix, const struct field *field, const struct manner *manner)
{
	printf(".It Ic %s%s Pq %s%s\n", prefix, field->name, field_shape(field),
	       field->flags & FIELD_REQUIRED ? ", required" : "");
	print_sentence(field->help);
	if (!manner->nested && members(field)) {
		printf("See\n.Sx %s .\n", field->name);
		return;
	}
	print_choices(field);
	print_limits(field);
	if (field->def && *field->def)
		print_literal("Default:", field->def);
	if (field->example && (!field->def || strcmp(field->def, field->example) != 0))
		print_literal("Example:", field->example);
	if (manner->restarts && !(field->flags & FIELD_RELOADS) && !members(field))
		puts("Takes a restart.");
}

static void print_rows(const char *prefix, const struct field *fields, const struct manner *manner)
{
	char inner[PREFIX_MAX];

	for (const struct field *field = fields; field->name; field++) {
		const struct field *within = members(field);

		if (field->type == FIELD_RESERVED)
			continue;
		if (!within || !manner->nested) {
			print_row(prefix, field, manner);
			continue;
		}
		snprintf(inner, sizeof(inner), "%s%s.", prefix, field->name);
		print_rows(inner, within, manner);
	}
}

/* "compress none": the one value that later versions' settings may have already. */
static void print_reserved(const char *prefix, const struct field *fields,
			   const struct manner *manner, bool *any)
{
	char inner[PREFIX_MAX];

	for (const struct field *field = fields; field->name; field++) {
		if (field->type == FIELD_RESERVED) {
			printf("%s.Ic %s%s%s%s", *any ? " ,\n" : ".Pp\nNot supported yet:\n",
			       prefix, field->name, field->def ? " Pq only " : "",
			       field->def ? field->def : "");
			*any = true;
		} else if (field->type == FIELD_GROUP && manner->nested) {
			snprintf(inner, sizeof(inner), "%s%s.", prefix, field->name);
			print_reserved(inner, field->fields, manner, any);
		}
	}
}

static void print_table(const struct field *fields, const struct manner *manner)
{
	bool any = false;

	puts(".Bl -tag -width Ds");
	print_rows("", fields, manner);
	puts(".El");
	print_reserved("", fields, manner, &any);
	if (any)
		puts(" .");
}

bool print_job_fields(const char *name)
{
	const struct manner top = { .nested = false }, inside = { .nested = true };

	if (!*name) {
		print_table(job_fields, &top);
		return true;
	}
	for (const struct field *field = job_fields; *name == '.' && field->name; field++)
		if (strcmp(field->name, name + 1) == 0 && members(field)) {
			print_table(members(field), &inside);
			return true;
		}
	return false;
}

void list_job_fields(void)
{
	for (const struct field *field = job_fields; field->name; field++)
		if (members(field))
			printf("job-fields.%s\n", field->name);
}

bool print_config_fields(const char *name)
{
	const struct manner manner = { .nested = true, .restarts = true };

	print_table(config_fields, &manner);
	return true;
}
