/* The pair of outputs that a run with rejects has: see rejects.h. */
#include "run/rejects.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

char *rejects_path(const char *path)
{
	return xasprintf("%s%s", path, JOB_REJECTS_SUFFIX);
}

char *rejects_rows_path(const char *path)
{
	size_t len = strlen(path), suffix = strlen(JOB_REJECTS_SUFFIX);

	if (len <= suffix || strcmp(path + len - suffix, JOB_REJECTS_SUFFIX) != 0)
		return NULL;
	return xstrndup(path, len - suffix);
}

char *rejects_pair_key(const struct account *account, const struct output *output)
{
	char *path = rejects_rows_path(output_key(output)), *key;
	const struct output_use use = { account->job, path, account->run, account->slot_ms };

	if (!path)
		return xstrdup(output_key(output));
	key = output_key_of(&use);
	free(path);
	return key;
}
