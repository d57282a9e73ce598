/* A database that is in order, against the files: does it know what they prove, and are they what
 * it says? Nothing is changed here.
 *
 * A file that the database does not know, but that is as its manifest says, is a proof that the
 * database is older than the files: it would give numbers a second time and land again what has
 * landed. A file that is missing or differs is only reported.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "data/manifest.h"
#include "data/outfile.h"
#include "io/file.h"
#include "run/recover_internal.h"
#include "store/files.h"
#include "store/outputs.h"
#include "store/snapshots.h"

struct comparison {
	struct recover *recover;
	struct json *known; /* names of the database's files */
	const char *dir;    /* of the manifest that is read, with the slash */
	bool fits;
	int code;
	struct err *err;
};

static void note(struct comparison *comparison, int code, const struct err *why)
{
	if (comparison->code == 0)
		comparison->code = err_set(comparison->err, code, "%s", why->text);
}

static void compare_file(const struct file_record *record, void *arg)
{
	struct comparison *comparison = arg;
	/* While it is being named it may still bear the other name: the daemon finds out. */
	bool moving = record->state == FILE_NAMING || record->state == FILE_DROPPING;
	struct proof proof = { record->name, record->bytes, record->sha256 };
	struct err why = ERR_INIT;
	int code;

	json_put_bool(comparison->known, record->name, true);
	if (moving || comparison->code < 0)
		return;
	code = recover_prove(comparison->recover, &proof, &why);
	if (code > 0)
		recover_say(comparison->recover, RECOVER_KEPT, record->name, NULL);
	else if (code == -ENOENT)
		recover_say(comparison->recover, RECOVER_MISSING, record->name,
			    "the database lists it");
	else if (code == 0)
		recover_say(comparison->recover, RECOVER_DIFFERS, record->name, "%s", why.text);
	else
		note(comparison, code, &why);
}

/* The daemon brings it to the committed offset at its start; it can do so when that much is there.
 */
static void compare_live(const struct output_record *record, void *arg)
{
	struct comparison *comparison = arg;
	struct recover *recover = comparison->recover;
	struct stat st;
	char *name;
	int fd;

	if (record->phase != OUTFILE_LIVE || record->snapshot)
		return;
	name = xasprintf("%s%s", record->path, record->extension);
	fd = file_open_beneath(recover->root, name, O_PATH, 0, NULL);
	if (fd < 0 || fstat(fd, &st) < 0)
		recover_say(recover, RECOVER_MISSING, name, "it is a live file of the database");
	else if (!S_ISREG(st.st_mode) || st.st_ino != record->ino)
		recover_say(recover, RECOVER_DIFFERS, name, "it is not the file that was written");
	else if ((uint64_t)st.st_size < record->offset)
		recover_say(recover, RECOVER_DIFFERS, name,
			    "%" PRIu64 " bytes were committed to it, %" PRIu64 " are there",
			    record->offset, (uint64_t)st.st_size);
	else
		recover_say(recover, RECOVER_KEPT, name, NULL);
	if (fd >= 0)
		close(fd);
	free(name);
}

static void compare_entry(const struct manifest_entry *entry, void *arg)
{
	struct comparison *comparison = arg;
	char *name = xasprintf("%s%s", comparison->dir, entry->file);
	const struct proof proof = { name, entry->bytes, entry->sha256 };

	if (comparison->fits && !json_has(comparison->known, name))
		comparison->fits = recover_prove(comparison->recover, &proof, NULL) <= 0;
	free(name);
}

static void compare_manifest(struct comparison *comparison, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("");
	char *name = xasprintf("%s.manifest", path);
	unsigned bad;

	comparison->dir = dir;
	manifest_read(comparison->recover->root, name, compare_entry, comparison, &bad, NULL);
	free(name);
	free(dir);
}

/* The directory is renamed after it is committed, and removed before that is. */
static void compare_snapshot(struct comparison *comparison, const char *name)
{
	struct snapshot_record record = { 0 };
	const char *result;
	uint64_t run = recover_run_of(name, &result);
	char *path, *text;
	struct json *manifest;

	if (run == 0)
		return;
	path = xstrndup(name, (size_t)(strrchr(name, '/') - name));
	text = xasprintf("%s/_MANIFEST", name);
	manifest = recover_read_json(comparison->recover, text);
	if (json_int(json_get(manifest, "run"), 0) == (int64_t)run &&
	    snapshots_get(comparison->recover->db, path, run, &record, NULL) == -ENOENT)
		comparison->fits = false;
	snapshot_record_done(&record);
	json_unref(manifest);
	free(text);
	free(path);
}

int recover_compare(struct recover *recover, const struct survey *survey, bool *fits,
		    struct err *err)
{
	struct comparison comparison = { recover, json_new_object(), "", true, 0, err };
	int code = files_each(recover->db, NULL, FILES_ALL, compare_file, &comparison, err);

	if (code == 0)
		code = comparison.code;
	if (code == 0)
		code = outputs_each(recover->db, compare_live, &comparison, err);
	for (struct json_member output = json_first(survey->outputs); code == 0 && output.key;
	     output = json_next(output))
		compare_manifest(&comparison, output.key);
	for (size_t i = 0; code == 0 && i < json_len(survey->snapshots); i++)
		compare_snapshot(&comparison, json_str(json_at(survey->snapshots, i)));
	json_unref(comparison.known);
	*fits = comparison.fits;
	return code;
}
