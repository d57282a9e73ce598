/* The option -n: see limit.h. */
#include "fetchctl/limit.h"

#include <errno.h>
#include <stdlib.h>

#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

int limit_read(const struct ctl *ctl, uint64_t def, uint64_t *limit)
{
	const char *text = ctl->given[OPTION_LIMIT];
	unsigned long long number;
	char *end;

	if (!text) {
		*limit = def;
		return 0;
	}
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number == 0)
		return say_usage("-n takes a number from 1, not \"%s\"", text);
	*limit = number;
	return 0;
}
