/* Tokens and sessions: see grant.h. */
#include "fetch/grant.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/xalloc.h"
#include "fetch/auth.h"
#include "fetch/headers.h"
#include "fetch/outcome.h"
#include "fetch/url.h"

#define BODY_MAX_BYTES (4u << 20)
#define LIFE_MAX_S     INT64_C(3153600000) /* a hundred years */

bool grant_needed(const struct job *job)
{
	return job->auth == JOB_AUTH_OAUTH2 || job->auth == JOB_AUTH_SESSION;
}

/* ---- asking ---- */

static void add_field(struct buf *form, const char *name, const char *value)
{
	if (form->len > 0)
		buf_add_char(form, '&');
	buf_addf(form, "%s=", name);
	url_encode(slice_of(value), form);
}

static struct slice no_names(struct slice name, void *arg)
{
	return (struct slice) { NULL, 0 };
}

static int add_params(const struct job_oauth2 *oauth2, struct buf *form, struct err *err)
{
	for (size_t i = 0; i < oauth2->nparams; i++) {
		buf_add_char(form, '&');
		url_encode(slice_of(oauth2->params[i].name), form);
		buf_add_char(form, '=');
		if (template_expand(oauth2->params[i].value, no_names, NULL, form, err) < 0)
			return -EINVAL;
	}
	return 0;
}

/* RFC 6749 section 2.3.1: both halves are form-encoded before they become basic authentication. */
static int add_client(const struct request_scope *scope, struct request *request, struct buf *form,
		      struct err *err)
{
	const struct job_oauth2 *oauth2 = &scope->job->oauth2;
	const char *secret = scope->secrets[JOB_SECRET_AUTH];
	struct buf id, password;
	int rc;

	if (!secret || oauth2->client_auth == JOB_CLIENT_BODY) {
		add_field(form, "client_id", oauth2->client_id);
		if (secret)
			add_field(form, "client_secret", secret);
		return 0;
	}
	buf_init(&id, 3 * strlen(oauth2->client_id) + 1);
	buf_init(&password, 3 * strlen(secret) + 1);
	url_encode(slice_of(oauth2->client_id), &id);
	url_encode(slice_of(secret), &password);
	rc = auth_basic(request, buf_text(&id), buf_text(&password), err);
	explicit_bzero(password.data, password.len);
	buf_done(&id);
	buf_done(&password);
	return rc;
}

static int fill_token_form(const struct request_scope *scope, struct request *request,
			   const char *refresh, struct buf *form, struct err *err)
{
	const struct job_oauth2 *oauth2 = &scope->job->oauth2;

	add_field(form, "grant_type", refresh ? "refresh_token" : "client_credentials");
	if (refresh)
		add_field(form, "refresh_token", refresh);
	if (oauth2->scope)
		add_field(form, "scope", oauth2->scope);
	if (add_params(oauth2, form, err) < 0)
		return -EINVAL;
	return add_client(scope, request, form, err);
}

static struct slice login_name(struct slice name, void *arg)
{
	const struct request_scope *scope = arg;

	if (slice_is(name, "user"))
		return slice_of(scope->job->auth_user);
	return slice_of(scope->secrets[JOB_SECRET_AUTH]);
}

static int fill_login_form(const struct request_scope *scope, struct buf *form, struct err *err)
{
	const struct job_session *session = &scope->job->session;

	for (size_t i = 0; i < session->nform; i++) {
		if (i > 0)
			buf_add_char(form, '&');
		url_encode(slice_of(session->form[i].name), form);
		buf_add_char(form, '=');
		if (template_expand(session->form[i].value, login_name, (void *)scope, form, err) <
		    0)
			return -EINVAL;
	}
	return 0;
}

static int fill_body(const struct request_scope *scope, struct request *request,
		     const char *refresh, struct buf *body, struct err *err)
{
	const struct job *job = scope->job;

	if (job->auth == JOB_AUTH_OAUTH2)
		return fill_token_form(scope, request, refresh, body, err);
	if (job->session.json)
		return template_expand(job->session.json, login_name, (void *)scope, body, err);
	return fill_login_form(scope, body, err);
}

static int fill(const struct request_scope *scope, struct request *request, const char *refresh,
		struct err *err)
{
	const struct job *job = scope->job;
	bool oauth2 = job->auth == JOB_AUTH_OAUTH2;
	struct buf body;
	int rc;

	buf_init(&body, BODY_MAX_BYTES);
	rc = url_resolve(NULL, oauth2 ? job->oauth2.token_url : job->session.url, &request->url,
			 err);
	if (rc == 0)
		rc = fill_body(scope, request, refresh, &body, err);
	if (rc == 0) {
		request->host = url_host(request->url);
		request->body_len = body.len;
		request->body = buf_take(&body);
		headers_default(&request->headers, "Accept", "application/json");
		headers_default(&request->headers, "User-Agent", "fetchd/" PACKAGE_VERSION);
		headers_default(&request->headers, "Content-Type",
				job->session.json ? "application/json"
						  : "application/x-www-form-urlencoded");
	}
	buf_done(&body);
	return rc;
}

int grant_build(const struct request_scope *scope, const char *refresh, struct request **request,
		struct err *err)
{
	struct request *made = xcalloc(1, sizeof(*made));
	int rc;

	made->scope = scope;
	made->errand = true;
	made->tries = 1;
	made->method = xstrdup("POST");
	rc = fill(scope, made, refresh, err);
	if (rc < 0) {
		err_within(err, "%s",
			   scope->job->auth == JOB_AUTH_OAUTH2 ? "auth.oauth2" : "auth.session");
		request_free(made);
		return -EINVAL;
	}
	*request = made;
	return 0;
}

/* ---- reading ---- */

/* What no header may hold, RFC 9110 section 5.5, and what RFC 6750 section 2.1 calls a token. */
static bool can_be_sent(const char *token)
{
	for (const char *at = token; *at; at++)
		if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f)
			return false;
	return *token != '\0';
}

static char *token_at(const struct json *value)
{
	const char *text = json_str(value);

	return text && can_be_sent(text) ? secret_keep(text) : NULL;
}

/* Some servers send the seconds as a text. */
static int64_t life_of(const struct json *value)
{
	const char *text = json_str(value);
	int64_t seconds = text ? strtoll(text, NULL, 10) : json_int(value, 0);

	if (json_type(value) == JSON_NUMBER)
		seconds = (int64_t)json_number(value, 0);
	if (seconds <= 0)
		return 0;
	return (seconds > LIFE_MAX_S ? LIFE_MAX_S : seconds) * 1000;
}

/* The token endpoint's own word, RFC 6749 section 5.2, and what to do. */
static int explain_refusal(const struct request_scope *scope, int status, const struct json *said,
			   struct err *err)
{
	static const struct {
		const char *code, *advice;
	} advices[] = {
		{ "invalid_client",
		  "check client_id and client_secret, and how client_auth sends it" },
		{ "invalid_scope", "check scope" },
		{ "unauthorized_client", "the client may not use this kind of grant" },
		{ "unsupported_grant_type", "the server does not know this kind of grant" },
		{ "invalid_request", "check params, and whether client_auth: body is needed" },
	};
	const char *code = json_str(json_get(said, "error"));
	char *detail = xstrdup(json_str(json_get(said, "error_description"))
				       ? json_str(json_get(said, "error_description"))
				       : "");
	const char *advice = "check client_id, client_secret and token_url";

	detail = request_text_shown(scope, detail);
	if (code && strcmp(code, "invalid_grant") == 0 && scope->secrets[JOB_SECRET_REFRESH]) {
		err_set(err, 0,
			"the server does not accept the refresh token any more (%.100s); get a new "
			"one and put it where refresh_token points",
			*detail ? detail : code);
		free(detail);
		return -EKEYEXPIRED;
	}
	for (size_t i = 0; code && i < sizeof(advices) / sizeof(advices[0]); i++)
		if (strcmp(advices[i].code, code) == 0)
			advice = advices[i].advice;
	err_set(err, 0, "no token was given (status %d%s%.40s%s%.100s); %s", status,
		code ? ", " : "", code ? code : "", *detail ? ": " : "", detail, advice);
	free(detail);
	return -EACCES;
}

static int read_token(const struct request_scope *scope, const struct grant_answer *answer,
		      const struct json *said, struct grant_gift *gift, struct err *err)
{
	const char *type = json_str(json_get(said, "token_type"));

	if (answer->status != 200)
		return explain_refusal(scope, answer->status, said, err);
	if (type && strcasecmp(type, "bearer") != 0)
		return err_set(err, -EACCES,
			       "the token is of the type \"%.40s\"; only bearer tokens can be sent",
			       type);
	gift->token = token_at(json_get(said, "access_token"));
	if (!gift->token)
		return err_set(err, -EACCES,
			       "the answer of the token endpoint has no access_token; check "
			       "token_url");
	gift->refresh = token_at(json_get(said, "refresh_token"));
	gift->life_ms = life_of(json_get(said, "expires_in"));
	return 0;
}

static int read_session(const struct request_scope *scope, const struct grant_answer *answer,
			const struct json *said, struct grant_gift *gift, struct err *err)
{
	const struct job_session *session = &scope->job->session;

	if (answer->status >= 400)
		return err_set(err, -EACCES,
			       "the login was refused (status %d); check user, password and what "
			       "the login sends",
			       answer->status);
	gift->life_ms = session->life_ms;
	if (!session->token)
		return answer->cookies
			       ? 0
			       : err_set(err, -EACCES,
					 "the login's answer sets no cookie; say with token where "
					 "the session is in it");
	gift->token = token_at(json_find(said, pointer_text(session->token)));
	if (!gift->token)
		return err_set(err, -EACCES, "the login's answer has no token at %s",
			       pointer_text(session->token));
	return 0;
}

static int judge(const struct request_scope *scope, const struct grant_answer *answer,
		 struct grant_gift *gift, struct err *err)
{
	enum outcome outcome = outcome_of_status(answer->status);
	struct json *said = NULL;
	int rc;

	if (outcomes[outcome].retry)
		return err_set(err, -EAGAIN, "it answered %d", answer->status);
	if (answer->body.len <= GRANT_ANSWER_MAX)
		json_parse(answer->body.ptr, answer->body.len, &said, NULL);
	rc = scope->job->auth == JOB_AUTH_OAUTH2 ? read_token(scope, answer, said, gift, err)
						 : read_session(scope, answer, said, gift, err);
	json_unref(said);
	return rc;
}

int grant_read(const struct request_scope *scope, const struct grant_answer *answer,
	       struct grant_gift *gift, struct err *err)
{
	int rc;

	*gift = (struct grant_gift) { 0 };
	rc = judge(scope, answer, gift, err);
	if (rc < 0)
		grant_gift_done(gift);
	return rc;
}

void grant_gift_done(struct grant_gift *gift)
{
	secret_free(gift->token);
	secret_free(gift->refresh);
	*gift = (struct grant_gift) { 0 };
}

/* ---- using ---- */

/* A 401 for both. Sessions that have ended are also told so by 403, and by 419 and 440, which
 * frameworks made up. */
bool grant_doubted(const struct job *job, int status)
{
	if (job->auth == JOB_AUTH_SESSION)
		return status == 401 || status == 403 || status == 419 || status == 440;
	return status == 401;
}

int grant_dress(struct request *request, const char *token, const char *cookies, struct err *err)
{
	const struct job *job = request->scope->job;
	const char *header = job->auth == JOB_AUTH_SESSION ? job->session.header : NULL;

	if (request->token)
		explicit_bzero(request->token, strlen(request->token));
	free(request->token);
	request->token = token ? xstrdup(token) : NULL;
	if (token && header) {
		headers_remove(request->headers, header);
		return headers_add(&request->headers, header, token, err);
	}
	if (token)
		return auth_bearer(request, token, err);
	return cookies ? auth_cookies(request, cookies, err) : 0;
}
