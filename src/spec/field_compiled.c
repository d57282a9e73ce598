/* Settings that become more than a plain value: pointers and templates, which are compiled, and
 * references to secrets. See field_types.h. */
#include <stdlib.h>
#include <string.h>

#include "base/pointer.h"
#include "base/xalloc.h"
#include "spec/field_types.h"
#include "spec/secret.h"

static void read_pointer(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	struct pointer *pointer = NULL;

	if (walk_wrong_type(walk, at, value, JSON_STRING,
			    "a JSON pointer, \"/data/items\" for example"))
		return;
	if (pointer_parse(json_str(value), &pointer, NULL) < 0) {
		walk_problem(walk, at, AT_VALUE, "expected a JSON pointer, \"%s\" for example",
			     field->example ? field->example : "/data/items");
		return;
	}
	pointer_free(*(struct pointer **)to);
	*(struct pointer **)to = pointer;
}

static struct json *show_pointer(const struct field *field, const void *from)
{
	const struct pointer *pointer = *(struct pointer *const *)from;

	return pointer ? json_new_string(pointer_text(pointer)) : NULL;
}

static void done_pointer(void *to)
{
	pointer_free(*(struct pointer **)to);
	*(struct pointer **)to = NULL;
}

static void read_template(const struct field *field, const struct json *value, void *to,
			  const struct walk *walk, const struct trail *at)
{
	struct template *template = NULL;
	struct err err = ERR_INIT;

	if (walk_wrong_type(walk, at, value, JSON_STRING, "text"))
		return;
	if (template_parse(json_str(value), field->place, &template, &err) < 0) {
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
		return;
	}
	template_free(*(struct template **)to);
	*(struct template **)to = template;
}

static struct json *show_template(const struct field *field, const void *from)
{
	const struct template *template = *(struct template *const *)from;

	return template ? json_new_string(template_source(template)) : NULL;
}

static void done_template(void *to)
{
	template_free(*(struct template **)to);
	*(struct template **)to = NULL;
}

/* Secrets: no sentence here may repeat the value, since it may be the secret itself. */

static const char *const secret_kinds[] = {
	[SECRET_FILE] = "file", [SECRET_ENV] = "env", [SECRET_CREDENTIAL] = "credential"
};

static enum secret_kind secret_kind_of(const struct json *value)
{
	struct json_member member = json_first(value);

	if (json_type(value) != JSON_OBJECT || json_len(value) != 1)
		return SECRET_NONE;
	for (int kind = SECRET_FILE; kind <= SECRET_CREDENTIAL; kind++)
		if (strcmp(member.key, secret_kinds[kind]) == 0 && json_str(member.value))
			return (enum secret_kind)kind;
	return SECRET_NONE;
}

static const char *secret_fault(enum secret_kind kind, const char *name)
{
	if (!*name)
		return "the name is empty";
	if (kind == SECRET_FILE && *name != '/')
		return "a relative path means nothing here; give an absolute one";
	if (kind == SECRET_ENV && strchr(name, '='))
		return "expected the name of an environment variable";
	if (kind == SECRET_CREDENTIAL && (strchr(name, '/') || *name == '.'))
		return "expected the name of a credential, without \"/\"";
	return NULL;
}

static void read_secret(const struct field *field, const struct json *value, void *to,
			const struct walk *walk, const struct trail *at)
{
	enum secret_kind kind = secret_kind_of(value);
	struct trail inside = { .up = at, .key = secret_kinds[kind] };
	const char *fault, *name;

	if (kind == SECRET_NONE) {
		walk_problem(walk, at, AT_VALUE,
			     "a secret does not stand here, only where it is: {file: PATH}, "
			     "{env: NAME} or {credential: NAME}");
		return;
	}
	name = json_str(json_get(value, secret_kinds[kind]));
	fault = secret_fault(kind, name);
	if (fault) {
		walk_problem(walk, &inside, AT_VALUE, "%s", fault);
		return;
	}
	secret_ref_done(to);
	*(struct secret_ref *)to = (struct secret_ref) { kind, xstrdup(name) };
}

static struct json *show_secret(const struct field *field, const void *from)
{
	const struct secret_ref *ref = from;
	struct json *shown;

	if (ref->kind == SECRET_NONE)
		return NULL;
	shown = json_new_object();
	json_put_str(shown, secret_kinds[ref->kind], ref->name);
	return shown;
}

static void done_secret(void *to)
{
	secret_ref_done(to);
}

const struct field_kind field_pointer = { "JSON pointer", read_pointer, show_pointer,
					  done_pointer };
const struct field_kind field_template = { "template", read_template, show_template,
					   done_template };
const struct field_kind field_secret = { "secret", read_secret, show_secret, done_secret };
