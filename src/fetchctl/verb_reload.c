/* fetchctl reload. */
#include "fetchctl/verb.h"

#include <stdio.h>

#include "base/xalloc.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"

/* How many names there were. */
static size_t show_names(const struct json *diff, const char *change)
{
	const struct json *names = json_get(diff, change);

	for (size_t i = 0; i < json_len(names); i++) {
		const char *name = json_str(json_at(names, i));

		say_text(stdout, name ? name : "", false);
		printf(": %s\n", change);
	}
	return json_len(names);
}

static void show_diff(const struct ctl *ctl, const struct json *diff)
{
	if (show_names(diff, "added") + show_names(diff, "changed") + show_names(diff, "removed") ==
	    0)
		puts("reloaded; nothing changed");
}

int verb_reload(struct ctl *ctl)
{
	return ask_show(ctl, "POST", xstrdup("/v1/reload"), show_diff);
}
