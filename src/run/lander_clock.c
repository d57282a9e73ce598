/* What the lander does unasked: recovering after a start, closing live files by the clock
 * (rotate.every, also without a run), trying again what failed, letting old files go by their age.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/outfile.h"
#include "run/closed.h"
#include "run/output_rows.h"
#include "run/policy.h"

#define BUSY_MS  60000   /* until a live file that is due but in use is looked at again */
#define SWEEP_MS 3600000 /* between two looks at what must go */
#define FIRST_MS 1000    /* before what failed is tried again; twice as long each further time */
#define RETRY_MS 30000   /* and no longer */

struct keys {
	char **at;
	size_t n;
};

static void add_key(const char *key, void *arg)
{
	struct keys *keys = arg;

	keys->at = xreallocarray(keys->at, keys->n + 1, sizeof(*keys->at));
	keys->at[keys->n++] = xstrdup(key);
}

static void keys_done(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		free(keys->at[i]);
	free(keys->at);
}

void lander_try_later(struct lander *lander, const struct err *why)
{
	complain(&lander->chore_trouble, "files cannot be taken care of, trying again: %s",
		 why->text);
	lander->pause_ms = lander->pause_ms ? lander->pause_ms * 2 : FIRST_MS;
	if (lander->pause_ms > RETRY_MS)
		lander->pause_ms = RETRY_MS;
	lander->retry_ms = clock_monotonic_ms() + lander->pause_ms;
}

/* Opens an output that is not open, and does one thing with it. -EBUSY: a run that goes on has
 * rows in its live file. */
static int with_output(struct lander *lander, const char *key,
		       int (*deed)(struct output *output, struct db *db, struct err *err),
		       struct err *err)
{
	struct output_record record = { 0 };
	struct output *output = NULL;
	int rc = outputs_get(lander->db, key, &record, err);

	if (rc == 0 && lander_serves(lander, record.recent, 0))
		rc = -EBUSY;
	if (rc == 0)
		rc = output_open_recorded(&lander->place, lander->db, &record, &output, err);
	if (rc == 0)
		rc = deed(output, lander->db, err);
	output_free(output);
	output_record_done(&record);
	return rc;
}

static int nothing(struct output *output, struct db *db, struct err *err)
{
	return 0;
}

static void note_open(const struct output_record *record, void *arg)
{
	if (record->phase != OUTFILE_NONE)
		add_key(record->path, arg);
}

void lander_recover(struct lander *lander)
{
	struct keys keys = { 0 };
	struct err err = ERR_INIT;
	int rc = outputs_each(lander->db, note_open, &keys, &err);

	for (size_t i = 0; i < keys.n; i++)
		if (with_output(lander, keys.at[i], nothing, &err) < 0)
			log_error("%s cannot be brought back to what is recorded: %s", keys.at[i],
				  err.text);
	keys_done(&keys);
	if (rc == 0)
		rc = closed_resume(lander, &err);
	if (rc < 0)
		lander_try_later(lander, &err);
	lander->sweeps_ms = clock_monotonic_ms();
	lander_look_at_clock(lander);
}

void lander_look_at_clock(struct lander *lander)
{
	lander->due_ms = outputs_next_due(lander->db);
}

/* False: its run goes on, the file is closed when it ends. */
static bool close_due(struct lander *lander, const char *key)
{
	struct output *output = output_cache_find(&lander->cache, key);
	struct err err = ERR_INIT;
	int rc;

	if (output && output_run(output) && lander_is_live(lander, output_run(output)))
		return false;
	if (output)
		rc = output_rotate(output, lander->db, &err);
	else
		rc = with_output(lander, key, output_rotate, &err);
	if (rc < 0 && rc != -EBUSY)
		lander_try_later(lander, &err);
	return rc == 0;
}

static void close_all_due(struct lander *lander)
{
	int64_t now_ms = clock_unix_ms();
	struct keys keys = { 0 };
	struct err err = ERR_INIT;
	bool left = false;

	if (lander->due_ms > now_ms)
		return;
	if (outputs_due(lander->db, now_ms, add_key, &keys, &err) < 0)
		left = true;
	output_cache_next_turn(&lander->cache);
	for (size_t i = 0; i < keys.n; i++)
		left |= !close_due(lander, keys.at[i]);
	keys_done(&keys);
	lander_look_at_clock(lander);
	if (left && lander->due_ms < now_ms + BUSY_MS)
		lander->due_ms = now_ms + BUSY_MS;
}

/* Ages pass also when nothing lands, and runs end that held files back. */
struct sweeping {
	struct keys files;
	struct json **policies;
};

static void note_keeping(const struct output_record *record, void *arg)
{
	struct sweeping *sweeping = arg;
	struct job_keep keep;

	if (record->snapshot || !policy_keep(record->policy, &keep))
		return;
	add_key(record->path, &sweeping->files);
	sweeping->policies =
		xreallocarray(sweeping->policies, sweeping->files.n, sizeof(*sweeping->policies));
	sweeping->policies[sweeping->files.n - 1] = json_ref(record->policy);
}

static void sweep(struct lander *lander)
{
	struct sweeping sweeping = { 0 };
	struct err err = ERR_INIT;

	if (clock_monotonic_ms() < lander->sweeps_ms)
		return;
	lander->sweeps_ms = clock_monotonic_ms() + SWEEP_MS;
	if (outputs_each(lander->db, note_keeping, &sweeping, &err) < 0)
		lander_try_later(lander, &err);
	for (size_t i = 0; i < sweeping.files.n; i++) {
		if (retention_of_files(lander, sweeping.files.at[i], sweeping.policies[i], &err) <
		    0)
			lander_try_later(lander, &err);
		json_unref(sweeping.policies[i]);
	}
	free(sweeping.policies);
	keys_done(&sweeping.files);
}

/* A run that was stopped leaves its output as the trouble left it: with rows in the file that are
 * not committed. They go as soon as it can be written again. */
static void mend(struct lander *lander)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < lander->cache.len && !lander->owed; i++)
		if (output_mend(lander->cache.items[i].output, lander->db, &err) < 0)
			lander_try_later(lander, &err);
}

void lander_tick(struct lander *lander)
{
	struct err err = ERR_INIT;

	close_all_due(lander);
	sweep(lander);
	if (lander->retry_ms != 0 && clock_monotonic_ms() >= lander->retry_ms) {
		closed_resume(lander, &err); /* a failure is complained of there */
		mend(lander);
	} else if (closed_hand_out(lander, &err) < 0)
		lander_try_later(lander, &err);
}

int lander_patience_ms(const struct lander *lander)
{
	int64_t now_ms = clock_monotonic_ms(), wait_ms = lander->sweeps_ms - now_ms;
	int64_t next_ms = lander_next_try_ms(lander);

	if (lander->retry_ms != 0 && lander->retry_ms - now_ms < wait_ms)
		wait_ms = lander->retry_ms - now_ms;
	if (next_ms - now_ms < wait_ms)
		wait_ms = next_ms - now_ms;
	if (lander->due_ms != INT64_MAX && lander->due_ms - clock_unix_ms() < wait_ms)
		wait_ms = lander->due_ms - clock_unix_ms();
	return wait_ms < 0 ? 0 : (int)wait_ms;
}
