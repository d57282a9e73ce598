/* Sources of values: see source.h. */
#include "spec/source.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* By kind: the key in a job, and what a sentence puts around the name. */
static const struct {
	const char *key, *before, *behind;
} kinds[SOURCE__COUNT] = {
	[SOURCE_NONE] = { "", "", "" },
	[SOURCE_FILE] = { "file", "", "" },
	[SOURCE_JOB] = { "job", "the job \"", "\"" },
	[SOURCE_ENV] = { "env", "the environment variable ", "" },
	[SOURCE_REQUEST] = { "request", "a first request of ", "" },
};

void source_done(struct source *source)
{
	free(source->name);
	free(source->column);
	pointer_free(source->pointer);
	json_unref(source->ask);
	*source = (struct source) { 0 };
}

char *source_text(const struct source *source)
{
	return xasprintf("%s%s%s", kinds[source->kind].before, source->name ? source->name : "",
			 kinds[source->kind].behind);
}

struct json *source_show(const struct source *source)
{
	struct json *map = source->ask ? json_copy(source->ask) : json_new_object();

	if (source->ask)
		return map;
	json_put_str(map, kinds[source->kind].key, source->name);
	if (source->column)
		json_put_str(map, "column", source->column);
	if (source->pointer)
		json_put_str(map, "pointer", pointer_text(source->pointer));
	return map;
}
