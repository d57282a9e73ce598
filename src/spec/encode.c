/* Encoding values by place: see encode.h. */
#include "spec/encode.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

static int add_plain(struct slice value, bool raw, struct buf *out, struct err *err)
{
	return buf_add_slice(out, value);
}

static int add_host(struct slice value, bool raw, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < value.len; i++)
		if (!isalnum((unsigned char)value.ptr[i]) && !memchr("-._", value.ptr[i], 3))
			return err_set(err, -EINVAL, "\"%.*s\" cannot stand in the host of a URL",
				       (int)value.len, value.ptr);
	return buf_add_slice(out, value);
}

static int add_percent(struct slice value, bool raw, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		bool unreserved = (c < 0x80 && isalnum(c)) || (c && strchr("-._~", c));

		if (raw && (c <= 0x20 || c == 0x7f))
			return err_set(err, -EINVAL,
				       "a raw value with a space or control byte cannot stand in a "
				       "URL");
		if (unreserved || raw)
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
	return out->full ? -E2BIG : 0;
}

static bool has_control(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
			return true;
	return false;
}

static int add_header(struct slice value, bool raw, struct buf *out, struct err *err)
{
	if (has_control(value))
		return err_set(err, -EINVAL,
			       "a value with a control byte cannot stand in a header");
	return buf_add_slice(out, value);
}

static int add_json(struct slice value, bool raw, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (raw || (c >= 0x20 && c != '"' && c != '\\'))
			buf_add_char(out, (char)c);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else
			buf_addf(out, "\\u%04x", c);
	}
	return out->full ? -E2BIG : 0;
}

static int add_value(struct slice value, bool raw, struct buf *out, struct err *err)
{
	struct json *parsed = NULL;

	if (json_parse(value.ptr, value.len, &parsed, NULL) < 0)
		return err_set(err, -EINVAL, "\"%.*s\" is no JSON value, a number for example",
			       (int)(value.len > 100 ? 100 : value.len), value.ptr);
	json_unref(parsed);
	return buf_add_slice(out, value);
}

static bool is_unclean(const char *at, size_t len)
{
	return len == 0 || (len == 1 && at[0] == '.') || (len == 2 && memcmp(at, "..", 2) == 0);
}

static int add_component(struct slice value, bool raw, struct buf *out, struct err *err)
{
	if (has_control(value) || (value.len && memchr(value.ptr, '/', value.len)))
		return err_set(err, -EINVAL,
			       "a value with \"/\" or a control byte cannot stand in a path");
	if (is_unclean(value.ptr, value.len))
		return err_set(err, -EINVAL,
			       "an empty value, \".\" or \"..\" cannot stand in a path");
	return buf_add_slice(out, value);
}

int encode_value(enum encode_place place, struct slice value, bool raw, struct buf *out,
		 struct err *err)
{
	typedef int add_fn(struct slice value, bool raw, struct buf *out, struct err *err);
	static add_fn *const encodings[] = {
		[ENCODE_PLAIN] = add_plain,     [ENCODE_HOST] = add_host,
		[ENCODE_SEGMENT] = add_percent, [ENCODE_QUERY] = add_percent,
		[ENCODE_HEADER] = add_header,   [ENCODE_JSON] = add_json,
		[ENCODE_VALUE] = add_value,     [ENCODE_PATH] = add_component,
	};
	int ret = encodings[place](value, raw, out, err);

	return ret == -E2BIG ? err_set(err, ret, "the filled template is too long") : ret;
}

/* "." and ".." as a server reads them: %2e is a dot (RFC 3986 section 6.2.2.2). */
static bool is_dots(const char *at, size_t len)
{
	size_t dots = 0;

	while (len > 0) {
		size_t n = *at == '.' ? 1 : 3;

		if (n > len || (n == 3 && strncasecmp(at, "%2e", 3) != 0))
			return false;
		dots++;
		at += n;
		len -= n;
	}
	return dots == 1 || dots == 2;
}

/* The first component that `bad` says is one. */
static bool any_component(struct slice path, bool (*bad)(const char *at, size_t len))
{
	const char *at = path.ptr, *end = path.ptr + path.len;

	for (;;) {
		const char *stop = at;

		while (stop < end && *stop != '/')
			stop++;
		if (bad(at, (size_t)(stop - at)))
			return true;
		if (stop == end)
			return false;
		at = stop + 1;
	}
}

int encode_check_url(struct slice url, struct err *err)
{
	const char *end = url.ptr + url.len, *at = memmem(url.ptr, url.len, "://", 3);
	const char *stop;

	for (at = at ? at + 3 : url.ptr; at < end && *at != '/'; at++)
		if (*at == '?' || *at == '#')
			return 0;
	for (stop = at; stop < end && *stop != '?' && *stop != '#'; stop++)
		;
	if (any_component((struct slice) { at, (size_t)(stop - at) }, is_dots))
		return err_set(
			err, -EINVAL,
			"the path of the URL has a \".\" or \"..\" segment, which would lead "
			"elsewhere");
	return 0;
}

int encode_check_path(struct slice path, struct err *err)
{
	if (path.len && path.ptr[0] == '/')
		return err_set(err, -EINVAL,
			       "the path must be relative to data_dir, not begin with \"/\"");
	if (path.len == 0 || any_component(path, is_unclean))
		return err_set(
			err, -EINVAL,
			"the path has an empty, \".\" or \"..\" component; it must stay below "
			"data_dir");
	return has_control(path) ? err_set(err, -EINVAL, "the path has a control byte") : 0;
}
