/* From text to tree: one strict document, built from the scanner's tokens. See json_parse. */
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"

#define TREE_DEPTH_MAX 64

struct parser {
	struct scan scan;
	struct buf text;  /* the string being unescaped */
	char problem[96]; /* a sentence of ours, for scan.error */
};

static int build(struct parser *parser, enum scan_token token, struct json **value);

static int refuse(struct parser *parser, const char *at, const char *problem)
{
	parser->scan.at = at;
	parser->scan.error = problem;
	return -EINVAL;
}

/* The key just scanned, the caller's to free; NULL when the tree cannot hold it. */
static char *take_key(struct parser *parser, const struct json *object)
{
	const char *at = parser->scan.value.ptr - 1;
	size_t len;
	char *key;

	scan_unescape(parser->scan.value, &parser->text);
	len = parser->text.len;
	key = buf_take(&parser->text);
	if (strlen(key) == len && !json_has(object, key))
		return key;
	if (strlen(key) != len)
		snprintf(parser->problem, sizeof(parser->problem), "a key may not hold \\u0000");
	else
		snprintf(parser->problem, sizeof(parser->problem),
			 "the key \"%.60s\" is there already", key);
	free(key);
	refuse(parser, at, parser->problem);
	return NULL;
}

static int fill_object(struct parser *parser, struct json *object)
{
	enum scan_token token;

	while ((token = scan_next(&parser->scan)) == SCAN_KEY) {
		struct json *member = NULL;
		char *key = take_key(parser, object);
		int code = key ? build(parser, scan_next(&parser->scan), &member) : -EINVAL;

		if (code == 0)
			json_put(object, key, member);
		free(key);
		if (code < 0)
			return code;
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

static int fill_array(struct parser *parser, struct json *array)
{
	enum scan_token token;

	while ((token = scan_next(&parser->scan)) != SCAN_ARRAY_END) {
		struct json *element = NULL;
		int code = build(parser, token, &element);

		if (code < 0)
			return code;
		json_push(array, element);
	}
	return 0;
}

static struct json *string_of(struct parser *parser)
{
	struct json *string;

	buf_clear(&parser->text);
	scan_unescape(parser->scan.value, &parser->text);
	string = json_new_string_len(buf_text(&parser->text), parser->text.len);
	buf_clear(&parser->text);
	return string;
}

/* An integer when its text says so and it fits; "-0" stays a number, for it would print as 0. */
static struct json *number_of(struct parser *parser)
{
	struct slice source = parser->scan.value;
	struct json *number;
	char *text, *end;
	long long value;

	text = xstrndup(source.ptr, source.len);
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end || errno || (value == 0 && *text == '-'))
		number = json_new_number(text);
	else
		number = json_new_int(value);
	free(text);
	return number;
}

/* Makes the value that begins with `token`; on failure nothing is left behind. */
static int build(struct parser *parser, enum scan_token token, struct json **value)
{
	struct json *made = NULL;
	int code = 0;

	if (token == SCAN_OBJECT)
		code = fill_object(parser, made = json_new_object());
	else if (token == SCAN_ARRAY)
		code = fill_array(parser, made = json_new_array());
	else if (token == SCAN_STRING)
		made = string_of(parser);
	else if (token == SCAN_NUMBER)
		made = number_of(parser);
	else if (token == SCAN_TRUE || token == SCAN_FALSE)
		made = json_new_bool(token == SCAN_TRUE);
	else if (token != SCAN_NULL)
		code = -EINVAL;
	if (code < 0)
		json_unref(made);
	else
		*value = made;
	return code;
}

int json_parse(const char *text, size_t len, struct json **doc, struct err *err)
{
	struct parser parser;
	struct json *made = NULL;
	int code;

	scan_init(&parser.scan, text, len, TREE_DEPTH_MAX);
	buf_init(&parser.text, len);
	code = build(&parser, scan_next(&parser.scan), &made);
	if (code == 0 && scan_next(&parser.scan) != SCAN_END) {
		json_unref(made);
		code = -EINVAL;
	}
	if (code == 0)
		*doc = made;
	else
		scan_fail(&parser.scan, err);
	buf_done(&parser.text);
	return code;
}
