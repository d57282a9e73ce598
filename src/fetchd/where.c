/* Where a job's rows land, see where.h. */
#include "fetchd/where.h"

#include "base/buf.h"

#define PATH_MAX_BYTES 4096

static struct slice look_up(struct slice name, void *arg)
{
	const struct job *job = arg;

	return slice_is(name, "job") ? slice_of(job->name) : (struct slice) { 0 };
}

char *where_output(const struct job *job, struct err *err)
{
	struct buf path;
	char *text = NULL;

	buf_init(&path, PATH_MAX_BYTES);
	if (template_expand(job->path, look_up, (struct job *)(uintptr_t)job, &path, err) == 0)
		text = buf_take(&path);
	else
		err_within(err, "output.path");
	buf_done(&path);
	return text;
}
