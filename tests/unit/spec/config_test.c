#include "spec/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/xalloc.h"

static char *scratch(void)
{
	char *dir = xstrdup("/tmp/config-test-XXXXXX");

	ck_assert_ptr_nonnull(mkdtemp(dir));
	return dir;
}

/* The configuration in a file of its own, which is gone afterwards. */
static struct config *loaded(const char *text, struct problems *problems)
{
	char *dir = scratch(), *path = xasprintf("%s/fetchd.yaml", dir);
	FILE *file = fopen(path, "w");
	struct config *config;

	fputs(text, file);
	fclose(file);
	config = config_load(path, problems);
	unlink(path);
	rmdir(dir);
	free(path);
	free(dir);
	return config;
}

static void bad(const char *text, const char *want)
{
	struct problems problems = { 0 };
	struct config *config = loaded(text, &problems);
	char *got;

	ck_assert_uint_eq(problems.len, 1);
	got = problem_text(&problems.items[0]);
	ck_assert_ptr_nonnull(strstr(got, "/fetchd.yaml"));
	ck_assert_str_eq(strstr(got, "/fetchd.yaml") + strlen("/fetchd.yaml"), want);
	free(got);
	problems_done(&problems);
	config_free(config);
}

START_TEST(a_missing_default_file_means_defaults)
{
	struct problems problems = { 0 };
	struct config *config;

	setenv("XDG_CONFIG_HOME", "/nonexistent/config", 1);
	if (geteuid() == 0 && access(FETCHD_SYSCONFDIR "/fetchd/fetchd.yaml", F_OK) == 0)
		return;
	config = config_load(NULL, &problems);
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(problems.len, 0);
	ck_assert_ptr_null(config->document);
	ck_assert_uint_eq(config->max_in_flight, 10000);
	ck_assert_uint_eq(config->max_runs, 16);
	ck_assert_uint_eq(config->threads_max, 256);
	ck_assert_uint_eq(config->async_loops, 0);
	ck_assert_uint_eq(config->per_host, 0);
	ck_assert_int_eq(config->shutdown_grace_ms, 30000);
	ck_assert_int_eq(config->log_level, LOG_LEVEL_INFO);
	ck_assert_uint_eq(config->data_mode, 0640);
	ck_assert_ptr_null(config->secrets_dir);
	ck_assert(!config->socket_group_set);
	config_free(config);
}
END_TEST

START_TEST(a_named_file_must_be_there)
{
	struct problems problems = { 0 };

	ck_assert_ptr_null(config_load("/nonexistent/fetchd.yaml", &problems));
	ck_assert_uint_eq(problems.len, 1);
	problems_done(&problems);
}
END_TEST

START_TEST(paths_are_beside_the_file_and_below_the_state)
{
	struct problems problems = { 0 };
	struct config *config =
		loaded("state_dir: st\nsocket: /run/x.sock\nsecrets_dir: s/../k\n", &problems);
	char *dir = xstrndup(config->file, strlen(config->file) - strlen("/fetchd.yaml"));
	char *jobs = xasprintf("%s/jobs.d", dir), *data = xasprintf("%s/st/data", dir);

	ck_assert_uint_eq(problems.len, 0);
	ck_assert_str_eq(config->jobs_dir, jobs);
	ck_assert_str_eq(config->data_dir, data);
	ck_assert_str_eq(config->socket, "/run/x.sock");
	ck_assert_int_eq(*config->secrets_dir, '/');
	free(dir);
	free(jobs);
	free(data);
	config_free(config);
}
END_TEST

START_TEST(the_users_directories_follow_xdg)
{
	struct problems problems = { 0 };
	bool root = geteuid() == 0;
	struct config *config;
	char *text;

	if (root && seteuid(65534) != 0)
		return;
	setenv("HOME", "/home/anna", 1);
	setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	text = config_default_file();
	ck_assert_str_eq(text, "/home/anna/.config/fetchd/fetchd.yaml");
	free(text);
	config = config_load(NULL, &problems);
	ck_assert_str_eq(config->state_dir, "/home/anna/.local/state/fetchd");
	ck_assert_str_eq(config->data_dir, "/home/anna/.local/state/fetchd/data");
	ck_assert_str_eq(config->socket, "/home/anna/.local/state/fetchd/fetchd.sock");
	ck_assert_ptr_null(config->socket_group);
	config_free(config);
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	text = config_default_socket();
	if (access(FETCHD_RUNSTATEDIR "/fetchd/fetchd.sock", F_OK) != 0)
		ck_assert_str_eq(text, "/run/user/7/fetchd/fetchd.sock");
	free(text);
	if (root) {
		ck_assert_int_eq(seteuid(0), 0);
		prctl(PR_SET_DUMPABLE, 1); /* or the leak sanitizer cannot look */
	}
}
END_TEST

START_TEST(modes_are_octal_however_yaml_reads_them)
{
	struct problems problems = { 0 };
	struct config *config = loaded("data_mode: 0660\n", &problems);

	ck_assert_uint_eq(config->data_mode, 0660);
	config_free(config);
	config = loaded("data_mode: '600'\n", &problems);
	ck_assert_uint_eq(config->data_mode, 0600);
	config_free(config);
	ck_assert_uint_eq(problems.len, 0);
	bad("data_mode: 0o640\n",
	    ":1:12: error: data_mode: expected the mode of files, \"0640\" for example; the owner "
	    "must be able to read and write");
	bad("data_mode: rw\n",
	    ":1:12: error: data_mode: expected the mode of files, \"0640\" for example; the owner "
	    "must be able to read and write");
}
END_TEST

START_TEST(wrong_settings_have_a_place)
{
	bad("max_run: 3\n", ":1:1: error: unknown key \"max_run\"; did you mean \"max_runs\"?");
	bad("engines: {async: {loops: -1}}\n",
	    ":1:26: error: engines.async.loops: expected a whole number from 0 to 256");
	bad("log_level: verbose\n", ":1:12: error: log_level: expected one of error, warning, "
				    "info, debug, found \"verbose\"");
	bad("hosts: []\n", ":1:8: error: hosts: expected a map such as {api.example.com: {rate: "
			   "5/s}}, found a list");
	bad("hosts: {a/b: {}}\n",
	    ":1:9: error: hosts: expected a host's name, \"api.example.com\" for example");
	bad("hosts: {h: {rate: fast}}\n",
	    ":1:19: error: hosts.h.rate: expected a rate, \"20/s\" for "
	    "example (per s, m, h or d)");
	bad("- a\n", ":1:1: error: expected a map, found a list");
	bad("a: b: c\n", ":1:5: error: not valid YAML: mapping values are not allowed in this "
			 "context");
}
END_TEST

START_TEST(a_sockets_path_is_short)
{
	struct problems problems = { 0 };
	char text[300] = "socket: /";
	struct config *config;

	memset(text + 9, 'x', 200);
	config = loaded(text, &problems);
	ck_assert_uint_eq(problems.len, 1);
	ck_assert_str_eq(problems.items[0].sentence,
			 "socket: the path of a socket has at most 107 bytes");
	problems_done(&problems);
	config_free(config);
}
END_TEST

START_TEST(a_configured_group_is_told_from_the_default_one)
{
	struct problems problems = { 0 };
	struct config *config = loaded("socket_group: staff\nlog_level: debug\n", &problems);
	struct json *shown;

	ck_assert(config->socket_group_set);
	ck_assert_str_eq(config->socket_group, "staff");
	shown = config_show(config);
	ck_assert_str_eq(json_str(json_get(shown, "log_level")), "debug");
	ck_assert_str_eq(json_str(json_get(shown, "data_mode")), "0640");
	json_unref(shown);
	config_free(config);
	config_free(NULL);
}
END_TEST

UNIT_MAIN("config", a_missing_default_file_means_defaults, a_named_file_must_be_there,
	  paths_are_beside_the_file_and_below_the_state, the_users_directories_follow_xdg,
	  modes_are_octal_however_yaml_reads_them, wrong_settings_have_a_place,
	  a_sockets_path_is_short, a_configured_group_is_told_from_the_default_one)
