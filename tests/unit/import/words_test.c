#include "import/words.h"

#include <string.h>

#include "../unit.h"

static struct words words;

/* The words with "|" between them. */
static const char *cut(const char *line)
{
	static char text[512];
	struct err err = ERR_INIT;

	ck_assert_msg(words_split(line, &words, &err) == 0, "%s: %s", line, err.text);
	text[0] = '\0';
	for (size_t i = 0; i < words.len; i++) {
		strcat(text, i ? "|" : "");
		strcat(text, words.words[i]);
	}
	words_done(&words);
	return text;
}

static const char *refused(const char *line)
{
	static struct err err;

	ck_assert_msg(words_split(line, &words, &err) < 0, "%s was taken", line);
	ck_assert_uint_eq(words.len, 0);
	return err.text;
}

START_TEST(blanks_and_line_ends_part_words)
{
	ck_assert_str_eq(cut(""), "");
	ck_assert_str_eq(cut("  curl \t-s\nhttp://h/ "), "curl|-s|http://h/");
	ck_assert_str_eq(cut("curl \\\n  -s \\\r\n"), "curl|-s|\r");
	ck_assert_str_eq(cut("a # b c\nd a#b"), "a|d|a#b");
}
END_TEST

START_TEST(quotes_keep_together_what_belongs_together)
{
	ck_assert_str_eq(cut("'a b' \"c d\" e' 'f"), "a b|c d|e f");
	ck_assert_str_eq(cut("'' \"\" x"), "||x");
	ck_assert_str_eq(cut("'a\\n\"b' \"a\\\"b\\n\\\\ \\$x 'y'\""), "a\\n\"b|a\"b\\n\\ $x 'y'");
	ck_assert_str_eq(cut("'it'\\''s' a\\ b"), "it's|a b");
	ck_assert_str_eq(cut("\"a\\\nb\""), "ab");
}
END_TEST

START_TEST(the_quotes_that_browsers_write_are_read)
{
	ck_assert_str_eq(cut("$'a\\'b\\\\c\\td' x"), "a'b\\c\td|x");
	ck_assert_str_eq(cut("$'\\x41\\u00e9\\101'"), "A\xc3\xa9"
						      "A");
	ck_assert_str_eq(cut("$'\\ud83d\\ude00' $'\\U0001F600'"),
			 "\xf0\x9f\x98\x80|\xf0\x9f\x98\x80");
	ck_assert_str_eq(cut("$'\\q'"), "\\q");
	ck_assert_str_eq(cut("$HOME \"$X\""), "$HOME|$X");
}
END_TEST

START_TEST(what_is_more_than_one_command_is_refused_with_the_reason)
{
	ck_assert_ptr_nonnull(strstr(refused("curl http://h/?a=1&b=2"), "into quotes"));
	ck_assert_ptr_nonnull(strstr(refused("curl http://h/ | jq ."), "\"|\""));
	ck_assert_ptr_nonnull(strstr(refused("curl http://h/ > x"), "\">\""));
	ck_assert_ptr_nonnull(strstr(refused("curl $(cat url)"), "\"$\""));
	ck_assert_ptr_nonnull(strstr(refused("a; b"), "\";\""));
	ck_assert_ptr_nonnull(strstr(refused("curl 'http://h/"), "not closed"));
	ck_assert_ptr_nonnull(strstr(refused("curl \"http://h/"), "not closed"));
	ck_assert_ptr_nonnull(strstr(refused("curl $'http://h/"), "not closed"));
	ck_assert_ptr_nonnull(strstr(refused("$'\\ud800'"), "no text has"));
	ck_assert_ptr_nonnull(strstr(refused("a \xff"), "word 2 is not UTF-8"));
}
END_TEST

UNIT_MAIN("words", blanks_and_line_ends_part_words, quotes_keep_together_what_belongs_together,
	  the_quotes_that_browsers_write_are_read,
	  what_is_more_than_one_command_is_refused_with_the_reason)
