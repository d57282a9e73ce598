/* Snapshots brought into a new ledger: each by its own `_MANIFEST`, part by part.
 *
 * A published one of which a part is lost is not complete any more: it is kept aside as "suspect",
 * with the parts that are good, and `latest` leads to the newest that is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/pack.h"
#include "data/snapshot.h"
#include "io/file.h"
#include "run/recover_internal.h"
#include "store/files.h"
#include "store/snapshots.h"

#define SUSPECT "suspect"

/* One directory on its way. */
struct staged {
	struct recover *recover;
	const char *name; /* of the directory */
	char *path, *key; /* of the output, and of its parts in the ledger */
	uint64_t run;
	const char *result; /* NULL: published */
	const struct json *manifest;
	struct json *parts; /* of those that are kept: their leaves and entries, in order */
	bool lost;
	uint64_t rows, bytes;
	struct err *err;
};

static int64_t time_of(const struct json *text)
{
	int64_t unix_ms = 0;

	if (json_str(text))
		clock_parse(json_str(text), &unix_ms);
	return unix_ms;
}

static bool is_leaf(const char *file)
{
	return file && !strchr(file, '/') && file_path_clean(file);
}

/* A part may bear its suffix although the manifest leaves it out: it was never published. */
static char *name_of(const struct staged *staged, const char *file)
{
	char *name = xasprintf("%s/%s", staged->name, file);
	char *part = xasprintf("%s" SNAPSHOT_PART_SUFFIX, name);
	bool bare = recover_is_there(staged->recover, name);

	if (bare || !recover_is_there(staged->recover, part)) {
		free(part);
		return name;
	}
	free(name);
	return part;
}

static int take_part(struct staged *staged, const struct json *entry)
{
	const char *file = json_str(json_get(entry, "file"));
	int64_t bytes = json_int(json_get(entry, "bytes"), -1);
	const char *sum = json_str(json_get(entry, "sha256"));
	struct json *part;
	char *name;
	int code;

	if (!is_leaf(file) || bytes < 0 || !sum) {
		staged->lost = true;
		return 0;
	}
	name = name_of(staged, file);
	code = recover_judge(staged->recover, &(struct proof) { name, (uint64_t)bytes, sum },
			     staged->err);
	if (code > 0) {
		part = json_push(staged->parts, json_new_object());
		json_put_str(part, "leaf", strrchr(name, '/') + 1);
		json_put(part, "entry", json_ref(entry));
		staged->rows += (uint64_t)json_int(json_get(entry, "rows"), 0);
		staged->bytes += (uint64_t)bytes;
	}
	staged->lost |= code == 0;
	free(name);
	return code < 0 ? code : 0;
}

static struct json *column_names(const struct json *columns)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < json_len(columns); i++)
		json_push(names, json_ref(json_get(json_at(columns, i), "name")));
	return names;
}

static void insert_parts(const struct staged *staged, const char *dir, const char *job)
{
	int64_t created = time_of(json_get(staged->manifest, "created"));
	struct json *names = column_names(json_get(staged->manifest, "columns"));
	char run[24];

	snprintf(run, sizeof(run), "%" PRIu64, staged->run);
	for (size_t i = 0; i < json_len(staged->parts); i++) {
		const struct json *part = json_at(staged->parts, i);
		const struct json *entry = json_get(part, "entry");
		int64_t rows = json_int(json_get(entry, "rows"), 0);
		char *name = xasprintf("%s/%s", dir, json_str(json_get(part, "leaf")));
		struct json *runs = json_new_object();

		json_put_int(runs, run, rows);
		files_insert(staged->recover->db,
			     &(struct file_record) {
				     .state = FILE_LISTED,
				     .name = name,
				     .path = staged->key,
				     .job = (char *)job,
				     .rows = (uint64_t)rows,
				     .bytes = (uint64_t)json_int(json_get(entry, "bytes"), 0),
				     .sha256 = (char *)json_str(json_get(entry, "sha256")),
				     .sequence = i + 1,
				     .opened_ms = created,
				     .closed_ms = created,
				     .columns = names,
				     .runs = runs });
		json_unref(runs);
		free(name);
	}
	json_unref(names);
}

static void insert_snapshot(const struct staged *staged, const char *dir)
{
	const struct json *manifest = staged->manifest;
	const char *job = json_str(json_get(manifest, "job"));
	const char *result = json_str(json_get(manifest, "result"));

	snapshots_put(staged->recover->db,
		      &(struct snapshot_record) {
			      .path = staged->path,
			      .run = staged->run,
			      .job = (char *)(job ? job : ""),
			      .slot_ms = time_of(json_get(manifest, "slot")),
			      .state = staged->result ? SNAPSHOT_KEPT : SNAPSHOT_PUBLISHED,
			      .result = (char *)(staged->result ? staged->result : result),
			      .rows = staged->rows,
			      .bytes = staged->bytes,
			      .published_ms = staged->result
						      ? 0
						      : time_of(json_get(manifest, "created")) });
	insert_parts(staged, dir, job ? job : "");
}

/* Published, but not whole any more. */
static int suspect(struct staged *staged, char **dir)
{
	char *aside = xasprintf("%s." SUSPECT, staged->name);
	int code = recover_move(staged->recover, staged->name, aside);

	if (code == 0) {
		recover_say(staged->recover, RECOVER_QUARANTINED, staged->name,
			    "the snapshot is not whole any more; it is now %s", aside);
		staged->result = SUSPECT;
		*dir = aside;
		return 0;
	}
	free(aside);
	if (code != -EEXIST)
		return err_sys(staged->err, code, "cannot put %s aside", staged->name);
	code = recover_put_aside(staged->recover, staged->name,
				 "the snapshot is not whole any more", staged->err);
	json_unref(staged->parts);
	staged->parts = NULL;
	return code;
}

static int take_parts(struct staged *staged)
{
	const struct json *files = json_get(staged->manifest, "files");
	char *dir = xstrdup(staged->name);
	int code = 0;

	staged->parts = json_new_array();
	for (size_t i = 0; code == 0 && i < json_len(files); i++)
		code = take_part(staged, json_at(files, i));
	if (code == 0 && staged->lost && !staged->result) {
		free(dir);
		dir = NULL;
		code = suspect(staged, &dir);
	}
	if (code == 0 && staged->parts && dir)
		insert_snapshot(staged, dir);
	json_unref(staged->parts);
	free(dir);
	return code;
}

static int take_snapshot(struct recover *recover, const char *name, struct err *err)
{
	char *text = xasprintf("%s/_MANIFEST", name);
	struct json *manifest = recover_read_json(recover, text);
	struct staged staged = { .recover = recover, .name = name, .manifest = manifest };
	int code;

	staged.err = err;
	staged.run = recover_run_of(name, &staged.result);
	free(text);
	if (staged.run == 0) {
		json_unref(manifest);
		return 0; /* a _MANIFEST that is none of ours */
	}
	recover_saw_run(recover, staged.run);
	staged.path = xstrndup(name, (size_t)(strrchr(name, '/') - name));
	staged.key = snapshot_key(staged.path, staged.run);
	if (json_int(json_get(manifest, "run"), 0) != (int64_t)staged.run ||
	    json_type(json_get(manifest, "files")) != JSON_ARRAY)
		code = recover_put_aside(recover, name, "its _MANIFEST proves nothing", err);
	else
		code = take_parts(&staged);
	free(staged.path);
	free(staged.key);
	json_unref(manifest);
	return code;
}

/* Where `latest` leads; false: it is no link. */
static bool read_latest(struct recover *recover, const char *path, char target[static 256])
{
	int dir = file_open_beneath(recover->root, path, O_RDONLY | O_DIRECTORY, 0, NULL);
	ssize_t len = dir < 0 ? -1 : readlinkat(dir, "latest", target, 255);

	if (dir >= 0)
		close(dir);
	target[len < 0 ? 0 : len] = '\0';
	return len > 0;
}

/* It stays where it leads to a snapshot that is kept; else the newest such one takes its place. */
static int mend_latest(struct recover *recover, const struct snapshot_record *newest,
		       struct err *err)
{
	const struct snapshot snapshot = { recover->root, newest->path, newest->run,
					   recover->order->config->data_mode };
	struct snapshot_record there = { 0 };
	char target[256], *link;
	bool is_link = read_latest(recover, newest->path, target);
	struct err why = ERR_INIT;
	int code;

	if (is_link && strspn(target, "0123456789") == strlen(target) &&
	    snapshots_get(recover->db, newest->path, strtoull(target, NULL, 10), &there, NULL) ==
		    0 &&
	    there.state == SNAPSHOT_PUBLISHED) {
		snapshot_record_done(&there);
		return 0;
	}
	snapshot_record_done(&there);
	link = xasprintf("%s/latest", newest->path);
	code = snapshot_point_latest(&snapshot, &why);
	if (code == 0)
		recover_say(recover, RECOVER_KEPT, link, "it leads to %" PRIu64 " now",
			    newest->run);
	else if (code == -EEXIST || code == -EUCLEAN)
		recover_say(recover, RECOVER_DIFFERS, link, "%s", why.text);
	else
		err_set(err, code, "%s", why.text);
	free(link);
	return code == -EEXIST || code == -EUCLEAN ? 0 : code;
}

struct mending {
	struct recover *recover;
	struct err *err;
	int code;
};

static void mend_path(const struct snapshot_record *record, void *arg)
{
	struct mending *mending = arg;
	struct snapshot_record newest = { 0 };

	if (mending->code == 0 &&
	    snapshots_latest(mending->recover->db, record->path, &newest, NULL) == 0 &&
	    newest.run == record->run) /* once for each path */
		mending->code = mend_latest(mending->recover, record, mending->err);
	snapshot_record_done(&newest);
}

/* What was being made and what was being removed when the ledger was lost. */
static int take_hidden(struct recover *recover, const struct survey *survey, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < json_len(survey->staging); i++)
		code = recover_put_aside(recover, json_str(json_at(survey->staging, i)),
					 "its run had not ended", err);
	for (size_t i = 0; code == 0 && i < json_len(survey->links); i++)
		code = pack_remove(recover->root, json_str(json_at(survey->links, i)), err);
	for (size_t i = 0; code == 0 && i < json_len(survey->dropped); i++) {
		const char *name = json_str(json_at(survey->dropped, i));
		const char *leaf = strrchr(name, '/');
		char *path = xstrndup(name, leaf ? (size_t)(leaf - name) : 0);
		struct snapshot snapshot = { recover->root, path, 0, 0 };

		snapshot.run = leaf ? strtoull(leaf + 2, NULL, 10) : 0;
		if (leaf)
			code = snapshot_remove(&snapshot, name, err);
		if (leaf && code == 0)
			recover_say(recover, RECOVER_REMOVED, name, "it was being removed");
		free(path);
	}
	return code;
}

int recover_snapshots(struct recover *recover, const struct survey *survey, struct err *err)
{
	struct mending mending = { recover, err, 0 };
	int code = take_hidden(recover, survey, err);

	for (size_t i = 0; code == 0 && i < json_len(survey->snapshots); i++)
		code = take_snapshot(recover, json_str(json_at(survey->snapshots, i)), err);
	if (code == 0)
		code = snapshots_each(recover->db, 0, mend_path, &mending, err);
	return code ? code : mending.code;
}
