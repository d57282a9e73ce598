/* Closed files on their way to the manifest: see closed.h. */
#include "run/closed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/policy.h"
#include "store/files.h"

#define SUFFIX  ".closed"
#define BUSY_MS 1000 /* until the housekeeper is asked again whether it has done all */

static bool is_part(const struct file_record *record)
{
	return strstr(record->path, "//") != NULL;
}

/* "x.csv.closed" without its suffix; the name itself when it has none. */
static char *stem_of(const char *name)
{
	size_t len = strlen(name), cut = strlen(SUFFIX);

	return len > cut && strcmp(name + len - cut, SUFFIX) == 0 ? xstrndup(name, len - cut)
								  : xstrdup(name);
}

static char *packed_name(const char *name, enum job_compress compress)
{
	char *stem = stem_of(name);
	char *packed = xasprintf("%s%s.packing", stem, pack_extension(compress));

	free(stem);
	return packed;
}

/* What a packed file is called: a part of a snapshot shows its real name when it is published. */
static char *final_name(const struct file_record *record, enum job_compress compress)
{
	char *stem = stem_of(record->name);
	char *name = xasprintf("%s%s%s", stem, pack_extension(compress),
			       is_part(record) ? SNAPSHOT_PART_SUFFIX : "");

	free(stem);
	return name;
}

/* The file and its manifest line, both durable, then what the ledger says of them. */
static int list(struct lander *lander, struct file_record *record, struct err *err)
{
	uint64_t bytes = 0;
	int rc = is_part(record) ? 0 : closed_enter(lander, record, &bytes, err);

	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	record->state = record->source ? FILE_SWEEPING : FILE_LISTED;
	files_update(lander->db, record);
	if (!is_part(record))
		outputs_put_manifest(lander->db, record->path, bytes);
	return db_commit(lander->db, err);
}

static int update(struct lander *lander, const struct file_record *record, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	files_update(lander->db, record);
	return db_commit(lander->db, err);
}

static int sweep(struct lander *lander, struct file_record *record, struct err *err)
{
	int rc = pack_remove(lander->place.root, record->source, err);

	if (rc < 0)
		return rc;
	free(record->source);
	record->source = NULL;
	record->state = FILE_LISTED;
	return update(lander, record, err);
}

/* Neither the packed file nor its temporary is what was made: it is made again. */
static int pack_again(struct lander *lander, struct file_record *record, struct err *err)
{
	log_run(LOG_LEVEL_WARNING, record->job, 0, "%s; it is compressed again", err->text);
	free(record->name);
	record->name = record->source;
	record->source = NULL;
	free(record->sha256);
	record->sha256 = NULL;
	record->bytes = record->raw_bytes;
	record->state = FILE_CLOSED;
	lander->retry_ms = clock_monotonic_ms() + BUSY_MS; /* it was given out before */
	return update(lander, record, err);
}

static int name(struct lander *lander, struct file_record *record, struct err *err)
{
	char *packed = packed_name(record->source, policy_compress(record->policy));
	int rc = pack_publish(lander->place.root, packed, record->name, record->bytes, err);

	free(packed);
	return rc == -EUCLEAN ? pack_again(lander, record, err) : rc;
}

/* From the state it is in to LISTED. */
static int go_on(struct lander *lander, struct file_record *record, struct err *err)
{
	int rc = 0;

	if (record->state == FILE_NAMING) {
		rc = name(lander, record, err);
		if (rc == 0 && record->state == FILE_NAMING)
			rc = list(lander, record, err);
	}
	if (rc == 0 && record->state == FILE_SWEEPING)
		rc = sweep(lander, record, err);
	return rc;
}

/* What one file meets holds up no other: it is told of, and all are looked at again later. */
static void go_on_or_later(struct lander *lander, struct file_record *record, struct err *err)
{
	if (go_on(lander, record, err) < 0)
		lander_try_later(lander, err);
}

static int take_packed(struct lander *lander, struct file_record *record, struct chore *chore,
		       struct err *err)
{
	char *final = final_name(record, chore->compress);
	int rc;

	record->source = record->name;
	record->name = final;
	record->bytes = chore->result.bytes;
	record->sha256 = xstrdup(chore->result.sha256);
	record->state = FILE_NAMING;
	rc = update(lander, record, err);
	return rc < 0 ? rc : go_on(lander, record, err);
}

static int take_summed(struct lander *lander, struct file_record *record, struct chore *chore,
		       struct err *err)
{
	record->sha256 = xstrdup(chore->result.sha256);
	return list(lander, record, err);
}

/* Somebody was at the closed file: it stays as it is, is named, and is vouched for no more. */
static int take_damaged(struct lander *lander, struct file_record *record, struct chore *chore,
			struct err *err)
{
	log_run(LOG_LEVEL_ERROR, record->job, 0, "a closed file is not as it was written: %s",
		chore->err.text);
	free(record->note);
	record->note = xasprintf("damaged: %s", chore->err.text);
	record->state = FILE_LISTED;
	return update(lander, record, err);
}

/* As the output goes by now: what held when the file was closed may have been given up. */
static int retain(struct lander *lander, const struct file_record *record, struct err *err)
{
	struct output_record output = { 0 };
	int rc = is_part(record) ? 0 : outputs_get(lander->db, record->path, &output, err);

	if (rc == 0)
		rc = retention_of_files(lander, record->path, output.policy, err);
	output_record_done(&output);
	return rc;
}

int closed_take_back(struct lander *lander, struct chore *chore, struct err *err)
{
	struct file_record record = { 0 };
	int rc;

	lander->chores--;
	if (chore->code < 0 && chore->code != -EUCLEAN) {
		if (chore->code != -ECANCELED)
			lander_try_later(lander, &chore->err);
		return 0;
	}
	rc = files_get(lander->db, chore->file, &record, err);
	if (rc == 0 && record.state == FILE_CLOSED)
		rc = chore->code < 0 ? take_damaged(lander, &record, chore, err)
		     : chore->packed ? take_packed(lander, &record, chore, err)
				     : take_summed(lander, &record, chore, err);
	if (rc == 0)
		rc = retain(lander, &record, err);
	file_record_done(&record);
	if (rc < 0 && rc != -ENOENT)
		lander_try_later(lander, err);
	else if (rc == 0 && lander->retry_ms == 0) {
		lander->pause_ms = 0;
		complaint_release(&lander->chore_trouble, "closed files are taken care of again");
	}
	return 0;
}

static bool give_out(struct lander *lander, const struct file_record *record)
{
	enum job_compress compress = policy_compress(record->policy);
	struct chore *chore = xcalloc(1, sizeof(*chore));

	chore->file = record->id;
	chore->name = xstrdup(record->name);
	chore->bytes = record->bytes;
	/* What was closed under its final name stays as it is, whatever the job says now. */
	if (strlen(record->name) > strlen(SUFFIX) &&
	    strcmp(record->name + strlen(record->name) - strlen(SUFFIX), SUFFIX) == 0) {
		chore->compress = compress;
		chore->packed = packed_name(record->name, compress);
	}
	if (!housekeeper_give(lander->housekeeper, chore)) {
		chore_free(chore);
		return false;
	}
	lander->chores++;
	lander->given = record->id;
	return true;
}

/* Brings every file of a state on its way, oldest first. */
static int each_on_its_way(struct lander *lander, enum file_state state, struct err *err)
{
	struct file_record record = { 0 };
	uint64_t id = 0;
	int rc;

	while ((rc = files_next(lander->db, state, id, &record, err)) == 0) {
		id = record.id;
		go_on_or_later(lander, &record, err);
		file_record_done(&record);
	}
	return rc == -ENOENT ? 0 : rc;
}

/* Only what was not given out yet is read, and one more when the housekeeper has enough. */
int closed_hand_out(struct lander *lander, struct err *err)
{
	struct file_record record = { 0 };
	bool given = true;
	int rc = 0;

	while (given && lander->closed != lander->handed_out) {
		rc = files_next(lander->db, FILE_CLOSED, lander->given, &record, err);
		if (rc == -ENOENT)
			lander->handed_out = lander->closed;
		given = rc == 0 && give_out(lander, &record);
		file_record_done(&record);
	}
	return rc == -ENOENT ? 0 : rc;
}

int closed_resume(struct lander *lander, struct err *err)
{
	int rc;

	if (lander->chores > 0) { /* what failed is handed out again when all are back */
		lander->retry_ms = clock_monotonic_ms() + BUSY_MS;
		return 0;
	}
	lander->retry_ms = 0;
	rc = db_settle(lander->db, err); /* copies are made anew */
	if (rc == 0)
		rc = each_on_its_way(lander, FILE_NAMING, err);
	if (rc == 0)
		rc = each_on_its_way(lander, FILE_SWEEPING, err);
	if (rc == 0)
		rc = retention_resume(lander, err);
	if (rc < 0) {
		lander_try_later(lander, err);
		return rc;
	}
	lander->given = 0;
	lander->handed_out = lander->closed - 1;
	return closed_hand_out(lander, err);
}
