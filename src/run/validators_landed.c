/* Validators as they land: see validators_landed.h. */
#include "run/validators_landed.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "data/format.h"
#include "run/output.h"
#include "run/recalled.h"
#include "store/validators.h"

/* A 304 need not repeat what was sent to ask for it (RFC 9110 section 15.4.5). */
static const char *known(const char *said, const char *sent)
{
	return said ? said : sent;
}

static struct validator_record record_of(const struct account *account,
					 const struct landing *landing)
{
	static const struct validator_record nothing;
	const struct parcel *parcel = landing->parcel;
	const struct recalled *recalled = parcel->request->recalled;
	const struct validator_record *old =
		recalled && parcel->outcome == OUTCOME_UNCHANGED ? &recalled->validator : &nothing;

	if (parcel->rows.rejected > 0) /* these are told of whenever the page lands */
		return (struct validator_record) { .run = account->run };
	return (struct validator_record) {
		.run = account->run,
		.definition = account->job->hash,
		.identity = parcel->request->identity,
		.etag = (char *)(uintptr_t)known(parcel->etag, old->etag),
		.modified = (char *)(uintptr_t)known(parcel->modified, old->modified),
		.token = parcel->next_token,
		.paging = parcel->page.recognised,
		.rows = parcel->rows.count,
	};
}

/* In snapshot mode: where its rows stand in the part. */
static void place(const struct account *account, const struct landing *landing,
		  struct validator_record *record)
{
	const struct parcel *parcel = landing->parcel;
	size_t lead = format_of(account->job->format)->lead;

	if (account->job->mode != JOB_MODE_SNAPSHOT || !landing->output || record->rows == 0)
		return;
	record->output = (char *)(uintptr_t)output_key(landing->output);
	record->sequence = landing->placed.sequence;
	record->offset = landing->placed.offset;
	record->length = parcel->rows.bytes.len - lead;
	record->sum = hash_bytes(parcel->rows.bytes.data + lead, record->length);
}

void validators_write(struct account *account, struct db *db, const struct landing *landing)
{
	const struct request *request = landing->parcel->request;
	struct validator_record record;
	struct page_view view;
	struct json *params;
	char *text;

	if (!account->job->conditional)
		return;
	record = record_of(account, landing);
	view = landing->parcel->page;
	view.recognised = NULL;
	record.view = &view;
	record.view_len = sizeof(view);
	place(account, landing, &record);
	params = matrix_point_json(&account->job->matrix, request->index);
	text = json_text(params, false);
	if (request->page == 0)
		validators_prune(db, account->job->name, text);
	validators_put(db, account->job->name, text, request->page, &record);
	if (landing_finishes(landing) && account->job->mode == JOB_MODE_APPEND)
		validators_stand(db, account->job->name, text, account->run);
	free(text);
	json_unref(params);
}

void validators_end(const struct account *account, struct db *db, const char *result)
{
	bool snapshot = account->job->mode == JOB_MODE_SNAPSHOT;

	if (!account->job->conditional)
		return;
	if (strcmp(result, "complete") == 0 && !account->narrowed)
		validators_drop_before(db, account->job->name, account->run);
	if (strcmp(result, "unchanged") == 0 && snapshot)
		validators_drop_run(db, account->job->name, account->run);
}
