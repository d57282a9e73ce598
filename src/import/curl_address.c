/* The address of a curl command line: its ranges become parameters, its query is kept as written,
 * and a key in it becomes `auth:`. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/xalloc.h"
#include "import/curl_line.h"

#define VALUES_MAX 10000 /* of a range that is written out */

/* What a range is put into, and what its parameter will be called. */
struct part {
	struct curl_line *line;
	struct buf *out;
	struct slice name;
	struct err *err;
};

static void add_hole(struct part *part, struct json *values)
{
	buf_addf(part->out, "${%s}", draft_param(part->line->draft, part->name, values));
}

static void add_plain(struct buf *out, char c)
{
	buf_add_char(out, c);
	if (c == '$')
		buf_add_char(out, '$');
}

/* As the server will get it: a value is encoded anew for its place. */
static struct json *value_of(struct slice raw)
{
	char *text = xmalloc(raw.len + 1);
	struct json *value = percent_decode(raw, false, text, raw.len + 1) < 0
				     ? json_new_string_len(raw.ptr, raw.len)
				     : json_new_string(text);

	free(text);
	return value;
}

/* {a,b,c}; `at` is behind the brace. Returns what is behind the closing one; NULL: refused. */
static const char *add_set(struct part *part, const char *at)
{
	struct json *values = json_new_array();
	const char *end = strchr(at, '}');

	if (!end) {
		err_set(part->err, -EINVAL, "the address opens a \"{\" and does not close it");
		json_unref(values);
		return NULL;
	}
	while (at <= end) {
		size_t len = strcspn(at, ",}");

		json_push(values, value_of((struct slice) { at, len }));
		at += len + 1;
	}
	add_hole(part, values);
	return end + 1;
}

struct span {
	long first, last, step;
	size_t digits; /* of a first number with leading zeros; 0: it has none */
	bool letters;
};

/* "1-10", "001-100:10", "a-z" up to the closing bracket. */
static bool read_span(const char *text, struct span *span, const char **end)
{
	char *at;

	*span = (struct span) { .step = 1 };
	span->letters = strchr("0123456789", *text) == NULL;
	if (span->letters) {
		if (text[0] == '\0' || text[1] != '-' || text[2] == '\0')
			return false;
		span->first = text[0];
		span->last = text[2];
		at = (char *)text + 3;
	} else {
		span->digits = *text == '0' ? strspn(text, "0123456789") : 0;
		if (span->digits == 1)
			span->digits = 0;
		span->first = strtol(text, &at, 10);
		if (*at != '-' || !strchr("0123456789", at[1]) || !at[1])
			return false;
		span->last = strtol(at + 1, &at, 10);
	}
	if (*at == ':')
		span->step = strtol(at + 1, &at, 10);
	*end = at + 1;
	return *at == ']' && span->step > 0 && span->first <= span->last;
}

static struct json *written_out(const struct span *span)
{
	struct json *values = json_new_array();

	for (long n = span->first; n <= span->last && json_len(values) < VALUES_MAX;
	     n += span->step) {
		char *text = span->letters ? xasprintf("%c", (char)n)
					   : xasprintf("%0*ld", (int)span->digits, n);

		json_push(values, json_new_string(text));
		free(text);
	}
	return values;
}

static struct json *as_range(const struct span *span)
{
	struct json *source = json_new_object();
	struct json *range = json_put(source, "range", json_new_array());

	json_push(range, json_new_int(span->first));
	json_push(range, json_new_int(span->last));
	if (span->step > 1)
		json_put_int(source, "step", span->step);
	return source;
}

/* [1-10]; `at` is behind the bracket. */
static const char *add_range(struct part *part, const char *at)
{
	struct span span;
	const char *end;

	if (!read_span(at, &span, &end)) {
		err_set(part->err, -EINVAL,
			"the address holds a \"[\" that begins no range such as [0-49]; with -g it "
			"is a plain one");
		return NULL;
	}
	if (span.digits && (span.last - span.first) / span.step >= VALUES_MAX) {
		err_set(part->err, -EINVAL, "a range with leading zeros of more than %d values",
			VALUES_MAX);
		return NULL;
	}
	add_hole(part, span.letters || span.digits ? written_out(&span) : as_range(&span));
	return end;
}

static int add_text(struct part *part, struct slice text)
{
	char *copy = xstrndup(text.ptr, text.len);
	bool plain = part->line->plain_url;
	const char *at = copy;

	while (at && *at) {
		char c = *at++;

		if (c == '\\' && !plain && *at && strchr("{}[]", *at))
			add_plain(part->out, *at++);
		else if (c == '{' && !plain)
			at = add_set(part, at);
		else if (c == '[' && !plain)
			at = add_range(part, at);
		else
			add_plain(part->out, c);
	}
	free(copy);
	return at ? 0 : -EINVAL;
}

/* "name=value"; a credential goes to `auth` instead. */
static int add_pair(struct curl_line *line, struct buf *out, struct slice pair, struct err *err)
{
	const char *eq = memchr(pair.ptr, '=', pair.len);
	struct slice name = { pair.ptr, eq ? (size_t)(eq - pair.ptr) : pair.len };
	struct part part = { line, out, name, err };

	if (pair.len == 0)
		return 0;
	if (eq && eq + 1 < pair.ptr + pair.len && curl_is_secret(name)) {
		struct json *auth = json_new_object();
		struct json *key = json_put(auth, "api_key", json_new_object());
		char *what = xstrndup(name.ptr, name.len);
		char *secret = xstrndup(eq + 1, pair.len - name.len - 1);

		json_put_str(key, "query", what);
		if (!json_has(line->draft->job, "auth"))
			json_put(key, "value", draft_secret(line->draft, "key", secret));
		curl_auth(line, what, auth);
		free(secret);
		free(what);
		return 0;
	}
	buf_add_char(out, memchr(buf_text(out), '?', out->len) ? '&' : '?');
	return add_text(&part, pair);
}

static int add_query(struct curl_line *line, struct buf *out, const char *query, struct err *err)
{
	int r = 0;

	while (r == 0 && *query) {
		size_t len = strcspn(query, "&");

		r = add_pair(line, out, (struct slice) { query, len }, err);
		query += len + (query[len] == '&');
	}
	return r;
}

/* Segment by segment: what a range in one of them means is said best by the one before. */
static int add_path(struct curl_line *line, struct buf *out, struct slice path, struct err *err)
{
	struct slice before = slice_of("part");
	const char *end = path.ptr + path.len;
	int r = 0;

	for (const char *at = path.ptr; r == 0 && at < end;) {
		const char *next = memchr(at + 1, '/', (size_t)(end - at - 1));
		struct slice segment = { at, (size_t)((next ? next : end) - at) };
		struct part part = { line, out, before, err };

		r = add_text(&part, segment);
		if (segment.len > 1)
			before = (struct slice) { segment.ptr + 1, segment.len - 1 };
		at += segment.len;
	}
	return r;
}

/* The last segment that is a word, without its ending; else the host. */
static void name_job(struct draft *draft, struct slice host, struct slice path)
{
	char *text = xstrndup(path.ptr, path.len), *slash, *name;

	draft->name[0] = '\0';
	while ((slash = strrchr(text, '/')) != NULL) {
		bool word = slash[1] && !strpbrk(slash + 1, "{[$%") &&
			    strspn(slash + 1, "0123456789.") < strlen(slash + 1);

		if (word) {
			name = xstrndup(slash + 1, strcspn(slash + 1, "."));
			draft_name(draft, name);
			free(name);
			break;
		}
		*slash = '\0';
	}
	if (!*draft->name) {
		name = xstrndup(host.ptr, host.len);
		draft_name(draft, name);
		free(name);
	}
	free(text);
}

/* "user:password@" before the host; -u wins over it. */
static void take_userinfo(struct curl_line *line, struct slice *authority)
{
	const char *at = memchr(authority->ptr, '@', authority->len);

	if (!at)
		return;
	line->userinfo = xstrndup(authority->ptr, (size_t)(at - authority->ptr));
	if (!line->user)
		line->user = line->userinfo;
	authority->len -= (size_t)(at + 1 - authority->ptr);
	authority->ptr = at + 1;
}

static int add_address(struct curl_line *line, struct buf *out, const char *url, struct err *err)
{
	size_t scheme = strstr(url, "://") ? (size_t)(strstr(url, "://") - url) + 3 : 0;
	struct slice authority = { url + scheme, strcspn(url + scheme, "/?#") };
	const char *rest = authority.ptr + authority.len;
	struct slice path = { rest, strcspn(rest, "?#") };
	const char *query = rest + path.len;
	char *clean =
		xstrndup(query + (*query == '?'), *query == '?' ? strcspn(query, "#") - 1 : 0);
	int r;

	take_userinfo(line, &authority);
	name_job(line->draft, authority, path);
	buf_addf(out, "%.*s%.*s", scheme ? (int)scheme : 7, scheme ? url : "http://",
		 (int)authority.len, authority.ptr);
	r = add_path(line, out, path, err);
	if (r == 0)
		r = add_query(line, out, clean, err);
	free(clean);
	return r;
}

int curl_address(struct curl_line *line, struct err *err)
{
	const char *url = line->url;
	struct buf out;
	int r;

	buf_init(&out, 2 * WORDS_BYTES_MAX);
	r = add_address(line, &out, url, err);
	for (size_t i = 0; r == 0 && i < json_len(line->query); i++)
		r = add_query(line, &out, json_str(json_at(line->query, i)), err);
	if (r == 0 && line->has_body && line->get)
		r = add_query(line, &out, buf_text(&line->body), err);
	json_put(draft_map(line->draft->job, "request"), "url",
		 json_new_string_len(buf_text(&out), out.len));
	buf_done(&out);
	return r;
}
