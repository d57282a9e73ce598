/* The body of a curl command line: as JSON or as a form where it is one, else as text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/xalloc.h"
#include "import/curl_line.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

/* The same document with every text as a template's constant. Keys are no templates. */
static struct json *constant_tree(const struct json *doc)
{
	struct json *copy;

	switch (json_type(doc)) {
	case JSON_STRING:
		return draft_constant(json_slice(doc));
	case JSON_ARRAY:
		copy = json_new_array();
		for (size_t i = 0; i < json_len(doc); i++)
			json_push(copy, constant_tree(json_at(doc, i)));
		return copy;
	case JSON_OBJECT:
		copy = json_new_object();
		for (struct json_member m = json_first(doc); m.key; m = json_next(m))
			json_put(copy, m.key, constant_tree(m.value));
		return copy;
	default:
		return json_ref(doc);
	}
}

static struct json *decoded(struct slice raw)
{
	char *text = xmalloc(raw.len + 1);
	struct json *value = percent_decode(raw, true, text, raw.len + 1) < 0
				     ? NULL
				     : draft_constant(slice_of(text));

	free(text);
	return value;
}

/* Takes "name=value" off the front of `rest`. */
static bool add_field(struct json *form, struct slice *rest)
{
	size_t len = strcspn(rest->ptr, "&");
	const char *eq = memchr(rest->ptr, '=', len);
	struct json *name, *value;
	bool good;

	if (!eq)
		return false;
	name = decoded((struct slice) { rest->ptr, (size_t)(eq - rest->ptr) });
	value = decoded((struct slice) { eq + 1, len - (size_t)(eq + 1 - rest->ptr) });
	good = name && value && *json_str(name) && !json_has(form, json_str(name));
	if (good)
		json_put(form, json_str(name), json_ref(value));
	json_unref(name);
	json_unref(value);
	len += rest->ptr[len] == '&';
	*rest = (struct slice) { rest->ptr + len, rest->len - len };
	return good;
}

/* NULL when it is not a form, or one with the same name twice. */
static struct json *form_of(const char *text)
{
	struct slice rest = slice_of(text);
	struct json *form = json_new_object();

	while (rest.len > 0)
		if (!add_field(form, &rest)) {
			json_unref(form);
			return NULL;
		}
	return form;
}

static void drop_header(struct curl_line *line, const char *name)
{
	struct json *kept = json_new_array();
	size_t len = strlen(name);

	for (size_t i = 0; i < json_len(line->headers); i++) {
		const char *header = json_str(json_at(line->headers, i));

		if (strncasecmp(header, name, len) != 0 || header[len] != ':')
			json_push(kept, json_new_string(header));
	}
	json_unref(line->headers);
	line->headers = kept;
}

/* True when the body is JSON and was put as such. */
static bool put_json(struct curl_line *line, struct json *request)
{
	const char *type = curl_header(line, "Content-Type");
	struct err ignored = ERR_INIT;
	struct json *doc;

	if (!line->json && !(type && strcasestr(type, "json")))
		return false;
	if (json_parse(buf_text(&line->body), line->body.len, &doc, &ignored) < 0)
		return false;
	json_put(request, "json", constant_tree(doc));
	json_unref(doc);
	if (!type || strcasecmp(type, "application/json") == 0)
		drop_header(line, "Content-Type");
	return true;
}

static bool put_form(struct curl_line *line, struct json *request)
{
	const char *type = curl_header(line, "Content-Type");
	struct json *form;

	if (line->json || (type && strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) != 0))
		return false;
	form = form_of(buf_text(&line->body));
	if (!form)
		return false;
	for (struct json_member m = json_first(form); m.key; m = json_next(m))
		if (curl_is_secret(slice_of(m.key)))
			draft_note(
				line->draft,
				"the field %s of the body looks like a secret and stands in this "
				"file",
				m.key);
	json_put(request, "form", form);
	drop_header(line, "Content-Type");
	return true;
}

int curl_body(struct curl_line *line, struct err *err)
{
	struct json *request = draft_map(line->draft->job, "request");
	bool typed = curl_header(line, "Content-Type") != NULL;

	if (line->body.full)
		return err_set(err, -E2BIG, "the body is too large for a job file");
	if (!line->has_body || line->get)
		return 0;
	if (put_json(line, request) || put_form(line, request))
		return 0;
	json_put(request, "text", draft_constant(buf_slice(&line->body)));
	if (!typed)
		json_push(line->headers,
			  json_new_string(line->json ? "Content-Type: application/json"
						     : "Content-Type: " FORM_TYPE));
	return 0;
}
