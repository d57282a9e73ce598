#include "fetchd/once.h"

#include "../unit.h"
#include "fetchd/targets.h"

START_TEST(the_worse_exit_status_wins)
{
	static const int by_badness[] = { 0, 10, 13, 11, 1 };

	for (int i = 0; i < 5; i++)
		for (int k = i; k < 5; k++) {
			ck_assert_int_eq(once_worse(by_badness[i], by_badness[k]), by_badness[k]);
			ck_assert_int_eq(once_worse(by_badness[k], by_badness[i]), by_badness[k]);
		}
}
END_TEST

START_TEST(a_slash_or_a_job_files_ending_makes_a_file)
{
	ck_assert(target_is_file("./inventory"));
	ck_assert(target_is_file("jobs/a.txt"));
	ck_assert(target_is_file("inventory.yaml"));
	ck_assert(target_is_file("inventory.yml"));
	ck_assert(target_is_file("inventory.json"));
	ck_assert(!target_is_file("inventory"));
	ck_assert(!target_is_file("inventory.v2"));
	ck_assert(!target_is_file(".json"));
}
END_TEST

UNIT_MAIN("once", the_worse_exit_status_wins, a_slash_or_a_job_files_ending_makes_a_file)
