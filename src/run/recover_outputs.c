/* Outputs in append mode, brought into a new ledger: what their manifests list is proven by its
 * sum, and the manifest is written anew when it lists what is not so. What stands beside it:
 * recover_strays.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/manifest.h"
#include "run/policy.h"
#include "run/recover_shelf.h"
#include "run/rejects.h"
#include "store/files.h"
#include "store/outputs.h"

#define MANIFEST_CEILING ((size_t)1 << 30)

static void count_line(const struct manifest_entry *entry, void *arg)
{
	struct shelf *shelf = arg;

	json_put_int(shelf->lines, entry->file,
		     json_int(json_get(shelf->lines, entry->file), 0) + 1);
}

static void saw_runs(struct recover *recover, const struct json *runs)
{
	for (struct json_member run = json_first(runs); run.key; run = json_next(run))
		recover_saw_run(recover, strtoull(run.key, NULL, 10));
}

/* What the file was written under; NULL: as usual. */
static struct json *entry_policy(const struct manifest_entry *entry)
{
	struct json *policy = entry->compress || entry->csv ? json_new_object() : NULL;

	if (entry->compress)
		json_put_str(policy, "compress", entry->compress);
	if (entry->csv)
		json_put(policy, "csv", json_ref(entry->csv));
	return policy;
}

static void insert_listed(struct shelf *shelf, const struct manifest_entry *entry, const char *name)
{
	struct json *policy = entry_policy(entry);

	files_insert(shelf->recover->db, &(struct file_record) {
						 .state = FILE_LISTED,
						 .name = (char *)name,
						 .path = (char *)shelf->path,
						 .job = (char *)entry->job,
						 .rows = entry->rows,
						 .bytes = entry->bytes,
						 .raw_bytes = entry->raw_bytes,
						 .sequence = entry->sequence,
						 .opened_ms = entry->opened_ms,
						 .closed_ms = entry->closed_ms,
						 .sha256 = (char *)entry->sha256,
						 .columns = (struct json *)entry->columns,
						 .runs = (struct json *)entry->runs,
						 .note = (char *)entry->note,
						 .policy = policy,
					 });
	json_unref(policy);
}

static void keep(struct shelf *shelf, const struct manifest_entry *entry, const char *name)
{
	insert_listed(shelf, entry, name);
	manifest_line(entry, &shelf->manifest);
	json_put_bool(shelf->listed, name, true);
	for (const struct format *format = formats; format->name; format++)
		if (strcmp(format->name, entry->format) == 0)
			shelf->extension = format->extension;
	json_unref(shelf->newest);
	shelf->newest = entry_policy(entry);
	json_unref(shelf->columns);
	shelf->columns = entry->columns ? json_ref(entry->columns) : NULL;
}

static void take_entry(const struct manifest_entry *entry, void *arg)
{
	struct shelf *shelf = arg;
	int64_t later = json_int(json_get(shelf->lines, entry->file), 0) - 1;
	char *name;
	int code;

	json_put_int(shelf->lines, entry->file, later);
	if (shelf->code < 0 || later > 0) {
		shelf->untidy |= later > 0;
		return;
	}
	free(shelf->job);
	shelf->job = xstrdup(entry->job);
	shelf_saw_sequence(shelf, entry->sequence);
	saw_runs(shelf->recover, entry->runs);
	name = xasprintf("%s%s", shelf->dir, entry->file);
	code = recover_judge(shelf->recover, &(struct proof) { name, entry->bytes, entry->sha256 },
			     shelf->err);
	if (code > 0)
		keep(shelf, entry, name);
	shelf->lost += code == 0;
	shelf->code = code < 0 ? code : 0;
	free(name);
}

/* What is wrong with the manifest itself is no reason not to look at what stands beside it. */
static int take_manifest(struct shelf *shelf, const char *name)
{
	struct err why = ERR_INIT;
	unsigned bad = 0;
	int code = manifest_read(shelf->recover->root, name, count_line, shelf, &bad, &why);

	if (code == 0)
		code = manifest_read(shelf->recover->root, name, take_entry, shelf, &bad, &why);
	if (code == 0 && bad > 0)
		recover_say(shelf->recover, RECOVER_DIFFERS, name,
			    "%u of its lines %s no entry and proved nothing", bad,
			    bad == 1 ? "is" : "are");
	shelf->lost += bad;
	if (code == -EINVAL || code == -ELOOP || code == -EIO)
		return recover_put_aside(shelf->recover, name, why.text, shelf->err);
	if (code < 0 && code != -ENOENT)
		return err_set(shelf->err, code, "%s", why.text);
	return shelf->code;
}

/* Lists what is kept; as it was it stands beside, for whoever looks for what is not. */
static int rewrite_manifest(struct shelf *shelf, const char *name, uint64_t *bytes)
{
	const struct manifest_place place = { shelf->recover->root, shelf->path,
					      shelf->recover->order->config->data_mode };
	int code = shelf->lost ? recover_copy_aside(shelf->recover, name, shelf->err) : 0;

	if (code == 0)
		code = manifest_rewrite(&place, &shelf->manifest, bytes, shelf->err);
	if (code == 0)
		shelf->err->text[0] = '\0';
	return code;
}

static int put_output(struct shelf *shelf, const char *manifest)
{
	uint64_t bytes = shelf->manifest.len;
	bool anew = shelf->lost > 0 || shelf->untidy;
	int code = anew ? rewrite_manifest(shelf, manifest, &bytes) : 0;

	if (code == 0)
		outputs_put(shelf->recover->db,
			    &(struct output_record) { .path = (char *)shelf->path,
						      .extension = (char *)shelf->extension,
						      .job = shelf->job,
						      .sequence = shelf->sequence + 1,
						      .manifest_bytes = bytes,
						      .policy = shelf->policy,
						      .columns = shelf->columns });
	return code;
}

/* As its job has it now, but read as the newest listed file: jobs change, what is written stays. */
static struct json *policy_for(const struct shelf *shelf, const struct job *job)
{
	struct json *policy = job ? policy_of(job) : NULL;
	const struct json *csv = json_get(shelf->newest, "csv");

	if (!job)
		return shelf->newest ? json_ref(shelf->newest) : NULL;
	if (json_len(shelf->listed) == 0)
		return policy;
	if (csv && !policy)
		policy = json_new_object();
	if (csv)
		json_put(policy, "csv", json_ref(csv));
	else if (policy)
		json_remove(policy, "csv");
	return policy;
}

static int take_output(struct shelf *shelf, const struct job *job, const struct json *names)
{
	char *manifest = xasprintf("%s.manifest", shelf->path);
	int code = take_manifest(shelf, manifest);

	shelf->policy = policy_for(shelf, job);
	if (shelf->job) { /* or nobody knows whose files these are */
		if (code == 0)
			code = shelf_take_strays(shelf, names);
		if (code == 0)
			code = put_output(shelf, manifest);
	}
	free(manifest);
	return code;
}

static int take_path(struct recover *recover, const char *path, const struct json *names,
		     struct err *err)
{
	const struct job *owner = recover_owner(recover, path);
	char *rows = rejects_rows_path(path);
	struct job *rejects = rows && owner ? job_rejects(owner) : NULL;
	const struct job *job = rejects ? rejects : owner;
	const char *slash = strrchr(path, '/');
	struct shelf shelf = {
		.recover = recover,
		.path = path,
		.dir = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(""),
		.job = job ? xstrdup(job->name) : NULL,
		.extension = format_of(job ? job->format : JOB_FORMAT_CSV)->extension,
		.listed = json_new_object(),
		.lines = json_new_object(),
		.err = err,
	};
	int code;

	buf_init(&shelf.manifest, MANIFEST_CEILING);
	code = take_output(&shelf, job, names);
	buf_done(&shelf.manifest);
	json_unref(shelf.columns);
	json_unref(shelf.newest);
	json_unref(shelf.policy);
	json_unref(shelf.listed);
	json_unref(shelf.lines);
	free(shelf.job);
	free(shelf.dir);
	free(rows);
	job_unref(rejects);
	return code;
}

int recover_outputs(struct recover *recover, const struct survey *survey, struct err *err)
{
	int code = 0;

	recover_expect_outputs(recover, survey);
	for (struct json_member output = json_first(survey->outputs); code == 0 && output.key;
	     output = json_next(output))
		code = take_path(recover, output.key, output.value, err);
	return code;
}
