/* Landings: see landing.h. */
#include "run/landing.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "run/housekeeper.h"
#include "run/marks_order.h"
#include "run/publish.h"

struct landing *landing_new(enum landing_kind kind, void *owner)
{
	struct landing *landing = xcalloc(1, sizeof(*landing));

	landing->kind = kind;
	landing->owner = owner;
	return landing;
}

void landing_free(struct landing *landing)
{
	if (!landing)
		return;
	parcel_free(landing->parcel);
	free(landing->chain.token);
	free(landing->chain.visited);
	free(landing->chain.drift);
	free(landing->chain.paging);
	free(landing->failure.token);
	free(landing->failure.params);
	free(landing->failure.url);
	free(landing->failure.outcome);
	free(landing->failure.error);
	seed_free(landing->seed);
	run_record_done(&landing->end);
	for (size_t i = 0; i < landing->nenrolled; i++)
		run_record_done(&landing->enrolled[i]);
	free(landing->enrolled);
	free(landing->job);
	colset_unref(landing->colset);
	marks_order_free(landing->marks);
	chore_free(landing->chore);
	publish_free(landing->publication);
	free(landing->error);
	free(landing);
}

bool landing_is_urgent(const struct landing *landing)
{
	return landing->kind != LANDING_PAGE && landing->kind != LANDING_FAILURE;
}

bool landing_is_notice(const struct landing *landing)
{
	return landing->kind == LANDING_CHORE || landing->kind == LANDING_HOLD;
}

size_t landing_memory(const struct landing *landing)
{
	return sizeof(*landing) + landing->chain.visited_len +
	       (landing->parcel ? parcel_memory(landing->parcel) : 0);
}

uint64_t landing_point(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE ? landing->parcel->request->index
					     : landing->failure.index;
}

bool landing_finishes(const struct landing *landing)
{
	return landing->kind == LANDING_FAILURE ||
	       (!landing->parcel->next_token && !landing->failing);
}

static void count_page(const struct landing *landing, struct run_counts *counts)
{
	const struct parcel *parcel = landing->parcel;
	uint64_t chain_rows = landing->chain_rows + parcel->rows.count + parcel->rows.rejected;

	counts->rows += parcel->rows.count;
	counts->rejected += parcel->rows.rejected;
	counts->records += parcel->records;
	counts->expected += parcel->expected;
	counts->untold += parcel->untold;
	counts->lacking += parcel->rows.lacking;
	counts->doubled += landing->doubled;
	counts->bytes += parcel->wire_bytes;
	counts->retried += parcel->request->tries - 1u;
	if (!landing_finishes(landing))
		return;
	if (parcel->outcome == OUTCOME_UNCHANGED && !landing->chain_changed)
		counts->unchanged++;
	else if (chain_rows == 0)
		counts->empty++;
	else
		counts->landed++;
}

void landing_count(const struct landing *landing, struct run_counts *counts)
{
	if (landing->kind == LANDING_PAGE)
		count_page(landing, counts);
	if (landing->kind == LANDING_FAILURE) {
		counts->failed++;
		counts->retried += landing->failure.tries > 0 ? landing->failure.tries - 1 : 0;
	}
}

void landing_fail(struct landing *landing, int code, const struct err *err)
{
	landing->code = code;
	free(landing->error);
	landing->error = xstrdup(err->text);
}

struct failure_record landing_failure_of(const struct parcel *parcel)
{
	const struct request *request = parcel->request;

	return (struct failure_record) {
		.index = request->index,
		.page = request->page,
		.token = request->page_token ? xstrdup(request->page_token) : NULL,
		.url = request_url_shown(request, request->url),
		.status = parcel->status,
		.outcome = xstrdup(outcomes[parcel->outcome].name),
		.error =
			xstrdup(parcel->error ? parcel->error : outcomes[parcel->outcome].sentence),
		.tries = request->tries,
	};
}

bool landing_refuse(struct landing *landing, int code, const struct err *err)
{
	struct parcel *parcel = landing->parcel;
	const struct request *request = parcel->request;
	struct json *params;

	if (request->page > 0 || parcel->next_token)
		return false;
	parcel->outcome = code == -E2BIG ? OUTCOME_TOO_BIG : OUTCOME_BAD_VALUE;
	free(parcel->error);
	parcel->error = xstrdup(err->text);
	params = matrix_point_json(&request->scope->job->matrix, request->index);
	landing->failure = landing_failure_of(parcel);
	landing->failure.params = json_text(params, false);
	landing->kind = LANDING_FAILURE;
	landing->output = landing->rejects = NULL;
	json_unref(params);
	return true;
}
