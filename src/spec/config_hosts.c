/* `hosts:` of fetchd.yaml: a map of names, each with what may be asked of that host. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "spec/config.h"

#define AT(member) offsetof(struct config_host, member)

#define NAME_MAX_BYTES 255 /* of a name in the DNS (RFC 1035 section 2.3.4), with a port behind */

static const struct field host_fields[] = {
	{ .name = "rate",
	  .type = FIELD_RATE,
	  .offset = AT(rate_ns),
	  .help = "most requests in a time, evenly spread",
	  .example = "5/s" },
	{ .name = "burst",
	  .type = FIELD_COUNT,
	  .offset = AT(burst),
	  .min = 1,
	  .max = 1000000,
	  .def = "1",
	  .help = "requests that may go at once when none went for a while, all but one of them",
	  .example = "10" },
	{ .name = "per_host",
	  .type = FIELD_COUNT,
	  .offset = AT(per_host),
	  .max = 1000000,
	  .def = "0",
	  .help = "most requests in flight; 0: no cap but the one of all hosts",
	  .example = "4" },
	{ .name = NULL },
};

/* "name", "name:port" or "[address]:port", without a scheme or a path. */
static bool is_host(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= NAME_MAX_BYTES + 6 && !name[strcspn(name, "/?#@ \t\\")];
}

/* As requests name it: in small letters. */
static char *lower(const char *name)
{
	char *copy = xstrdup(name);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return copy;
}

static void read_hosts(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	struct config *config = to;

	if (walk_wrong_type(walk, at, value, JSON_OBJECT,
			    "a map such as {api.example.com: {rate: 5/s}}"))
		return;
	config->hosts = xcalloc(json_len(value) + 1, sizeof(*config->hosts));
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct trail item = { .up = at, .key = m.key };
		struct config_host *host = &config->hosts[config->nhosts++];

		host->name = lower(m.key);
		if (!is_host(m.key))
			walk_problem(walk, &item, AT_KEY,
				     "expected a host's name, \"api.example.com\" for example");
		else if (!walk_wrong_type(walk, &item, m.value, JSON_OBJECT,
					  "a map such as {rate: 5/s}"))
			fields_read(host_fields, m.value, host, walk, &item);
	}
}

static struct json *show_hosts(const void *from)
{
	const struct config *config = from;
	struct json *map = json_new_object();

	for (size_t i = 0; i < config->nhosts; i++)
		json_put(map, config->hosts[i].name, fields_show(host_fields, &config->hosts[i]));
	return map;
}

static void done_hosts(void *to)
{
	struct config *config = to;

	for (size_t i = 0; i < config->nhosts; i++)
		free(config->hosts[i].name);
	free(config->hosts);
	config->hosts = NULL;
	config->nhosts = 0;
}

const struct field_custom config_hosts = { "map of hosts", read_hosts, show_hosts, done_hosts,
					   host_fields };
