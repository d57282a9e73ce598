/* The options of curl(1): a row each says whether a value follows and what becomes of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/curl_line.h"
#include "io/file.h"

#define BODY_FILE_MAX (1u << 20)

static int take_url(struct curl_line *line, const char *value, struct err *err)
{
	if (line->url)
		return err_set(err, -EINVAL, "two addresses, %s and %s: import one at a time",
			       line->url, value);
	line->url = value;
	return 0;
}

static int take_method(struct curl_line *line, const char *value, struct err *err)
{
	line->method = value;
	return 0;
}

static int take_user(struct curl_line *line, const char *value, struct err *err)
{
	line->user = value;
	return 0;
}

static int take_bearer(struct curl_line *line, const char *value, struct err *err)
{
	line->bearer = value;
	return 0;
}

static int take_header(struct curl_line *line, const char *value, struct err *err)
{
	if (*value == '@')
		return err_set(err, -EINVAL, "-H %s: write the headers out", value);
	json_push(line->headers, json_new_string(value));
	return 0;
}

static int named_header(struct curl_line *line, const char *name, const char *value)
{
	char *header = xasprintf("%s: %s", name, value);

	json_push(line->headers, json_new_string(header));
	free(header);
	return 0;
}

static int take_agent(struct curl_line *line, const char *value, struct err *err)
{
	return named_header(line, "User-Agent", value);
}

static int take_referer(struct curl_line *line, const char *value, struct err *err)
{
	return named_header(line, "Referer", value);
}

static int take_range(struct curl_line *line, const char *value, struct err *err)
{
	char *range = xasprintf("bytes=%s", value);

	named_header(line, "Range", range);
	free(range);
	return 0;
}

/* curl takes what has no "=" for a file's name. */
static int take_cookie(struct curl_line *line, const char *value, struct err *err)
{
	if (!strchr(value, '='))
		return err_set(err, -EINVAL, "-b %s: write the cookies out, \"name=value\"", value);
	return named_header(line, "Cookie", value);
}

/* -d @FILE: what the file holds; `lines`: with its line ends. */
static int add_file(struct buf *to, const char *file, bool lines, struct err *err)
{
	struct buf text;
	int r;

	buf_init(&text, BODY_FILE_MAX);
	r = strcmp(file, "-") == 0 ? err_set(err, -EINVAL, "-d @-: write the body out")
				   : file_read(file, &text, err);
	for (size_t i = 0; r == 0 && i < text.len; i++)
		if (lines || !strchr("\r\n", text.data[i]))
			buf_add_char(to, text.data[i]);
	buf_done(&text);
	return r;
}

static void begin_piece(struct curl_line *line)
{
	if (line->has_body && !line->json)
		buf_add_char(&line->body, '&');
	line->has_body = true;
}

static int take_data(struct curl_line *line, const char *value, struct err *err)
{
	begin_piece(line);
	if (*value == '@')
		return add_file(&line->body, value + 1, false, err);
	return buf_add_text(&line->body, value);
}

static int take_data_raw(struct curl_line *line, const char *value, struct err *err)
{
	begin_piece(line);
	return buf_add_text(&line->body, value);
}

static int take_data_binary(struct curl_line *line, const char *value, struct err *err)
{
	line->raw_body = true;
	begin_piece(line);
	if (*value == '@')
		return add_file(&line->body, value + 1, true, err);
	return buf_add_text(&line->body, value);
}

static void add_encoded(struct buf *to, const char *text)
{
	for (; *text; text++) {
		if (strchr("-._~", *text) || (*text >= '0' && *text <= '9') ||
		    ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z'))
			buf_add_char(to, *text);
		else
			buf_addf(to, "%%%02X", (unsigned char)*text);
	}
}

/* "NAME=TEXT", "=TEXT" or "TEXT": only TEXT is encoded. */
static int add_urlencoded(struct buf *to, const char *value, struct err *err)
{
	const char *eq = strchr(value, '=');

	if (!eq && strchr(value, '@'))
		return err_set(err, -EINVAL, "--data-urlencode %s: write the text out", value);
	if (eq && eq > value)
		buf_add(to, value, (size_t)(eq - value) + 1);
	add_encoded(to, eq ? eq + 1 : value);
	return 0;
}

static int take_urlencode(struct curl_line *line, const char *value, struct err *err)
{
	begin_piece(line);
	return add_urlencoded(&line->body, value, err);
}

/* "+TEXT" is encoded already. */
static int take_url_query(struct curl_line *line, const char *value, struct err *err)
{
	struct buf piece;
	int r = 0;

	buf_init(&piece, WORDS_BYTES_MAX);
	if (*value == '+')
		buf_add_text(&piece, value + 1);
	else
		r = add_urlencoded(&piece, value, err);
	if (r == 0)
		json_push(line->query, json_new_string(buf_text(&piece)));
	buf_done(&piece);
	return r;
}

static int take_json(struct curl_line *line, const char *value, struct err *err)
{
	line->json = true;
	return take_data_binary(line, value, err);
}

static int take_get(struct curl_line *line, const char *value, struct err *err)
{
	line->get = true;
	return 0;
}

static int take_head(struct curl_line *line, const char *value, struct err *err)
{
	return err_set(err, -EINVAL, "-I asks for headers only: there is no record in them");
}

static int take_globoff(struct curl_line *line, const char *value, struct err *err)
{
	line->plain_url = true;
	return 0;
}

/* Seconds with a fraction, as fetchd's durations. */
static int take_seconds(struct curl_line *line, const char *setting, const char *value,
			struct err *err)
{
	char *end, *text;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds >= 0) || seconds > 86400)
		return err_set(err, -EINVAL, "expected seconds, not \"%s\"", value);
	if (seconds == 0) /* curl: without a limit */
		return 0;
	text = seconds == (double)(long)seconds ? xasprintf("%lds", (long)seconds)
						: xasprintf("%.0fms", seconds * 1000);
	json_put_str(draft_map(line->job, "request"), setting, text);
	free(text);
	return 0;
}

static int take_max_time(struct curl_line *line, const char *value, struct err *err)
{
	return take_seconds(line, "timeout", value, err);
}

static int take_connect_timeout(struct curl_line *line, const char *value, struct err *err)
{
	return take_seconds(line, "connect_timeout", value, err);
}

static int count_of(const char *value, long most, long *count, struct err *err)
{
	char *end;

	*count = strtol(value, &end, 10);
	if (end == value || *end || *count < -1)
		return err_set(err, -EINVAL, "expected a number, not \"%s\"", value);
	if (*count < 0 || *count > most)
		*count = most;
	return 0;
}

static int take_max_redirs(struct curl_line *line, const char *value, struct err *err)
{
	long count;
	int r = count_of(value, 50, &count, err);

	if (r == 0)
		json_put_int(draft_map(line->job, "request"), "max_redirects", count);
	return r;
}

/* curl counts what comes after the first try. */
static int take_retry(struct curl_line *line, const char *value, struct err *err)
{
	long count;
	int r = count_of(value, 99, &count, err);

	if (r == 0)
		json_put_int(draft_map(line->job, "retry"), "attempts", count + 1);
	return r;
}

static int refuse_form(struct curl_line *line, const char *value, struct err *err)
{
	return err_set(err, -EINVAL, "-F sends a multipart body, which fetchd does not");
}

static int refuse_upload(struct curl_line *line, const char *value, struct err *err)
{
	return err_set(err, -EINVAL, "-T uploads: fetchd only fetches");
}

static int refuse_config(struct curl_line *line, const char *value, struct err *err)
{
	return err_set(err, -EINVAL, "-K reads options from a file: write them out");
}

static int refuse_next(struct curl_line *line, const char *value, struct err *err)
{
	return err_set(err, -EINVAL, "--next begins another request: import one at a time");
}

#define YES 1, NULL, NULL /* a value follows, and is passed over */
#define NO  0, NULL, NULL

/* clang-format off */
static const struct curl_option options[] = {
	{ "url", 0, 1, take_url, NULL },
	{ "request", 'X', 1, take_method, NULL },
	{ "header", 'H', 1, take_header, NULL },
	{ "user-agent", 'A', 1, take_agent, NULL },
	{ "referer", 'e', 1, take_referer, NULL },
	{ "range", 'r', 1, take_range, NULL },
	{ "cookie", 'b', 1, take_cookie, NULL },
	{ "user", 'u', 1, take_user, NULL },
	{ "oauth2-bearer", 0, 1, take_bearer, NULL },
	{ "data", 'd', 1, take_data, NULL },
	{ "data-ascii", 0, 1, take_data, NULL },
	{ "data-raw", 0, 1, take_data_raw, NULL },
	{ "data-binary", 0, 1, take_data_binary, NULL },
	{ "data-urlencode", 0, 1, take_urlencode, NULL },
	{ "url-query", 0, 1, take_url_query, NULL },
	{ "json", 0, 1, take_json, NULL },
	{ "get", 'G', 0, take_get, NULL },
	{ "head", 'I', 0, take_head, NULL },
	{ "globoff", 'g', 0, take_globoff, NULL },
	{ "max-time", 'm', 1, take_max_time, NULL },
	{ "connect-timeout", 0, 1, take_connect_timeout, NULL },
	{ "max-redirs", 0, 1, take_max_redirs, NULL },
	{ "retry", 0, 1, take_retry, NULL },
	{ "form", 'F', 1, refuse_form, NULL },
	{ "form-string", 0, 1, refuse_form, NULL },
	{ "upload-file", 'T', 1, refuse_upload, NULL },
	{ "config", 'K', 1, refuse_config, NULL },
	{ "next", ':', 0, refuse_next, NULL },

	/* What fetchd does by itself, or what only matters on a terminal. */
	{ "silent", 's', NO }, { "show-error", 'S', NO }, { "fail", 'f', NO },
	{ "fail-with-body", 0, NO }, { "fail-early", 0, NO }, { "include", 'i', NO },
	{ "verbose", 'v', NO }, { "progress-bar", '#', NO }, { "no-progress-meter", 0, NO },
	{ "progress-meter", 0, NO }, { "styled-output", 0, NO }, { "no-buffer", 'N', NO },
	{ "buffer", 0, NO }, { "basic", 0, NO }, { "compressed", 0, NO }, { "location", 'L', NO },
	{ "http1.1", 0, NO }, { "tcp-nodelay", 0, NO }, { "disable", 'q', NO },
	{ "remote-name", 'O', NO }, { "remote-header-name", 'J', NO }, { "remote-time", 'R', NO },
	{ "remote-name-all", 0, NO }, { "remove-on-error", 0, NO }, { "no-clobber", 0, NO },
	{ "create-dirs", 0, NO }, { "raw", 0, NO }, { "trace-time", 0, NO }, { "xattr", 0, NO },
	{ "parallel", 'Z', NO }, { "parallel-immediate", 0, NO }, { "retry-all-errors", 0, NO },
	{ "retry-connrefused", 0, NO }, { "junk-session-cookies", 'j', NO },
	{ "output", 'o', YES }, { "output-dir", 0, YES }, { "write-out", 'w', YES },
	{ "dump-header", 'D', YES }, { "trace", 0, YES }, { "trace-ascii", 0, YES },
	{ "stderr", 0, YES }, { "cookie-jar", 'c', YES }, { "parallel-max", 0, YES },
	{ "retry-delay", 0, YES }, { "retry-max-time", 0, YES }, { "keepalive-time", 0, YES },
	{ "create-file-mode", 0, YES }, { "hsts", 0, YES }, { "alt-svc", 0, YES },
	{ "etag-save", 0, YES }, { "etag-compare", 0, YES }, { "expect100-timeout", 0, YES },

	/* What changes the exchange and is not taken over: said so. */
	{ "location-trusted", 0, 0, NULL, "credentials never follow to another host" },
	{ "limit-rate", 0, 1, NULL, "bytes a second are not limited" },
	{ "rate", 0, 1, NULL, "set limits in the job instead" },
	{ "max-filesize", 0, 1, NULL, "set request.max_body instead" },
	{ "interface", 0, 1, NULL, "the address to connect from is not chosen" },
	{ "resolve", 0, 1, NULL, "names are resolved by the system" },
	{ "connect-to", 0, 1, NULL, "names are resolved by the system" },
	{ "dns-servers", 0, 1, NULL, "names are resolved by the system" },
	{ "doh-url", 0, 1, NULL, "names are resolved by the system" },
	{ "ipv4", '4', 0, NULL, "both families are used" },
	{ "ipv6", '6', 0, NULL, "both families are used" },
	{ "time-cond", 'z', 1, NULL, "see the setting conditional" },
	{ "path-as-is", 0, 0, NULL, "dots in the path are resolved" },
	{ "request-target", 0, 1, NULL, "the target is the address's" },
	{ "ciphers", 0, 1, NULL, "the system's are used" },
	{ "tls13-ciphers", 0, 1, NULL, "the system's are used" },
	{ "tls-max", 0, 1, NULL, "the newest version both know is used" },
	{ "tlsv1", '1', 0, NULL, "the newest version both know is used" },
	{ "tlsv1.0", 0, 0, NULL, "the newest version both know is used" },
	{ "tlsv1.1", 0, 0, NULL, "the newest version both know is used" },
	{ "tlsv1.2", 0, 0, NULL, "the newest version both know is used" },
	{ "tlsv1.3", 0, 0, NULL, "the newest version both know is used" },
	{ "http1.0", '0', 0, NULL, "HTTP/1.1 is spoken" },
	{ "http2", 0, 0, NULL, "HTTP/1.1 is spoken unless request.http says otherwise" },
	{ "http2-prior-knowledge", 0, 0, NULL, "HTTP/1.1 is spoken" },
	{ "http3", 0, 0, NULL, "HTTP/1.1 is spoken" },
	{ "insecure", 'k', 0, NULL, "see request.tls" },
	{ "cacert", 0, 1, NULL, "see request.tls" },
	{ "capath", 0, 1, NULL, "see request.tls" },
	{ "cert", 'E', 1, NULL, "see request.tls" },
	{ "cert-type", 0, 1, NULL, "see request.tls" },
	{ "key", 0, 1, NULL, "see request.tls" },
	{ "key-type", 0, 1, NULL, "see request.tls" },
	{ "pass", 0, 1, NULL, "see request.tls" },
	{ "pinnedpubkey", 0, 1, NULL, "see request.tls" },
	{ "proxy", 'x', 1, NULL, "see request.proxy" },
	{ "proxy-user", 'U', 1, NULL, "see request.proxy" },
	{ "proxy-header", 0, 1, NULL, "see request.proxy" },
	{ "socks5", 0, 1, NULL, "see request.proxy" },
	{ "socks5-hostname", 0, 1, NULL, "see request.proxy" },
	{ "noproxy", 0, 1, NULL, "see request.proxy" },
	{ "unix-socket", 0, 1, NULL, "see request.unix_socket" },
	{ "digest", 0, 0, NULL, "see auth" },
	{ "ntlm", 0, 0, NULL, "fetchd does not know it" },
	{ "negotiate", 0, 0, NULL, "fetchd does not know it" },
	{ "anyauth", 0, 0, NULL, "basic is assumed" },
	{ "netrc", 'n', 0, NULL, "see auth" },
	{ "netrc-optional", 0, 0, NULL, "see auth" },
	{ "netrc-file", 0, 1, NULL, "see auth" },
	{ "aws-sigv4", 0, 1, NULL, "see auth" },
	{ NULL },
};
/* clang-format on */

const struct curl_option *curl_option_long(const char *name)
{
	for (const struct curl_option *option = options; option->name; option++)
		if (strcmp(option->name, name) == 0)
			return option;
	return NULL;
}

const struct curl_option *curl_option_short(char letter)
{
	for (const struct curl_option *option = options; option->name; option++)
		if (option->letter == letter && letter)
			return option;
	return NULL;
}
