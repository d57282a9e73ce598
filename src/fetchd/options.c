/* The command line of fetchd, see options.h: argument table, getopt_long(3) over it, and the help.
 */
#include "fetchd/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "base/log.h"

struct option_row {
	const char *name;
	int letter;           /* 0: only the long form */
	const char *argument; /* what the help calls it; NULL: a flag */
	size_t offset;        /* in struct options: a const char * or, for a flag, a bool */
	const char *help;
};

static const struct option_row option_rows[] = {
	{ "config", 'c', "FILE", offsetof(struct options, config_file),
	  "read this configuration instead of the default one" },
	{ "check", 0, NULL, offsetof(struct options, check),
	  "check all configuration, print every problem, exit 1 if there is any" },
	{ "recover", 0, NULL, offsetof(struct options, recover),
	  "make a new database from what the files' manifests prove, and exit" },
	{ "once", 0, NULL, offsetof(struct options, once),
	  "run each TARGET (a job's name, or a job file) in the foreground and exit" },
	{ "log-level", 0, "LEVEL", offsetof(struct options, log_level),
	  "error, warning, info or debug" },
	{ "state-dir", 0, "DIR", offsetof(struct options, state_dir),
	  "keep the state database here" },
	{ "data-dir", 0, "DIR", offsetof(struct options, data_dir), "write the files below here" },
	{ "version", 0, NULL, offsetof(struct options, version), "print the version" },
	{ "help", 'h', NULL, offsetof(struct options, help), "print this" },
};

#define NROWS (sizeof(option_rows) / sizeof(option_rows[0]))

/* What getopt answers for a row that has no letter: above every character. */
static int row_value(size_t row)
{
	return option_rows[row].letter ? option_rows[row].letter : 256 + (int)row;
}

static void fill_getopt(struct option long_options[static NROWS + 1],
			char letters[static 2 * NROWS + 2])
{
	size_t n = 0;

	memset(long_options, 0, (NROWS + 1) * sizeof(*long_options));
	letters[n++] = ':'; /* a missing argument answers ':' and not '?' */
	for (size_t i = 0; i < NROWS; i++) {
		long_options[i].name = option_rows[i].name;
		long_options[i].has_arg = option_rows[i].argument ? required_argument : no_argument;
		long_options[i].val = row_value(i);
		if (!option_rows[i].letter)
			continue;
		letters[n++] = (char)option_rows[i].letter;
		if (option_rows[i].argument)
			letters[n++] = ':';
	}
	letters[n] = '\0';
}

static void store(struct options *options, const struct option_row *row, const char *argument)
{
	char *field = (char *)options + row->offset;

	if (row->argument)
		memcpy(field, &argument, sizeof(argument));
	else
		*(bool *)field = true;
}

int options_level(const char *name)
{
	for (int i = 0; log_level_names[i]; i++)
		if (strcmp(log_level_names[i], name) == 0)
			return i;
	return -1;
}

/* What the options must agree on once all are read. */
static int check_together(const struct options *options, struct err *err)
{
	if (options->help || options->version)
		return 0;
	if (options->log_level && options_level(options->log_level) < 0)
		return err_set(err, -EINVAL, "--log-level: %s is not error, warning, info or debug",
			       options->log_level);
	if (options->once + options->check + options->recover > 1)
		return err_set(err, -EINVAL, "--once, --check and --recover do not go together");
	if (options->once && options->ntargets == 0)
		return err_set(err, -EINVAL, "--once: name a job or a job file to run");
	if (!options->once && options->ntargets > 0)
		return err_set(err, -EINVAL, "%s: fetchd takes arguments only after --once",
			       options->targets[0]);
	return 0;
}

int options_parse(int argc, char **argv, struct options *options, struct err *err)
{
	struct option long_options[NROWS + 1];
	char letters[2 * NROWS + 2];
	struct options found = { 0 };
	int value, code;

	fill_getopt(long_options, letters);
	opterr = 0;
	optind = 0; /* glibc: start anew, also after an earlier parse */
	while ((value = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (value == '?' || value == ':')
			return err_set(err, -EINVAL,
				       value == ':' ? "%s needs an argument"
						    : "%s: no such option; see fetchd --help",
				       argv[optind - 1]);
		for (size_t i = 0; i < NROWS; i++)
			if (row_value(i) == value)
				store(&found, &option_rows[i], optarg);
	}
	found.targets = argv + optind;
	found.ntargets = (size_t)(argc - optind);
	code = check_together(&found, err);
	if (code == 0)
		*options = found;
	return code;
}

void options_help(FILE *out)
{
	fputs("usage: fetchd [-c FILE] [--check] [--recover] [--once TARGET...]\n"
	      "              [--log-level LEVEL] [--state-dir DIR] [--data-dir DIR] [--version] "
	      "[--help]\n\n"
	      "Pulls the records of HTTP APIs into CSV and JSONL files, each exactly once.\n\n",
	      out);
	for (size_t i = 0; i < NROWS; i++) {
		const struct option_row *row = &option_rows[i];
		char left[64], letter[8] = "    ";

		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
			 row->argument ? " " : "", row->argument ? row->argument : "");
		fprintf(out, "  %-24s %s\n", left, row->help);
	}
	fputs("\nSee fetchd(8), fetchd.yaml(5), fetchd-jobs(5) and fetchctl(1).\n", out);
}
