/* Changing the query of a URL as bytes: see url.h.
 *
 * Not through libcurl's setter, which would rewrite what stands there already: a server may compare
 * it byte by byte.
 */
#include "fetch/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static int unhex(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool escape_at(struct slice text, size_t i)
{
	return text.ptr[i] == '%' && i + 2 < text.len && unhex(text.ptr[i + 1]) >= 0 &&
	       unhex(text.ptr[i + 2]) >= 0;
}

static void encode_byte(unsigned char c, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";

	if (c < 0x80 && (isalnum(c) || (c && strchr("-._~", c))))
		buf_add_char(out, (char)c);
	else
		buf_add(out, (char[]) { '%', hex[c >> 4], hex[c & 15] }, 3);
}

int url_encode(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++)
		encode_byte((unsigned char)text.ptr[i], out);
	return out->full ? -E2BIG : 0;
}

/* Does the pair "name=value" bear that name, "+" and percent-encoding undone? */
static bool pair_named(struct slice pair, const char *name)
{
	size_t i = 0;

	for (; i < pair.len && pair.ptr[i] != '='; name++) {
		unsigned char c = (unsigned char)pair.ptr[i++];

		if (c == '+')
			c = ' ';
		if (escape_at(pair, i - 1)) {
			c = (unsigned char)(unhex(pair.ptr[i]) << 4 | unhex(pair.ptr[i + 1]));
			i += 2;
		}
		if (c == '\0' || c != (unsigned char)*name)
			return false;
	}
	return *name == '\0';
}

static struct slice next_pair(const char **at)
{
	struct slice pair = { *at, strcspn(*at, "&#") };

	*at += pair.len + ((*at)[pair.len] == '&');
	return pair;
}

static void add_pair(struct buf *out, bool *first, struct slice pair)
{
	buf_add_char(out, *first ? '?' : '&');
	buf_add_slice(out, pair);
	*first = false;
}

/* Copies `url`; of the pairs of that name the first becomes `instead`, or goes when that is NULL,
 * and the others go. Tells whether there was one. */
static bool rewrite(const char *url, const char *name, const char *instead, struct buf *out)
{
	size_t before = strcspn(url, "?#");
	const char *at = url + before + (url[before] == '?');
	bool first = true, found = false;

	buf_add(out, url, before);
	while (*at && *at != '#') {
		struct slice pair = next_pair(&at);

		if (!pair_named(pair, name)) {
			add_pair(out, &first, pair);
			continue;
		}
		if (instead && !found)
			add_pair(out, &first, slice_of(instead));
		found = true;
	}
	if (instead && !found)
		add_pair(out, &first, slice_of(instead));
	return found;
}

static char *pair_of(const char *name, const char *value)
{
	struct buf pair;

	buf_init(&pair, 3 * (strlen(name) + strlen(value)) + 1);
	url_encode(slice_of(name), &pair);
	buf_add_char(&pair, '=');
	url_encode(slice_of(value), &pair);
	return buf_take(&pair);
}

char *url_with_query(const char *url, const char *name, const char *value)
{
	char *pair = pair_of(name, value);
	struct buf out;

	buf_init(&out, strlen(url) + strlen(pair) + 2);
	rewrite(url, name, pair, &out);
	free(pair);
	return buf_take(&out);
}

char *url_without_query(const char *url, const char *name)
{
	struct buf out;

	buf_init(&out, strlen(url) + 1);
	rewrite(url, name, NULL, &out);
	return buf_take(&out);
}

static char *without_userinfo(const char *url)
{
	const char *slashes = strstr(url, "://");
	const char *host = slashes ? slashes + 3 : url;
	size_t len = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', len);

	if (!at)
		return xstrdup(url);
	return xasprintf("%.*s***%s", (int)(host - url), url, at);
}

char *url_masked(const char *url, const char *name)
{
	char *shown = without_userinfo(url);
	struct buf out;
	char *pair;

	if (!name)
		return shown;
	pair = xasprintf("%s=***", name);
	buf_init(&out, strlen(shown) + strlen(pair) + 2);
	if (rewrite(shown, name, pair, &out)) {
		free(shown);
		shown = buf_take(&out);
	}
	buf_done(&out);
	free(pair);
	return shown;
}
