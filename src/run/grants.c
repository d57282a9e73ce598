/* Tokens and sessions in use: see grants.h. */
#include "run/grants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetch/auth.h"
#include "fetch/cookies.h"
#include "fetch/grant.h"
#include "fetch/retry.h"
#include "run/dispatcher_internal.h"
#include "run/grant_store.h"

/* A token is renewed this long before it expires, or when a tenth of its life is left. */
#define RENEW_BEFORE_MS 60000

struct waiter {
	struct waiter *next;
	loop_fn *fn;
	void *arg;
};

struct grant {
	struct grant *next; /* of the dispatcher's list */
	struct dispatcher *dispatcher;
	char *settings; /* what it is got with: the job's `auth` */
	unsigned users;

	char *token;             /* NULL: none, or the session is in `cookies` */
	struct cookies *cookies; /* of a session without a token */
	bool held;               /* there is one, token or cookies */
	uint64_t serial;         /* counts those there were */
	int64_t renew_ms, expires_ms;
	bool vain; /* it was doubted, renewed, and doubted again */

	char *origin;  /* the refresh token as configured; NULL: none */
	char *refresh; /* the one that is good now */

	bool asked, storing; /* on its way; being kept */
	unsigned tries;      /* since the last success */
	int64_t again_ms;    /* not before */
	char *fault;
	struct waiter *waiters;
};

static char *settings_of(const struct job *job)
{
	struct json *shown = job_auth_shown(job);
	char *text = json_text(shown, false);

	json_unref(shown);
	return text;
}

static void forget_token(struct grant *grant)
{
	secret_free(grant->token);
	cookies_free(grant->cookies);
	grant->token = NULL;
	grant->cookies = NULL;
	grant->held = false;
}

static struct grant *find(struct dispatcher *dispatcher, const char *settings)
{
	struct grant *grant = dispatcher->grants;

	while (grant && strcmp(grant->settings, settings) != 0)
		grant = grant->next;
	return grant;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The refresh token in memory is newer than any in a file, unless the user configured another. */
static void take_refresh(struct grant *grant, const struct seed *seed)
{
	const char *configured = seed->secrets[JOB_SECRET_REFRESH];
	const char *rotated = seed->secrets[JOB_SECRET_ROTATED];

	if (grant->refresh && same_text(grant->origin, configured))
		return;
	secret_free(grant->origin);
	secret_free(grant->refresh);
	grant->origin = configured ? secret_keep(configured) : NULL;
	grant->refresh = configured ? secret_keep(rotated ? rotated : configured) : NULL;
}

static void clear_fault(struct grant *grant)
{
	free(grant->fault);
	grant->fault = NULL;
	grant->tries = 0;
	grant->again_ms = 0;
	grant->vain = false;
}

struct grant *grant_get(struct dispatcher *dispatcher, const struct seed *seed)
{
	struct grant *grant;
	char *settings;

	if (!grant_needed(seed->job))
		return NULL;
	settings = settings_of(seed->job);
	grant = find(dispatcher, settings);
	if (grant) {
		free(settings);
	} else {
		grant = xcalloc(1, sizeof(*grant));
		grant->dispatcher = dispatcher;
		grant->settings = settings;
		grant->next = dispatcher->grants;
		dispatcher->grants = grant;
	}
	take_refresh(grant, seed);
	clear_fault(grant);
	grant->users++;
	return grant;
}

void grant_put(struct grant *grant)
{
	if (grant)
		grant->users--;
}

static void free_grant(struct grant *grant)
{
	struct waiter *waiter;

	while ((waiter = grant->waiters)) {
		grant->waiters = waiter->next;
		free(waiter);
	}
	forget_token(grant);
	secret_free(grant->origin);
	secret_free(grant->refresh);
	free(grant->settings);
	free(grant->fault);
	free(grant);
}

void grants_free(struct grant *first)
{
	struct grant *next;

	for (; first; first = next) {
		next = first->next;
		free_grant(first);
	}
}

bool grant_usable(const struct grant *grant, int64_t now_ms)
{
	return grant->held && !grant->storing && now_ms < grant->expires_ms;
}

bool grant_wants(const struct grant *grant, int64_t now_ms)
{
	if (grant->asked || grant->storing || grant->fault || now_ms < grant->again_ms)
		return false;
	return !grant->held || now_ms >= grant->renew_ms;
}

int64_t grant_wakes_at(const struct grant *grant, int64_t now_ms)
{
	return grant->asked || grant->storing || grant->again_ms <= now_ms ? 0 : grant->again_ms;
}

const char *grant_fault(const struct grant *grant)
{
	return grant->fault;
}

/* ---- fetching ---- */

static void set_fault(struct grant *grant, const struct err *err)
{
	free(grant->fault);
	grant->fault = xstrdup(err->text);
}

struct request *grant_ask(struct grant *grant, const struct request_scope *scope)
{
	struct request *request = NULL;
	struct err err = ERR_INIT;

	if (grant_build(scope, grant->refresh, &request, &err) < 0) {
		set_fault(grant, &err);
		return NULL;
	}
	grant->asked = true;
	return request;
}

void grant_unsent(struct grant *grant, int64_t again_ms)
{
	grant->asked = false;
	grant->again_ms = again_ms;
}

static void wake_waiters(struct grant *grant)
{
	struct waiter *waiters = grant->waiters, *next;

	grant->waiters = NULL;
	for (; waiters; waiters = next) {
		next = waiters->next;
		waiters->fn(waiters->arg);
		free(waiters);
	}
	dispatcher_pump_soon(grant->dispatcher);
}

void grant_wait(struct grant *grant, loop_fn *fn, void *arg)
{
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));

	*waiter = (struct waiter) { grant->waiters, fn, arg };
	grant->waiters = waiter;
}

/* ---- keeping a refresh token that took another's place ---- */

struct storing {
	struct grant *grant;
	char *state_dir, *settings, *origin, *refresh;
	int code;
	struct err err;
};

static void store(struct db *db, void *arg)
{
	struct storing *storing = arg;
	const struct grant_name name = { storing->settings, storing->origin };

	(void)db;
	storing->code =
		grant_store_save(storing->state_dir, &name, storing->refresh, &storing->err);
}

static void stored(void *arg)
{
	struct storing *storing = arg;
	struct grant *grant = storing->grant;

	if (storing->code < 0)
		log_error("a new refresh token cannot be kept, after a restart a new one will be "
			  "needed: %s",
			  storing->err.text);
	grant->storing = false;
	grant->dispatcher->asked--;
	secret_free(storing->origin);
	secret_free(storing->refresh);
	free(storing->settings);
	free(storing->state_dir);
	free(storing);
	wake_waiters(grant);
}

static void keep_refresh(struct grant *grant, char *refresh)
{
	struct storing *storing;

	if (!grant->origin || same_text(grant->refresh, refresh)) {
		secret_free(refresh);
		return;
	}
	secret_free(grant->refresh);
	grant->refresh = refresh;
	storing = xcalloc(1, sizeof(*storing));
	storing->grant = grant;
	storing->state_dir = xstrdup(grant->dispatcher->options.config->state_dir);
	storing->settings = xstrdup(grant->settings);
	storing->origin = secret_keep(grant->origin);
	storing->refresh = secret_keep(refresh);
	grant->storing = true;
	grant->dispatcher->asked++;
	query_ask(grant->dispatcher->query, store, stored, storing);
}

/* ---- what came back ---- */

static void take_gift(struct grant *grant, const struct parcel *parcel, struct grant_gift *gift,
		      int64_t now_ms)
{
	int64_t got_ms = now_ms - parcel->taken_us / 1000;
	int64_t margin_ms = gift->life_ms / 10;

	forget_token(grant);
	grant->token = gift->token;
	if (!gift->token) {
		grant->cookies = cookies_new();
		cookies_take(grant->cookies, parcel->request->url, parcel->cookies,
			     clock_unix_ms());
	}
	grant->held = true;
	grant->serial++;
	grant->expires_ms = grant->renew_ms = INT64_MAX;
	if (gift->life_ms > 0) {
		grant->expires_ms = got_ms + gift->life_ms;
		grant->renew_ms = grant->expires_ms -
				  (margin_ms < RENEW_BEFORE_MS ? margin_ms : RENEW_BEFORE_MS);
	}
	clear_fault(grant);
	if (gift->refresh)
		keep_refresh(grant, gift->refresh);
}

/* -EAGAIN for what may pass by itself. */
static int read_answer(const struct parcel *parcel, struct grant_gift *gift, struct err *err)
{
	const struct request *request = parcel->request;
	struct grant_answer answer = { parcel->status, buf_slice(&parcel->body), parcel->cookies };
	int rc;

	if (parcel->error) {
		err_set(err, 0, "%s", parcel->error);
		rc = outcomes[parcel->outcome].retry ? -EAGAIN : -EACCES;
	} else {
		rc = grant_read(request->scope, &answer, gift, err);
	}
	if (rc < 0) {
		err_within(err, "%s", request->host);
		err_within(err, "%s",
			   request->scope->job->auth == JOB_AUTH_OAUTH2 ? "auth.oauth2"
									: "auth.session");
	}
	return rc;
}

/* The kept refresh token is refused: the configured one may still be good, when the server does not
 * rotate them after all. */
static bool fall_back(struct grant *grant)
{
	if (!grant->origin || same_text(grant->refresh, grant->origin))
		return false;
	secret_free(grant->refresh);
	grant->refresh = secret_keep(grant->origin);
	return true;
}

/* While the old token is good a failed renewal harms nobody: it is tried again until that expires.
 */
static void take_failure(struct grant *grant, const struct parcel *parcel, int code,
			 const struct err *err)
{
	const struct job *job = parcel->request->scope->job;
	int64_t now_ms = clock_monotonic_ms(), delay_ms;

	grant->tries++;
	delay_ms = retry_delay_ms(job, grant->tries, &grant->dispatcher->random);
	if (parcel->retry_after_ms > delay_ms)
		delay_ms = parcel->retry_after_ms;
	if (code == -EKEYEXPIRED && fall_back(grant))
		return;
	if (grant_usable(grant, now_ms))
		grant->again_ms = code == -EAGAIN ? now_ms + delay_ms + 1000 : grant->expires_ms;
	else if (code == -EAGAIN && outcome_retryable(parcel->outcome, job, grant->tries))
		grant->again_ms = now_ms + delay_ms;
	else
		set_fault(grant, err);
}

void grant_answered(struct grant *grant, const struct parcel *parcel, int64_t now_ms)
{
	struct grant_gift gift = { 0 };
	struct err err = ERR_INIT;
	int code;

	grant->asked = false;
	if (parcel->outcome != OUTCOME_CANCELLED) {
		code = read_answer(parcel, &gift, &err);
		if (code == 0)
			take_gift(grant, parcel, &gift, now_ms);
		else
			take_failure(grant, parcel, code, &err);
	}
	if (!grant->storing)
		wake_waiters(grant);
}

/* ---- using ---- */

int grant_use(const struct grant *grant, struct request *request, struct err *err)
{
	char *cookies = NULL;
	int rc;

	if (grant->cookies)
		cookies = cookies_for(grant->cookies, request->url, clock_unix_ms());
	request->serial = grant->serial;
	rc = grant_dress(request, grant->token, cookies, err);
	if (cookies)
		explicit_bzero(cookies, strlen(cookies));
	free(cookies);
	return rc;
}

bool grant_doubts(struct grant *grant, const struct parcel *parcel)
{
	struct request *request = parcel->request;

	if (!grant_doubted(request->scope->job, parcel->status))
		return false;
	if (request->renewed) {
		grant->vain = true; /* whoever had it renewed once more meanwhile */
		return false;
	}
	if (request->serial == grant->serial) {
		if (grant->vain)
			return false;
		forget_token(grant);
	}
	request->renewed = true;
	return true;
}

void grant_take_cookies(struct grant *grant, const struct parcel *parcel)
{
	if (grant->cookies && parcel->cookies && parcel->request->serial == grant->serial)
		cookies_take(grant->cookies, parcel->request->url, parcel->cookies,
			     clock_unix_ms());
}
