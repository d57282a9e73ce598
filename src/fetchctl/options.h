/* The options of fetchctl: one table for all verbs, each verb saying which it takes. */
#ifndef FETCHCTL_OPTIONS_H
#define FETCHCTL_OPTIONS_H

#include <stdbool.h>

struct ctl;

enum ctl_option {
	OPTION_SOCKET,
	OPTION_JSON,
	OPTION_NO_LEGEND,
	OPTION_COLOR,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_WAIT,
	OPTION_FOLLOW,
	OPTION_ENGINE,
	OPTION_WORKERS,
	OPTION_LIMIT,
	OPTION__COUNT
};

#define OPTION_BIT(option) (1u << (option))

struct option_row {
	const char *name;  /* "workers", given as --workers */
	char letter;       /* 'n', given as -n; 0: none */
	const char *value; /* "N": takes one; NULL: a flag */
	bool global;       /* every verb takes it */
	const char *help;
};

extern const struct option_row options[OPTION__COUNT];

/* Fills ctl->given and ctl->words (with the verb's word first). Options may stand anywhere; "--"
 * ends them. False: said on stderr what is wrong. */
bool options_read(struct ctl *ctl, int argc, char **argv);
/* The first option given that is neither global nor in `mask`; OPTION__COUNT when there is none. */
enum ctl_option options_foreign(const struct ctl *ctl, unsigned mask);

#endif
