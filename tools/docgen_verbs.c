/* The verbs of fetchctl for its manual, from verbs[] and options[]. */
#include <stdio.h>

#include "docgen.h"
#include "fetchctl/options.h"
#include "fetchctl/verb.h"

static void print_option(const struct option_row *option)
{
	if (option->letter)
		printf(".It Fl %c , -%s", option->letter, option->name);
	else
		printf(".It Fl -%s", option->name);
	printf(option->value ? " Ar %s\n" : "\n", option->value);
	print_sentence(option->help);
}

static void print_verb(const struct verb *verb)
{
	printf(".It Ic %s", verb->name);
	printf(*verb->args ? " Ar %s\n" : "\n", verb->args);
	print_sentence(verb->summary);
	if (verb->options) {
		puts(".Bl -tag -width Ds");
		for (int i = 0; i < OPTION__COUNT; i++)
			if (verb->options & OPTION_BIT(i))
				print_option(&options[i]);
		puts(".El");
	}
	if (*verb->route)
		printf("Asks\n.Ql %s .\n", verb->route);
}

bool print_verbs(const char *name)
{
	puts(".Bl -tag -width Ds");
	for (const struct verb *verb = verbs; verb->name; verb++)
		print_verb(verb);
	puts(".El");
	return true;
}
