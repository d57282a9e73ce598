/* fetchctl help: everything it says comes from the tables of verbs and options. */
#include "fetchctl/verb.h"

#include <stdio.h>

#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

#define LEFT 22 /* columns before an explanation */

static void print_option(const struct option_row *option)
{
	char left[64];
	int n = option->letter
			? snprintf(left, sizeof(left), "-%c, --%s", option->letter, option->name)
			: snprintf(left, sizeof(left), "    --%s", option->name);

	if (option->value)
		snprintf(left + n, sizeof(left) - (size_t)n, "%c%s", '=', option->value);
	printf("  %-*s %s\n", LEFT, left, option->help);
}

static void print_options(bool global, unsigned mask)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (global ? options[i].global : (mask & OPTION_BIT(i)) != 0)
			print_option(&options[i]);
}

/* The beginning of the summary, up to where it goes into detail, so that the list stays a list. */
static int first_part(const char *summary)
{
	int n = 0;

	while (summary[n] && summary[n] != ':' && summary[n] != ';')
		n++;
	return n;
}

static void print_verbs(void)
{
	for (const struct verb *verb = verbs; verb->name; verb++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", verb->name, verb->args);
		printf("  %-*s %.*s\n", LEFT + 5, left, first_part(verb->summary), verb->summary);
	}
}

static int help_all(void)
{
	puts("Usage: fetchctl [OPTION...] VERB [WORD...]\n\n"
	     "Talks to fetchd, which pulls records out of HTTP APIs into files.\n\nVerbs:");
	print_verbs();
	puts("\nOptions of all verbs:");
	print_options(true, 0);
	puts("\n'fetchctl help VERB' says more of one verb. A verb may be shortened as long as it "
	     "stays\n"
	     "the only one. The socket is that of -s, else of $FETCHD_SOCKET, else the system's or "
	     "the\n"
	     "user's own.");
	return CTL_DONE;
}

static int help_verb(const struct verb *verb)
{
	fputs("Usage: fetchctl ", stdout);
	verb_usage(stdout, verb);
	printf("\n\n%s.\n", verb->summary);
	if (verb->options) {
		puts("\nOptions:");
		print_options(false, verb->options);
	}
	if (*verb->route)
		printf("\nAsks the daemon: %s\n", verb->route);
	return CTL_DONE;
}

int verb_help(struct ctl *ctl)
{
	const struct verb *verb;

	if (ctl->nwords == 0)
		return help_all();
	verb = verb_find(ctl->words[0]);
	return verb ? help_verb(verb) : CTL_USAGE;
}
