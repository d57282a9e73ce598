#include "run/landing.h"

#include "../unit.h"
#include "base/xalloc.h"

static struct landing *page(enum outcome outcome, uint64_t rows, unsigned tries)
{
	struct landing *landing = landing_new(LANDING_PAGE, NULL);

	landing->parcel = xcalloc(1, sizeof(struct parcel));
	landing->parcel->request = xcalloc(1, sizeof(struct request));
	landing->parcel->request->tries = (uint16_t)tries;
	landing->parcel->outcome = outcome;
	landing->parcel->rows.count = rows;
	landing->parcel->wire_bytes = 10;
	return landing;
}

static struct run_counts counted(struct landing *landing)
{
	struct run_counts counts = { .total = 9 };

	landing_count(landing, &counts);
	landing_free(landing);
	ck_assert_uint_eq(counts.total, 9);
	return counts;
}

START_TEST(a_point_is_landed_or_empty_by_the_rows_of_its_whole_chain)
{
	struct landing *last = page(OUTCOME_OK, 0, 1);
	struct run_counts counts = counted(page(OUTCOME_OK, 3, 3));

	ck_assert_uint_eq(counts.landed, 1);
	ck_assert_uint_eq(counts.rows, 3);
	ck_assert_uint_eq(counts.bytes, 10);
	ck_assert_uint_eq(counts.retried, 2);
	counts = counted(page(OUTCOME_OK, 0, 1));
	ck_assert_uint_eq(counts.empty, 1);
	ck_assert_uint_eq(counts.landed, 0);
	last->chain_rows = 5;
	counts = counted(last);
	ck_assert_uint_eq(counts.landed, 1);
	ck_assert_uint_eq(counts.empty, 0);
	ck_assert_uint_eq(counts.rows, 0);
}
END_TEST

START_TEST(an_unchanged_answer_is_neither_landed_nor_empty)
{
	struct run_counts counts = counted(page(OUTCOME_UNCHANGED, 0, 1));

	ck_assert_uint_eq(counts.unchanged, 1);
	ck_assert_uint_eq(counts.landed + counts.empty + counts.failed, 0);
}
END_TEST

START_TEST(a_page_that_is_not_the_last_finishes_nothing)
{
	struct landing *landing = page(OUTCOME_OK, 2, 1);
	struct run_counts counts;

	landing->parcel->next_token = xstrdup("t");
	counts = counted(landing);
	ck_assert_uint_eq(counts.rows, 2);
	ck_assert_uint_eq(counts.bytes, 10);
	ck_assert_uint_eq(counts.landed + counts.empty + counts.unchanged + counts.failed, 0);
}
END_TEST

START_TEST(a_failure_counts_its_further_tries)
{
	struct landing *landing = landing_new(LANDING_FAILURE, NULL);
	struct run_counts counts;

	landing->failure.tries = 4;
	counts = counted(landing);
	ck_assert_uint_eq(counts.failed, 1);
	ck_assert_uint_eq(counts.retried, 3);
	counts = counted(landing_new(LANDING_FAILURE, NULL)); /* never built, never tried */
	ck_assert_uint_eq(counts.failed, 1);
	ck_assert_uint_eq(counts.retried, 0);
}
END_TEST

START_TEST(only_pages_and_failures_wait_for_others)
{
	for (int kind = 0; kind < LANDING__COUNT; kind++) {
		struct landing *landing = landing_new((enum landing_kind)kind, NULL);
		struct run_counts counts = { 0 };

		ck_assert_int_eq(landing_is_urgent(landing),
				 kind != LANDING_PAGE && kind != LANDING_FAILURE);
		if (landing_is_urgent(landing))
			landing_count(landing, &counts);
		ck_assert_uint_eq(counts.failed + counts.landed, 0);
		landing_free(landing);
	}
}
END_TEST

START_TEST(memory_is_what_rows_body_and_chain_hold)
{
	struct landing *landing = page(OUTCOME_OK, 1, 1);
	size_t bare = landing_memory(landing);

	buf_init(&landing->parcel->rows.bytes, 1 << 20);
	buf_reserve(&landing->parcel->rows.bytes, 1000);
	buf_init(&landing->parcel->body, 1 << 20);
	buf_reserve(&landing->parcel->body, 2000);
	landing->chain.visited_len = 80;
	ck_assert_uint_ge(landing_memory(landing), bare + 3080);
	landing_free(landing);
}
END_TEST

START_TEST(the_last_reason_given_is_the_one_kept)
{
	struct landing *landing = landing_new(LANDING_PAGE, NULL);
	struct err err = ERR_INIT;

	err_set(&err, 0, "first");
	landing_fail(landing, -1, &err);
	err_set(&err, 0, "second");
	landing_fail(landing, -2, &err);
	ck_assert_int_eq(landing->code, -2);
	ck_assert_str_eq(landing->error, "second");
	landing_free(landing);
	landing_free(NULL);
}
END_TEST

UNIT_MAIN("landing", a_point_is_landed_or_empty_by_the_rows_of_its_whole_chain,
	  an_unchanged_answer_is_neither_landed_nor_empty,
	  a_page_that_is_not_the_last_finishes_nothing, a_failure_counts_its_further_tries,
	  only_pages_and_failures_wait_for_others, memory_is_what_rows_body_and_chain_hold,
	  the_last_reason_given_is_the_one_kept)
