/* JSON Pointers: see pointer.h. */
#include "base/pointer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct step {
	struct slice text; /* unescaped, points into `texts` */
	uint64_t index;    /* as an array index, or POINTER_NO_INDEX */
};

struct pointer {
	char *source, *texts;
	size_t len;
	struct step *steps;
};

/* RFC 6901 section 4: digits without a leading zero. "-" names the element after the last: none. */
static uint64_t array_index(struct slice text)
{
	uint64_t index = 0;

	if (text.len == 0 || text.len > 18 || (text.ptr[0] == '0' && text.len > 1))
		return POINTER_NO_INDEX;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return POINTER_NO_INDEX;
		index = index * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return index;
}

static const char *flaw(const char *text)
{
	if (*text && *text != '/')
		return "a JSON pointer begins with '/', \"/data/items\" for example";
	for (; (text = strchr(text, '~')); text++) {
		if (text[1] != '0' && text[1] != '1')
			return "'~' must be followed by 0 (for ~) or 1 (for /)";
	}
	return NULL;
}

static size_t count(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '/';
	return n;
}

/* Undoes the escapes of one step, from `*from` to the next '/', into `to`. */
static struct slice unescape_step(const char **from, char *to)
{
	struct slice step = { to, 0 };

	for (; **from && **from != '/'; ++*from) {
		if (**from == '~')
			to[step.len++] = *++*from == '0' ? '~' : '/';
		else
			to[step.len++] = **from;
	}
	return step;
}

int pointer_parse(const char *text, struct pointer **pointer, struct err *err)
{
	const char *error = flaw(text), *at;
	struct pointer *made;
	char *to;

	if (error)
		return err_set(err, -EINVAL, "%s", error);
	made = xcalloc(1, sizeof(*made));
	made->source = xstrdup(text);
	made->texts = to = xmalloc(strlen(text) + 1);
	made->steps = xcalloc(count(text), sizeof(*made->steps));
	for (at = made->source; *at == '/';) {
		struct step *step = &made->steps[made->len++];

		at++;
		step->text = unescape_step(&at, to);
		step->index = array_index(step->text);
		to += step->text.len;
		*to++ = '\0';
	}
	*pointer = made;
	return 0;
}

void pointer_free(struct pointer *pointer)
{
	if (!pointer)
		return;
	free(pointer->source);
	free(pointer->texts);
	free(pointer->steps);
	free(pointer);
}

const char *pointer_text(const struct pointer *pointer)
{
	return pointer->source;
}

size_t pointer_steps(const struct pointer *pointer)
{
	return pointer->len;
}

struct slice pointer_step(const struct pointer *pointer, size_t index)
{
	return pointer->steps[index].text;
}

uint64_t pointer_index(const struct pointer *pointer, size_t index)
{
	return pointer->steps[index].index;
}

/* Moves to the value of the member `name` of the object just opened. */
static enum scan_token into_object(struct scan *scan, struct slice name)
{
	enum scan_token token;

	while ((token = scan_next(scan)) == SCAN_KEY) {
		bool same = scan->escaped ? scan_means(scan->value, name)
					  : slice_equal(scan->value, name);
		struct slice passed;

		token = scan_next(scan);
		if (same)
			return token;
		if (token == SCAN_ERROR || scan_skip(scan, token, &passed) < 0)
			return SCAN_ERROR;
	}
	return token;
}

/* Moves to element `index` of the array just opened. */
static enum scan_token into_array(struct scan *scan, uint64_t index)
{
	enum scan_token token;
	struct slice passed;

	while ((token = scan_next(scan)) != SCAN_ARRAY_END && token != SCAN_ERROR) {
		if (index-- == 0)
			return token;
		if (scan_skip(scan, token, &passed) < 0)
			return SCAN_ERROR;
	}
	return token;
}

/* Moves one step down from the value that begins with `token`; SCAN_END when it leads nowhere. */
static enum scan_token into(struct scan *scan, enum scan_token token, const struct step *step)
{
	if (token == SCAN_OBJECT)
		token = into_object(scan, step->text);
	else if (token == SCAN_ARRAY && step->index != POINTER_NO_INDEX)
		token = into_array(scan, step->index);
	else
		return SCAN_END;
	return token == SCAN_OBJECT_END || token == SCAN_ARRAY_END ? SCAN_END : token;
}

int pointer_find(const struct pointer *pointer, struct slice json, struct slice *whole,
		 struct err *err)
{
	enum scan_token token;
	struct slice found;
	struct scan scan;

	scan_init(&scan, json.ptr, json.len, SCAN_DEPTH_MAX);
	token = scan_next(&scan);
	for (size_t i = 0; i < pointer->len && token > SCAN_END; i++)
		token = into(&scan, token, &pointer->steps[i]);
	if (token == SCAN_END)
		return -ENOENT;
	if (token == SCAN_ERROR || scan_skip(&scan, token, &found) < 0)
		return scan_fail(&scan, err);
	*whole = found;
	return 0;
}
