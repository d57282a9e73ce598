/* fetchd: lands the records of HTTP APIs in files, each exactly once. From argv to what was asked.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fetchd/daemon.h"
#include "fetchd/once.h"
#include "fetchd/options.h"
#include "fetchd/recovery.h"
#include "fetchd/settings.h"

#define EXIT_USAGE 2

int main(int argc, char **argv)
{
	struct options options;
	struct err err;

	if (options_parse(argc, argv, &options, &err) < 0) {
		fprintf(stderr, "fetchd: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (options.help) {
		options_help(stdout);
		return EXIT_SUCCESS;
	}
	if (options.version) {
		printf("fetchd %s\n", PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (options.check)
		return settings_check(&options);
	if (options.recover)
		return recovery_main(&options);
	return options.once ? once_main(&options) : daemon_main(&options);
}
