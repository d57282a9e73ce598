/* The response object and the header lines it keeps: see response.h. */
#include "fetch/response.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"

/* A body's memory up to this is kept for the next response. */
#define BODY_KEPT_BYTES 16384

const char *const response_header_names[HEADER__COUNT] = {
	[HEADER_CONTENT_TYPE] = "Content-Type",
	[HEADER_CONTENT_ENCODING] = "Content-Encoding",
	[HEADER_LOCATION] = "Location",
	[HEADER_LINK] = "Link",
	[HEADER_RETRY_AFTER] = "Retry-After",
	[HEADER_DATE] = "Date",
	[HEADER_ETAG] = "ETag",
	[HEADER_LAST_MODIFIED] = "Last-Modified",
	[HEADER_SET_COOKIE] = "Set-Cookie",
};

/* Fields whose several lines mean one list, RFC 9110 section 5.3; of the others the first counts.
 */
static const bool joined[HEADER__COUNT] = {
	[HEADER_CONTENT_ENCODING] = true,
	[HEADER_LINK] = true,
	[HEADER_RETRY_AFTER] = true,
	[HEADER_SET_COOKIE] = true,
};

void response_init(struct response *response, size_t max_body)
{
	*response = (struct response) { .transfer = OUTCOME_OK };
	buf_init(&response->body, max_body);
}

void response_forget_headers(struct response *response)
{
	for (size_t i = 0; i < HEADER__COUNT; i++) {
		free(response->headers[i]);
		response->headers[i] = NULL;
	}
}

void response_clear(struct response *response)
{
	response_forget_headers(response);
	buf_shrink(&response->body, BODY_KEPT_BYTES);
	response->transfer = OUTCOME_OK;
	response->error[0] = '\0';
	response->cursor_header = response->total_header = NULL;
	response->status = 0;
	response->started_ms = 0;
	response->taken_us = 0;
	response->wire_bytes = 0;
	response->connections = 0;
}

void response_done(struct response *response)
{
	response_forget_headers(response);
	buf_done(&response->body);
}

static struct slice trimmed(struct slice text)
{
	while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
		text.len--;
	while (text.len && (*text.ptr == ' ' || *text.ptr == '\t')) {
		text.ptr++;
		text.len--;
	}
	return text;
}

static const char *name_of(const struct response *response, enum response_header header)
{
	if (header == HEADER_PAGE_CURSOR)
		return response->cursor_header;
	if (header == HEADER_PAGE_TOTAL)
		return response->total_header;
	return response_header_names[header];
}

static bool is_named(const struct response *response, enum response_header header,
		     struct slice name)
{
	const char *known = name_of(response, header);

	return known && strlen(known) == name.len && strncasecmp(known, name.ptr, name.len) == 0;
}

static void keep(char **header, const char *between, struct slice value)
{
	char *old = *header;

	if (old)
		*header = xasprintf("%s%s%.*s", old, between, (int)value.len, value.ptr);
	else
		*header = xstrndup(value.ptr, value.len);
	free(old);
}

void response_header_line(struct response *response, struct slice line)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	struct slice name, value;

	if (!colon)
		return;
	name = (struct slice) { line.ptr, (size_t)(colon - line.ptr) };
	value.ptr = colon + 1;
	value.len = line.len - (size_t)(colon + 1 - line.ptr);
	value = trimmed(value);
	if (memchr(value.ptr, '\0', value.len))
		return;
	for (int i = 0; i < HEADER__COUNT; i++)
		if (is_named(response, (enum response_header)i, name) &&
		    (!response->headers[i] || joined[i]))
			keep(&response->headers[i], i == HEADER_SET_COOKIE ? "\n" : ", ", value);
}
