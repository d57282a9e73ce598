/* NAME=VALUE words: see params.h. */
#include "fetchctl/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

static int read_one(const char *word, struct json *params)
{
	const char *eq = strchr(word, '=');
	char *name;
	int r = 0;

	if (!eq || eq == word)
		return say_usage("expected NAME=VALUE, not \"%s\"", word);
	name = xstrndup(word, (size_t)(eq - word));
	if (json_has(params, name))
		r = say_usage("%s is given twice", name);
	else
		json_put_str(params, name, eq + 1);
	free(name);
	return r;
}

int params_read(const struct ctl *ctl, struct json *order)
{
	struct json *params = json_put(order, "params", json_new_object());
	int r = 0;

	for (int i = 1; i < ctl->nwords && r == 0; i++)
		r = read_one(ctl->words[i], params);
	return r;
}
