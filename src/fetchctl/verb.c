/* Finding a verb by what somebody typed: see verb.h. */
#include "fetchctl/verb.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "fetchctl/options.h"
#include "fetchctl/say.h"
#include "spec/nearest.h"

static const struct verb *unknown(const char *word)
{
	struct nearest nearest;

	nearest_init(&nearest, word);
	for (const struct verb *verb = verbs; verb->name; verb++)
		nearest_offer(&nearest, verb->name);
	if (nearest.best)
		say_error("there is no verb \"%s\"; did you mean \"%s\"?", word, nearest.best);
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
