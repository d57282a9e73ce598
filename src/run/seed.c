/* Seeds of runs: see seed.h. */
#include "run/seed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/grant_store.h"
#include "run/marks_frozen.h"
#include "spec/problem.h"
#include "store/expected.h"

void seed_free(struct seed *seed)
{
	if (!seed)
		return;
	run_record_done(&seed->record);
	job_unref(seed->job);
	for (int i = 0; i < JOB_SECRET__COUNT; i++)
		secret_free(seed->secrets[i]);
	free(seed->path);
	inputs_done(&seed->inputs);
	rangeset_free(seed->done);
	chains_done(&seed->chains);
	free(seed);
}

static struct job *frozen_job(const struct run_record *record, struct err *err)
{
	struct problems problems = { 0 };
	struct json *plain = inputs_plain(record->definition);
	struct job *job = job_new(record->job, plain, NULL, "", &problems);

	if (!job)
		err_set(err, -EINVAL, "the definition of job \"%s\" cannot be used: %s",
			record->job,
			problems.len ? problems.items[0].sentence : "no reason was given");
	problems_done(&problems);
	json_unref(plain);
	return job;
}

static int narrow(struct job *job, const struct json *overrides, struct err *err)
{
	struct json_member member;

	if (json_type(overrides) != JSON_OBJECT)
		return 0;
	for (member = json_first(overrides); member.key; member = json_next(member)) {
		const char *value = json_str(member.value);
		int rc = value ? matrix_narrow(&job->matrix, member.key, value, err)
			       : err_set(err, -EINVAL, "parameter \"%s\": expected a text",
					 member.key);

		if (rc < 0)
			return -EINVAL;
	}
	return 0;
}

static int take_inputs(struct seed *seed, struct db *db, struct err *err)
{
	if (!job_has_inputs(seed->job))
		return 0;
	if (seed->record.counts.total == 0)
		return inputs_freeze(db, seed->job, seed->record.definition, &seed->inputs, err);
	return inputs_thaw(db, seed->job, seed->record.definition, &seed->inputs, err);
}

/* After narrowing: a mark is found by the point's number in this run. */
static int take_marks(struct seed *seed, struct db *db, struct err *err)
{
	if (!seed->job->incremental.cursor)
		return 0;
	if (seed->record.counts.total == 0)
		return marks_freeze(db, seed->job, seed->record.definition, &seed->inputs.marks,
				    err);
	return marks_thaw(db, seed->record.definition, &seed->inputs.marks, err);
}

/* What a server gave in place of the refresh token. Nothing there is no fault: the configured one
 * is tried. */
static void take_rotated(struct seed *seed, const struct db *db)
{
	const char *configured = seed->secrets[JOB_SECRET_REFRESH];
	struct json *shown;
	char *settings, *dir;

	if (!db || !configured)
		return;
	shown = job_auth_shown(seed->job);
	settings = json_text(shown, false);
	dir = db_dir(db);
	seed->secrets[JOB_SECRET_ROTATED] =
		grant_store_load(dir, &(struct grant_name) { settings, configured });
	free(dir);
	free(settings);
	json_unref(shown);
}

static int take_secrets(struct seed *seed, const struct db *db, struct err *err)
{
	for (int i = 0; i < JOB_SECRET__COUNT; i++) {
		const struct secret_ref *ref = &seed->job->secrets[i];
		bool lines = i == JOB_SECRET_TLS_KEY ||
			     (i == JOB_SECRET_AUTH && seed->job->auth == JOB_AUTH_NETRC);

		if (ref->kind == SECRET_NONE || (lines ? secret_resolve_text : secret_resolve)(
							ref, &seed->secrets[i], err) == 0)
			continue;
		err_within(err, "the secret of job \"%s\"", seed->job->name);
		return -EACCES;
	}
	take_rotated(seed, db);
	return 0;
}

void seed_scope(const struct seed *seed, struct request_scope *scope)
{
	*scope = (struct request_scope) {
		.job = seed->job,
		.run = seed->record.id,
		.scheduled_ms = seed->record.slot_ms,
		.marks = seed->inputs.marks,
	};
	for (int i = 0; i < JOB_SECRET__COUNT; i++)
		scope->secrets[i] = seed->secrets[i];
}

/* Job, inputs, secrets and path from the record: what new and old runs share. */
static int furnish(struct seed *seed, struct db *db, struct err *err)
{
	int rc;

	seed->job = frozen_job(&seed->record, err);
	if (!seed->job)
		return -EINVAL;
	if (db && seed->job->expect.max_drop > 0)
		seed->before.run =
			expected_rows(db, seed->job->name, seed->record.id, &seed->before.rows);
	rc = take_inputs(seed, db, err);
	if (rc == 0)
		rc = narrow(seed->job, seed->record.overrides, err);
	if (rc == 0)
		rc = take_marks(seed, db, err);
	if (rc == 0 && !job_output_varies(seed->job)) {
		seed->path = job_output(seed->job, seed->record.slot_ms, NULL, err);
		rc = seed->path ? 0 : -EINVAL;
	}
	return rc == 0 ? take_secrets(seed, db, err) : rc;
}

static void place_inputs(struct seed *seed, const struct inputs_place *place)
{
	seed->inputs.data_dir = place ? place->data_dir : NULL;
	for (size_t i = 0; place && place->asked && i < MATRIX_PARAMS_MAX; i++) {
		seed->inputs.spools[i] = place->asked[i];
		place->asked[i] = NULL;
	}
}

struct seed *seed_new(struct db *db, const struct inputs_place *place, struct run_record *record,
		      int *code, struct err *err)
{
	struct seed *seed = xcalloc(1, sizeof(*seed));

	seed->record = *record;
	*record = (struct run_record) { 0 };
	seed->enrolled = seed->record.id != 0;
	place_inputs(seed, place);
	*code = furnish(seed, db, err);
	if (*code < 0) {
		seed_free(seed);
		return NULL;
	}
	seed->record.counts = (struct run_counts) { .total = seed->job->matrix.points };
	return seed;
}

/* A chain whose point is finished is a failed one that waits for `retry`: not open. */
static void take_chain(const struct chain_record *record, void *arg)
{
	struct seed *seed = arg;
	struct chain *chain;

	if (rangeset_has(seed->done, record->index) || chains_find(&seed->chains, record->index))
		return;
	chain = chains_add(&seed->chains, record->index);
	chain->page = record->next_page;
	chain->token = xstrdup(record->token);
	chain->rows = record->rows;
	chain->watch = record->watch;
	chain->drift = record->drift ? xstrdup(record->drift) : NULL;
	chain->paging = record->paging ? xstrdup(record->paging) : NULL;
	chain->changed = record->changed;
	chain->nvisited = (uint32_t)(record->visited_len / sizeof(uint64_t));
	chain->visited = xcalloc(chain->nvisited, sizeof(uint64_t));
	if (chain->nvisited > 0)
		memcpy(chain->visited, record->visited, chain->nvisited * sizeof(uint64_t));
}

struct seed *seed_load(struct db *db, uint64_t id, int *code, struct err *err)
{
	struct seed *seed = xcalloc(1, sizeof(*seed));

	*code = runs_get(db, id, &seed->record, err);
	seed->enrolled = *code == 0 && seed->record.counts.total == 0;
	if (seed->enrolled)
		return seed;
	if (*code == 0)
		*code = furnish(seed, db, err);
	if (*code == 0) {
		seed->done = rangeset_new(seed->job->matrix.points);
		*code = ledger_load(db, id, seed->done, err);
	}
	if (*code == 0)
		*code = ledger_each_chain(db, id, take_chain, seed, err);
	if (*code < 0) {
		err_within(err, "run %llu", (unsigned long long)id);
		seed_free(seed);
		return NULL;
	}
	return seed;
}
