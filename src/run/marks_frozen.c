/* Frozen marks: see marks_frozen.h. */
#include "run/marks_frozen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/increment.h"
#include "data/mark_keys.h"
#include "run/inputs.h"
#include "run/query.h"
#include "store/marks.h"

#define FROZEN     "frozen" /* the member of `incremental` that names the spool */
#define FROZEN_MAX (MARK_MAX + 32 + MARK_KEYS_MAX * (size_t)MARK_KEY_DIGITS)

char *marks_part(const struct job *job, uint64_t index)
{
	struct json *params;
	char *part;

	if (job->incremental.per == JOB_MARK_PER_JOB)
		return xstrdup("");
	params = matrix_point_json(&job->matrix, index);
	part = json_text(params, false);
	json_unref(params);
	return part;
}

const char *marks_type(const struct job *job)
{
	static const char *const names[] = {
		[MARK_TIME] = "time", [MARK_NUMBER] = "number", [MARK_TEXT] = "text"
	};

	return names[job->incremental.type];
}

/* 0 when the job's marks in the ledger are of its cursor, or there are none. */
static int check_kind(struct db *db, const struct job *job, struct err *err)
{
	const char *cursor = pointer_text(job->incremental.cursor), *type = marks_type(job);
	struct mark_kind kind = { 0 };
	int rc = marks_kind(db, job->name, &kind, err);

	if (rc == 0 && *kind.cursor &&
	    (strcmp(kind.cursor, cursor) != 0 || strcmp(kind.type, type) != 0))
		rc = err_set(err, -EINVAL,
			     "the marks of job \"%s\" are of %s (%s), but incremental says %s (%s) "
			     "now: set them anew or reset them with fetchctl state",
			     job->name, kind.cursor, kind.type, cursor, type);
	mark_kind_done(&kind);
	return rc == -ENOENT ? 0 : rc;
}

struct gathering {
	const struct job_incremental *settings;
	struct increment *sum;
};

static void join(const char *part, const struct mark_record *record, void *arg)
{
	struct gathering *gathering = arg;
	struct increment *one = increment_new();

	one->value = xstrdup(record->value);
	buf_add(&one->rank, record->rank, record->rank_len);
	buf_add(&one->keys, record->keys, record->keys_len);
	increment_join(gathering->settings, gathering->sum, one);
	increment_free(one);
}

/* "LENGTH:VALUE" and the keys as digits: mark_thaw. */
static int add_frozen(struct spool_writer *writer, const struct increment *mark, struct err *err)
{
	struct buf text;
	int rc;

	buf_init(&text, FROZEN_MAX);
	if (mark->value) {
		buf_addf(&text, "%zu:%s", strlen(mark->value), mark->value);
		mark_keys_hex(buf_slice(&mark->keys), &text);
	}
	rc = text.full ? -E2BIG : spool_add(writer, buf_slice(&text), err);
	buf_done(&text);
	return rc;
}

static int freeze_part(struct db *db, const struct job *job, uint64_t index,
		       struct spool_writer *writer, struct err *err)
{
	struct gathering gathering = { &job->incremental, increment_new() };
	char *part = marks_part(job, index);
	int rc = marks_standing(db, job->name, part, join, &gathering, err);

	if (rc == 0)
		rc = add_frozen(writer, gathering.sum, err);
	increment_free(gathering.sum);
	free(part);
	return rc;
}

static int write_spool(struct db *db, const struct job *job, const char *dir, struct spool **spool,
		       struct err *err)
{
	bool one = job->incremental.per == JOB_MARK_PER_JOB;
	uint64_t parts = one ? 1 : job->matrix.points;
	struct spool_writer *writer;
	int rc = spool_begin(dir, &writer, err);

	if (rc < 0)
		return rc;
	for (uint64_t i = 0; i < parts && rc == 0; i++)
		rc = freeze_part(db, job, i, writer, err);
	if (rc == 0)
		return spool_finish(writer, spool, err);
	spool_abort(writer);
	return rc;
}

int marks_freeze(struct db *db, const struct job *job, struct json *definition,
		 struct spool **spool, struct err *err)
{
	char *dir;
	int rc;

	if (!db)
		return query_refuse(err);
	rc = check_kind(db, job, err);
	if (rc == 0)
		rc = marks_any(db, job->name, err);
	if (rc <= 0 || job->matrix.points == 0)
		return rc < 0 ? rc : 0;
	dir = inputs_dir(db);
	inputs_sweep(db);
	rc = write_spool(db, job, dir, spool, err);
	if (rc == 0)
		json_put_str(json_get(definition, "incremental"), FROZEN, spool_name(*spool));
	free(dir);
	return rc;
}

int marks_thaw(struct db *db, const struct json *definition, struct spool **spool, struct err *err)
{
	const char *name = json_str(json_get(json_get(definition, "incremental"), FROZEN));
	char *dir;
	int rc;

	if (!name)
		return 0;
	dir = inputs_dir(db);
	rc = spool_open(dir, name, spool, err);
	if (rc < 0)
		err_within(err, "the marks it asks from");
	free(dir);
	return rc;
}

void marks_forget(struct json *definition)
{
	struct json *incremental = json_get(definition, "incremental");

	if (json_type(incremental) == JSON_OBJECT && json_has(incremental, FROZEN))
		json_remove(incremental, FROZEN);
}
