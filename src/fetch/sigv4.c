/* Signing for AWS: see sigv4.h. The steps are those of the document, in its order. */
#include "fetch/sigv4.h"

#include <ctype.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "fetch/headers.h"
#include "fetch/url.h"

#define TEXT_MAX_BYTES (1u << 20)
#define STAMP_MAX      17 /* "20150830T123600Z" */

struct hash {
	uint8_t bytes[SHA256_DIGEST_LENGTH];
};

struct hash_text {
	char hex[SHA256_DIGEST_STRING_LENGTH];
};

static struct hash hash_of(struct slice text)
{
	struct hash hash;
	SHA2_CTX context;

	SHA256Init(&context);
	SHA256Update(&context, (const uint8_t *)text.ptr, text.len);
	SHA256Final(hash.bytes, &context);
	return hash;
}

static struct hash_text hex_of(struct hash hash)
{
	static const char digits[] = "0123456789abcdef";
	struct hash_text text;

	for (size_t i = 0; i < sizeof(hash.bytes); i++) {
		text.hex[2 * i] = digits[hash.bytes[i] >> 4];
		text.hex[2 * i + 1] = digits[hash.bytes[i] & 15];
	}
	text.hex[2 * sizeof(hash.bytes)] = '\0';
	return text;
}

/* RFC 2104. */
static struct hash hmac(struct slice key, struct slice text)
{
	uint8_t pad[SHA256_BLOCK_LENGTH] = { 0 };
	struct hash hash;
	SHA2_CTX context;

	if (key.len > sizeof(pad)) {
		hash = hash_of(key);
		memcpy(pad, hash.bytes, sizeof(hash.bytes));
	} else {
		memcpy(pad, key.ptr, key.len);
	}
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	SHA256Init(&context);
	SHA256Update(&context, pad, sizeof(pad));
	SHA256Update(&context, (const uint8_t *)text.ptr, text.len);
	SHA256Final(hash.bytes, &context);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256Init(&context);
	SHA256Update(&context, pad, sizeof(pad));
	SHA256Update(&context, hash.bytes, sizeof(hash.bytes));
	SHA256Final(hash.bytes, &context);
	explicit_bzero(pad, sizeof(pad));
	return hash;
}

static struct slice slice_of_hash(const struct hash *hash)
{
	return (struct slice) { (const char *)hash->bytes, sizeof(hash->bytes) };
}

/* ---- the query, sorted and encoded ---- */

struct pairs {
	char **list; /* "name=value", encoded */
	size_t len;
};

static int unhex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* "+" is a space in a query as forms write it, and so AWS reads it. */
static void encode_anew(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];

		if (c == '%' && i + 2 < text.len && isxdigit((unsigned char)text.ptr[i + 1]) &&
		    isxdigit((unsigned char)text.ptr[i + 2])) {
			c = (char)(unhex(text.ptr[i + 1]) << 4 | unhex(text.ptr[i + 2]));
			i += 2;
		}
		url_encode((struct slice) { &c, 1 }, out);
	}
}

/* By the name before the first of `ends`, then by what follows. */
static int compare(const char *left, const char *right, const char *ends)
{
	size_t nl = strcspn(left, ends), nr = strcspn(right, ends);
	int names = memcmp(left, right, nl < nr ? nl : nr);

	if (names != 0)
		return names;
	return nl != nr ? (nl < nr ? -1 : 1) : strcmp(left + nl, right + nr);
}

static int by_bytes(const void *a, const void *b)
{
	return compare(*(char *const *)a, *(char *const *)b, "=");
}

static char *canonical_pair(struct slice pair)
{
	const char *equals = memchr(pair.ptr, '=', pair.len);
	size_t name = equals ? (size_t)(equals - pair.ptr) : pair.len;
	struct buf out;

	buf_init(&out, 3 * pair.len + 2);
	encode_anew((struct slice) { pair.ptr, name }, &out);
	buf_add_char(&out, '=');
	if (equals)
		encode_anew((struct slice) { equals + 1, pair.len - name - 1 }, &out);
	return buf_take(&out);
}

/* Of the text behind the "?"; the caller frees. */
static char *canonical_query(const char *query)
{
	struct pairs pairs = { 0 };
	struct buf out;
	char *text;

	while (*query) {
		size_t len = strcspn(query, "&");

		if (len > 0) {
			pairs.list = xreallocarray(pairs.list, pairs.len + 1, sizeof(char *));
			pairs.list[pairs.len++] = canonical_pair((struct slice) { query, len });
		}
		query += len + (query[len] == '&');
	}
	if (pairs.len > 0)
		qsort(pairs.list, pairs.len, sizeof(char *), by_bytes);
	buf_init(&out, TEXT_MAX_BYTES);
	for (size_t i = 0; i < pairs.len; i++) {
		buf_addf(&out, "%s%s", i ? "&" : "", pairs.list[i]);
		free(pairs.list[i]);
	}
	free(pairs.list);
	text = buf_take(&out);
	buf_done(&out);
	return text;
}

/* ---- the path ---- */

/* Encoded once for s3, once more for all others. What is sent stays as it is. */
static void add_path(const struct request *request, const struct sigv4 *with, struct buf *out)
{
	const char *at = strstr(request->url, "://");
	bool twice = strcmp(with->service, "s3") != 0;
	size_t len;

	at = at ? at + 3 : request->url;
	at += strcspn(at, "/?");
	len = strcspn(at, "?");
	if (len == 0)
		buf_add_char(out, '/');
	for (size_t i = 0; i < len; i++) {
		if (at[i] == '/' || (at[i] == '%' && !twice))
			buf_add_char(out, at[i]);
		else
			url_encode((struct slice) { at + i, 1 }, out);
	}
}

/* ---- the headers ---- */

/* What is signed: these, and all that begin with "x-amz-". */
static bool is_signed(const char *line)
{
	return strncasecmp(line, "content-type:", 13) == 0 || strncasecmp(line, "x-amz-", 6) == 0;
}

static int by_name(const void *a, const void *b)
{
	return compare(*(char *const *)a, *(char *const *)b, ":");
}

/* "name:value" in small letters, single spaces inside. */
static char *canonical_header(const char *line)
{
	struct buf out;
	size_t name = strcspn(line, ":");

	buf_init(&out, strlen(line) + 2);
	for (size_t i = 0; i < name; i++)
		buf_add_char(&out, (char)tolower((unsigned char)line[i]));
	buf_add_char(&out, ':');
	for (line += name + 1; *line; line++)
		if (*line != ' ' || (line[1] != ' ' && line[1] && out.data[out.len - 1] != ':'))
			buf_add_char(&out, *line);
	return buf_take(&out);
}

/* The host as libcurl sends it: without the scheme's own port. */
static char *host_header(const char *url)
{
	const char *at = strstr(url, "://");

	at = at ? at + 3 : url;
	return xasprintf("host:%.*s", (int)strcspn(at, "/?"), at);
}

static struct pairs headers_signed(const struct request *request)
{
	struct pairs headers = { .list = xcalloc(1, sizeof(char *)), .len = 1 };

	headers.list[0] = host_header(request->url);
	for (char **line = request->headers; line && *line; line++) {
		if (!is_signed(*line))
			continue;
		headers.list = xreallocarray(headers.list, headers.len + 1, sizeof(char *));
		headers.list[headers.len++] = canonical_header(*line);
	}
	qsort(headers.list, headers.len, sizeof(char *), by_name);
	return headers;
}

static void pairs_done(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->len; i++) {
		explicit_bzero(pairs->list[i], strlen(pairs->list[i]));
		free(pairs->list[i]);
	}
	free(pairs->list);
}

static void add_names(const struct pairs *headers, struct buf *out)
{
	for (size_t i = 0; i < headers->len; i++)
		buf_addf(out, "%s%.*s", i ? ";" : "", (int)strcspn(headers->list[i], ":"),
			 headers->list[i]);
}

/* ---- the signature ---- */

static struct hash_text body_hash(const struct request *request)
{
	return hex_of(
		hash_of((struct slice) { request->body ? request->body : "", request->body_len }));
}

static struct hash canonical_request(const struct request *request, const struct sigv4 *with,
				     const struct pairs *headers)
{
	const char *query = strchr(request->url, '?');
	struct hash hash;
	struct buf text;

	buf_init(&text, TEXT_MAX_BYTES);
	buf_addf(&text, "%s\n", request->method);
	add_path(request, with, &text);
	buf_addf(&text, "\n%s\n", query ? query + 1 : "");
	for (size_t i = 0; i < headers->len; i++)
		buf_addf(&text, "%s\n", headers->list[i]);
	buf_add_char(&text, '\n');
	add_names(headers, &text);
	buf_addf(&text, "\n%s", body_hash(request).hex);
	hash = hash_of(buf_slice(&text));
	explicit_bzero(text.data, text.len);
	buf_done(&text);
	return hash;
}

static struct hash signing_key(const struct sigv4 *with, const char *day)
{
	char *first = xasprintf("AWS4%s", with->secret);
	struct hash key = hmac(slice_of(first), (struct slice) { day, 8 });

	key = hmac(slice_of_hash(&key), slice_of(with->region));
	key = hmac(slice_of_hash(&key), slice_of(with->service));
	key = hmac(slice_of_hash(&key), slice_of("aws4_request"));
	explicit_bzero(first, strlen(first));
	free(first);
	return key;
}

static char *authorization(const struct request *request, const struct sigv4 *with,
			   const char *stamp)
{
	struct pairs headers = headers_signed(request);
	struct hash_text whole = hex_of(canonical_request(request, with, &headers));
	char *scope = xasprintf("%.8s/%s/%s/aws4_request", stamp, with->region, with->service);
	char *text = xasprintf("AWS4-HMAC-SHA256\n%s\n%s\n%s", stamp, scope, whole.hex);
	struct hash key = signing_key(with, stamp);
	struct hash_text signature = hex_of(hmac(slice_of_hash(&key), slice_of(text)));
	struct buf out;
	char *value;

	buf_init(&out, TEXT_MAX_BYTES);
	buf_addf(&out, "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=", with->id, scope);
	add_names(&headers, &out);
	buf_addf(&out, ", Signature=%s", signature.hex);
	value = buf_take(&out);
	explicit_bzero(&key, sizeof(key));
	pairs_done(&headers);
	free(scope);
	free(text);
	return value;
}

static void sort_query(struct request *request)
{
	size_t len = strcspn(request->url, "?");
	char *query, *url;

	if (!request->url[len])
		return;
	query = canonical_query(request->url + len + 1);
	url = xasprintf("%.*s%s%s", (int)len, request->url, *query ? "?" : "", query);
	free(query);
	free(request->url);
	request->url = url;
}

static int set_header(struct request *request, const char *name, const char *value, struct err *err)
{
	headers_remove(request->headers, name);
	return headers_add(&request->headers, name, value, err);
}

int sigv4_sign(struct request *request, const struct sigv4 *with, struct err *err)
{
	time_t seconds = (time_t)(with->now_ms / 1000);
	char stamp[STAMP_MAX], *value;
	struct tm tm;
	int rc;

	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	sort_query(request);
	rc = set_header(request, "X-Amz-Date", stamp, err);
	if (rc == 0 && strcmp(with->service, "s3") == 0)
		rc = set_header(request, "X-Amz-Content-Sha256", body_hash(request).hex, err);
	if (rc == 0 && with->session)
		rc = set_header(request, "X-Amz-Security-Token", with->session, err);
	if (rc < 0)
		return rc;
	value = authorization(request, with, stamp);
	rc = set_header(request, "Authorization", value, err);
	free(value);
	return rc;
}
