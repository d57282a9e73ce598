/* Marks as they land: see marks_landed.h.
 *
 * With a mark for each request, a row a page is read and written; with one for the job, the sum of
 * the run is held here and written once a batch. What stands of a part is kept to one row: whoever
 * adds another joins the older ones first.
 */
#include "run/marks_landed.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/increment.h"
#include "run/marks_frozen.h"
#include "store/marks.h"

struct standing {
	const struct job_incremental *settings;
	struct increment *sum;
	uint64_t newest; /* run */
	unsigned rows;
};

static struct increment *increment_of(const struct mark_record *record)
{
	struct increment *increment = increment_new();

	increment->value = xstrdup(record->value);
	buf_add(&increment->rank, record->rank, record->rank_len);
	buf_add(&increment->keys, record->keys, record->keys_len);
	return increment;
}

static void add_standing(const char *part, const struct mark_record *record, void *arg)
{
	struct standing *standing = arg;
	struct increment *one = increment_of(record);

	increment_join(standing->settings, standing->sum, one);
	increment_free(one);
	standing->newest = record->run > standing->newest ? record->run : standing->newest;
	standing->rows++;
}

/* What of the ledger cannot be read now leaves the mark where it is: nothing is lost by that. */
static bool read_standing(struct account *account, struct db *db, const char *part,
			  struct standing *standing)
{
	*standing = (struct standing) { &account->job->incremental, increment_new(), 0, 0 };
	return marks_standing(db, account->job->name, part, add_standing, standing, NULL) == 0;
}

struct where {
	const char *part;
	uint64_t run;
	bool stands;
};

static void put(struct account *account, struct db *db, struct where where,
		const struct increment *mark)
{
	struct mark_record record = {
		.run = where.run,
		.stands = where.stands,
		.value = mark->value,
		.rank = mark->rank.data,
		.rank_len = mark->rank.len,
		.keys = mark->keys.data,
		.keys_len = mark->keys.len,
	};

	marks_put(db, account->job->name, where.part, &record);
}

/* What stands already becomes one row. */
static void compact(struct account *account, struct db *db, const char *part)
{
	struct standing standing;

	if (read_standing(account, db, part, &standing) && standing.rows > 1) {
		put(account, db, (struct where) { part, standing.newest, true }, standing.sum);
		marks_drop_before(db, account->job->name, part, standing.newest);
	}
	increment_free(standing.sum);
}

static void put_standing(struct account *account, struct db *db, const char *part,
			 struct increment *mark)
{
	struct standing standing;

	if (read_standing(account, db, part, &standing)) {
		increment_join(&account->job->incremental, mark, standing.sum);
		put(account, db, (struct where) { part, account->run, true }, mark);
		marks_drop_before(db, account->job->name, part, account->run);
	}
	increment_free(standing.sum);
}

/* The candidate as the ledger has it; without a value when there is none yet. NULL: it cannot be
 * read now. */
static struct increment *candidate(struct account *account, struct db *db, const char *part)
{
	struct mark_record record = { 0 };
	struct increment *mark;
	int rc = marks_candidate(db, account->job->name, part, account->run, &record, NULL);

	if (rc == -ENOENT)
		return increment_new();
	if (rc < 0)
		return NULL;
	mark = increment_of(&record);
	mark_record_done(&record);
	return mark;
}

/* Marks that were set or reset by hand after this run began are not to be moved by it. The first
 * candidate of a job says what its marks are. */
static bool may_move(struct account *account, struct db *db)
{
	struct mark_kind kind = { 0 };
	struct mark_kind own = {
		.cursor = xstrdup(pointer_text(account->job->incremental.cursor)),
		.type = xstrdup(marks_type(account->job)),
	};
	int rc;

	if (account->marking == MARKING_UNKNOWN) {
		rc = marks_kind(db, account->job->name, &kind, NULL);
		account->marking = rc == 0 && kind.since >= account->run ? MARKING_NOT : MARKING;
		own.since = kind.since;
		if (account->marking == MARKING && (rc == -ENOENT || (rc == 0 && !*kind.cursor)))
			marks_put_kind(db, account->job->name, &own);
	}
	mark_kind_done(&kind);
	mark_kind_done(&own);
	return account->marking == MARKING;
}

static void write_part(struct account *account, struct db *db, const struct landing *landing)
{
	const struct request *request = landing->parcel->request;
	bool stands = landing_finishes(landing) && account->job->mode == JOB_MODE_APPEND;
	char *part = marks_part(account->job, request->index);
	struct increment *mark;

	if (request->page == 0 && account->job->mode == JOB_MODE_SNAPSHOT)
		compact(account, db, part);
	mark = request->page > 0 ? candidate(account, db, part) : increment_new();
	if (mark && landing->parcel->increment)
		increment_join(&account->job->incremental, mark, landing->parcel->increment);
	if (mark && mark->value && stands)
		put_standing(account, db, part, mark);
	else if (mark && mark->value)
		put(account, db, (struct where) { part, account->run, false }, mark);
	increment_free(mark);
	free(part);
}

/* A run of a part of the matrix says nothing about the job as a whole. */
static void add_to_sum(struct account *account, struct db *db, const struct landing *landing)
{
	if (!landing->parcel->increment || account->narrowed)
		return;
	if (!account->mark)
		account->mark = candidate(account, db, "");
	if (!account->mark)
		return;
	increment_join(&account->job->incremental, account->mark, landing->parcel->increment);
	account->mark_grew = true;
}

void marks_write(struct account *account, struct db *db, const struct landing *landing)
{
	const struct job_incremental *settings = &account->job->incremental;

	if (!settings->cursor || !may_move(account, db))
		return;
	if (settings->per == JOB_MARK_PER_JOB)
		add_to_sum(account, db, landing);
	else
		write_part(account, db, landing);
}

void marks_write_sum(struct account *account, struct db *db)
{
	if (!account->mark_grew)
		return;
	compact(account, db, "");
	put(account, db, (struct where) { "", account->run, false }, account->mark);
	account->mark_grew = false;
}

void marks_abandon(struct account *account)
{
	increment_free(account->mark);
	account->mark = NULL;
	account->mark_grew = false;
	account->marking = MARKING_UNKNOWN;
}
