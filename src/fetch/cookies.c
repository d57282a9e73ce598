/* Cookies of a run: see cookies.h. Section numbers are those of RFC 6265. */
#include "fetch/cookies.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/slice.h"
#include "base/xalloc.h"

struct cookie {
	char *name, *value;
	char *domain; /* without a leading dot */
	bool host_only;
	char *path;
	bool secure;
	int64_t expires_ms; /* UNIX; INT64_MAX: with the run */
};

struct cookies {
	struct cookie list[COOKIES_MAX];
	size_t len;
};

/* Where a request goes: parts of a URL that is normalised already. */
struct target {
	struct slice host, path;
	bool secure;
};

static struct target target_of(const char *url)
{
	const char *at = strstr(url, "://");
	struct target target = { .secure = strncmp(url, "https:", 6) == 0 };
	const char *colon;

	at = at ? at + 3 : url;
	target.host = (struct slice) { at, strcspn(at, "/?#") };
	at += target.host.len;
	colon = *target.host.ptr == '[' ? memrchr(target.host.ptr, ']', target.host.len)
					: target.host.ptr;
	colon = colon ? memchr(colon, ':', target.host.len - (size_t)(colon - target.host.ptr))
		      : NULL;
	if (colon)
		target.host.len = (size_t)(colon - target.host.ptr);
	target.path = *at == '/' ? (struct slice) { at, strcspn(at, "?#") } : slice_of("/");
	return target;
}

struct cookies *cookies_new(void)
{
	return xcalloc(1, sizeof(struct cookies));
}

static void cookie_done(struct cookie *cookie)
{
	if (cookie->value)
		explicit_bzero(cookie->value, strlen(cookie->value));
	free(cookie->name);
	free(cookie->value);
	free(cookie->domain);
	free(cookie->path);
	*cookie = (struct cookie) { 0 };
}

void cookies_free(struct cookies *cookies)
{
	for (size_t i = 0; cookies && i < cookies->len; i++)
		cookie_done(&cookies->list[i]);
	free(cookies);
}

/* Section 5.1.3. */
static bool domain_matches(struct slice host, const char *domain)
{
	size_t len = strlen(domain);

	if (host.len == len)
		return strncasecmp(host.ptr, domain, len) == 0;
	return host.len > len && host.ptr[host.len - len - 1] == '.' &&
	       strncasecmp(host.ptr + host.len - len, domain, len) == 0;
}

/* Section 5.1.4. */
static bool path_matches(struct slice path, const char *cookie_path)
{
	size_t len = strlen(cookie_path);

	if (path.len < len || memcmp(path.ptr, cookie_path, len) != 0)
		return false;
	return path.len == len || cookie_path[len - 1] == '/' || path.ptr[len] == '/';
}

static bool is_address(struct slice host)
{
	return *host.ptr == '[' ||
	       (host.len && host.ptr[host.len - 1] >= '0' && host.ptr[host.len - 1] <= '9');
}

/* ---- reading ---- */

static struct slice trim(struct slice text)
{
	while (text.len && (*text.ptr == ' ' || *text.ptr == '\t')) {
		text.ptr++;
		text.len--;
	}
	while (text.len && strchr(" \t\r", text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* The next "name=value" up to a ";"; `value` has a NULL ptr when there is no "=". */
static bool next_part(struct slice *rest, struct slice *name, struct slice *value)
{
	const char *semicolon = memchr(rest->ptr, ';', rest->len);
	struct slice part = { rest->ptr, semicolon ? (size_t)(semicolon - rest->ptr) : rest->len };
	const char *equals = memchr(part.ptr, '=', part.len);

	if (rest->len == 0)
		return false;
	rest->ptr += part.len + (semicolon != NULL);
	rest->len -= part.len + (semicolon != NULL);
	*value = (struct slice) { NULL, 0 };
	*name = trim(part);
	if (equals) {
		*name = trim((struct slice) { part.ptr, (size_t)(equals - part.ptr) });
		*value = trim(
			(struct slice) { equals + 1, (size_t)(part.ptr + part.len - equals - 1) });
	}
	return true;
}

static bool named(struct slice name, const char *what)
{
	return name.len == strlen(what) && strncasecmp(name.ptr, what, name.len) == 0;
}

/* Section 5.2.1; servers also write the date with "-". */
static int64_t date_of(struct slice value)
{
	char *text = xstrndup(value.ptr, value.len);
	int64_t ms = INT64_MAX;

	for (char *at = text; *at; at++)
		if (*at == '-')
			*at = ' ';
	if (clock_parse_http_date(text, &ms) < 0)
		ms = INT64_MAX;
	free(text);
	return ms;
}

static int64_t age_of(struct slice value, int64_t now_ms)
{
	int64_t seconds = 0;

	if (value.len == 0 || *value.ptr == '-')
		return 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return INT64_MAX;
		if (seconds < INT64_C(10000000000))
			seconds = seconds * 10 + value.ptr[i] - '0';
	}
	return now_ms + seconds * 1000;
}

/* False: the server may not set a cookie for that domain. */
static bool take_domain(struct cookie *cookie, struct slice value, struct slice host)
{
	if (value.len && *value.ptr == '.') {
		value.ptr++;
		value.len--;
	}
	if (value.len == 0)
		return true;
	free(cookie->domain);
	cookie->domain = xstrndup(value.ptr, value.len);
	if (host.len == value.len && domain_matches(host, cookie->domain))
		return true;
	cookie->host_only = false;
	return !is_address(host) && memchr(value.ptr, '.', value.len) &&
	       domain_matches(host, cookie->domain);
}

static void take_path(struct cookie *cookie, struct slice value)
{
	if (value.len == 0 || *value.ptr != '/')
		return;
	free(cookie->path);
	cookie->path = xstrndup(value.ptr, value.len);
}

/* Section 5.2; an attribute that is not known means nothing. */
static bool take_attributes(struct cookie *cookie, struct slice rest, struct slice host,
			    int64_t now_ms)
{
	struct slice name, value;
	bool aged = false;

	while (next_part(&rest, &name, &value)) {
		if (named(name, "secure"))
			cookie->secure = true;
		else if (named(name, "domain") && value.ptr && !take_domain(cookie, value, host))
			return false;
		else if (named(name, "path") && value.ptr)
			take_path(cookie, value);
		else if (named(name, "expires") && value.ptr && !aged)
			cookie->expires_ms = date_of(value);
		else if (named(name, "max-age") && value.ptr) {
			cookie->expires_ms = age_of(value, now_ms);
			aged = true;
		}
	}
	return true;
}

/* Section 5.1.4: the directory of the request's path. */
static char *default_path(struct slice path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);
	size_t len = slash ? (size_t)(slash - path.ptr) : 0;

	return len ? xstrndup(path.ptr, len) : xstrdup("/");
}

static bool same(const struct cookie *a, const struct cookie *b)
{
	return strcmp(a->name, b->name) == 0 && strcasecmp(a->domain, b->domain) == 0 &&
	       strcmp(a->path, b->path) == 0;
}

/* In the place of the one it replaces; an expired one only removes. Takes it. */
static void put(struct cookies *cookies, struct cookie *cookie, int64_t now_ms)
{
	size_t i = 0;

	while (i < cookies->len && !same(&cookies->list[i], cookie))
		i++;
	if (i < cookies->len)
		cookie_done(&cookies->list[i]);
	if (cookie->expires_ms <= now_ms) {
		if (i < cookies->len)
			cookies->list[i] = cookies->list[--cookies->len];
		cookie_done(cookie);
	} else if (i < COOKIES_MAX) {
		cookies->list[i] = *cookie;
		cookies->len += i == cookies->len;
	} else {
		cookie_done(cookie);
	}
}

static void take_one(struct cookies *cookies, const struct target *target, struct slice line,
		     int64_t now_ms)
{
	struct cookie cookie = { .host_only = true, .expires_ms = INT64_MAX };
	struct slice name, value;

	if (line.len > COOKIE_MAX_BYTES || !next_part(&line, &name, &value) || !value.ptr ||
	    name.len == 0)
		return;
	cookie.name = xstrndup(name.ptr, name.len);
	cookie.value = xstrndup(value.ptr, value.len);
	cookie.domain = xstrndup(target->host.ptr, target->host.len);
	cookie.path = default_path(target->path);
	if (take_attributes(&cookie, line, target->host, now_ms) &&
	    (!cookie.secure || target->secure))
		put(cookies, &cookie, now_ms);
	else
		cookie_done(&cookie);
}

void cookies_take(struct cookies *cookies, const char *url, const char *lines, int64_t now_ms)
{
	struct target target = target_of(url);

	while (*lines) {
		size_t len = strcspn(lines, "\n");

		take_one(cookies, &target, (struct slice) { lines, len }, now_ms);
		lines += len + (lines[len] == '\n');
	}
}

/* ---- sending ---- */

static bool goes_to(const struct cookie *cookie, const struct target *target, int64_t now_ms)
{
	if (cookie->expires_ms <= now_ms || (cookie->secure && !target->secure) ||
	    !path_matches(target->path, cookie->path) ||
	    !domain_matches(target->host, cookie->domain))
		return false;
	return !cookie->host_only || target->host.len == strlen(cookie->domain);
}

/* Section 5.4: longer paths first, else as they came. */
static int by_path(const void *a, const void *b)
{
	const struct cookie *const *left = a, *const *right = b;
	size_t la = strlen((*left)->path), lb = strlen((*right)->path);

	if (la != lb)
		return la > lb ? -1 : 1;
	return *left < *right ? -1 : 1;
}

char *cookies_for(const struct cookies *cookies, const char *url, int64_t now_ms)
{
	const struct cookie *chosen[COOKIES_MAX];
	struct target target = target_of(url);
	struct buf line;
	char *text;
	size_t n = 0;

	for (size_t i = 0; i < cookies->len; i++)
		if (goes_to(&cookies->list[i], &target, now_ms))
			chosen[n++] = &cookies->list[i];
	if (n == 0)
		return NULL;
	qsort(chosen, n, sizeof(chosen[0]), by_path);
	buf_init(&line, COOKIES_MAX * COOKIE_MAX_BYTES);
	for (size_t i = 0; i < n; i++)
		buf_addf(&line, "%s%s=%s", i ? "; " : "", chosen[i]->name, chosen[i]->value);
	text = buf_take(&line);
	buf_done(&line);
	return text;
}
