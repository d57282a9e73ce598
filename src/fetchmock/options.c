/* The command line, by getopt_long(3). */
#include "fetchmock/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "spec/units.h"

const char options_help[] =
	"usage: fetchmock [-l HOST:PORT] [--seed N] [--delay D] [--log FILE] [--served] [FILE]\n"
	"\n"
	"Serves a mock API: the routes of FILE (YAML or JSON), or an inventory of materials and\n"
	"products at /inventory/{category}?id=N that answers after 200 ms.\n"
	"\n"
	"  -l, --listen HOST:PORT  where to listen [127.0.0.1:3000]; port 0 picks a free one;\n"
	"                          unix:PATH for a UNIX socket\n"
	"      --seed N            another set of invented data, delays and faults\n"
	"      --delay D           wait D (200ms, 1s, 0) before every reply, whatever FILE says\n"
	"      --log FILE          append a line to FILE for each request\n"
	"      --served            count each target at /__admin/served\n"
	"      --version, --help\n"
	"\n"
	"Counters are at /__admin/stats. See fetchmock(1).\n";

enum { OPT_SEED = 256, OPT_DELAY, OPT_LOG, OPT_SERVED, OPT_VERSION, OPT_HELP };

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "served", no_argument, NULL, OPT_SERVED },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int set_seed(struct options *options, const char *text, struct err *err)
{
	char *end;

	errno = 0;
	options->seed = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9')
		return err_set(err, -EINVAL, "--seed: expected a whole number and not \"%s\"",
			       text);
	options->overrides.seed = &options->seed;
	return 0;
}

static int set_delay(struct options *options, const char *text, struct err *err)
{
	int rc = duration_parse(text, &options->delay.min_ms, err);

	if (rc) {
		err_within(err, "--delay");
		return rc;
	}
	options->delay.set = true;
	options->delay.max_ms = options->delay.min_ms;
	options->overrides.delay = &options->delay;
	return 0;
}

static int set_option(struct options *options, int option, const char *value, struct err *err)
{
	switch (option) {
	case 'l':
		options->overrides.listen = value;
		return 0;
	case OPT_SEED:
		return set_seed(options, value, err);
	case OPT_DELAY:
		return set_delay(options, value, err);
	case OPT_LOG:
		options->log = value;
		return 0;
	case OPT_SERVED:
		options->served = true;
		return 0;
	case OPT_VERSION:
		options->version = true;
		return 0;
	case OPT_HELP:
		options->help = true;
		return 0;
	default:
		return err_set(err, -EINVAL,
			       "the option is not known or lacks its value; "
			       "fetchmock --help lists them");
	}
}

int options_parse(int argc, char **argv, struct options *options, struct err *err)
{
	int option, rc = 0;

	*options = (struct options) { 0 };
	opterr = 0;
	while (rc == 0 && (option = getopt_long(argc, argv, "l:", long_options, NULL)) != -1) {
		rc = set_option(options, option, optarg, err);
		if (option == '?')
			err_within(err, "%s", argv[optind - 1]);
	}
	if (rc)
		return rc;
	if (optind + 1 < argc)
		return err_set(err, -EINVAL, "one FILE at most, and not also \"%s\"",
			       argv[optind + 1]);
	options->file = optind < argc ? argv[optind] : NULL;
	return 0;
}
