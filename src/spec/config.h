/* The daemon's own settings, fetchd.yaml: where things are and how much it may do at once. */
#ifndef SPEC_CONFIG_H
#define SPEC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "spec/field.h"
#include "spec/problem.h"

/* What may be asked of one host by all jobs together. */
struct config_host {
	char *name;        /* "api.example.com", or with ":port" */
	unsigned per_host; /* in flight; 0: no cap */
	int64_t rate_ns;   /* from one request to the next; 0: no limit */
	unsigned burst;
};

struct config {
	char *file; /* absolute; the file may be missing, then all is default */
	char *jobs_dir, *state_dir, *data_dir; /* absolute */
	char *secrets_dir;                     /* NULL: none configured */
	char *socket;                          /* absolute */
	char *socket_group;                    /* NULL: none */
	bool socket_group_set; /* the user asked for it: a missing group is an error */
	mode_t data_mode;      /* of files; directories get the matching x bits and setgid */
	unsigned async_loops;  /* 0: one per two cores, at least 1 */
	unsigned threads_max;
	unsigned max_in_flight; /* requests of all runs together */
	unsigned per_host;      /* of all runs together, per host; 0: no cap */
	struct config_host *hosts;
	size_t nhosts;
	unsigned max_runs;
	int64_t shutdown_grace_ms;
	enum log_level log_level;
	struct json
		*document; /* the whole file, for its `defaults` and `jobs`; NULL when missing */
	struct doc *doc;   /* the same with its places, owns `document`; NULL when missing */
};

extern const struct field_custom config_hosts;
/* Every setting, one row each (field.h). */
extern const struct field config_fields[];

/* Who asks decides the defaults: root uses /etc, /var/lib and /run (below the configured prefix),
 * others their XDG directories (XDG Base Directory Specification); for a service of
 * systemd.exec(5), $STATE_DIRECTORY and $RUNTIME_DIRECTORY come before both. */
char *config_default_file(void);
char *config_default_socket(
	void); /* what fetchctl tries: /run/fetchd/fetchd.sock if there, else the user's */

/* Reads and checks `file` (NULL: the default one, which may be missing). Problems are added; the
 * config is complete even then, so that checking goes on to the jobs. NULL only when the file
 * cannot be read, or is no YAML. */
struct config *config_load(const char *file, struct problems *problems);
void config_free(struct config *config);
/* Every setting with the value it has. The caller's. */
struct json *config_show(const struct config *config);

#endif
