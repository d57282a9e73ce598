/* Recovery from its order to its last sentence: see recover.h.
 *
 * The new database is made beside the old one, under a name of its own, and closed. Then the old
 * one goes aside: the database before its log, since a database without its log looks like one that
 * is merely older. The new one takes the name last; at every moment before, a daemon that is
 * started finds a damaged database, a log without one, or none beside manifests, and refuses all
 * three.
 */
#include "run/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "run/recover_internal.h"
#include "store/runs.h"
#include "store/runs_number.h"

/* What belongs to a database, itself first. */
static const char *const belongings[] = { "", "-wal", "-shm", "-journal", "-commits" };
#define NBELONGINGS (sizeof(belongings) / sizeof(belongings[0]))

static bool belongs(const char *path, size_t i)
{
	char *name = xasprintf("%s%s", path, belongings[i]);
	struct stat st;
	bool there = lstat(name, &st) == 0;

	free(name);
	return there;
}

static bool is_anything_there(const char *path)
{
	for (size_t i = 0; i < NBELONGINGS; i++)
		if (belongs(path, i))
			return true;
	return false;
}

static int sync_state(const struct recover *recover, struct err *err)
{
	const char *state = recover->order->config->state_dir;
	int dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code;

	if (dir < 0)
		return err_sys(err, -errno, "cannot open %s", state);
	code = file_sync_dir(dir, err);
	close(dir);
	return code;
}

/* Renames what is there of the old database, and says so. Again after a crash it finds the rest. */
static int set_aside(const struct recover *recover, struct err *err)
{
	char utc[CLOCK_TEXT_MAX], *aside;
	int code = 0;

	if (!is_anything_there(recover->path))
		return 0;
	clock_format_compact(clock_unix_ms(), utc);
	aside = xasprintf("%s.damaged-%s", recover->path, utc);
	for (unsigned i = 2; is_anything_there(aside); i++) {
		free(aside);
		aside = xasprintf("%s.damaged-%s-%u", recover->path, utc, i);
	}
	for (size_t i = 0; code == 0 && i < NBELONGINGS; i++) {
		char *from = xasprintf("%s%s", recover->path, belongings[i]);
		char *to = xasprintf("%s%s", aside, belongings[i]);

		if (belongs(recover->path, i) && rename(from, to) < 0)
			code = err_sys(err, -errno, "cannot rename %s to %s", from, to);
		if (code == 0 && i == 0)
			code = sync_state(recover, err);
		free(from);
		free(to);
	}
	if (code == 0)
		code = sync_state(recover, err);
	if (code == 0)
		fprintf(recover->order->report, "%s: set aside as %s\n", recover->path, aside);
	free(aside);
	return code;
}

static void unlink_all(const char *path)
{
	for (size_t i = 0; i < NBELONGINGS; i++) {
		char *name = xasprintf("%s%s", path, belongings[i]);

		unlink(name);
		free(name);
	}
}

/* What nobody spoke for: temporaries go aside, and so does what lies in a snapshot unlisted; other
 * people's files stay. */
static int take_others(struct recover *recover, const struct survey *survey, struct err *err)
{
	struct json *snapshots = json_new_object();
	int code = 0;

	for (size_t i = 0; i < json_len(survey->snapshots); i++)
		json_put_bool(snapshots, json_str(json_at(survey->snapshots, i)), true);
	for (size_t i = 0; code == 0 && i < json_len(survey->others); i++) {
		const char *name = json_str(json_at(survey->others, i));
		const char *slash = strrchr(name, '/');
		char *dir = xstrndup(name, slash ? (size_t)(slash - name) : 0);

		if (json_has(recover->met, name) || !recover_is_there(recover, name))
			; /* spoken for, or moved with its directory */
		else if (json_has(snapshots, dir))
			code = recover_put_aside(recover, name, "no manifest lists it", err);
		else
			recover_say(recover, RECOVER_LEFT, name, "no manifest or job tells of it");
		free(dir);
	}
	json_unref(snapshots);
	return code;
}

/* Outputs of which neither a line of a manifest nor a job tells whose they are. */
static int take_strangers(struct recover *recover, const struct survey *survey, struct err *err)
{
	int code = 0;

	for (struct json_member output = json_first(survey->outputs); output.key;
	     output = json_next(output)) {
		for (size_t i = 0; code == 0 && i < json_len(output.value); i++) {
			const char *name = json_str(json_at(output.value, i));
			const char *slash = strrchr(name, '/');
			struct leaf leaf;

			leaf_parse(slash ? slash + 1 : name, &leaf);
			if (json_has(recover->met, name) || !recover_is_there(recover, name) ||
			    leaf.kind == LEAF_MANIFEST)
				continue;
			if (leaf.kind == LEAF_CLOSED || leaf.kind == LEAF_PACKED)
				recover_say(recover, RECOVER_LEFT, name,
					    "no manifest or job tells of it");
			else
				code = recover_put_aside(recover, name,
							 "no manifest or job tells of it", err);
		}
	}
	return code;
}

static int fill(struct recover *recover, const struct survey *survey, struct err *err)
{
	int code = db_begin(recover->db, err);

	if (code < 0)
		return code;
	code = recover_outputs(recover, survey, err);
	if (code == 0)
		code = recover_snapshots(recover, survey, err);
	if (code == 0)
		code = take_strangers(recover, survey, err);
	if (code == 0)
		code = take_others(recover, survey, err);
	if (code < 0) {
		db_rollback(recover->db);
		return code;
	}
	runs_number_above(recover->db, recover->highest_run);
	return db_commit(recover->db, err);
}

static int rebuild(struct recover *recover, const struct survey *survey, struct err *err)
{
	char *made = xasprintf("%s.recovering", recover->path);
	int code;

	recover_saw_run(recover, runs_salvage(recover->path));
	unlink_all(made); /* of an earlier time that was cut short */
	code = db_open(made, &recover->db, err);
	if (code == 0) {
		code = fill(recover, survey, err);
		db_close(recover->db);
		recover->db = NULL;
	}
	if (code == 0)
		code = set_aside(recover, err);
	if (code == 0) {
		for (size_t i = 1; i < NBELONGINGS; i++) { /* all is in the database itself */
			char *name = xasprintf("%s%s", made, belongings[i]);

			unlink(name);
			free(name);
		}
		if (rename(made, recover->path) < 0)
			code = err_sys(err, -errno, "cannot rename %s to %s", made, recover->path);
	}
	if (code == 0)
		code = sync_state(recover, err);
	free(made);
	return code;
}

static bool is_whole(const struct recover *recover)
{
	return recover->counts[RECOVER_QUARANTINED] == 0 && recover->counts[RECOVER_MISSING] == 0 &&
	       recover->counts[RECOVER_DIFFERS] == 0 && !recover->cut;
}

static void sum_up(const struct recover *recover, const char *what)
{
	const uint64_t *counts = recover->counts;

	fprintf(recover->order->report,
		"%s; files: %" PRIu64 " kept, %" PRIu64 " truncated, %" PRIu64
		" quarantined, %" PRIu64 " missing, %" PRIu64 " different\n",
		what, counts[RECOVER_KEPT], counts[RECOVER_TRUNCATED], counts[RECOVER_QUARANTINED],
		counts[RECOVER_MISSING], counts[RECOVER_DIFFERS]);
}

/* Opens the database and looks at it: 0, -EUCLEAN when a new one is needed, and *why. */
static int judge_database(struct recover *recover, struct err *why)
{
	struct stat st;
	int code;

	if (stat(recover->path, &st) < 0 && errno == ENOENT)
		return err_set(why, -EUCLEAN, "%s: there is none", recover->path);
	code = db_open(recover->path, &recover->db, why);
	if (code == 0)
		code = db_check(recover->db, why);
	if (code < 0) {
		db_close(recover->db);
		recover->db = NULL;
	}
	return code;
}

static void forget_report(struct recover *recover)
{
	memset(recover->counts, 0, sizeof(recover->counts));
	json_unref(recover->met);
	recover->met = json_new_object();
}

static int judge_and_mend(struct recover *recover, const struct survey *survey, struct err *err)
{
	struct err why = ERR_INIT;
	bool fits = false;
	int code = judge_database(recover, &why);

	if (code < 0 && code != -EUCLEAN)
		return err_set(err, code, "%s", why.text);
	if (code == 0) {
		code = recover_compare(recover, survey, &fits, err);
		recover_saw_run(recover, fits ? 0 : runs_highest(recover->db));
		db_close(recover->db);
		recover->db = NULL;
		if (code < 0)
			return code;
		err_set(&why, 0,
			"%s: it is in order, but does not know files that their manifests "
			"prove: it is older than they are",
			recover->path);
	}
	if (fits) {
		sum_up(recover, "the database is in order and was left as it is");
		return 0;
	}
	fprintf(recover->order->report, "%s\n", why.text);
	forget_report(recover);
	code = rebuild(recover, survey, err);
	if (code == 0)
		sum_up(recover, "a new database was made, without the history of runs; runs that "
				"had not ended are to be started again");
	return code;
}

/* What is made here must be the daemon's to change: a root shell would leave it root's. */
static int check_user(const char *state_dir, struct err *err)
{
	struct passwd *owner;
	struct stat st;

	if (stat(state_dir, &st) < 0 || st.st_uid == geteuid())
		return 0;
	owner = getpwuid(st.st_uid);
	return err_set(err, -EPERM,
		       "%s belongs to %s: run this as that user, with runuser(1) -u %s", state_dir,
		       owner ? owner->pw_name : "another user", owner ? owner->pw_name : "USER");
}

static int open_places(struct recover *recover, int *lock, struct err *err)
{
	const struct config *config = recover->order->config;
	char *name = xasprintf("%s/lock", config->state_dir);
	int code = file_mkdir_p(config->state_dir, 0750, err);

	if (code == 0)
		code = check_user(config->state_dir, err);
	if (code == 0) {
		*lock = file_lock(name, err);
		code = *lock < 0 ? *lock : 0;
	}
	if (code == 0) {
		recover->root = open(config->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (recover->root < 0)
			code = err_sys(err, -errno, "cannot open the data directory %s",
				       config->data_dir);
	}
	free(name);
	return code;
}

int recover_run(const struct recover_order *order, bool *whole, struct err *err)
{
	struct recover recover = { .order = order, .root = -1 };
	struct survey survey = { 0 };
	int lock = -1, code = open_places(&recover, &lock, err);

	recover.path = xasprintf("%s/fetchd.db", order->config->state_dir);
	recover.met = json_new_object();
	if (code == 0)
		code = survey_take(&recover, &survey, err);
	if (code == 0)
		code = judge_and_mend(&recover, &survey, err);
	if (code == 0)
		*whole = is_whole(&recover);
	survey_done(&survey);
	json_unref(recover.met);
	free(recover.path);
	if (recover.root >= 0)
		close(recover.root);
	if (lock >= 0)
		close(lock);
	return code;
}
