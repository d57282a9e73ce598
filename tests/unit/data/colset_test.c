/* The numbered columns. */
#include "data/colset.h"

#include <stdio.h>

#include "sample.h"

static struct slice *numbered_names(size_t n)
{
	struct slice *names = xcalloc(n, sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = slice_of(xasprintf("column %zu", i));
	return names;
}

static void free_names(struct slice *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)names[i].ptr);
	free(names);
}

START_TEST(an_automatic_set_begins_empty_and_grows_in_order_without_repeats)
{
	struct job *job = sample_job(NULL);
	struct colset *set = colset_new(job), *grown;
	struct slice names[] = { slice_of("b"), slice_of("a"), slice_of("b"), slice_of("") };
	size_t column = 99;

	ck_assert(colset_auto(set));
	ck_assert_uint_eq(colset_len(set), 0);
	ck_assert_uint_eq(colset_version(set), 1);
	grown = colset_extend(set, names, 4);
	ck_assert_uint_eq(colset_len(set), 0); /* the old one is as it was */
	ck_assert_uint_eq(colset_len(grown), 3);
	ck_assert_uint_eq(colset_version(grown), 2);
	ck_assert(slice_is(colset_name(grown, 0), "b"));
	ck_assert(slice_is(colset_name(grown, 1), "a"));
	ck_assert(slice_is(colset_name(grown, 2), ""));
	ck_assert(colset_find(grown, slice_of("a"), &column));
	ck_assert_uint_eq(column, 1);
	ck_assert(!colset_find(grown, slice_of("c"), &column));
	ck_assert(!colset_find(set, slice_of("a"), &column));
	colset_unref(set);
	colset_unref(grown);
	sample_job_free(job);
}
END_TEST

START_TEST(declared_columns_are_the_job_s)
{
	static const struct sample_column columns[] = { { "id", "/id" },
							{ "at", NULL, .meta = JOB_META_FETCHED_AT },
							{ "x", "/deep/x" },
							{ NULL } };
	struct job *job = sample_job(columns);
	struct colset *set = colset_new(job);

	ck_assert(!colset_auto(set));
	ck_assert_uint_eq(colset_len(set), 3);
	ck_assert(slice_is(colset_name(set, 1), "at"));
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(ten_thousand_columns_are_all_found_and_one_more_is_refused)
{
	struct job *job = sample_job(NULL);
	struct colset *set = colset_new(job), *full;
	struct slice *names = numbered_names(COLSET_MAX + 1);

	full = colset_extend(set, names, COLSET_MAX);
	ck_assert_ptr_nonnull(full);
	for (size_t i = 0; i < COLSET_MAX; i++) {
		size_t column;

		ck_assert(colset_find(full, names[i], &column));
		ck_assert_uint_eq(column, i);
	}
	ck_assert_ptr_null(colset_extend(full, names + COLSET_MAX, 1));
	ck_assert_ptr_null(colset_extend(set, names, COLSET_MAX + 1));
	colset_unref(full);
	colset_unref(set);
	free_names(names, COLSET_MAX + 1);
	sample_job_free(job);
}
END_TEST

START_TEST(a_set_survives_the_ledger)
{
	struct job *job = sample_job(NULL);
	struct slice names[] = { slice_of("id"), slice_of("a \"b\",c"), slice_of("\xc3\xa9") };
	struct colset *empty = colset_new(job), *set = colset_extend(empty, names, 3), *again;
	struct json *json = colset_json(set), *parsed;
	char *text = json_text(json, false);
	struct err err;

	ck_assert_int_eq(json_parse(text, strlen(text), &parsed, &err), 0);
	again = colset_from_json(job, parsed);
	ck_assert_uint_eq(colset_len(again), 3);
	ck_assert_uint_eq(colset_version(again), 1);
	for (size_t i = 0; i < 3; i++)
		ck_assert(slice_equal(colset_name(again, i), names[i]));
	json_unref(json);
	json_unref(parsed);
	free(text);
	colset_unref(empty);
	colset_unref(set);
	colset_unref(again);
	sample_job_free(job);
}
END_TEST

START_TEST(what_is_no_array_of_distinct_strings_is_no_set)
{
	static const char *const texts[] = { "{}", "null", "[1]", "[\"a\",null]", "[\"a\",\"a\"]" };
	struct job *job = sample_job(NULL);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json *json;
		struct err err;

		ck_assert_int_eq(json_parse(texts[i], strlen(texts[i]), &json, &err), 0);
		ck_assert_ptr_null(colset_from_json(job, json));
		json_unref(json);
	}
	sample_job_free(job);
}
END_TEST

START_TEST(the_last_reference_frees)
{
	struct job *job = sample_job(NULL);
	struct colset *set = colset_new(job), *same = colset_ref(set);

	ck_assert_ptr_eq(set, same);
	colset_unref(set);
	ck_assert_uint_eq(colset_version(same), 1);
	colset_unref(same);
	colset_unref(NULL);
	sample_job_free(job);
}
END_TEST

UNIT_MAIN("colset", an_automatic_set_begins_empty_and_grows_in_order_without_repeats,
	  declared_columns_are_the_job_s,
	  ten_thousand_columns_are_all_found_and_one_more_is_refused, a_set_survives_the_ledger,
	  what_is_no_array_of_distinct_strings_is_no_set, the_last_reference_frees)
