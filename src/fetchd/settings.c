/* The settings a process runs with, see settings.h. */
#include "fetchd/settings.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"

static void override_path(char **path, const char *text)
{
	if (!text)
		return;
	free(*path);
	*path = file_absolute(text, NULL);
}

void settings_load_config(const struct options *options, struct settings *settings,
			  struct problems *problems)
{
	struct config *config = config_load(options->config_file, problems);

	settings->config = config;
	if (!config)
		return;
	override_path(&config->state_dir, options->state_dir);
	override_path(&config->data_dir, options->data_dir);
	if (options->log_level)
		config->log_level = (enum log_level)options_level(options->log_level);
}

void settings_load_jobs(struct settings *settings, struct problems *problems)
{
	if (settings->config)
		settings->jobs = jobset_load(settings->config, problems);
}

void settings_done(struct settings *settings)
{
	jobset_free(settings->jobs);
	config_free(settings->config);
	*settings = (struct settings) { 0 };
}

int settings_group(const struct config *config, gid_t *group, bool *missing, struct err *err)
{
	struct group *entry;

	*group = (gid_t)-1;
	*missing = false;
	if (!config->socket_group)
		return 0;
	entry = getgrnam(config->socket_group);
	if (entry)
		*group = entry->gr_gid;
	else if (config->socket_group_set)
		return err_set(err, -ENOENT, "socket_group: there is no group \"%s\"",
			       config->socket_group);
	else
		*missing = true;
	return 0;
}

void settings_print_problems(const struct problems *problems, FILE *out)
{
	for (size_t i = 0; i < problems->len; i++) {
		char *text = problem_text(&problems->items[i]);

		fprintf(out, "%s\n", text);
		free(text);
	}
	if (problems->dropped > 0)
		fprintf(out, "and %zu more\n", problems->dropped);
}

/* A configured group that does not exist stops the daemon at its start, so --check must know. */
static void check_group(const struct config *config, struct problems *problems)
{
	struct err err;
	bool missing;
	gid_t group;

	if (settings_group(config, &group, &missing, &err) == 0)
		return;
	problems_add(problems, config->doc, "/socket_group", "%s", err.text);
}

int settings_check(const struct options *options)
{
	struct problems problems = { 0 };
	struct settings settings = { 0 };
	int status = EXIT_FAILURE;

	settings_load_config(options, &settings, &problems);
	settings_load_jobs(&settings, &problems);
	if (settings.config)
		check_group(settings.config, &problems);
	settings_print_problems(&problems, stderr);
	if (problems.len == 0 && settings.jobs) {
		printf("%s: %zu %s\n", settings.config->file, settings.jobs->len,
		       settings.jobs->len == 1 ? "job is fine" : "jobs are fine");
		status = EXIT_SUCCESS;
	}
	problems_done(&problems);
	settings_done(&settings);
	return status;
}
