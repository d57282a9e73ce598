/* Cutting a command line into words: see words.h. */
#include "import/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "base/xalloc.h"

struct cutter {
	const char *at;
	struct buf word;
	bool begun; /* a word is being read, an empty one ('') perhaps */
	struct words *words;
	struct err *err;
};

static void end_word(struct cutter *c)
{
	struct words *words = c->words;

	if (!c->begun)
		return;
	words->words = xreallocarray(words->words, words->len + 1, sizeof(*words->words));
	words->words[words->len++] = buf_take(&c->word);
	buf_init(&c->word, WORDS_BYTES_MAX);
	c->begun = false;
}

static int unclosed(const struct cutter *c, const char *quote)
{
	return err_set(c->err, -EINVAL, "a quote %s is opened and not closed", quote);
}

static int single_quoted(struct cutter *c)
{
	const char *end = strchr(c->at, '\'');

	if (!end)
		return unclosed(c, "'");
	buf_add(&c->word, c->at, (size_t)(end - c->at));
	c->at = end + 1;
	return 0;
}

/* Inside double quotes a backslash keeps its place unless one of these follows. */
static int double_quoted(struct cutter *c)
{
	while (*c->at && *c->at != '"') {
		if (*c->at == '\\' && c->at[1] == '\n') {
			c->at += 2;
			continue;
		}
		if (*c->at == '\\' && c->at[1] && strchr("$`\"\\", c->at[1]))
			c->at++;
		buf_add_char(&c->word, *c->at++);
	}
	if (*c->at != '"')
		return unclosed(c, "\"");
	c->at++;
	return 0;
}

static int digit_of(char c, unsigned base)
{
	int digit = -1;

	if (c >= '0' && c <= '9')
		digit = c - '0';
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		digit = (c | 0x20) - 'a' + 10;
	return digit < (int)base ? digit : -1;
}

/* At most `most` digits; 0 when there is none. */
static uint32_t number(struct cutter *c, unsigned base, unsigned most)
{
	uint32_t value = 0;

	for (; most > 0 && digit_of(*c->at, base) >= 0; most--)
		value = value * base + (uint32_t)digit_of(*c->at++, base);
	return value;
}

/* "\uD83D\uDE00" is one character, as in JSON. */
static uint32_t low_half(struct cutter *c, uint32_t high)
{
	const char *back = c->at;
	uint32_t low;

	if (high < 0xd800 || high > 0xdbff || c->at[0] != '\\' || c->at[1] != 'u')
		return high;
	c->at += 2;
	low = number(c, 16, 4);
	if (low >= 0xdc00 && low <= 0xdfff)
		return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	c->at = back;
	return high;
}

static int add_character(struct cutter *c, uint32_t point)
{
	char bytes[4];

	if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return err_set(c->err, -EINVAL, "$'...' holds a character that no text has");
	return buf_add(&c->word, bytes, utf8_encode(point, bytes));
}

/* One escape of $'...'; c->at is behind its backslash. Bash reads \xHH and \nnn as bytes. */
static int escape(struct cutter *c)
{
	static const char names[] = "abefnrtv\\'\"?E", bytes[] = "\a\b\033\f\n\r\t\v\\'\"?\033";
	char kind = *c->at;
	const char *known = kind ? strchr(names, kind) : NULL;

	if (known) {
		c->at++;
		return buf_add_char(&c->word, bytes[known - names]);
	}
	if (digit_of(kind, 8) >= 0)
		return buf_add_char(&c->word, (char)number(c, 8, 3));
	if (kind == 'x' || kind == 'u' || kind == 'U') {
		c->at++;
		if (kind == 'x')
			return buf_add_char(&c->word, (char)number(c, 16, 2));
		return add_character(c, kind == 'U' ? number(c, 16, 8)
						    : low_half(c, number(c, 16, 4)));
	}
	return buf_add_char(&c->word, '\\');
}

static int ansi_quoted(struct cutter *c)
{
	int r = 0;

	while (r == 0 && *c->at && *c->at != '\'') {
		if (*c->at == '\\') {
			c->at++;
			r = escape(c);
		} else {
			buf_add_char(&c->word, *c->at++);
		}
	}
	if (r < 0)
		return r;
	if (*c->at != '\'')
		return unclosed(c, "$'");
	c->at++;
	return 0;
}

/* A backslash outside of quotes: the next byte as it is, or a line that goes on. */
static void backslash(struct cutter *c)
{
	if (*c->at == '\n') {
		c->at++;
		return;
	}
	c->begun = true;
	if (*c->at)
		buf_add_char(&c->word, *c->at++);
}

static int refuse(const struct cutter *c, char what)
{
	if (what == '&')
		return err_set(c->err, -EINVAL,
			       "an \"&\" outside of quotes ends the command: put the address into "
			       "quotes");
	return err_set(c->err, -EINVAL,
		       "a \"%c\" outside of quotes: give the curl command alone, and quote what "
		       "belongs to it",
		       what);
}

/* One byte outside of quotes, or all of a quoted part. */
static int next(struct cutter *c)
{
	char what = *c->at++;

	if (strchr(" \t\r\n", what)) {
		end_word(c);
		return 0;
	}
	if (strchr("&|;<>`()", what))
		return refuse(c, what);
	if (what == '#' && !c->begun) {
		c->at += strcspn(c->at, "\n");
		return 0;
	}
	if (what == '\\') {
		backslash(c);
		return 0;
	}
	c->begun = true;
	if (what == '\'')
		return single_quoted(c);
	if (what == '"')
		return double_quoted(c);
	if (what == '$' && *c->at == '\'') {
		c->at++;
		return ansi_quoted(c);
	}
	if (what == '$' && *c->at == '(')
		return refuse(c, '$');
	return buf_add_char(&c->word, what);
}

int words_split(const char *line, struct words *words, struct err *err)
{
	struct cutter c = { .at = line, .words = words, .err = err };
	int r = 0;

	*words = (struct words) { 0 };
	buf_init(&c.word, WORDS_BYTES_MAX);
	if (strlen(line) > WORDS_BYTES_MAX)
		r = err_set(err, -E2BIG, "a command line of more than %u bytes", WORDS_BYTES_MAX);
	while (r == 0 && *c.at)
		r = next(&c);
	if (r == 0)
		end_word(&c);
	for (size_t i = 0; r == 0 && i < words->len; i++)
		if (!utf8_valid(words->words[i], strlen(words->words[i])))
			r = err_set(err, -EINVAL, "word %zu is not UTF-8", i + 1);
	buf_done(&c.word);
	if (r < 0)
		words_done(words);
	return r;
}

void words_done(struct words *words)
{
	for (size_t i = 0; i < words->len; i++)
		free(words->words[i]);
	free(words->words);
	*words = (struct words) { 0 };
}
