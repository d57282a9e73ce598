#include "fetch/outcome.h"

#include "../unit.h"

START_TEST(every_end_has_a_name_of_its_own_and_a_sentence)
{
	for (int i = 0; i < OUTCOME__COUNT; i++) {
		ck_assert_ptr_nonnull(outcomes[i].name);
		ck_assert_ptr_nonnull(outcomes[i].sentence);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(outcomes[i].name, outcomes[j].name);
	}
}
END_TEST

START_TEST(only_failures_are_tried_again)
{
	for (int i = 0; i < OUTCOME__COUNT; i++)
		if (outcomes[i].retry)
			ck_assert_int_eq(outcomes[i].counts, COUNTS_FAILED);
}
END_TEST

START_TEST(a_status_means_one_thing)
{
	static const struct {
		int status;
		enum outcome outcome;
	} rows[] = {
		{ 200, OUTCOME_OK },         { 201, OUTCOME_OK },
		{ 203, OUTCOME_OK },         { 204, OUTCOME_EMPTY },
		{ 205, OUTCOME_EMPTY },      { 299, OUTCOME_OK },
		{ 301, OUTCOME_FOLLOW },     { 302, OUTCOME_FOLLOW },
		{ 303, OUTCOME_FOLLOW },     { 304, OUTCOME_UNCHANGED },
		{ 305, OUTCOME_HTTP_OTHER }, { 307, OUTCOME_FOLLOW },
		{ 308, OUTCOME_FOLLOW },     { 300, OUTCOME_HTTP_OTHER },
		{ 400, OUTCOME_HTTP_OTHER }, { 404, OUTCOME_HTTP_OTHER },
		{ 408, OUTCOME_HTTP_408 },   { 425, OUTCOME_HTTP_425 },
		{ 429, OUTCOME_HTTP_429 },   { 500, OUTCOME_HTTP_5XX },
		{ 599, OUTCOME_HTTP_5XX },   { 600, OUTCOME_HTTP_OTHER },
		{ 101, OUTCOME_HTTP_OTHER }, { 0, OUTCOME_HTTP_OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(outcome_of_status(rows[i].status), rows[i].outcome);
}
END_TEST

START_TEST(a_part_is_not_an_answer)
{
	ck_assert_int_eq(outcome_of_status(206), OUTCOME_HTTP_OTHER);
}
END_TEST

START_TEST(the_job_says_what_is_tried_again_and_how_often)
{
	struct job job = { .retry_on = RETRY_TIMEOUT | RETRY_429, .retry_attempts = 3 };

	ck_assert(outcome_retryable(OUTCOME_TIMEOUT, &job, 1));
	ck_assert(outcome_retryable(OUTCOME_STALL, &job, 2));
	ck_assert(!outcome_retryable(OUTCOME_TIMEOUT, &job, 3));
	ck_assert(outcome_retryable(OUTCOME_HTTP_429, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_HTTP_5XX, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_CONNECT, &job, 1));
}
END_TEST

START_TEST(a_complete_but_unwanted_answer_is_final)
{
	struct job job = { .retry_on = ~0u, .retry_attempts = 100 };

	ck_assert(!outcome_retryable(OUTCOME_HTTP_OTHER, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_TOO_BIG, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_TLS, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_OK, &job, 1));
	ck_assert(!outcome_retryable(OUTCOME_CANCELLED, &job, 1));
	ck_assert(outcome_retryable(OUTCOME_TRUNCATED, &job, 1));
	ck_assert(outcome_retryable(OUTCOME_WORKER, &job, 1));
}
END_TEST

UNIT_MAIN("outcome", every_end_has_a_name_of_its_own_and_a_sentence, only_failures_are_tried_again,
	  a_status_means_one_thing, a_part_is_not_an_answer,
	  the_job_says_what_is_tried_again_and_how_often, a_complete_but_unwanted_answer_is_final)
