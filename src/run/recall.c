/* Conditional requests: see recall.h. */
#include "run/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "run/dispatcher_internal.h"

static void drop_known(void *value, void *arg)
{
	recalled_free(value);
}

void recall_done(struct recall *recall)
{
	indexmap_each(&recall->known, drop_known, NULL);
	indexmap_done(&recall->known);
	free(recall->wishes);
	if (recall->files)
		recalled_files_done(recall->files);
	free(recall->files);
}

bool recall_is_full(const struct run *run)
{
	return run->recall.nwishes >= RECALL_MAX || run->recall.reading >= RECALL_ROWS;
}

bool recall_first(struct run *run, const struct recall_wish *wish)
{
	struct recall *recall = &run->recall;

	if (!run->scope.job->conditional || indexmap_get(&recall->known, wish->entry.what))
		return false;
	recall->wishes =
		xreallocarray(recall->wishes, recall->nwishes + 1, sizeof(*recall->wishes));
	recall->wishes[recall->nwishes++] = *wish;
	return true;
}

/* Behind a page that has changed all are fetched: what a page brings depends on the one before it
 * (pages.overlap), and so does what proves the chain whole. */
void recall_apply(struct run *run, struct request *request)
{
	const struct chain *chain = chains_find(&run->seed->chains, request->index);
	struct recalled *recalled;
	const struct validator_record *validator;

	if (!run->scope.job->conditional)
		return;
	recalled = indexmap_take(&run->recall.known, request->index);
	if (!recalled)
		return;
	validator = &recalled->validator;
	if (validator->identity == request->identity && !(chain && chain->changed) &&
	    (validator->etag || validator->modified)) {
		request_condition(request, validator->etag, validator->modified);
		request->recalled = recalled;
	} else {
		recalled_free(recalled);
	}
}

/* A question about many pages. */
struct question {
	struct run *run;
	struct dispatcher *dispatcher;
	struct recall_wish *wishes;
	struct recalled **answers;
	size_t n;
};

static void look_up(struct db *db, void *arg)
{
	struct question *question = arg;
	const struct job *job = question->run->scope.job;

	for (size_t i = 0; i < question->n; i++) {
		struct json *params =
			matrix_point_json(&job->matrix, question->wishes[i].entry.what);
		char *text = json_text(params, false);

		question->answers[i] = db ? recalled_find(db, job, text, question->wishes[i].page,
							  question->dispatcher->root)
					  : xcalloc(1, sizeof(struct recalled));
		free(text);
		json_unref(params);
	}
}

static void take_answer(struct run *run, const struct recall_wish *wish, struct recalled *answer)
{
	struct heap_entry entry = wish->entry;

	if (run->cancelling || run->state != RUN_RUNNING ||
	    indexmap_get(&run->recall.known, entry.what)) {
		recalled_free(answer);
		return;
	}
	indexmap_put(&run->recall.known, entry.what, answer);
	entry.when = clock_monotonic_ms();
	heap_push(&run->due, entry);
}

static void looked_up(void *arg)
{
	struct question *question = arg;
	struct run *run = question->run;

	run->recall.asked--;
	question->dispatcher->asked--;
	for (size_t i = 0; i < question->n; i++)
		take_answer(run, &question->wishes[i], question->answers[i]);
	dispatcher_pump_soon(question->dispatcher);
	free(question->wishes);
	free(question->answers);
	free(question);
}

void recall_ask(struct run *run)
{
	struct recall *recall = &run->recall;
	struct question *question;

	if (recall->nwishes == 0)
		return;
	question = xcalloc(1, sizeof(*question));
	question->run = run;
	question->dispatcher = run->dispatcher;
	question->wishes = recall->wishes;
	question->n = recall->nwishes;
	question->answers = xcalloc(question->n, sizeof(struct recalled *));
	recall->wishes = NULL;
	recall->nwishes = 0;
	recall->asked++;
	run->dispatcher->asked++;
	query_ask(run->dispatcher->query, look_up, looked_up, question);
}

/* A question for the rows of one page. */
struct bringing {
	struct run *run;
	struct dispatcher *dispatcher;
	struct parcel *parcel;
	struct recalled_files *files;
	char *scratch;
	int code;
	struct err err;
};

static void bring(struct db *db, void *arg)
{
	struct bringing *bringing = arg;
	struct recalled_place place = { bringing->dispatcher->root, bringing->scratch };

	bringing->code =
		db ? recalled_read(&place, bringing->files, bringing->parcel, &bringing->err)
		   : query_refuse(&bringing->err);
}

/* The rows are gone or changed: the page is fetched as if nothing were known of it. */
static void fetch_whole(struct run *run, const struct bringing *bringing)
{
	const struct request *request = bringing->parcel->request;

	if (run->cancelling || bringing->dispatcher->stopping)
		return;
	log_run(LOG_LEVEL_WARNING, run->scope.job->name, run_id(run),
		"%s; the page is fetched anew", bringing->err.text);
	indexmap_put(&run->recall.known, request->index, xcalloc(1, sizeof(struct recalled)));
	run_go_on(run, request->index, clock_monotonic_ms());
}

static void brought(void *arg)
{
	struct bringing *bringing = arg;
	struct run *run = bringing->run;

	run->recall.asked--;
	run->recall.reading--;
	bringing->dispatcher->asked--;
	if (bringing->code == 0) {
		run_land(run, bringing->parcel, clock_monotonic_ms());
	} else {
		fetch_whole(run, bringing);
		parcel_free(bringing->parcel);
	}
	dispatcher_pump_soon(bringing->dispatcher);
	free(bringing->scratch);
	free(bringing);
}

bool recall_rows(struct run *run, struct parcel *parcel)
{
	const struct recalled *recalled = parcel->request->recalled;
	struct bringing *bringing;

	if (parcel->outcome != OUTCOME_UNCHANGED || !recalled || !recalled->file)
		return false;
	if (!run->recall.files)
		run->recall.files = xcalloc(1, sizeof(*run->recall.files));
	bringing = xcalloc(1, sizeof(*bringing));
	*bringing = (struct bringing) {
		.run = run,
		.dispatcher = run->dispatcher,
		.parcel = parcel,
		.files = run->recall.files,
		.scratch = xstrdup(run->dispatcher->options.config->state_dir),
	};
	run->recall.asked++;
	run->recall.reading++;
	run->dispatcher->asked++;
	query_ask(run->dispatcher->query, bring, brought, bringing);
	return true;
}
