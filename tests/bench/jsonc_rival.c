/* See jsonc_rival.h. */
#include "jsonc_rival.h"

#include <json-c/json.h>

static void csv(struct json_object *record, struct buf *rows)
{
	bool first = true;

	json_object_object_foreach(record, key, value)
	{
		(void)key;
		if (!first)
			buf_add_char(rows, ',');
		buf_add_text(rows, json_object_get_string(value));
		first = false;
	}
}

size_t jsonc_rival(struct slice body, enum jsonc_work work, struct buf *rows)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *tree = json_tokener_parse_ex(tokener, body.ptr, (int)body.len);
	size_t n = json_object_array_length(tree);

	json_tokener_free(tokener);
	for (size_t i = 0; i < n && work != JSONC_PARSE; i++) {
		struct json_object *record = json_object_array_get_idx(tree, i);

		if (work == JSONC_CSV)
			csv(record, rows);
		else
			buf_add_text(rows, json_object_to_json_string_ext(record,
									  JSON_C_TO_STRING_PLAIN));
		buf_add_char(rows, '\n');
	}
	json_object_put(tree);
	return n;
}
