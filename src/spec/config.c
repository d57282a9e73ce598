/* The daemon's settings: see config.h. */
#include "spec/config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "io/file.h"
#include "spec/field.h"

#define SYSTEM_FILE   FETCHD_SYSCONFDIR "/fetchd/fetchd.yaml"
#define SYSTEM_STATE  FETCHD_LOCALSTATEDIR "/lib/fetchd"
#define SYSTEM_SOCKET FETCHD_RUNSTATEDIR "/fetchd/fetchd.sock"

static const char *home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *user;

	if (dir && *dir == '/')
		return dir;
	user = getpwuid(geteuid());
	return user && user->pw_dir ? user->pw_dir : "/";
}

/* $VARIABLE, unless it is unset or relative, which the specification says to ignore. */
static const char *xdg(const char *variable)
{
	const char *dir = getenv(variable);

	return dir && *dir == '/' ? dir : NULL;
}

static char *xdg_path(const char *variable, const char *fallback, const char *name)
{
	const char *dir = xdg(variable);

	return dir ? xasprintf("%s/%s", dir, name) : xasprintf("%s/%s/%s", home(), fallback, name);
}

char *config_default_file(void)
{
	if (geteuid() == 0)
		return xstrdup(SYSTEM_FILE);
	return xdg_path("XDG_CONFIG_HOME", ".config", "fetchd/fetchd.yaml");
}

/* A directory that the service manager made for us (systemd.exec(5)), the first of several; NULL
 * when there is none. The caller frees. */
static char *service_dir(const char *variable)
{
	const char *dirs = getenv(variable);

	return dirs && *dirs == '/' ? xstrndup(dirs, strcspn(dirs, ":")) : NULL;
}

static char *default_state_dir(void)
{
	char *dir = service_dir("STATE_DIRECTORY");

	if (dir)
		return dir;
	if (geteuid() == 0)
		return xstrdup(SYSTEM_STATE);
	return xdg_path("XDG_STATE_HOME", ".local/state", "fetchd");
}

static char *user_socket(const char *state_dir)
{
	const char *dir = xdg("XDG_RUNTIME_DIR");

	return dir ? xasprintf("%s/fetchd/fetchd.sock", dir)
		   : xasprintf("%s/fetchd.sock", state_dir);
}

char *config_default_socket(void)
{
	char *state_dir, *path;

	if (geteuid() == 0 || access(SYSTEM_SOCKET, F_OK) == 0)
		return xstrdup(SYSTEM_SOCKET);
	state_dir = default_state_dir();
	path = user_socket(state_dir);
	free(state_dir);
	return path;
}

static char *default_socket(const char *state_dir)
{
	char *dir = service_dir("RUNTIME_DIRECTORY");
	char *path = dir ? xasprintf("%s/fetchd.sock", dir) : NULL;

	free(dir);
	if (path)
		return path;
	return geteuid() == 0 ? xstrdup(SYSTEM_SOCKET) : user_socket(state_dir);
}

/* What depends on who we are, where the file says nothing. A service is the system's, whichever
 * user it runs as. */
static void fill(struct config *config)
{
	bool system = geteuid() == 0 || getenv("RUNTIME_DIRECTORY");

	if (!config->state_dir)
		config->state_dir = default_state_dir();
	if (!config->data_dir)
		config->data_dir = xasprintf("%s/data", config->state_dir);
	if (!config->socket)
		config->socket = default_socket(config->state_dir);
	config->socket_group_set = config->socket_group != NULL;
	if (!config->socket_group && system)
		config->socket_group = xstrdup("fetchd");
}

static void check_socket(const struct config *config, const struct walk *walk)
{
	size_t longest = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (strlen(config->socket) > longest)
		walk_problem_at(walk, "/socket", AT_VALUE,
				"the path of a socket has at most %zu bytes", longest);
}

static void read_document(struct config *config, struct problems *problems)
{
	struct walk walk = {
		.doc = config->doc, .base = "", .beside = config->file, .problems = problems
	};

	fields_read(config_fields, config->document, config, &walk, NULL);
	fill(config);
	check_socket(config, &walk);
}

struct config *config_load(const char *file, struct problems *problems)
{
	struct config *config = xcalloc(1, sizeof(*config));
	char *name = file ? xstrdup(file) : config_default_file();

	config->file = file_absolute(name, NULL);
	if ((file || access(name, F_OK) == 0) &&
	    doc_read_checked(name, problems, &config->doc) < 0) {
		config_free(config);
		config = NULL;
	} else {
		config->document = config->doc ? doc_root(config->doc) : NULL;
		read_document(config, problems);
	}
	free(name);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	fields_done(config_fields, config);
	doc_free(config->doc);
	free(config->file);
	free(config);
}

struct json *config_show(const struct config *config)
{
	return fields_show(config_fields, config);
}
