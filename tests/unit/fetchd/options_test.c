#include "fetchd/options.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

#define ARGS_MAX 8

/* Parses "fetchd" with the words given, which must outlive the options. */
static int parse(struct options *options, struct err *err, char *words[], int n)
{
	char *argv[ARGS_MAX + 2] = { (char *)"fetchd" };
	static char *kept[ARGS_MAX + 2];

	memcpy(argv + 1, words, (size_t)n * sizeof(words[0]));
	memcpy(kept, argv, sizeof(kept));
	memset(options, 0, sizeof(*options));
	return options_parse(n + 1, kept, options, err);
}

#define PARSE(options, err, ...)                                                                   \
	parse(options, err, (char *[]) { __VA_ARGS__ },                                            \
	      (int)(sizeof((char *[]) { __VA_ARGS__ }) / sizeof(char *)))

START_TEST(every_option_is_stored)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"-c", (char *)"a.yaml", (char *)"--check",
			       (char *)"--log-level=debug"),
			 0);
	ck_assert_str_eq(options.config_file, "a.yaml");
	ck_assert_str_eq(options.log_level, "debug");
	ck_assert(options.check && !options.once && !options.help && !options.version);
	ck_assert_int_eq(PARSE(&options, &err, (char *)"--state-dir", (char *)"s",
			       (char *)"--data-dir=d", (char *)"--version"),
			 0);
	ck_assert_str_eq(options.state_dir, "s");
	ck_assert_str_eq(options.data_dir, "d");
	ck_assert(options.version);
}
END_TEST

START_TEST(targets_may_stand_before_and_after_options)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"--once", (char *)"one",
			       (char *)"--data-dir", (char *)"d", (char *)"two"),
			 0);
	ck_assert_uint_eq(options.ntargets, 2);
	ck_assert_str_eq(options.targets[0], "one");
	ck_assert_str_eq(options.targets[1], "two");
}
END_TEST

START_TEST(once_without_a_target_is_refused)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"--once"), -EINVAL);
	ck_assert(strstr(err.text, "--once") != NULL);
}
END_TEST

START_TEST(a_target_without_once_is_refused)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"inventory"), -EINVAL);
	ck_assert(strstr(err.text, "inventory") != NULL);
}
END_TEST

START_TEST(unknown_options_and_missing_arguments_are_named)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"--chek"), -EINVAL);
	ck_assert(strstr(err.text, "--chek: no such option") != NULL);
	ck_assert_int_eq(PARSE(&options, &err, (char *)"-x"), -EINVAL);
	ck_assert(strstr(err.text, "-x: no such option") != NULL);
	ck_assert_int_eq(PARSE(&options, &err, (char *)"--data-dir"), -EINVAL);
	ck_assert(strstr(err.text, "--data-dir needs an argument") != NULL);
}
END_TEST

START_TEST(an_unknown_log_level_is_refused)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(PARSE(&options, &err, (char *)"--log-level", (char *)"loud"), -EINVAL);
	ck_assert(strstr(err.text, "loud") != NULL);
	ck_assert_int_eq(options_level("warning"), 1);
	ck_assert_int_eq(options_level("loud"), -1);
}
END_TEST

START_TEST(check_and_once_exclude_each_other)
{
	struct options options;
	struct err err;

	ck_assert_int_eq(
		PARSE(&options, &err, (char *)"--check", (char *)"--once", (char *)"inventory"),
		-EINVAL);
}
END_TEST

START_TEST(the_help_names_every_option)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	options_help(out);
	fclose(out);
	ck_assert(strstr(text, "-c, --config FILE") != NULL);
	ck_assert(strstr(text, "--state-dir DIR") != NULL);
	ck_assert(strstr(text, "--log-level LEVEL") != NULL);
	ck_assert(strstr(text, "--once") != NULL);
}
END_TEST

UNIT_MAIN("options", every_option_is_stored, targets_may_stand_before_and_after_options,
	  once_without_a_target_is_refused, a_target_without_once_is_refused,
	  unknown_options_and_missing_arguments_are_named, an_unknown_log_level_is_refused,
	  check_and_once_exclude_each_other, the_help_names_every_option)
