/* Texts with holes: see template.h. Parsed once into parts; how a value is written into its place
 * is encode.c's. */
#include "spec/template.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "spec/encode.h"

#define VALUE_MAX   (1u << 20) /* bytes of one value, filtered */
#define FILTERS_MAX 8

struct filter;

typedef int filter_fn(const struct filter *filter, struct buf *value, struct err *err);

struct filter {
	filter_fn *apply; /* NULL for `default` and `raw`, which are no change of the value */
	char *argument;
};

struct part {
	char *text; /* the constant text, or the hole's name */
	size_t len;
	bool hole;
	enum encode_place place;
	bool raw;
	bool whole;     /* of "${name|json}": the quotes around it went, its value is a JSON one */
	char *fallback; /* of default:TEXT; NULL: none */
	struct filter filters[FILTERS_MAX];
	size_t nfilters;
};

struct template
{
	char *source;
	enum template_place place;
	struct part *parts;
	size_t len, room;
	size_t holes;
	bool holes_in_path; /* of a URL */
};

/* Filters. */

static int apply_upper(const struct filter *filter, struct buf *value, struct err *err)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->data[i] >= 'a' && value->data[i] <= 'z')
			value->data[i] = (char)(value->data[i] - 'a' + 'A');
	return 0;
}

static int apply_lower(const struct filter *filter, struct buf *value, struct err *err)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->data[i] >= 'A' && value->data[i] <= 'Z')
			value->data[i] = (char)(value->data[i] - 'A' + 'a');
	return 0;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the format is the user's, on purpose */
static int apply_time(const struct filter *filter, struct buf *value, struct err *err)
{
	char text[512];
	int64_t ms;
	time_t seconds;
	struct tm tm;

	if (clock_parse(buf_text(value), &ms) < 0)
		return err_set(err, -EINVAL, "\"%s\" is not a time, it cannot be shown as \"%s\"",
			       buf_text(value), filter->argument);
	seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	gmtime_r(&seconds, &tm);
	buf_clear(value);
	buf_add(value, text, strftime(text, sizeof(text), filter->argument, &tm));
	return 0;
}
#pragma GCC diagnostic pop

static int add_filter(struct part *part, filter_fn *apply, struct slice argument, struct err *err)
{
	if (part->nfilters == FILTERS_MAX)
		return err_set(err, -EINVAL, "more than %d filters in ${%s}", FILTERS_MAX,
			       part->text);
	part->filters[part->nfilters++] = (struct filter) {
		.apply = apply,
		.argument = xstrndup(argument.ptr, argument.len),
	};
	return 0;
}

static int parse_filter(struct part *part, struct slice text, struct err *err)
{
	if (slice_is(text, "raw")) {
		part->raw = true;
		return 0;
	}
	if (slice_is(text, "json") && part->place == ENCODE_JSON) {
		part->whole = true;
		part->place = ENCODE_VALUE;
		return 0;
	}
	if (slice_is(text, "upper"))
		return add_filter(part, apply_upper, text, err);
	if (slice_is(text, "lower"))
		return add_filter(part, apply_lower, text, err);
	if (text.len && text.ptr[0] == '%')
		return add_filter(part, apply_time, text, err);
	if (text.len >= 8 && memcmp(text.ptr, "default:", 8) == 0) {
		free(part->fallback);
		part->fallback = xstrndup(text.ptr + 8, text.len - 8);
		return 0;
	}
	return err_set(
		err, -EINVAL,
		"unknown filter \"%.*s\" in ${%s}; known are upper, lower, raw, default:TEXT "
		"and a time format such as %%Y-%%m-%%d",
		(int)text.len, text.ptr, part->text);
}

/* Parsing. */

static struct part *add_part(struct template *template)
{
	if (template->len == template->room) {
		template->room = template->room ? template->room * 2 : 4;
		template->parts =
			xreallocarray(template->parts, template->room, sizeof(template->parts[0]));
	}
	template->parts[template->len] = (struct part) { 0 };
	return &template->parts[template->len++];
}

/* In which part of a URL the byte behind `before` stands (RFC 3986 section 3). */
static enum encode_place url_place(struct slice before)
{
	const char *at = memmem(before.ptr, before.len, "://", 3);
	const char *end = before.ptr + before.len;

	if (!at)
		return ENCODE_HOST;
	at += 3;
	while (at < end && !strchr("/?#", *at))
		at++;
	if (at == end)
		return ENCODE_HOST;
	while (at < end && !strchr("?#", *at))
		at++;
	return at == end ? ENCODE_SEGMENT : ENCODE_QUERY;
}

static enum encode_place place_of(const struct template *template, struct slice before)
{
	static const enum encode_place places[] = {
		[TEMPLATE_PLAIN] = ENCODE_PLAIN,   [TEMPLATE_QUERY] = ENCODE_QUERY,
		[TEMPLATE_HEADER] = ENCODE_HEADER, [TEMPLATE_JSON] = ENCODE_JSON,
		[TEMPLATE_PATH] = ENCODE_PATH,
	};

	return template->place == TEMPLATE_URL ? url_place(before) : places[template->place];
}

static bool name_valid(struct slice name)
{
	if (name.len == 0 || isdigit((unsigned char)name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.ptr[i]) && !strchr("_.-", name.ptr[i]))
			return false;
	return true;
}

/* `inside` is what stands between "${" and "}". */
static int parse_hole(struct template *template, struct slice inside, struct err *err)
{
	struct part *part = add_part(template);
	const char *at = inside.ptr, *end = inside.ptr + inside.len;
	const char *bar = memchr(at, '|', inside.len);
	int ret = 0;

	part->hole = true;
	part->len = bar ? (size_t)(bar - at) : inside.len;
	part->text = xstrndup(at, part->len);
	part->place = place_of(
		template, (struct slice) { template->source, (size_t)(at - 2 - template->source) });
	template->holes++;
	template->holes_in_path |= part->place == ENCODE_SEGMENT;
	if (!name_valid((struct slice) { part->text, part->len }))
		return err_set(err, -EINVAL,
			       "\"%s\" is not a name that ${...} can hold (letters, digits, \"_\", "
			       "\".\", \"-\"; \"$$\" is one dollar)",
			       part->text);
	while (bar && ret == 0) {
		at = bar + 1;
		bar = memchr(at, '|', (size_t)(end - at));
		ret = parse_filter(part, (struct slice) { at, (size_t)((bar ? bar : end) - at) },
				   err);
	}
	return ret;
}

/* "\"${id|json}\"" is the value itself: a number, true, null. Returns behind the closing quote. */
static const char *drop_quotes(struct template *template, const char *close, struct err *err)
{
	struct part *part = &template->parts[template->len - 1];
	struct part *before = template->len > 1 ? part - 1 : NULL;

	if (close[1] != '"' || !before || before->hole || before->len == 0 ||
	    before->text[before->len - 1] != '"') {
		err_set(err, -EINVAL,
			"${%s|json} stands for a whole value: nothing else may be in that text",
			part->text);
		return NULL;
	}
	before->text[--before->len] = '\0';
	return close + 2;
}

static bool begins_hole(const char *at)
{
	return at[0] == '$' && at[1] == '{';
}

static bool begins_time(const struct template *template, const char *at)
{
	return template->place == TEMPLATE_PATH && *at == '%';
}

/* The constant text from `at` to the next hole; "$$" is one dollar. Returns where it ends. */
static const char *parse_text(struct template *template, const char *at)
{
	struct slice run;
	struct part *part;
	struct buf text;

	buf_init(&text, strlen(at) * 3 + 1);
	while (*at && !begins_hole(at) && !begins_time(template, at)) {
		run = (struct slice) { at, 1 };
		encode_value(template->place == TEMPLATE_QUERY ? ENCODE_QUERY : ENCODE_PLAIN, run,
			     false, &text, NULL);
		at += at[0] == '$' && at[1] == '$' ? 2 : 1;
	}
	part = add_part(template);
	part->len = text.len;
	part->text = buf_take(&text);
	return at;
}

/* "%Y" in a path is what ${scheduled|%Y} is anywhere. Only what sorts and cannot surprise is taken:
 * no "%D", which holds a "/", and nothing of a locale. */
static int parse_time(struct template *template, const char *at, struct err *err)
{
	struct part *part;
	int len = at[1] ? 2 : 1;

	if (!at[1] || !strchr("YmdHMSj%", at[1])) {
		while (((unsigned char)at[len] & 0xc0) == 0x80)
			len++; /* the rest of a letter of several bytes */
		return err_set(err, -EINVAL,
			       "\"%.*s\" is no time that a path can hold; known are %%Y, %%m, %%d, "
			       "%%H, %%M, %%S and %%j, and %%%% is one \"%%\"",
			       len, at);
	}
	part = add_part(template);
	part->hole = at[1] != '%';
	part->text = xstrdup(part->hole ? "scheduled" : "%");
	part->len = strlen(part->text);
	part->place = ENCODE_PATH;
	template->holes += part->hole;
	return part->hole ? add_filter(part, apply_time, (struct slice) { at, 2 }, err) : 0;
}

static int parse_parts(struct template *template, struct err *err)
{
	const char *at = template->source, *close;
	int ret = 0;

	while (ret == 0 && *at) {
		if (begins_time(template, at)) {
			ret = parse_time(template, at, err);
			at += 2;
			continue;
		}
		if (!begins_hole(at)) {
			at = parse_text(template, at);
			continue;
		}
		close = strchr(at, '}');
		if (!close)
			return err_set(err, -EINVAL, "\"%.40s\" begins a ${...} that is not closed",
				       at);
		ret = parse_hole(template, (struct slice) { at + 2, (size_t)(close - at) - 2 },
				 err);
		at = close + 1;
		if (ret == 0 && template->parts[template->len - 1].whole) {
			at = drop_quotes(template, close, err);
			ret = at ? 0 : -EINVAL;
		}
	}
	return ret;
}

int template_parse(const char *text, enum template_place place, struct template **out,
		   struct err *err)
{
	struct template *template = xcalloc(1, sizeof(*template));
	int ret;

	template->source = xstrdup(text);
	template->place = place;
	ret = parse_parts(template, err);
	if (ret < 0)
		template_free(template);
	else
		*out = template;
	return ret;
}

void template_free(struct template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->len; i++) {
		struct part *part = &template->parts[i];

		for (size_t k = 0; k < part->nfilters; k++)
			free(part->filters[k].argument);
		free(part->fallback);
		free(part->text);
	}
	free(template->parts);
	free(template->source);
	free(template);
}

/* Asking. */

const char *template_source(const struct template *template)
{
	return template->source;
}

bool template_constant(const struct template *template)
{
	return template->holes == 0;
}

size_t template_holes(const struct template *template)
{
	return template->holes;
}

struct slice template_hole_name(const struct template *template, size_t index)
{
	for (size_t i = 0; i < template->len; i++)
		if (template->parts[i].hole && index-- == 0)
			return (struct slice) { template->parts[i].text, template->parts[i].len };
	return (struct slice) { NULL, 0 };
}

/* Filling. */

static int filter_value(const struct part *part, struct buf *value, struct err *err)
{
	for (size_t i = 0; i < part->nfilters; i++) {
		int ret = part->filters[i].apply(&part->filters[i], value, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* In a path it must be told whose value it is: the path is not what the user has to change. */
static int write_value(const struct part *part, struct slice value, bool raw, struct buf *out,
		       struct err *err)
{
	int ret = encode_value(part->place, value, raw, out, err);

	if (ret == -EINVAL && (part->place == ENCODE_PATH || part->whole))
		err_within(err, "${%s}", part->text);
	return ret;
}

static int fill_hole(const struct part *part, struct slice found, struct buf *out, struct err *err)
{
	struct buf value;
	bool raw = part->raw;
	int ret;

	if (!found.ptr && !part->fallback)
		return err_set(err, -ENOENT, "no value for ${%s}", part->text);
	if (!found.ptr) {
		found = slice_of(part->fallback);
		raw |= part->place == ENCODE_JSON ||
		       part->whole; /* it was written inside the JSON string */
	}
	if (part->nfilters == 0)
		return write_value(part, found, raw, out, err);
	buf_init(&value, VALUE_MAX);
	ret = buf_add_slice(&value, found);
	if (ret < 0)
		err_set(err, ret, "the value of ${%s} is longer than 1 MiB", part->text);
	else
		ret = filter_value(part, &value, err);
	if (ret == 0)
		ret = write_value(part, buf_slice(&value), raw, out, err);
	buf_done(&value);
	return ret;
}

int template_expand(const struct template *template, template_lookup_fn *lookup, void *arg,
		    struct buf *out, struct err *err)
{
	size_t start = out->len;
	struct slice made;
	int ret = 0;

	for (size_t i = 0; i < template->len && ret == 0; i++) {
		const struct part *part = &template->parts[i];
		struct slice name = { part->text, part->len };

		if (part->hole)
			ret = fill_hole(part, lookup(name, arg), out, err);
		else if (buf_add_slice(out, name) < 0)
			ret = err_set(err, -E2BIG, "the filled template is too long");
	}
	if (ret < 0)
		return ret;
	made = (struct slice) { buf_text(out) + start, out->len - start };
	if (template->place == TEMPLATE_PATH)
		return encode_check_path(made, err);
	return template->holes_in_path ? encode_check_url(made, err) : 0;
}
