#include "fetchd/stored.h"

#include <string.h>

#include "../unit.h"

/* How many problems a job with its bearer token in `file` has under `secrets_dir`. */
static size_t problems_of(const char *file, const char *secrets_dir)
{
	struct job job = {
		.name = (char *)"a",
		.auth = JOB_AUTH_BEARER,
		.secrets = { [JOB_SECRET_AUTH] = { SECRET_FILE, (char *)file } },
	};
	struct problems problems = { 0 };
	size_t n;

	stored_check_secrets(&job, secrets_dir, NULL, &problems);
	n = problems.len;
	problems_done(&problems);
	return n;
}

START_TEST(without_secrets_dir_any_place_will_do)
{
	ck_assert_uint_eq(problems_of("/etc/token", NULL), 0);
}
END_TEST

START_TEST(secrets_stay_below_secrets_dir)
{
	ck_assert_uint_eq(problems_of("/srv/secrets/token", "/srv/secrets"), 0);
	ck_assert_uint_eq(problems_of("/srv/secrets/api/token", "/srv/secrets"), 0);
	ck_assert_uint_eq(problems_of("/etc/token", "/srv/secrets"), 1);
	ck_assert_uint_eq(problems_of("/srv/secrets2/token", "/srv/secrets"), 1);
	ck_assert_uint_eq(problems_of("/srv/secrets/../token", "/srv/secrets"), 1);
	ck_assert_uint_eq(problems_of("/srv/secrets", "/srv/secrets"), 1);
	ck_assert_uint_eq(problems_of("/srv/secrets/", "/srv/secrets"), 1);
	ck_assert_uint_eq(problems_of("/srv/secrets//token", "/srv/secrets"), 1);
}
END_TEST

START_TEST(other_kinds_of_secrets_need_no_place)
{
	struct job job = {
		.name = (char *)"a",
		.auth = JOB_AUTH_BASIC,
		.secrets = { [JOB_SECRET_AUTH] = { SECRET_ENV, (char *)"TOKEN" } },
	};
	struct problems problems = { 0 };

	stored_check_secrets(&job, "/srv/secrets", NULL, &problems);
	ck_assert_uint_eq(problems.len, 0);
	problems_done(&problems);
}
END_TEST

UNIT_MAIN("stored", without_secrets_dir_any_place_will_do, secrets_stay_below_secrets_dir,
	  other_kinds_of_secrets_need_no_place)
