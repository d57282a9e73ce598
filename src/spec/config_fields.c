/* The field table of fetchd.yaml. Where something is when nothing is said depends on who runs
 * fetchd: those defaults are config.c's. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec/config.h"
#include "spec/field.h"
#include "spec/job_parts.h"

#define AT(member) offsetof(struct config, member)

#define DAY INT64_C(86400000)

/* `0640` is the number six hundred and forty to YAML 1.2, and means the mode all the same; 0o640
 * would be 416, which as a mode locks the owner out and so is noticed. */
static void read_mode(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	char *text = job_scalar_text(value);
	size_t digits = text ? strspn(text, "01234567") : 0;
	unsigned long mode = digits ? strtoul(text, NULL, 8) : 0;

	if (!text || digits == 0 || text[digits] || mode > 0777 || (mode & 0600) != 0600)
		walk_problem(walk, at, AT_VALUE,
			     "expected the mode of files, \"0640\" for example; the owner must be "
			     "able to read and write");
	else
		*(mode_t *)to = (mode_t)mode;
	free(text);
}

static struct json *show_mode(const void *from)
{
	char text[8];

	snprintf(text, sizeof(text), "%04o", *(const mode_t *)from & 0777u);
	return json_new_string(text);
}

static const struct field_custom mode_custom = { "mode", read_mode, show_mode, NULL };

static int check_group(const char *name, struct err *err)
{
	return *name ? 0 : err_set(err, -EINVAL, "expected a group's name");
}

static const struct field async_fields[] = {
	{ .name = "loops",
	  .type = FIELD_COUNT,
	  .offset = AT(async_loops),
	  .max = 256,
	  .def = "0",
	  .help = "threads of the async engine; 0: one for two processors, at least 1",
	  .example = "2" },
	{ .name = NULL },
};

static const struct field threads_fields[] = {
	{ .name = "max",
	  .type = FIELD_COUNT,
	  .offset = AT(threads_max),
	  .min = 1,
	  .max = 65536,
	  .def = "256",
	  .help = "most threads of the threads engine",
	  .example = "256" },
	{ .name = NULL },
};

static const struct field engines_fields[] = {
	{ .name = "async",
	  .type = FIELD_GROUP,
	  .fields = async_fields,
	  .help = "the async engine" },
	{ .name = "threads",
	  .type = FIELD_GROUP,
	  .fields = threads_fields,
	  .help = "the threads engine" },
	{ .name = "processes", .type = FIELD_RESERVED },
	{ .name = NULL },
};

const struct field config_fields[] = {
	{ .name = "jobs_dir",
	  .type = FIELD_PATH,
	  .offset = AT(jobs_dir),
	  .def = "jobs.d",
	  .flags = FIELD_RELOADS,
	  .help = "the directory of job files; relative to this file",
	  .example = "/etc/fetchd/jobs.d" },
	{ .name = "state_dir",
	  .type = FIELD_PATH,
	  .offset = AT(state_dir),
	  .help = "what fetchd remembers; /var/lib/fetchd for root, else $XDG_STATE_HOME/fetchd",
	  .example = "/var/lib/fetchd" },
	{ .name = "data_dir",
	  .type = FIELD_PATH,
	  .offset = AT(data_dir),
	  .help = "where records land; STATE_DIR/data when not given",
	  .example = "/var/lib/fetchd/data" },
	{ .name = "data_mode",
	  .type = FIELD_CUSTOM,
	  .offset = AT(data_mode),
	  .custom = &mode_custom,
	  .def = "0640",
	  .help = "the mode of files in data_dir; directories get the matching one",
	  .example = "0640" },
	{ .name = "secrets_dir",
	  .type = FIELD_PATH,
	  .offset = AT(secrets_dir),
	  .flags = FIELD_RELOADS,
	  .help = "jobs set over the socket may name secret files below this directory only, and "
		  "files "
		  "of parameters below data_dir only",
	  .example = "/etc/fetchd/secrets" },
	{ .name = "socket",
	  .type = FIELD_PATH,
	  .offset = AT(socket),
	  .help = "the control socket; /run/fetchd/fetchd.sock for root, else below "
		  "$XDG_RUNTIME_DIR",
	  .example = "/run/fetchd/fetchd.sock" },
	{ .name = "socket_group",
	  .type = FIELD_TEXT,
	  .offset = AT(socket_group),
	  .check = check_group,
	  .help = "the group that may use the control socket; fetchd for root",
	  .example = "fetchd" },
	{ .name = "engines",
	  .type = FIELD_GROUP,
	  .fields = engines_fields,
	  .help = "settings of each engine" },
	{ .name = "max_in_flight",
	  .type = FIELD_COUNT,
	  .offset = AT(max_in_flight),
	  .min = 1,
	  .max = 1000000,
	  .def = "10000",
	  .help = "most requests in flight, of all runs together",
	  .example = "10000" },
	{ .name = "per_host",
	  .type = FIELD_COUNT,
	  .offset = AT(per_host),
	  .max = 1000000,
	  .def = "0",
	  .help = "most requests in flight at one host, of all runs together; 0: no cap",
	  .example = "50" },
	{ .name = "hosts",
	  .type = FIELD_CUSTOM,
	  .custom = &config_hosts,
	  .help = "what may be asked of a host, by all jobs together: its name, with :PORT if need "
		  "be, and",
	  .example = "{api.example.com: {rate: 5/s, burst: 10}}" },
	{ .name = "max_runs",
	  .type = FIELD_COUNT,
	  .offset = AT(max_runs),
	  .min = 1,
	  .max = 10000,
	  .def = "16",
	  .help = "most runs at a time",
	  .example = "16" },
	{ .name = "shutdown_grace",
	  .type = FIELD_DURATION,
	  .offset = AT(shutdown_grace_ms),
	  .max = DAY,
	  .def = "30s",
	  .help = "how long requests in flight may still take when fetchd stops",
	  .example = "30s" },
	{ .name = "log_level",
	  .type = FIELD_CHOICE,
	  .offset = AT(log_level),
	  .choices = log_level_names,
	  .def = "info",
	  .flags = FIELD_RELOADS,
	  .help = "the least important lines that are logged",
	  .example = "debug" },
	{ .name = "defaults",
	  .type = FIELD_CUSTOM,
	  .custom = &job_file_map,
	  .flags = FIELD_RELOADS,
	  .help = "settings merged under each job of this file",
	  .example = "{workers: 2}" },
	{ .name = "jobs",
	  .type = FIELD_CUSTOM,
	  .custom = &job_file_map,
	  .flags = FIELD_RELOADS,
	  .help = "jobs, as in a job file" },
	{ .name = "listen", .type = FIELD_RESERVED },
	{ .name = "network", .type = FIELD_RESERVED },
	{ .name = NULL },
};
