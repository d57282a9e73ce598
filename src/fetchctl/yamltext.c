/* JSON as YAML: see yamltext.h.
 *
 * A scalar is written plain only when no YAML reader could take it for something else; otherwise it
 * stands in double quotes, where YAML's escapes are JSON's.
 */
#include "fetchctl/yamltext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetchctl/say.h"

#define INLINE_MAX 60 /* a list of scalars up to this wide stands on one line */

/* Words that YAML 1.1 or 1.2 readers turn into something else than text. */
static const char *const reserved[] = { "true", "false", "null", "yes", "no", "on",
					"off",  "y",     "n",    "~",   NULL };

static bool is_reserved(const char *text)
{
	for (const char *const *word = reserved; *word; word++)
		if (strcasecmp(*word, text) == 0)
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "30s", "64MiB", "5xx" and "20/s" are texts; what strtod reads whole, dates, times and the octal
 * and binary numbers of older YAML are not written plain. */
static bool is_quantity(const char *text)
{
	char *end;

	if (!is_digit(*text) || (*text == '0' && is_letter(text[1])))
		return false;
	strtod(text, &end);
	if (*end == '\0')
		return false;
	for (; *text; text++)
		if (!is_digit(*text) && !(is_letter(*text) && *text != '_') && !strchr("./", *text))
			return false;
	return true;
}

/* A text that begins with a letter, "/" or "$" and holds nothing that means something in YAML. In
 * flow style (inside brackets) more does. */
static bool is_word(const char *text, bool flow)
{
	const char *others = flow ? "/$.+=;()<>~^%*!?@|&-" : "/$.+=;()<>~^%*!?@|&-{}[],'\"\\";

	if (!is_letter(*text) && *text != '/' && *text != '$')
		return false;
	for (const char *c = text; *c; c++) {
		bool inner = c[1] != '\0' && c[1] != ' ';

		if (is_letter(*c) || is_digit(*c) || strchr(others, *c))
			continue;
		if ((*c == ':' || *c == ' ') && inner)
			continue;
		return false;
	}
	return !is_reserved(text);
}

/* JSON leaves DEL and the C1 controls as they are; a terminal should not get them. */
static void print_quoted(FILE *out, const struct json *scalar)
{
	char *text = json_text(scalar, false);

	for (const char *c = text; *c; c++) {
		if (*c == 0x7f)
			fputs("\\u007f", out);
		else if ((unsigned char)c[0] == 0xc2 && (unsigned char)c[1] < 0xa0)
			fprintf(out, "\\u%04x", (unsigned char)*++c);
		else
			putc(*c, out);
	}
	free(text);
}

static void print_scalar(FILE *out, const struct json *scalar, bool flow)
{
	const char *text = json_str(scalar);

	if (text && (is_word(text, flow) || is_quantity(text)))
		fputs(text, out);
	else
		print_quoted(out, scalar);
}

static void print_key(FILE *out, const char *key)
{
	struct json *text = json_new_string(key);

	print_scalar(out, text, true);
	json_unref(text);
}

static bool is_scalar(const struct json *doc)
{
	enum json_type type = json_type(doc);

	return type != JSON_ARRAY && type != JSON_OBJECT;
}

/* An empty one, or a short list of scalars. */
static bool fits_one_line(const struct json *doc)
{
	char *text;
	bool fits;

	if (is_scalar(doc) || json_len(doc) == 0)
		return true;
	if (json_type(doc) != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < json_len(doc); i++)
		if (!is_scalar(json_at(doc, i)))
			return false;
	text = json_text(doc, false);
	fits = strlen(text) <= INLINE_MAX;
	free(text);
	return fits;
}

static void print_line(FILE *out, const struct json *doc)
{
	if (is_scalar(doc)) {
		print_scalar(out, doc, false);
		return;
	}
	putc(json_type(doc) == JSON_ARRAY ? '[' : '{', out);
	for (size_t i = 0; json_type(doc) == JSON_ARRAY && i < json_len(doc); i++) {
		fputs(i ? ", " : "", out);
		print_scalar(out, json_at(doc, i), true);
	}
	putc(json_type(doc) == JSON_ARRAY ? ']' : '}', out);
}

static void print_block(FILE *out, const struct json *doc, unsigned indent, bool begun);

/* After "key:". */
static void print_value(FILE *out, const struct json *value, unsigned indent)
{
	putc(fits_one_line(value) ? ' ' : '\n', out);
	print_block(out, value, indent, fits_one_line(value));
}

/* `begun`: the first line is already indented. */
static void print_block(FILE *out, const struct json *doc, unsigned indent, bool begun)
{
	int margin = begun ? 0 : (int)indent;

	if (fits_one_line(doc)) {
		fprintf(out, "%*s", margin, "");
		print_line(out, doc);
		putc('\n', out);
		return;
	}
	for (struct json_member m = json_first(doc); m.key; m = json_next(m)) {
		fprintf(out, "%*s", margin, "");
		print_key(out, m.key);
		putc(':', out);
		print_value(out, m.value, indent + 2);
		margin = (int)indent;
	}
	for (size_t i = 0; json_type(doc) == JSON_ARRAY && i < json_len(doc); i++) {
		fprintf(out, "%*s- ", margin, "");
		print_block(out, json_at(doc, i), indent + 2, true);
		margin = (int)indent;
	}
}

void yamltext_print(FILE *out, const struct json *doc, unsigned indent)
{
	print_block(out, doc, indent, false);
}
