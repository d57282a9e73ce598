/* Header fields of a request: see headers.h. */
#include "fetch/headers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"

static const char *const framing[] = { "Content-Length", "Transfer-Encoding", "Trailer", "TE",
				       "Connection",     "Upgrade",           NULL };

bool token_valid(const char *text)
{
	const char *p = text;

	while (*p && (isalnum((unsigned char)*p) || strchr("!#$%&'*+-.^_`|~", *p)))
		p++;
	return *p == '\0' && p > text;
}

static bool value_valid(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

static bool named(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(line, name, len) == 0 && line[len] == ':';
}

static size_t count(char *const *headers)
{
	size_t n = 0;

	while (headers && headers[n])
		n++;
	return n;
}

static void append(char ***headers, char *line)
{
	size_t n = count(*headers);

	*headers = xreallocarray(*headers, n + 2, sizeof(char *));
	(*headers)[n] = line;
	(*headers)[n + 1] = NULL;
}

int headers_add(char ***headers, const char *name, const char *value, struct err *err)
{
	if (!token_valid(name))
		return err_set(err, -EINVAL, "\"%s\" is not a header name", name);
	for (size_t i = 0; framing[i]; i++)
		if (strcasecmp(framing[i], name) == 0)
			return err_set(err, -EINVAL,
				       "%s is decided by the transfer and cannot be set", name);
	if (!value_valid(value))
		return err_set(err, -EINVAL, "the value holds a control character");
	append(headers, *value ? xasprintf("%s: %s", name, value) : xasprintf("%s:", name));
	return 0;
}

void headers_default(char ***headers, const char *name, const char *value)
{
	if (!headers_has(*headers, name))
		append(headers, xasprintf("%s: %s", name, value));
}

bool headers_has(char *const *headers, const char *name)
{
	for (; headers && *headers; headers++)
		if (named(*headers, name))
			return true;
	return false;
}

const char *headers_find(char *const *headers, const char *name)
{
	for (; headers && *headers; headers++)
		if (named(*headers, name))
			return *headers + strlen(name) + 1 +
			       strspn(*headers + strlen(name) + 1, " ");
	return NULL;
}

void headers_remove(char **headers, const char *name)
{
	char **to = headers;

	if (!headers)
		return;
	for (; *headers; headers++) {
		if (named(*headers, name))
			free(*headers);
		else
			*to++ = *headers;
	}
	*to = NULL;
}

void headers_free(char **headers)
{
	for (char **line = headers; line && *line; line++) {
		explicit_bzero(*line, strlen(*line)); /* may be an Authorization */
		free(*line);
	}
	free(headers);
}
