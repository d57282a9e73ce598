/* fetchctl reload. */
#include "fetchctl/verb.h"

#include <stdio.h>

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

int verb_reload(struct ctl *ctl)
{
	struct json *diff = NULL;
	int r = ask(ctl, "POST", "/v1/reload", NULL, &diff);

	if (r)
		return r;
	if (ctl->json)
		say_json(diff, true);
	else if (show_names(diff, "added") + show_names(diff, "changed") +
			 show_names(diff, "removed") ==
		 0)
		puts("reloaded; nothing changed");
	json_unref(diff);
	return CTL_DONE;
}
