/* Reading the words of a curl command line: see curl_line.h. */
#include "import/curl_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void curl_line_init(struct curl_line *line, struct draft *draft)
{
	*line = (struct curl_line) { .draft = draft };
	line->headers = json_new_array();
	line->query = json_new_array();
	line->job = json_new_object();
	buf_init(&line->body, 4 * WORDS_BYTES_MAX);
}

void curl_line_done(struct curl_line *line)
{
	json_unref(line->headers);
	json_unref(line->query);
	json_unref(line->job);
	free(line->userinfo);
	buf_done(&line->body);
}

static int take(struct curl_line *line, const struct curl_option *option, const char *value,
		struct err *err)
{
	if (option->take)
		return option->take(line, value, err);
	if (option->lost)
		draft_note(line->draft, "--%s was left out: %s", option->name, option->lost);
	return 0;
}

static int no_value(const char *word, struct err *err)
{
	return err_set(err, -EINVAL, "%s wants a value behind it", word);
}

/* "--name"; `value` is the word behind it, NULL at the end. How many of the two were used. */
static int take_long(struct curl_line *line, const char *word, const char *value, struct err *err)
{
	const struct curl_option *option = curl_option_long(word + 2);
	int r;

	if (!option &&
	    strncmp(word, "--no-", 5) == 0) /* a flag turned off: as if it were not there */
		return 1;
	if (!option)
		return err_set(err, -EINVAL, "curl's option %s is not known here", word);
	if (option->value && !value)
		return no_value(word, err);
	r = take(line, option, option->value ? value : NULL, err);
	return r < 0 ? r : 1 + option->value;
}

/* "-sSL", "-XPOST", "-X" with its value behind. */
static int take_short(struct curl_line *line, const char *word, const char *value, struct err *err)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct curl_option *option = curl_option_short(*letter);
		bool behind = letter[1] == '\0';
		int r;

		if (!option)
			return err_set(err, -EINVAL, "curl's option -%c is not known here",
				       *letter);
		if (option->value && behind && !value)
			return no_value(word, err);
		if (option->value) {
			r = take(line, option, behind ? value : letter + 1, err);
			return r < 0 ? r : 1 + behind;
		}
		r = take(line, option, NULL, err);
		if (r < 0)
			return r;
	}
	return 1;
}

int curl_line_read(struct curl_line *line, const struct words *words, size_t first, struct err *err)
{
	const struct curl_option *url = curl_option_long("url");
	bool options = true; /* until "--" */

	for (size_t i = first; i < words->len;) {
		const char *word = words->words[i];
		const char *value = i + 1 < words->len ? words->words[i + 1] : NULL;
		int used = 1;

		if (options && strcmp(word, "--") == 0)
			options = false;
		else if (options && strncmp(word, "--", 2) == 0)
			used = take_long(line, word, value, err);
		else if (options && word[0] == '-' && word[1])
			used = take_short(line, word, value, err);
		else
			used = take(line, url, word, err) < 0 ? -EINVAL : 1;
		if (used < 0)
			return used;
		i += (size_t)used;
	}
	return 0;
}
