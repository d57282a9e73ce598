/* What runs are held against. */
#include "run/expect.h"

#include <stdlib.h>

#include "../unit.h"

static const struct expect_before none = { 0 };

static void expect_said(const struct job *job, const struct run_counts *counts,
			const struct expect_before *before, const char *want)
{
	char *said = expect_verdict(job, counts, before);

	if (want)
		ck_assert_str_eq(said ? said : "nothing", want);
	else
		ck_assert_msg(!said, "%s", said);
	free(said);
}

START_TEST(nothing_is_expected_unless_asked_for)
{
	const struct job job = { .name = NULL };
	const struct run_counts counts = { .records = 3, .lacking = 0 };
	const struct expect_before before = { 1, 1000 };

	expect_said(&job, &counts, &before, NULL);
}
END_TEST

START_TEST(a_drop_is_measured_to_the_row)
{
	const struct job job = { .expect = { .max_drop = 31 } };
	const struct job none_fewer = { .expect = { .max_drop = 1 } };
	const struct expect_before before = { 7, 101 };
	struct run_counts counts = { .rows = 71 };

	expect_said(&job, &counts, &before, NULL);
	counts.rows = 70;
	expect_said(&job, &counts, &before,
		    "70 rows landed where run 7 had 101: more than 30% fewer");
	expect_said(&job, &counts, &none, NULL);
	counts.rows = 101;
	expect_said(&none_fewer, &counts, &before, NULL);
	counts.rows = 100;
	expect_said(&none_fewer, &counts, &before,
		    "100 rows landed where run 7 had 101: more than 0% fewer");
}
END_TEST

START_TEST(all_that_is_broken_is_said)
{
	static char id[] = "id", price[] = "price";
	char *required[] = { id, price }, *key[] = { id };
	const struct job job = { .expect = { .min_rows = 10,
					     .max_rows = 3,
					     .required = { required, 2 },
					     .unique = { key, 1 } } };
	const struct run_counts counts = { .rows = 5, .lacking = 2, .doubled = 1 };

	expect_said(&job, &counts, &none,
		    "5 rows landed where at least 10 are expected; 5 rows landed where at most 3 "
		    "are expected; 2 of 5 rows lack a value that is required (id, price); 1 of 5 "
		    "rows have a key that another row has (id)");
}
END_TEST

START_TEST(the_total_must_be_told_and_reached)
{
	struct job job = { .name = NULL };
	struct run_counts counts = { .total = 2, .records = 7, .expected = 8 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(pointer_parse("/total", &job.expect.total, &err), 0);
	expect_said(&job, &counts, &none, "7 records came where the API counts 8");
	counts.expected = 7;
	expect_said(&job, &counts, &none, NULL);
	counts.untold = 1;
	expect_said(&job, &counts, &none,
		    "of 1 of 2 requests the API did not say how many records there are, at "
		    "\"/total\"");
	pointer_free(job.expect.total);
}
END_TEST

UNIT_MAIN("expect", nothing_is_expected_unless_asked_for, a_drop_is_measured_to_the_row,
	  all_that_is_broken_is_said, the_total_must_be_told_and_reached)
