/* fetchctl: argv -> verb -> route. Reads the command line, finds the verb's row and runs it; what a
 * verb does is in its verb_*.c. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/client.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"
#include "fetchctl/verb.h"

/* Containers often set no locale at all; people's texts are UTF-8 there, too. */
static void set_locale(void)
{
	const char *asked = getenv("LC_ALL");

	setlocale(LC_ALL, "");
	if (!asked && strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* no-color.org: NO_COLOR counts when it is not empty, and an option given by hand wins over it. */
static bool want_color(const char *when, bool *color)
{
	const char *no_color = getenv("NO_COLOR");

	if (!when || strcmp(when, "auto") == 0)
		*color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else if (strcmp(when, "always") == 0)
		*color = true;
	else if (strcmp(when, "never") == 0)
		*color = false;
	else
		return false;
	return true;
}

static int check_words(const struct ctl *ctl)
{
	const struct verb *verb = ctl->verb;
	enum ctl_option foreign = options_foreign(ctl, verb->options);

	if (foreign != OPTION__COUNT)
		return say_usage("%s takes no option --%s; 'fetchctl help %s' says what it takes",
				 verb->name, options[foreign].name, verb->name);
	if (ctl->nwords < verb->min)
		return say_usage("%s needs %.*s; 'fetchctl help %s' says more", verb->name,
				 (int)strcspn(verb->args, " "), verb->args, verb->name);
	if (ctl->nwords > verb->max)
		return say_usage("%s does not take \"%s\"; 'fetchctl help %s' says what it takes",
				 verb->name, ctl->words[verb->max], verb->name);
	return 0;
}

static int help_on(struct ctl *ctl)
{
	if (ctl->nwords > 1)
		ctl->nwords = 1;
	return verb_help(ctl);
}

static int run_verb(struct ctl *ctl)
{
	int r;

	if (ctl->nwords == 0) {
		say_error("what shall be done? 'fetchctl help' lists the verbs");
		return CTL_USAGE;
	}
	ctl->verb = verb_find(ctl->words[0]);
	if (!ctl->verb)
		return CTL_USAGE;
	ctl->words++;
	ctl->nwords--;
	r = check_words(ctl);
	return r ? r : ctl->verb->run(ctl);
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	if (!options_read(ctl, argc, argv))
		return CTL_USAGE;
	ctl->json = ctl->given[OPTION_JSON] != NULL;
	ctl->legend = !ctl->given[OPTION_NO_LEGEND];
	if (!want_color(ctl->given[OPTION_COLOR], &ctl->color))
		return say_usage("--color is auto, always or never, not \"%s\"",
				 ctl->given[OPTION_COLOR]);
	if (ctl->given[OPTION_VERSION]) {
		puts("fetchctl " PACKAGE_VERSION);
		return CTL_DONE;
	}
	if (ctl->given[OPTION_HELP])
		return help_on(ctl);
	return run_verb(ctl);
}

/* What could not be written was not said: a full disk or a closed pipe is no success. */
static int flushed(int status)
{
	bool failed = ferror(stdout) != 0;

	if ((fclose(stdout) != 0 || failed) && status == CTL_DONE) {
		if (errno != EPIPE)
			say_error("cannot write to standard output: %s", strerror(errno));
		return CTL_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .given = { NULL } };
	int status;

	set_locale();
	status = run(&ctl, argc, argv);
	client_free(ctl.client);
	free(ctl.socket);
	return flushed(status);
}
