/* Any bytes as a document and as a job file, and what must hold for those that are accepted.
 *
 * The text lives in a block of exactly its size, so that a sanitizer sees one read too many.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "spec/doc.h"
#include "spec/jobset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The tree as JSON text reads back as the same tree, by both of our JSON readers. */
static void check_round_trip(const struct doc *doc)
{
	char *text = json_text(doc_root(doc), false);
	struct json *back = NULL;
	struct doc *again = NULL;

	must(json_parse(text, strlen(text), &back, NULL) == 0);
	must(json_equal(back, doc_root(doc)));
	if (doc_parse("again", DOC_JSON, slice_of(text), &again, NULL) == 0)
		must(json_equal(doc_root(again), doc_root(doc)));
	else
		must(strlen(text) > 60000); /* only the budget may differ: keys are repeated */
	json_unref(back);
	doc_free(again);
	free(text);
}

static void check_places(const struct doc *doc)
{
	struct json_member member = json_first(doc_root(doc));
	bool map = json_type(doc_root(doc)) == JSON_OBJECT;
	char pointer[64];

	must(doc_place(doc, "").line > 0);
	if (!map || !member.key || strlen(member.key) > 60 || strpbrk(member.key, "~/"))
		return;
	strcpy(pointer, "/");
	strcat(pointer, member.key);
	must(doc_has(doc, pointer));
	must(doc_place(doc, pointer).line > 0 && doc_key_place(doc, pointer).column > 0);
}

static void check_document(struct slice text, enum doc_syntax syntax)
{
	struct doc *doc = NULL;

	if (doc_parse("fuzz", syntax, text, &doc, NULL) < 0)
		return;
	check_round_trip(doc);
	check_places(doc);
	doc_free(doc);
}

/* A job is made, or there is a problem; and what is shown of a job makes a job again. */
static void check_jobs(struct slice text)
{
	struct problems problems = { 0 };
	struct jobset *set = jobset_parse("<fuzz>", DOC_YAML, text, true, &problems);

	must(set->len == 0 || problems.raised == 0);
	for (size_t i = 0; i < set->len; i++) {
		struct json *shown = job_show(set->jobs[i]);
		struct job *again = job_new(set->jobs[i]->name, shown, NULL, "", &problems);

		must(again != NULL);
		must(again->matrix.points == set->jobs[i]->matrix.points);
		job_unref(again);
		json_unref(shown);
	}
	jobset_free(set);
	problems_done(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct slice text = { copy, size };

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	check_document(text, DOC_YAML);
	check_document(text, DOC_JSON);
	check_jobs(text);
	free(copy);
	return 0;
}
