/* The Link header, RFC 8288 section 3: see link.h. */
#include "fetch/link.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/xalloc.h"

static const char *skip(const char *p, const char *set)
{
	return p + strspn(p, set);
}

/* A token or a quoted-string with its backslashes undone; moves *at behind it. False: malformed. */
static bool take_value(const char **at, struct buf *out)
{
	const char *p = *at;

	buf_clear(out);
	if (*p != '"') {
		size_t len = strcspn(p, " \t,;=\"");

		*at = p + len;
		return buf_add(out, p, len) == 0;
	}
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		buf_add_char(out, *p);
	}
	*at = p + (*p == '"');
	return *p == '"';
}

static bool has_word(const char *words, const char *word)
{
	while (*(words = skip(words, " \t"))) {
		size_t len = strcspn(words, " \t");

		if (len == strlen(word) && strncasecmp(words, word, len) == 0)
			return true;
		words += len;
	}
	return false;
}

struct link {
	struct slice target;
	bool next;     /* its first rel names "next" */
	bool anchored; /* speaks of another page than this one: not ours */
};

static bool take_param(const char **at, struct link *link, bool *rel_seen, struct buf *value)
{
	const char *name = skip(*at, " \t");
	size_t len = strcspn(name, " \t=,;\"<>");

	*at = skip(name + len, " \t");
	buf_clear(value);
	if (**at == '=') {
		*at = skip(*at + 1, " \t");
		if (!take_value(at, value))
			return false;
	}
	if (len == 3 && strncasecmp(name, "rel", 3) == 0 && !*rel_seen) {
		*rel_seen = true;
		link->next = has_word(buf_text(value), "next");
	}
	link->anchored |= len == 6 && strncasecmp(name, "anchor", 6) == 0;
	*at = skip(*at, " \t");
	return true;
}

/* One link-value and the comma behind it. */
static bool take_link(const char **at, struct link *link, struct buf *value)
{
	bool rel_seen = false;
	const char *close;

	*link = (struct link) { .next = false };
	*at = skip(*at, " \t,");
	if (**at != '<')
		return false;
	close = strchr(*at, '>');
	if (!close)
		return false;
	link->target = (struct slice) { *at + 1, (size_t)(close - *at - 1) };
	*at = skip(close + 1, " \t");
	while (**at == ';') {
		++*at;
		if (!take_param(at, link, &rel_seen, value))
			return false;
	}
	return **at == ',' || **at == '\0';
}

int link_next(const char *header, char **target)
{
	struct buf value;
	struct link link;
	int found = 0;

	buf_init(&value, strlen(header));
	while (found == 0 && *skip(header, " \t,")) {
		if (!take_link(&header, &link, &value))
			found = -EINVAL;
		else if (link.next && !link.anchored)
			found = 1;
	}
	buf_done(&value);
	if (found == 1)
		*target = xstrndup(link.target.ptr, link.target.len);
	return found;
}
