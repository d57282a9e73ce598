/* New records among old ones: see increment.h. */
#include "data/increment.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "data/cell.h"
#include "data/mark_keys.h"

#define KEYS_CEILING (SIZE_MAX / 4) /* smaller than the records they are of */

struct increment *increment_new(void)
{
	struct increment *increment = xcalloc(1, sizeof(*increment));

	buf_init(&increment->rank, MARK_RANK_MAX);
	buf_init(&increment->keys, KEYS_CEILING);
	return increment;
}

void increment_free(struct increment *increment)
{
	if (!increment)
		return;
	free(increment->value);
	buf_done(&increment->rank);
	buf_done(&increment->keys);
	free(increment);
}

size_t increment_memory(const struct increment *increment)
{
	return increment ? sizeof(*increment) + increment->rank.room + increment->keys.room : 0;
}

/* The rank of what lies the look back before `value`; "" when that cannot be told. */
static void rank_floor(const struct job_incremental *settings, struct slice value, struct buf *rank)
{
	struct buf text;

	buf_init(&text, MARK_MAX);
	if (mark_back(settings->type, value, settings->lookback_ms, &text, NULL) < 0 ||
	    mark_rank(settings->type, buf_slice(&text), rank, NULL) < 0)
		buf_clear(rank);
	buf_done(&text);
}

static void settle(const struct job_incremental *settings, struct increment *increment)
{
	struct buf floor;

	buf_init(&floor, MARK_RANK_MAX);
	if (increment->value)
		rank_floor(settings, slice_of(increment->value), &floor);
	mark_keys_settle(&increment->keys, buf_slice(&floor));
	buf_done(&floor);
}

static void take_mark(struct increment *sum, const char *value, struct slice rank)
{
	free(sum->value);
	sum->value = xstrdup(value);
	buf_clear(&sum->rank);
	buf_add_slice(&sum->rank, rank);
}

void increment_join(const struct job_incremental *settings, struct increment *sum,
		    const struct increment *more)
{
	if (!more->value)
		return;
	if (!sum->value || mark_compare(buf_slice(&more->rank), buf_slice(&sum->rank)) > 0)
		take_mark(sum, more->value, buf_slice(&more->rank));
	buf_add_slice(&sum->keys, buf_slice(&more->keys));
	settle(settings, sum);
}

/* Going through the records of one answer. */
struct picking {
	const struct job_incremental *settings;
	struct buf since; /* rank of what was asked for; empty: everything */
	struct buf mark;  /* rank of the frozen mark; empty: there is none */
	struct slice known;
	struct increment *found;
	struct buf text, rank, key; /* of the record at hand */
};

static void picking_init(struct picking *picking, const struct job *job, const char *frozen)
{
	struct mark_frozen mark = mark_thaw(frozen);
	struct buf sent;

	*picking = (struct picking) { .settings = &job->incremental, .known = mark.keys };
	buf_init(&picking->since, MARK_RANK_MAX);
	buf_init(&picking->mark, MARK_RANK_MAX);
	buf_init(&picking->text, KEYS_CEILING);
	buf_init(&picking->rank, MARK_RANK_MAX);
	buf_init(&picking->key, KEYS_CEILING);
	buf_init(&sent, MARK_MAX);
	if (job_mark_sent(job, frozen, &sent, NULL) == 0 && sent.len > 0)
		mark_rank(job->incremental.type, buf_slice(&sent), &picking->since, NULL);
	if (mark.value.ptr)
		mark_rank(job->incremental.type, mark.value, &picking->mark, NULL);
	buf_done(&sent);
	picking->found = increment_new();
}

static void picking_done(struct picking *picking)
{
	buf_done(&picking->since);
	buf_done(&picking->mark);
	buf_done(&picking->text);
	buf_done(&picking->rank);
	buf_done(&picking->key);
}

static struct cell find(struct slice record, const struct pointer *pointer)
{
	struct cell cell;

	cell_read(record.ptr, record.ptr + record.len, &cell);
	for (size_t i = 0; i < pointer_steps(pointer) && cell.kind != CELL_NONE; i++)
		cell = cell_step(cell, pointer_step(pointer, i), pointer_index(pointer, i));
	return cell;
}

/* The record's cursor as text and as rank. A number in quotes is one, and so is a text without. */
static int read_cursor(struct picking *picking, struct slice record, struct err *err)
{
	struct cell cell = find(record, picking->settings->cursor);
	int rc;

	buf_clear(&picking->text);
	buf_clear(&picking->rank);
	if (cell.kind != CELL_STRING &&
	    (cell.kind != CELL_NUMBER || picking->settings->type == MARK_TIME))
		return err_set(err, -EINVAL, "%s",
			       cell.kind == CELL_NONE || cell.kind == CELL_NULL
				       ? "there is no such value"
				       : "expected a text or a number");
	if (cell.kind == CELL_STRING)
		scan_unescape((struct slice) { cell.ptr, cell.len }, &picking->text);
	else
		buf_add(&picking->text, cell.ptr, cell.len);
	rc = mark_rank(picking->settings->type, buf_slice(&picking->text), &picking->rank, err);
	return rc;
}

/* What tells the record apart, behind its rank. */
static int read_key(struct picking *picking, struct slice record, uint64_t *hash, struct err *err)
{
	const struct job_incremental *settings = picking->settings;

	buf_clear(&picking->key);
	buf_add_slice(&picking->key, buf_slice(&picking->rank));
	if (settings->nkey == 0)
		buf_add_slice(&picking->key, record);
	for (size_t i = 0; i < settings->nkey; i++) {
		struct cell cell = find(record, settings->key[i]);

		if (cell.kind == CELL_NONE)
			return err_set(err, -EINVAL, "there is nothing at key %s",
				       pointer_text(settings->key[i]));
		buf_add_char(&picking->key, '\0');
		buf_add(&picking->key, cell.ptr, cell.len);
	}
	*hash = hash_bytes(picking->key.data, picking->key.len);
	return 0;
}

/* Only those that may be asked for again are worth remembering: without a look back, those at the
 * highest cursor so far. */
static void note(struct picking *picking, uint64_t hash)
{
	struct increment *found = picking->found;
	struct slice rank = buf_slice(&picking->rank);
	int order = found->value ? mark_compare(rank, buf_slice(&found->rank)) : 1;

	if (order > 0) {
		take_mark(found, buf_text(&picking->text), rank);
		if (picking->settings->lookback_ms == 0)
			buf_clear(&found->keys);
	}
	if (order >= 0 || picking->settings->lookback_ms > 0)
		mark_keys_add(&found->keys, hash, rank);
}

static bool is_below(const struct buf *rank, const struct buf *other)
{
	return other->len > 0 && mark_compare(buf_slice(rank), buf_slice(other)) < 0;
}

/* *is_new: it is to land. */
static int pick(struct picking *picking, struct slice record, bool *is_new, struct err *err)
{
	uint64_t hash = 0;
	int rc = read_cursor(picking, record, err);

	*is_new = false;
	if (rc < 0) {
		err_within(err, "incremental.cursor %s", pointer_text(picking->settings->cursor));
		return rc;
	}
	if (is_below(&picking->rank, &picking->since))
		return 0;
	rc = read_key(picking, record, &hash, err);
	if (rc < 0)
		return rc;
	note(picking, hash);
	*is_new = is_below(&picking->mark, &picking->rank) || !mark_keys_has(picking->known, hash);
	return 0;
}

struct increment *increment_pick(const struct job *job, const char *frozen, struct extract *extract,
				 int *code, struct err *err)
{
	struct picking picking;
	struct increment *found;
	size_t kept = 0;
	bool is_new;

	*code = 0;
	picking_init(&picking, job, frozen);
	for (size_t i = 0; i < extract->len && *code == 0; i++) {
		*code = pick(&picking, extract->records[i], &is_new, err);
		if (*code < 0)
			err_within(err, "record %zu", i + 1);
		else if (is_new)
			extract->records[kept++] = extract->records[i];
	}
	found = picking.found;
	picking_done(&picking);
	if (*code == 0)
		extract->len = kept;
	if (*code == 0 && found->value) {
		settle(&job->incremental, found);
		return found;
	}
	increment_free(found);
	return NULL;
}
