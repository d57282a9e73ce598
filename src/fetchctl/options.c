/* Reading the command line's options: see options.h. */
#include "fetchctl/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

const struct option_row options[OPTION__COUNT] = {
	[OPTION_SOCKET] = { "socket", 's', "SOCKET", true, "the daemon's socket" },
	[OPTION_JSON] = { "json", 0, NULL, true, "one JSON document instead of tables" },
	[OPTION_NO_LEGEND] = { "no-legend", 0, NULL, true, "no headings, no closing lines" },
	[OPTION_COLOR] = { "color", 0, "WHEN", true, "auto, always or never" },
	[OPTION_VERSION] = { "version", 0, NULL, true, "print the version" },
	[OPTION_HELP] = { "help", 'h', NULL, true, "print help, of a verb when one is given" },
	[OPTION_WAIT] = { "wait", 'w', NULL, false,
			  "wait for the run to end; its result decides "
			  "the exit status" },
	[OPTION_FOLLOW] = { "follow", 'f', NULL, false, "wait, and show progress" },
	[OPTION_ENGINE] = { "engine", 0, "E", false, "run on this engine instead of the job's" },
	[OPTION_WORKERS] = { "workers", 0, "N", false, "this many requests in flight at once" },
	[OPTION_LIMIT] = { "limit", 'n', "N", false, "at most N lines" },
};

#define LONG_BASE 256

static void make_tables(struct option *longs, char *shorts)
{
	*shorts++ = ':'; /* tell a missing value from an unknown option */
	for (int i = 0; i < OPTION__COUNT; i++) {
		int takes = options[i].value ? required_argument : no_argument;

		longs[i] = (struct option) { options[i].name, takes, NULL, LONG_BASE + i };
		if (!options[i].letter)
			continue;
		*shorts++ = options[i].letter;
		if (options[i].value)
			*shorts++ = ':';
	}
	longs[OPTION__COUNT] = (struct option) { NULL, 0, NULL, 0 };
	*shorts = '\0';
}

static int option_of(int found)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (found == LONG_BASE + i || (found && found == options[i].letter))
			return i;
	return -1;
}

static bool refuse(int found, char **argv)
{
	if (found == ':')
		say_error("the option %s needs a value", argv[optind - 1]);
	else if (optopt && optopt < LONG_BASE)
		say_error("there is no option -%c; 'fetchctl help' lists them", optopt);
	else
		say_error("there is no option %s; 'fetchctl help' lists them", argv[optind - 1]);
	return false;
}

bool options_read(struct ctl *ctl, int argc, char **argv)
{
	struct option longs[OPTION__COUNT + 1];
	char shorts[2 * OPTION__COUNT + 2];
	int found;

	make_tables(longs, shorts);
	opterr = 0;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		int option = option_of(found);

		if (option < 0)
			return refuse(found, argv);
		ctl->given[option] = optarg ? optarg : "";
	}
	ctl->words = argv + optind;
	ctl->nwords = argc - optind;
	return true;
}

enum ctl_option options_foreign(const struct ctl *ctl, unsigned mask)
{
	int i = 0;

	while (i < OPTION__COUNT && (!ctl->given[i] || options[i].global || (mask & OPTION_BIT(i))))
		i++;
	return (enum ctl_option)i;
}
