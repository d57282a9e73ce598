#include "fetchctl/verb.h"

#include <string.h>

#include "../unit.h"
#include "fetchctl/options.h"

static const char *found(const char *word)
{
	const struct verb *verb = verb_find(word);

	return verb ? verb->name : "none";
}

START_TEST(the_whole_word_wins_over_longer_ones)
{
	ck_assert_str_eq(found("run"), "run"); /* and not runs */
	ck_assert_str_eq(found("runs"), "runs");
}
END_TEST

START_TEST(a_beginning_that_only_one_verb_has_is_enough)
{
	ck_assert_str_eq(found("statu"), "status");
	ck_assert_str_eq(found("rel"), "reload");
	ck_assert_str_eq(found("ca"), "cancel");
}
END_TEST

START_TEST(an_ambiguous_or_unknown_word_is_refused)
{
	ck_assert_str_eq(found("re"), "none");
	ck_assert_str_eq(found("ru"), "none");
	ck_assert_str_eq(found(""), "none");
	ck_assert_str_eq(found("statsu"), "none");
	ck_assert_str_eq(found("a-word-that-is-longer-than-any-verb"), "none");
}
END_TEST

START_TEST(every_row_can_be_explained)
{
	for (const struct verb *verb = verbs; verb->name; verb++) {
		size_t len = strlen(verb->summary);

		ck_assert_ptr_nonnull(verb->run);
		ck_assert_msg(len > 0 && verb->summary[len - 1] != '.', "%s", verb->name);
		ck_assert_msg(verb->min <= verb->max, "%s", verb->name);
		ck_assert_str_eq(found(verb->name), verb->name);
		ck_assert_msg((verb->max > 0) == (*verb->args != '\0'), "%s", verb->name);
	}
	for (int i = 0; i < OPTION__COUNT; i++)
		ck_assert_msg(options[i].name && options[i].help, "option %d", i);
}
END_TEST

START_TEST(a_usage_names_options_and_words)
{
	char text[200] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	verb_usage(out, verb_find("run"));
	fclose(out);
	ck_assert_str_eq(text, "run [-w] [-f] [--engine E] [--workers N] JOB [NAME=VALUE...]");
}
END_TEST

UNIT_MAIN("verb", the_whole_word_wins_over_longer_ones,
	  a_beginning_that_only_one_verb_has_is_enough, an_ambiguous_or_unknown_word_is_refused,
	  every_row_can_be_explained, a_usage_names_options_and_words)
