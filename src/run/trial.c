/* `try`: one request of a job, shown and not landed.
 *
 * It goes through the same building, engine and digest as a run's requests; only its parcel keeps
 * the body and ends in a document instead of a file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetch/auth.h"
#include "run/digest.h"
#include "run/dispatcher_internal.h"
#include "run/inquiry.h"
#include "run/plan.h"
#include "spec/job_first.h"

#define BODY_SHOWN    65536
#define RECORDS_SHOWN 20
#define RECORDS_BYTES 262144
#define ROWS_SHOWN    65536 /* bytes */

struct trial {
	struct dispatcher *dispatcher;
	struct run_record record; /* the query thread's until it answered */
	struct spool
		*asked[MATRIX_PARAMS_MAX]; /* what first requests gave, until the seed has it */
	struct seed *seed;
	struct request_scope scope;
	struct digest_context *context;
	struct fleet_engine *engine;
	struct grant *grant;
	struct request *request; /* waits for the grant */
	uint32_t lane;
	dispatcher_try_fn *done;
	void *arg;
	struct parcel *parcel; /* what came back */
	struct json *reply;
	int code;
	struct err err;
};

static void free_trial(struct trial *trial)
{
	grant_put(trial->grant);
	context_drop_request(trial->request);
	for (size_t i = 0; i < MATRIX_PARAMS_MAX; i++)
		spool_release(trial->asked[i]);
	context_unref(trial->context);
	seed_free(trial->seed);
	run_record_done(&trial->record);
	free(trial);
}

static void fail(struct trial *trial, int code)
{
	trial->done(NULL, code, &trial->err, trial->arg);
	free_trial(trial);
}

static void prepare(struct db *db, void *arg)
{
	struct trial *trial = arg;
	const struct inputs_place place = { trial->dispatcher->options.config->data_dir,
					    trial->asked };

	trial->seed = seed_new(db, &place, &trial->record, &trial->code, &trial->err);
}

/* Counted as any request; a host that is held or full is not tried. */
static int pace(struct trial *trial, const struct request *request)
{
	struct pace *pace = trial->dispatcher->pace;
	int64_t until_ms;
	struct pace_ask ask = pace_ask_of(pace, trial->seed->job, request->host);
	enum pace_answer answer = pace_take(pace, &ask, clock_monotonic_ms(), &until_ms);

	if (answer == PACE_GO)
		return 0;
	return err_set(&trial->err, -EBUSY, "%s %s now: try again later", request->host,
		       answer == PACE_WAIT ? "asked to be left alone" : "has all it may get");
}

static int send(struct trial *trial, struct request *request)
{
	int rc = pace(trial, request);

	if (rc < 0)
		return rc;
	if (!fleet_take_lane(trial->engine, &trial->lane)) {
		pace_return(trial->dispatcher->pace,
			    pace_host(trial->dispatcher->pace, request->host));
		return err_set(&trial->err, -EBUSY, "all lanes of the engine are in use");
	}
	request->lane = trial->lane;
	trial->dispatcher->trials++;
	fleet_submit(trial->engine, request);
	fleet_flush(trial->dispatcher->fleet);
	return 0;
}

static void go_on(void *arg);

/* Fetches the token or session; 0: it is on its way, on ours or on somebody else's account. */
static int send_errand(struct trial *trial)
{
	int64_t now_ms = clock_monotonic_ms();
	struct request *errand = NULL;
	int rc;

	if (grant_wants(trial->grant, now_ms))
		errand = grant_ask(trial->grant, &trial->scope);
	if (grant_fault(trial->grant))
		return err_set(&trial->err, -EACCES, "%s", grant_fault(trial->grant));
	if (errand) {
		errand->context = context_ref(trial->context);
		rc = send(trial, errand);
		if (rc == 0)
			return 0;
		context_drop_request(errand);
		grant_unsent(trial->grant, 0);
		return rc;
	}
	if (grant_wakes_at(trial->grant, now_ms))
		return err_set(&trial->err, -EBUSY,
			       "the token or session cannot be had now: try again later");
	trial->dispatcher->trials++;
	grant_wait(trial->grant, go_on, trial);
	return 0;
}

/* Sends the request, or somebody for what it needs first. */
static int proceed(struct trial *trial)
{
	struct request *request = trial->request;
	int rc = 0;

	if (trial->dispatcher->stopping)
		return query_refuse(&trial->err);
	if (trial->grant && !grant_usable(trial->grant, clock_monotonic_ms()))
		return send_errand(trial);
	if (trial->grant)
		rc = grant_use(trial->grant, request, &trial->err);
	if (rc == 0)
		rc = auth_sign(request, clock_unix_ms(), &trial->err);
	if (rc == 0)
		rc = send(trial, request);
	if (rc == 0)
		trial->request = NULL;
	return rc;
}

static void proceed_or_fail(struct trial *trial)
{
	int rc = proceed(trial);

	if (rc < 0)
		fail(trial, rc);
}

static void go_on(void *arg)
{
	struct trial *trial = arg;

	trial->dispatcher->trials--;
	proceed_or_fail(trial);
}

static int begin(struct trial *trial)
{
	struct seed *seed = trial->seed;
	struct colset *colset;
	struct request *request = NULL;
	int rc;

	trial->engine = fleet_engine(trial->dispatcher->fleet, seed->record.engine, &trial->err);
	if (!trial->engine)
		return -EINVAL;
	seed_scope(seed, &trial->scope);
	colset = colset_new(seed->job);
	trial->context = context_new(&trial->scope, colset);
	trial->context->trial = trial;
	colset_unref(colset);
	rc = request_build(&trial->scope, 0, 0, NULL, &request, &trial->err);
	if (rc < 0)
		return rc;
	request->context = context_ref(trial->context);
	request->tries = 1;
	request->keep_raw = true;
	trial->request = request;
	trial->grant = grant_get(trial->dispatcher, seed);
	return proceed(trial);
}

static void prepared(void *arg)
{
	struct trial *trial = arg;
	int rc = trial->seed ? 0 : trial->code;

	trial->dispatcher->asked--;
	if (rc == 0 && trial->dispatcher->stopping)
		rc = query_refuse(&trial->err);
	if (rc == 0)
		rc = begin(trial);
	dispatcher_pump_soon(trial->dispatcher); /* a stop may have waited for this */
	if (rc < 0)
		fail(trial, rc);
}

static void ask_for_seed(struct trial *trial)
{
	trial->dispatcher->asked++;
	query_ask(trial->dispatcher->query, prepare, prepared, trial);
}

static void inquired(struct spool **spools, int code, const struct err *err, void *arg)
{
	struct trial *trial = arg;

	if (code < 0) {
		trial->err = *err;
		fail(trial, code);
		return;
	}
	memcpy(trial->asked, spools, sizeof(trial->asked));
	ask_for_seed(trial);
}

void dispatcher_try(struct dispatcher *dispatcher, const struct run_order *order,
		    dispatcher_try_fn *done, void *arg)
{
	struct trial *trial = xcalloc(1, sizeof(*trial));
	const struct inquiry_order first = { .record = &trial->record, .brief = true };

	trial->dispatcher = dispatcher;
	trial->record = orders_record(order);
	trial->done = done;
	trial->arg = arg;
	if (job_asks_first(trial->record.definition))
		inquiry_start(dispatcher, &first, inquired, trial);
	else
		ask_for_seed(trial);
}

/* Bytes of the body as text: cut at a character, unreadable ones replaced. */
static struct json *body_json(const struct buf *body)
{
	size_t len = body->len < BODY_SHOWN ? body->len : BODY_SHOWN;
	size_t whole = len;

	while (whole > 0 && len - whole < 4 && !utf8_valid(body->data, whole))
		whole--;
	if (whole == 0 || !utf8_valid(body->data, whole))
		return len ? NULL : json_new_string("");
	return json_new_string_len(body->data, whole);
}

static struct json *records_json(const struct parcel *parcel)
{
	struct json *list = json_new_array();
	size_t bytes = 0;

	for (size_t i = 0; i < parcel->extract.len && i < RECORDS_SHOWN; i++) {
		struct slice record = parcel->extract.records[i];
		struct json *value = NULL;

		bytes += record.len;
		if (bytes > RECORDS_BYTES)
			break;
		if (json_parse(record.ptr, record.len, &value, NULL) == 0)
			json_push(list, value);
	}
	return list;
}

/* Automatic columns begin empty here: they are found in the records, as the lander would. */
static struct colset *columns_of(struct trial *trial, struct parcel *parcel)
{
	struct colset *set = colset_ref(trial->context->colset);

	if (!parcel->rows.unknown)
		return set;
	if (format_widen(&parcel->extract, &set, &trial->err) == 0)
		digest_encode(parcel, set, &trial->err);
	return set;
}

/* The rows as in a file that begins with them, cut at a character. */
static struct json *rows_json(const struct parcel *parcel, const struct format *format)
{
	const char *text = buf_text(&parcel->rows.bytes);
	size_t len = parcel->rows.bytes.len;
	size_t lead = format->lead < len ? format->lead : len;

	text += lead;
	len -= lead;
	if (len > ROWS_SHOWN) {
		len = ROWS_SHOWN;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return json_new_string_len(text, len);
}

/* The lines of the first rejects, as documents. */
static struct json *rejects_json(const struct parcel *parcel)
{
	struct json *list = json_new_array();
	const char *at = buf_text(&parcel->rows.rejects);

	for (size_t i = 0; i < RECORDS_SHOWN && *at; i++) {
		size_t len = strcspn(at, "\n");
		struct json *line = NULL;

		if (len > RECORDS_BYTES || json_parse(at, len, &line, NULL) < 0)
			break;
		json_push(list, line);
		at += len + (at[len] == '\n');
	}
	return list;
}

static void put_rows(struct trial *trial, struct parcel *parcel, struct json *reply)
{
	const struct format *format = trial->context->format;
	struct colset *set = columns_of(trial, parcel);

	json_put(reply, "columns", colset_json(set));
	json_put(reply, "rows", rows_json(parcel, format));
	json_put_str(reply, "format", format->name);
	json_put(reply, "csv", format_policy(trial->seed->job));
	json_put_int(reply, "row_count", (int64_t)parcel->rows.count);
	json_put(reply, "types", plan_types(trial->seed->job));
	json_put(reply, "rejects", rejects_json(parcel));
	json_put_int(reply, "rejected", (int64_t)parcel->rows.rejected);
	colset_unref(set);
}

static struct json *request_json(const struct trial *trial, const struct request *request)
{
	struct json *json = json_new_object();
	char *url = request_url_shown(request, request->url);

	json_put_str(json, "method", request->method);
	json_put_str(json, "url", url);
	json_put(json, "auth", job_auth_shown(trial->seed->job));
	json_put(json, "headers", request_headers_shown(request));
	json_put_int(json, "index", (int64_t)request->index);
	json_put(json, "params", matrix_point_json(&trial->seed->job->matrix, request->index));
	free(url);
	return json;
}

/* The address of the page that a run would ask for next; NULL when there is none. */
static char *next_url(const struct parcel *parcel)
{
	const struct request *request = parcel->request;
	struct request_chain chain = { .page = 1,
				       .token = parcel->next_token,
				       .paging = parcel->page.recognised,
				       .records = parcel->page.records };
	struct request *next;
	char *url = NULL;

	if (parcel->next_token &&
	    request_build_page(request->scope, request->index, &chain, &next, NULL) == 0) {
		url = request_url_shown(next, next->url);
		request_free(next);
	}
	return url;
}

/* How pages are followed, as the job says it or as it was recognised. */
static struct json *paging_json(const struct parcel *parcel)
{
	const char *recognised = parcel->page.recognised;
	const struct job *job = parcel->request->scope->job;
	struct json *paging = NULL, *shown;

	if (recognised) {
		json_parse(recognised, strlen(recognised), &paging, NULL);
	} else if (job->paging.by != JOB_PAGES_NONE) {
		shown = job_show(job);
		paging = json_ref(json_get(shown, "pages"));
		json_unref(shown);
	}
	return paging;
}

static void put_pages(struct json *reply, const struct parcel *parcel)
{
	char *url = next_url(parcel);
	bool known = parcel->page.paged && parcel->page.total != PAGE_UNSAID;

	json_put(reply, "pages", paging_json(parcel));
	json_put(reply, "total", known ? json_new_int((int64_t)parcel->page.total) : NULL);
	json_put_str(reply, "next_page", parcel->next_token);
	json_put_str(reply, "next_url", url);
	free(url);
}

static struct json *reply_of(struct trial *trial, struct parcel *parcel)
{
	struct json *reply = json_new_object();

	json_put(reply, "request", request_json(trial, parcel->request));
	json_put(reply, "status", parcel->status ? json_new_int(parcel->status) : NULL);
	json_put_str(reply, "outcome", outcomes[parcel->outcome].name);
	json_put_str(reply, "error", parcel->error);
	json_put_int(reply, "timing_ms", parcel->taken_us / 1000);
	json_put_str(reply, "content_type", parcel->content_type);
	json_put(reply, "body", body_json(&parcel->body));
	json_put_int(reply, "body_bytes", (int64_t)parcel->body.len);
	json_put(reply, "records", records_json(parcel));
	json_put_int(reply, "record_count", (int64_t)parcel->extract.len);
	put_rows(trial, parcel, reply);
	put_pages(reply, parcel);
	return reply;
}

/* True when a redirect was taken and the request is out again. */
static bool followed(struct trial *trial, struct parcel *parcel)
{
	if (request_redirect(parcel->request, parcel->status, parcel->location, &trial->err) < 0 ||
	    auth_sign(parcel->request, clock_unix_ms(), &trial->err) < 0 ||
	    send(trial, parcel->request) < 0) {
		parcel->outcome = OUTCOME_REDIRECT;
		free(parcel->error);
		parcel->error = xstrdup(trial->err.text);
		return false;
	}
	parcel->request = NULL;
	parcel_free(parcel);
	return true;
}

/* On the query thread: reading a large answer is no work for the main loop. */
static void compose(struct db *db, void *arg)
{
	struct trial *trial = arg;

	trial->reply = reply_of(trial, trial->parcel);
}

static void composed(void *arg)
{
	struct trial *trial = arg;

	trial->dispatcher->asked--;
	parcel_free(trial->parcel);
	trial->done(trial->reply, 0, &trial->err, trial->arg);
	dispatcher_pump_soon(trial->dispatcher);
	free_trial(trial);
}

void trial_take_parcel(struct trial *trial, struct parcel *parcel)
{
	struct dispatcher *dispatcher = trial->dispatcher;

	pace_return(dispatcher->pace, pace_host(dispatcher->pace, parcel->request->host));
	fleet_came_back(trial->engine);
	fleet_return_lane(trial->engine, trial->lane);
	dispatcher->trials--;
	if (parcel->request->errand) {
		grant_answered(trial->grant, parcel, clock_monotonic_ms());
		parcel_free(parcel);
		proceed_or_fail(trial);
		return;
	}
	if (trial->grant && grant_doubts(trial->grant, parcel)) {
		trial->request = parcel->request;
		parcel->request = NULL;
		parcel_free(parcel);
		proceed_or_fail(trial);
		return;
	}
	if (parcel->outcome == OUTCOME_FOLLOW && followed(trial, parcel))
		return;
	trial->parcel = parcel;
	dispatcher->asked++;
	query_ask(dispatcher->query, compose, composed, trial);
}
