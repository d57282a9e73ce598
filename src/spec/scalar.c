/* Core-schema scalars: see scalar.h. Numbers become JSON numbers with the digits they had. */
#include "spec/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool is_null(const char *text)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL", NULL };

	return one_of(text, words);
}

static bool is_true(const char *text)
{
	static const char *const words[] = { "true", "True", "TRUE", NULL };

	return one_of(text, words);
}

static bool is_false(const char *text)
{
	static const char *const words[] = { "false", "False", "FALSE", NULL };

	return one_of(text, words);
}

static bool is_special(const char *text)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", NULL };
	static const char *const nans[] = { ".nan", ".NaN", ".NAN", NULL };

	return one_of(text, nans) || one_of(text + (*text == '-' || *text == '+'), words);
}

static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

static bool is_based(const char *text)
{
	if (text[0] != '0' || !text[1] || !text[2])
		return false;
	if (text[1] == 'o')
		return !text[2 + strspn(text + 2, "01234567")];
	return text[1] == 'x' && !text[2 + strspn(text + 2, "0123456789abcdefABCDEF")];
}

static bool is_int(const char *text)
{
	text += *text == '-' || *text == '+';
	return *text && !text[digits(text)];
}

static bool is_float(const char *text)
{
	size_t before, after = 0;

	text += *text == '-' || *text == '+';
	before = digits(text);
	text += before;
	if (*text == '.') {
		after = digits(text + 1);
		text += 1 + after;
	}
	if (before + after == 0)
		return false;
	if (*text == 'e' || *text == 'E') {
		text += 1 + (text[1] == '-' || text[1] == '+');
		return *text && !text[digits(text)];
	}
	return !*text;
}

enum scalar_type scalar_type(const char *text)
{
	if (is_null(text))
		return SCALAR_NULL;
	if (is_true(text) || is_false(text))
		return SCALAR_BOOL;
	if (is_int(text) || is_based(text))
		return SCALAR_INT;
	if (is_float(text))
		return SCALAR_FLOAT;
	return is_special(text) ? SCALAR_SPECIAL : SCALAR_TEXT;
}

/* YAML allows what JSON does not: "+1", "007", ".5", "5.". The digits stay as they were. */
static struct json *number(const char *text)
{
	bool negative = *text == '-';
	size_t whole, part;
	const char *fraction, *rest;
	struct json *value;
	char *json;

	text += *text == '-' || *text == '+';
	while (text[0] == '0' && isdigit((unsigned char)text[1]))
		text++;
	whole = digits(text);
	fraction = text + whole + (text[whole] == '.');
	part = text[whole] == '.' ? digits(fraction) : 0;
	rest = fraction + part;
	json = xasprintf("%s%.*s%s%.*s%s", negative ? "-" : "", whole ? (int)whole : 1,
			 whole ? text : "0", text[whole] == '.' ? "." : "", part ? (int)part : 1,
			 part ? fraction : (text[whole] == '.' ? "0" : ""), rest);
	value = json_new_number(json);
	free(json);
	return value;
}

static struct json *integer(const char *text)
{
	long long value;

	errno = 0;
	value = strtoll(text, NULL, 10);
	return errno == ERANGE ? number(text) : json_new_int(value);
}

static bool based(const char *text, struct json **value)
{
	unsigned long long n;
	char decimal[24];

	errno = 0;
	n = strtoull(text + 2, NULL, text[1] == 'x' ? 16 : 8);
	if (errno == ERANGE)
		return false;
	snprintf(decimal, sizeof(decimal), "%llu", n);
	*value = integer(decimal);
	return true;
}

bool scalar_value(const char *text, struct json **value)
{
	switch (scalar_type(text)) {
	case SCALAR_NULL:
		*value = NULL;
		return true;
	case SCALAR_BOOL:
		*value = json_new_bool(is_true(text));
		return true;
	case SCALAR_INT:
		if (is_based(text))
			return based(text, value);
		*value = integer(text);
		return true;
	case SCALAR_FLOAT:
		*value = number(text);
		return true;
	default:
		*value = json_new_string(text);
		return true;
	}
}
