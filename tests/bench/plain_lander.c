/* The rival of the lander, for tests/bench/landing only: run/lander.h as most programs would write
 * it. Rows are appended with write(2) as they come, and that is all: nothing is synced, only that
 * a run began and ended is recorded, no file is ever closed, and after a crash nobody knows what is
 * in it.
 *
 * Linked before the archives, it takes the place of src/run/lander.c in an otherwise unchanged
 * fetchd, so that what differs between the two is what exactly-once costs. One file a run, of
 * declared columns; --once only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/format.h"
#include "io/thread.h"
#include "run/lander.h"

#define INBOX_MAX 65536
#define TAKE      4096

struct account {
	struct run_counts counts;
	int fd;
	struct buf batch;
};

struct lander {
	int root;
	struct db *db;
	struct mailbox *inbox, *landed;
	pthread_t thread;
	struct account *account; /* of the last run; leaks nothing that a bench would mind */
};

static int open_file(const struct lander *lander, const struct seed *seed)
{
	char *name = xasprintf("%s%s", seed->path, format_of(seed->job->format)->extension);
	char *slash = strrchr(name, '/');
	int fd;

	if (slash) {
		*slash = '\0';
		mkdirat(lander->root, name, 0750);
		*slash = '/';
	}
	fd = openat(lander->root, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	free(name);
	return fd;
}

/* A run has a number and an end, whoever lands it. */
static void record_begin(struct lander *lander, struct landing *landing)
{
	struct err err = ERR_INIT;

	if (db_begin(lander->db, &err) < 0)
		abort();
	landing->id = runs_insert(lander->db, &landing->seed->record);
	if (db_commit(lander->db, &err) < 0)
		abort();
	landing->seed->record.id = landing->id;
}

static void record_end(struct lander *lander, struct landing *landing)
{
	struct err err = ERR_INIT;

	landing->end.counts = landing->account->counts;
	if (db_begin(lander->db, &err) < 0)
		abort();
	runs_end(lander->db, &landing->end);
	if (db_commit(lander->db, &err) < 0)
		abort();
}

static void begin(struct lander *lander, struct landing *landing)
{
	struct seed *seed = landing->seed;
	struct account *account = xcalloc(1, sizeof(*account));

	record_begin(lander, landing);
	account->counts = seed->record.counts;
	account->fd = open_file(lander, seed);
	buf_init(&account->batch, (size_t)1 << 40);
	landing->colset = colset_new(seed->job);
	format_of(seed->job->format)->header(seed->job, landing->colset, &account->batch);
	landing->account = lander->account = account;
	landing->code = account->fd < 0 ? -errno : 0;
}

static void flush(struct account *account)
{
	for (size_t done = 0; done < account->batch.len;) {
		ssize_t n =
			write(account->fd, account->batch.data + done, account->batch.len - done);

		if (n < 0)
			abort();
		done += (size_t)n;
	}
	account->batch.len = 0;
}

static void take(struct lander *lander, struct landing *landing)
{
	if (landing->kind == LANDING_BEGIN)
		begin(lander, landing);
	if (landing->kind == LANDING_PAGE && landing->parcel->rows.count > 0)
		buf_add(&landing->account->batch, landing->parcel->rows.bytes.data,
			landing->parcel->rows.bytes.len);
	if (landing->kind == LANDING_PAGE || landing->kind == LANDING_FAILURE)
		landing_count(landing, &landing->account->counts);
	if (landing->kind == LANDING_END)
		record_end(lander, landing);
}

/* As the lander gathers, so that the difference is the commit and not the number of wake-ups. */
static size_t gather(struct lander *lander, void **items)
{
	size_t n = mailbox_wait(lander->inbox, items, TAKE, -1), seen = 0, more;
	int64_t until = clock_monotonic_ms() + LANDER_GATHER_MS;

	for (; n > 0 && n < TAKE; n += more) {
		int64_t left = until - clock_monotonic_ms();

		for (; seen < n; seen++)
			if (landing_is_urgent(items[seen]))
				return n;
		more = left > 0 ? mailbox_wait(lander->inbox, items + n, TAKE - n, (int)left) : 0;
		if (more == 0)
			break;
	}
	return n;
}

static void *land(void *arg)
{
	struct lander *lander = arg;
	void *items[TAKE];
	size_t n;

	while ((n = gather(lander, items)) > 0) {
		for (size_t i = 0; i < n; i++)
			take(lander, items[i]);
		if (lander->account)
			flush(lander->account);
		mailbox_send_wait(lander->landed, items, n);
	}
	return NULL;
}

int lander_start(const struct output_place *place, struct db *db, struct mailbox *landed,
		 struct lander **started, struct err *err)
{
	struct lander *lander = xcalloc(1, sizeof(*lander));
	int rc = mailbox_new(INBOX_MAX, &lander->inbox, err);

	*lander = (struct lander) {
		.root = place->root, .db = db, .inbox = lander->inbox, .landed = landed
	};
	if (rc == 0)
		rc = thread_start("lander", land, lander, &lander->thread, err);
	if (rc == 0)
		*started = lander;
	return rc;
}

void lander_submit(struct lander *lander, struct landing *landing)
{
	void *item = landing;

	if (!mailbox_send(lander->inbox, &item, 1))
		abort();
}

unsigned lander_files_open(const struct lander *lander)
{
	return lander->account != NULL;
}

void lander_stop(struct lander *lander, bool give_up)
{
	mailbox_close(lander->inbox);
	pthread_join(lander->thread, NULL);
	mailbox_free(lander->inbox);
	db_close(lander->db);
	free(lander);
}

bool lander_is_busy(const struct lander *lander)
{
	return false;
}

/* What waits for an output asks for this; here nothing waits. Without it the real lander would be
 * linked as well. */
void lander_act(struct lander *lander, struct landing *landing);
void lander_act(struct lander *lander, struct landing *landing)
{
	abort();
}
