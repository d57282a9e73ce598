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

/* Begins with a letter, "/" or "$", and holds nothing that means something in block or flow style.
 */
static bool is_plain(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char others[] = "0123456789/$.+=;()<>~^%*!?@|-";
	size_t len = strlen(text);

	if (len == 0 || !strchr("/$", text[0]) == !strchr(letters, text[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		bool inner = i + 1 < len && text[i + 1] != ' ';

		if (strchr(letters, text[i]) || strchr(others, text[i]))
			continue;
		if ((text[i] == ':' || text[i] == ' ') && inner)
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

static void print_scalar(FILE *out, const struct json *scalar)
{
	const char *text = json_str(scalar);

	if (text && is_plain(text))
		fputs(text, out);
	else
		print_quoted(out, scalar);
}

static void print_key(FILE *out, const char *key)
{
	struct json *text = json_new_string(key);

	print_scalar(out, text);
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
		print_scalar(out, doc);
		return;
	}
	putc(json_type(doc) == JSON_ARRAY ? '[' : '{', out);
	for (size_t i = 0; json_type(doc) == JSON_ARRAY && i < json_len(doc); i++) {
		fputs(i ? ", " : "", out);
		print_scalar(out, json_at(doc, i));
	}
	putc(json_type(doc) == JSON_ARRAY ? ']' : '}', out);
}

/* After "key:" or "-". */
static void print_value(FILE *out, const struct json *value, unsigned indent)
{
	if (fits_one_line(value)) {
		putc(' ', out);
		print_line(out, value);
		putc('\n', out);
		return;
	}
	putc('\n', out);
	yamltext_print(out, value, indent);
}

void yamltext_print(FILE *out, const struct json *doc, unsigned indent)
{
	if (fits_one_line(doc)) {
		fprintf(out, "%*s", (int)indent, "");
		print_line(out, doc);
		putc('\n', out);
		return;
	}
	for (struct json_member m = json_first(doc); m.key; m = json_next(m)) {
		fprintf(out, "%*s", (int)indent, "");
		print_key(out, m.key);
		putc(':', out);
		print_value(out, m.value, indent + 2);
	}
	for (size_t i = 0; json_type(doc) == JSON_ARRAY && i < json_len(doc); i++) {
		fprintf(out, "%*s-", (int)indent, "");
		print_value(out, json_at(doc, i), indent + 2);
	}
}
