/* Query parameters: see params.h. */
#include "control/params.h"

#include <errno.h>
#include <stdlib.h>

#include "base/percent.h"
#include "base/xalloc.h"

/* Whether `name` is one of the words of `known`. */
static bool is_known(const char *known, const char *name)
{
	size_t len = strlen(name);

	for (const char *word = known; *word;) {
		size_t n = strcspn(word, " ");

		if (n == len && memcmp(word, name, n) == 0)
			return true;
		word += n + (word[n] == ' ');
	}
	return false;
}

static int check_name(const struct params *params, const char *known, const char *name,
		      struct err *err)
{
	if (!is_known(known, name)) {
		if (!*known)
			return err_set(err, -EINVAL, "no query parameter is taken here, not \"%s\"",
				       name);
		return err_set(err, -EINVAL,
			       "there is no query parameter \"%s\" here; there are: %s", name,
			       known);
	}
	if (params_get(params, name))
		return err_set(err, -EINVAL, "the query parameter \"%s\" is given twice", name);
	return 0;
}

static int decode(struct slice raw, char **text, struct err *err)
{
	char *out = xmalloc(raw.len + 1);

	if (percent_decode(raw, true, out, raw.len + 1) < 0) {
		free(out);
		return err_set(err, -EINVAL,
			       "the query part \"%.*s\" is not percent-encoded UTF-8 text",
			       (int)(raw.len < 200 ? raw.len : 200), raw.ptr);
	}
	*text = out;
	return 0;
}

static int parse_one(struct params *params, struct slice pair, const char *known, struct err *err)
{
	const char *eq = memchr(pair.ptr, '=', pair.len);
	size_t name_len = eq ? (size_t)(eq - pair.ptr) : pair.len;
	struct slice value = { eq ? eq + 1 : "", eq ? pair.len - name_len - 1 : 0 };
	struct param *param = &params->items[params->len];
	int r;

	if (params->len == PARAMS_MAX)
		return err_set(err, -EINVAL, "more than %d query parameters", PARAMS_MAX);
	r = decode((struct slice) { pair.ptr, name_len }, &param->name, err);
	if (r < 0)
		return r;
	r = check_name(params, known, param->name, err);
	if (r == 0)
		r = decode(value, &param->value, err);
	if (r < 0) {
		free(param->name);
		return r;
	}
	params->len++;
	return 0;
}

int params_parse(struct params *params, struct slice query, const char *known, struct err *err)
{
	while (query.len) {
		const char *end = memchr(query.ptr, '&', query.len);
		struct slice pair = { query.ptr, end ? (size_t)(end - query.ptr) : query.len };
		int r;

		query.ptr += pair.len + (end != NULL);
		query.len -= pair.len + (end != NULL);
		if (pair.len == 0)
			continue;
		r = parse_one(params, pair, known, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void params_done(struct params *params)
{
	for (size_t i = 0; i < params->len; i++) {
		free(params->items[i].name);
		free(params->items[i].value);
	}
	params->len = 0;
}

const char *params_get(const struct params *params, const char *name)
{
	for (size_t i = 0; i < params->len; i++)
		if (strcmp(params->items[i].name, name) == 0)
			return params->items[i].value;
	return NULL;
}
