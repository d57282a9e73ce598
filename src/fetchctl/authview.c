/* Authentication in a line: see authview.h. */
#include "fetchctl/authview.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fetchctl/say.h"

#define LINE_MAX_BYTES 4096

/* {file: P}, {env: NAME}, {credential: NAME}: where a secret is. */
static bool is_reference(const struct json *value)
{
	struct json_member only = json_first(value);

	if (json_type(value) != JSON_OBJECT || json_len(value) != 1 || !json_str(only.value))
		return false;
	return strcmp(only.key, "file") == 0 || strcmp(only.key, "env") == 0 ||
	       strcmp(only.key, "credential") == 0;
}

static void add_reference(struct buf *line, const struct json *value)
{
	struct json_member only = json_first(value);

	buf_addf(line, "from %s %s", only.key, json_str(only.value));
}

static void add_settings(struct buf *line, const struct json *settings)
{
	const char *comma = "";

	for (struct json_member m = json_first(settings); m.key; m = json_next(m)) {
		char *text = NULL;

		if (json_type(m.value) == JSON_NULL)
			continue;
		buf_addf(line, "%s%s ", comma, m.key);
		comma = ", ";
		if (is_reference(m.value))
			add_reference(line, m.value);
		else
			buf_add_text(line, text = say_scalar(m.value));
		free(text);
	}
}

void authview_show(const struct json *auth)
{
	struct json_member way = json_first(auth);
	struct buf line;

	if (!way.key)
		return;
	buf_init(&line, LINE_MAX_BYTES);
	buf_addf(&line, "%s (", way.key);
	if (is_reference(way.value))
		add_reference(&line, way.value);
	else
		add_settings(&line, way.value);
	buf_add_char(&line, ')');
	say_field("auth", buf_text(&line));
	buf_done(&line);
}
