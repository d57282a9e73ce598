/* A job file in the making: see draft.h. */
#include "import/draft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "spec/jobset.h"

#define DIGITS         "0123456789"
#define LETTERS        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define PARAM_NAME_MAX 40

void draft_init(struct draft *draft)
{
	*draft = (struct draft) { xstrdup("job"), json_new_object(), json_new_array() };
}

void draft_done(struct draft *draft)
{
	free(draft->name);
	json_unref(draft->job);
	json_unref(draft->notes);
	*draft = (struct draft) { 0 };
}

void draft_name(struct draft *draft, const char *text)
{
	size_t len = strnlen(text, JOB_NAME_MAX);
	size_t skip = strcspn(text, LETTERS DIGITS);

	if (skip >= len)
		return;
	free(draft->name);
	draft->name = xstrndup(text + skip, len - skip);
	for (char *c = draft->name; *c; c++)
		if (!strchr(LETTERS DIGITS "._-", *c))
			*c = '-';
	for (len = strlen(draft->name); draft->name[len - 1] == '-'; len--)
		draft->name[len - 1] = '\0';
}

void draft_note(struct draft *draft, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		no_memory();
	va_end(args);
	json_push(draft->notes, json_new_string(text));
	free(text);
}

struct json *draft_map(struct json *map, const char *key)
{
	struct json *inner = json_get(map, key);

	return inner ? inner : json_put(map, key, json_new_object());
}

struct json *draft_constant(struct slice text)
{
	struct buf out;
	struct json *value;

	buf_init(&out, 2 * text.len);
	for (size_t i = 0; i < text.len; i++) {
		buf_add_char(&out, text.ptr[i]);
		if (text.ptr[i] == '$')
			buf_add_char(&out, '$');
	}
	value = json_new_string_len(buf_text(&out), out.len);
	buf_done(&out);
	return value;
}

/* A parameter's name has letters, digits, "_" and "-" and begins with a letter or "_"; some names
 * are fetchd's own. */
static char *param_name(struct slice wanted)
{
	size_t len = wanted.len < PARAM_NAME_MAX ? wanted.len : PARAM_NAME_MAX;
	bool begins = len > 0 && strchr(LETTERS "_", *wanted.ptr);
	char *name = xasprintf("%s%.*s", begins ? "" : "p", (int)len, wanted.ptr ? wanted.ptr : "");

	for (char *c = name; *c; c++)
		if (!strchr(LETTERS DIGITS "_-", *c))
			*c = '_';
	return name;
}

/* Whether fetchd gives it a meaning of its own. */
static bool is_own(const char *name)
{
	static const char *const own[] = { "job", "scheduled", "mark", "window", NULL };

	for (const char *const *word = own; *word; word++)
		if (strcmp(name, *word) == 0)
			return true;
	return false;
}

const char *draft_param(struct draft *draft, struct slice wanted, struct json *values)
{
	struct json *params = draft_map(draft->job, "params");
	char *base = param_name(wanted), *name = xstrdup(base);
	const char *last = NULL;

	for (unsigned number = 2; is_own(name) || json_has(params, name); number++) {
		free(name);
		name = xasprintf("%s%u", base, number);
	}
	json_put(params, name, values);
	for (struct json_member m = json_first(params); m.key; m = json_next(m))
		last = m.key;
	free(base);
	free(name);
	return last;
}

/* The NAME of "$NAME" or "${NAME}", the caller's; NULL when the text is something else. */
static char *shell_variable(const char *text)
{
	bool braced = text[0] == '$' && text[1] == '{';
	const char *name = text + 1 + braced;
	size_t len = strspn(name, LETTERS DIGITS "_");

	if (*text != '$' || len == 0 || strchr(DIGITS, *name))
		return NULL;
	if (strcmp(name + len, braced ? "}" : "") != 0)
		return NULL;
	return xstrndup(name, len);
}

struct json *draft_secret(struct draft *draft, const char *what, const char *text)
{
	struct json *secret = json_new_object();
	char *name = shell_variable(text);

	if (name) {
		json_put_str(secret, "env", name);
		draft_note(draft, "the %s is read from the variable %s of fetchd's environment",
			   what, name);
	} else {
		name = xasprintf("%s-%s", draft->name, what);
		json_put_str(secret, "file", name);
		draft_note(draft,
			   "the %s was not copied: put it, alone, into the file %s beside this one",
			   what, name);
	}
	free(name);
	return secret;
}

/* The same code that reads job files has the last word. */
static int check(const struct json *jobs, struct err *err)
{
	struct problems problems = { 0 };
	char *text = json_text(jobs, false);
	struct jobset *set = jobset_parse("import", DOC_JSON, slice_of(text), false, &problems);
	int r = 0;

	if (problems.len > 0)
		r = err_set(err, -EINVAL, "%s", problems.items[0].sentence);
	jobset_free(set);
	problems_done(&problems);
	free(text);
	return r;
}

struct json *draft_finish(struct draft *draft, struct err *err)
{
	struct json *file = json_new_object();

	json_put(draft_map(file, "jobs"), draft->name, json_ref(draft->job));
	if (check(file, err) == 0)
		return file;
	json_unref(file);
	return NULL;
}
