/* The rows of a job about what must be fetched before anything else can be: the token of oauth2,
 * the session of a login. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define YEAR (INT64_C(365) * 86400000)

static const char *const client_auths[] = {
	[JOB_CLIENT_BASIC] = "basic", [JOB_CLIENT_BODY] = "body", NULL
};

static int check_address(const char *text, struct err *err)
{
	size_t scheme = strncasecmp(text, "https://", 8) == 0 ? 8 : 7;

	if (strncasecmp(text, "http://", 7) != 0 && scheme == 7)
		return err_set(err, -EINVAL,
			       "expected an address that begins with \"https://\" or \"http://\"");
	if (!text[scheme] || strchr("/?#", text[scheme]))
		return err_set(err, -EINVAL, "the address has no host");
	if (memchr(text + scheme, '@', strcspn(text + scheme, "/?#")))
		return err_set(err, -EINVAL, "a user or password does not stand in the address");
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at <= 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL, "a space or control byte in the address");
	return 0;
}

static int check_plain(const char *text, struct err *err)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL, "a control byte");
	return *text ? 0 : err_set(err, -EINVAL, "expected a text that is not empty");
}

/* Only the login's own names: it is sent once for a run, not once for a point. */
static void check_names(const struct template *template, const struct walk *walk,
			const struct trail *at)
{
	for (size_t i = 0; template && i < template_holes(template); i++) {
		struct slice name = template_hole_name(template, i);

		if (!slice_is(name, "user") && !slice_is(name, "password"))
			walk_problem(walk, at, AT_VALUE,
				     "unknown name ${%.*s}; a login has user and password",
				     (int)(name.len > 100 ? 100 : name.len), name.ptr);
	}
}

static void check_pair_names(struct job_pairs pairs, const struct walk *walk,
			     const struct trail *at)
{
	for (size_t i = 0; i < *pairs.len; i++)
		check_names((*pairs.list)[i].value, walk, at);
}

/* Further fields of the token request. */

static struct job_pairs params_of(const void *to)
{
	struct job *job = (struct job *)to;

	return (struct job_pairs) { &job->oauth2.params, &job->oauth2.nparams };
}

static void read_params(const struct field *field, const struct json *value, void *to,
			const struct walk *walk, const struct trail *at)
{
	struct job_pairs pairs = params_of(to);

	job_pairs_read(pairs, value, TEMPLATE_QUERY, walk, at);
	for (size_t i = 0; i < *pairs.len; i++)
		if (!template_constant((*pairs.list)[i].value))
			walk_problem(
				walk, at, AT_VALUE,
				"a token is fetched for all requests; ${...} means nothing here");
}

static struct json *show_params(const void *to)
{
	struct job_pairs pairs = params_of(to);

	return *pairs.len ? job_pairs_show(pairs) : NULL;
}

static void done_params(void *to)
{
	job_pairs_done(params_of(to));
}

static const struct field_custom oauth2_params = {
	.shape = "map of texts", .read = read_params, .show = show_params, .done = done_params
};

const struct field job_oauth2_fields[] = {
	{ .name = "token_url",
	  .type = FIELD_TEXT,
	  .offset = AT(oauth2.token_url),
	  .flags = FIELD_REQUIRED,
	  .check = check_address,
	  .help = "the address of the token endpoint",
	  .example = "https://login.example.com/oauth2/token" },
	{ .name = "client_id",
	  .type = FIELD_TEXT,
	  .offset = AT(oauth2.client_id),
	  .flags = FIELD_REQUIRED,
	  .check = check_plain,
	  .help = "who asks",
	  .example = "reports" },
	{ .name = "client_secret",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .help = "where the client's secret is; without a refresh_token it alone gets the token",
	  .example = "{credential: api-secret}" },
	{ .name = "refresh_token",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_REFRESH]),
	  .help = "where a refresh token is; a new one that the server gives in its place is kept "
		  "in state_dir",
	  .example = "{file: refresh-token}" },
	{ .name = "scope",
	  .type = FIELD_TEXT,
	  .offset = AT(oauth2.scope),
	  .check = check_plain,
	  .help = "the scopes to ask for, with spaces between them",
	  .example = "items.read orders.read" },
	{ .name = "params",
	  .type = FIELD_CUSTOM,
	  .custom = &oauth2_params,
	  .help = "further fields of the token request",
	  .example = "{audience: \"https://api.example.com\"}" },
	{ .name = "client_auth",
	  .type = FIELD_CHOICE,
	  .offset = AT(oauth2.client_auth),
	  .choices = client_auths,
	  .def = "basic",
	  .help = "how the client's secret is sent: in the Authorization header, or in the body",
	  .example = "body" },
	{ .name = NULL },
};

/* What a login sends. */

static void read_json(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct job *job = to;
	struct template *template = NULL;
	struct err err = ERR_INIT;
	char *text = json_text(value, false);

	if (template_parse(text, TEMPLATE_JSON, &template, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	check_names(template, walk, at);
	template_free(job->session.json);
	job->session.json = template;
	free(text);
}

static struct json *show_json(const void *from)
{
	const struct job *job = from;
	struct json *value = NULL;

	if (job->session.json)
		json_parse(template_source(job->session.json),
			   strlen(template_source(job->session.json)), &value, NULL);
	return value;
}

static void done_json(void *to)
{
	struct job *job = to;

	template_free(job->session.json);
	job->session.json = NULL;
}

static const struct field_custom session_json = {
	.shape = "any value", .read = read_json, .show = show_json, .done = done_json
};

static struct job_pairs form_of(const void *to)
{
	struct job *job = (struct job *)to;

	return (struct job_pairs) { &job->session.form, &job->session.nform };
}

static void read_form(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	job_pairs_read(form_of(to), value, TEMPLATE_QUERY, walk, at);
	check_pair_names(form_of(to), walk, at);
}

static struct json *show_form(const void *to)
{
	struct job_pairs pairs = form_of(to);

	return *pairs.len ? job_pairs_show(pairs) : NULL;
}

static void done_form(void *to)
{
	job_pairs_done(form_of(to));
}

static const struct field_custom session_form = {
	.shape = "map of texts", .read = read_form, .show = show_form, .done = done_form
};

const struct field job_session_fields[] = {
	{ .name = "url",
	  .type = FIELD_TEXT,
	  .offset = AT(session.url),
	  .flags = FIELD_REQUIRED,
	  .check = check_address,
	  .help = "where to log in, by POST",
	  .example = "https://api.example.com/login" },
	{ .name = "user",
	  .type = FIELD_TEXT,
	  .offset = AT(auth_user),
	  .flags = FIELD_REQUIRED,
	  .check = check_plain,
	  .help = "the user's name, ${user} in what is sent",
	  .example = "anna" },
	{ .name = "password",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .flags = FIELD_REQUIRED,
	  .help = "where the password is, ${password} in what is sent",
	  .example = "{credential: api-password}" },
	{ .name = "json",
	  .type = FIELD_CUSTOM,
	  .custom = &session_json,
	  .help = "what the login sends, as JSON",
	  .example = "{username: \"${user}\", password: \"${password}\"}" },
	{ .name = "form",
	  .type = FIELD_CUSTOM,
	  .custom = &session_form,
	  .help = "or as the fields of a form",
	  .example = "{username: \"${user}\", password: \"${password}\"}" },
	{ .name = "token",
	  .type = FIELD_POINTER,
	  .offset = AT(session.token),
	  .help = "where the answer has the session's token; without it the answer's cookies count",
	  .example = "/token" },
	{ .name = "header",
	  .type = FIELD_TEXT,
	  .offset = AT(session.header),
	  .check = job_check_header,
	  .help = "the header that carries the token; Authorization, as a bearer token, otherwise",
	  .example = "X-Auth-Token" },
	{ .name = "expires",
	  .type = FIELD_DURATION,
	  .offset = AT(session.life_ms),
	  .max = YEAR,
	  .def = "0",
	  .help = "log in anew after this time; 0: when the server refuses the session",
	  .example = "30m" },
	{ .name = NULL },
};
