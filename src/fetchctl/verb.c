/* Finding a verb by what somebody typed: see verb.h. */
#include "fetchctl/verb.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "fetchctl/options.h"
#include "fetchctl/say.h"

#define WORD_MAX 24

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance: letters to add, drop or change. Long words are far from everything. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t above = row[j];

			row[j] =
				least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[nb];
}

static const struct verb *nearest(const char *word)
{
	const struct verb *best = NULL;
	size_t best_distance = 3; /* further is no likeness */

	for (const struct verb *verb = verbs; verb->name; verb++) {
		size_t d = distance(word, verb->name);

		if (d < best_distance && d < strlen(verb->name)) {
			best_distance = d;
			best = verb;
		}
	}
	return best;
}

static const struct verb *unknown(const char *word)
{
	const struct verb *near = nearest(word);

	if (near)
		say_error("there is no verb \"%s\"; did you mean \"%s\"?", word, near->name);
	else
		say_error("there is no verb \"%s\"; 'fetchctl help' lists them", word);
	return NULL;
}

/* The whole word wins over what it is the beginning of: "run" is not "runs". */
const struct verb *verb_find(const char *word)
{
	const struct verb *found = NULL, *other = NULL;
	size_t len = strlen(word);

	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (strcmp(verb->name, word) == 0)
			return verb;
		if (len == 0 || strncmp(verb->name, word, len) != 0)
			continue;
		other = found;
		found = verb;
	}
	if (!found)
		return unknown(word);
	if (other) {
		say_error("\"%s\" may be %s or %s", word, other->name, found->name);
		return NULL;
	}
	return found;
}

void verb_usage(FILE *out, const struct verb *verb)
{
	fputs(verb->name, out);
	for (int i = 0; i < OPTION__COUNT; i++) {
		const struct option_row *option = &options[i];

		if (!(verb->options & OPTION_BIT(i)))
			continue;
		if (option->letter)
			fprintf(out, " [-%c", option->letter);
		else
			fprintf(out, " [--%s", option->name);
		fprintf(out, option->value ? " %s]" : "%s]", option->value ? option->value : "");
	}
	if (*verb->args)
		fprintf(out, " %s", verb->args);
}
