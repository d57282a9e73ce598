/* A process that commits without pause is killed at random moments: what is found afterwards is
 * the state of one commit, whole. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "store/ledger.h"
#include "store/outputs.h"
#include "store/runs.h"

#include "scratch.h"

enum { KILLS = 50, POINTS = 100000, BATCH = 20 };

/* What one commit writes; every part says the same number. */
struct state {
	uint64_t run, done;
	struct rangeset *set;
};

/* The child tells the parent of each step, so that the parent's patience is counted in steps. */
static void step(int pipe_end)
{
	if (write(pipe_end, "", 1) != 1)
		_exit(2);
}

static void put_output(struct db *db, const struct state *state)
{
	struct json *recent = json_new_object();
	char key[24];

	snprintf(key, sizeof(key), "%d", (int)state->run);
	json_put_int(recent, key, (int64_t)state->done);
	outputs_put(db, &(struct output_record) { .path = (char *)"a",
						  .extension = (char *)".csv",
						  .job = (char *)"a",
						  .rows = state->done,
						  .offset = state->done * 10,
						  .recent = recent });
	json_unref(recent);
}

/* First the even points of a stretch, then its odd ones: ranges are made and joined. */
static void commit_batch(struct db *db, struct state *state, int pipe_end)
{
	const uint64_t odd = state->done / BATCH % 2;
	uint64_t points[BATCH];

	for (uint64_t i = 0; i < BATCH; i++)
		points[i] = state->done / (2 * BATCH) * (2 * BATCH) + 2 * i + odd;
	if (db_begin(db, NULL))
		_exit(3);
	step(pipe_end);
	put_output(db, state);
	step(pipe_end);
	ledger_finish(db, state->run, state->set, points, BATCH);
	step(pipe_end);
	state->done += BATCH;
	put_output(db, state);
	runs_update_counts(db, state->run,
			   &(struct run_counts) {
				   .total = POINTS, .landed = state->done, .rows = state->done });
	step(pipe_end);
	if (db_commit(db, NULL))
		_exit(4);
	step(pipe_end);
}

static _Noreturn void work(const char *path, int pipe_end)
{
	struct state state = { .run = 1 };
	struct run_record record;
	struct db *db;

	if (db_open(path, &db, NULL))
		_exit(5);
	if (runs_get(db, 1, &record, NULL))
		_exit(6);
	state.set = rangeset_new(POINTS);
	if (ledger_load(db, 1, state.set, NULL))
		_exit(7);
	state.done = record.counts.landed;
	while (state.done + BATCH <= POINTS)
		commit_batch(db, &state, pipe_end);
	pause();
	_exit(8);
}

static void kill_after(const char *path, unsigned steps)
{
	char junk[256];
	int ends[2], status;
	ssize_t n;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		work(path, ends[1]);
	}
	close(ends[1]);
	while (steps > 0) {
		n = read(ends[0], junk, steps < sizeof(junk) ? steps : sizeof(junk));
		if (n <= 0)
			break;
		steps -= (unsigned)n;
	}
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFSIGNALED(status), "the worker ended by itself: %d", WEXITSTATUS(status));
	close(ends[0]);
}

/* Returns how many points are done; all parts must say so. */
static uint64_t check(struct scratch *s)
{
	struct rangeset *set = rangeset_new(POINTS);
	struct run_record run;
	struct output_record output = { 0 };
	uint64_t done;
	int code;

	scratch_open(s);
	ck_assert_int_eq(runs_get(s->db, 1, &run, NULL), 0);
	done = run.counts.landed;
	ck_assert_int_eq(ledger_load(s->db, 1, set, NULL), 0);
	ck_assert_uint_eq(rangeset_count(set), done);
	code = outputs_get(s->db, "a", &output, NULL);
	ck_assert(code == 0 || (code == -ENOENT && done == 0));
	ck_assert_uint_eq(output.rows, done);
	ck_assert_uint_eq(output.offset, done * 10);
	ck_assert_int_eq(json_int(json_get(output.recent, "1"), 0), (int64_t)done);
	output_record_done(&output);
	run_record_done(&run);
	rangeset_free(set);
	db_close(s->db);
	s->db = NULL;
	return done;
}

START_TEST(a_kill_at_any_moment_leaves_the_state_of_one_commit)
{
	struct scratch s;
	struct random random;
	uint64_t before = 0, after = 0;

	random_seed_system(&random);
	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	ck_assert_uint_eq(runs_insert(s.db, &(struct run_record) { .job = (char *)"a",
								   .trigger = (char *)"manual",
								   .engine = (char *)"async" }),
			  1);
	scratch_commit(&s);
	db_close(s.db);
	s.db = NULL;
	for (int i = 0; i < KILLS; i++) {
		kill_after(s.path, (unsigned)random_below(&random, 150));
		after = check(&s);
		ck_assert_uint_ge(after, before);
		before = after;
	}
	ck_assert_uint_gt(after, 0);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("kill", a_kill_at_any_moment_leaves_the_state_of_one_commit)
