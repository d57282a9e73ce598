#include "run/policy.h"

#include "house.h"

#define REQUEST "'request': {'url': 'http://h/'}"

/* The policy of a job with this output; a new reference or NULL. */
static struct json *of(const char *output)
{
	char *definition = xasprintf("{" REQUEST ", 'output': {%s}}", output);
	struct seed *seed = house_seed("a", definition);
	struct json *policy = policy_of(seed->job);

	seed_free(seed);
	free(definition);
	return policy;
}

START_TEST(what_is_as_by_default_is_no_policy)
{
	struct job_keep keep = { .files = 7 };

	ck_assert_ptr_null(of(""));
	ck_assert_ptr_null(of("'compress': 'none', 'keep': {}, 'csv': {'delimiter': ','}"));
	ck_assert_int_eq(policy_compress(NULL), JOB_COMPRESS_NONE);
	ck_assert(!policy_keep(NULL, &keep));
	ck_assert_uint_eq(keep.files, 0);
	ck_assert(policy_same_dialect(NULL, NULL));
}
END_TEST

START_TEST(a_policy_says_what_the_job_says)
{
	struct json *policy = of("'compress': 'zstd', 'keep': {'files': 3, 'bytes': '1KiB', "
				 "'age': '2h'}, 'csv': {'delimiter': ';'}");
	struct job_keep keep;

	ck_assert_int_eq(policy_compress(policy), JOB_COMPRESS_ZSTD);
	ck_assert(policy_keep(policy, &keep));
	ck_assert_uint_eq(keep.files, 3);
	ck_assert_uint_eq(keep.bytes, 1024);
	ck_assert_int_eq(keep.age_ms, 2 * 3600 * 1000);
	json_unref(policy);
}
END_TEST

START_TEST(each_limit_alone_keeps_less_than_all)
{
	static const char *const outputs[] = { "'keep': {'files': 1}", "'keep': {'bytes': '1KiB'}",
					       "'keep': {'age': '1s'}" };

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		struct json *policy = of(outputs[i]);
		struct job_keep keep;

		ck_assert_msg(policy_keep(policy, &keep), "%s", outputs[i]);
		json_unref(policy);
	}
}
END_TEST

START_TEST(another_dialect_is_seen_and_nothing_else)
{
	struct json *semicolon = of("'csv': {'delimiter': ';'}");
	struct json *packed = of("'csv': {'delimiter': ';'}, 'compress': 'gzip'");
	struct json *plain = of("'compress': 'gzip'");

	ck_assert(policy_same_dialect(semicolon, packed));
	ck_assert(policy_same_dialect(plain, NULL));
	ck_assert(!policy_same_dialect(semicolon, plain));
	ck_assert(!policy_same_dialect(NULL, semicolon));
	json_unref(semicolon);
	json_unref(packed);
	json_unref(plain);
}
END_TEST

UNIT_MAIN("policy", what_is_as_by_default_is_no_policy, a_policy_says_what_the_job_says,
	  each_limit_alone_keeps_less_than_all, another_dialect_is_seen_and_nothing_else)
