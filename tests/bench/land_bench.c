/* The commit by itself: rows landed a second, and how long a batch takes from the lander's mailbox
 * until it is durable, by the size of the batch.
 *
 *	make tests/bench/land_bench CFLAGS=-O2
 *	CK_FORK=no ROUNDS=200 tests/bench/land_bench
 *
 * It is a test program only because it stands on the house of the unit tests. Drives run/lander.h as the main loop does, with pages of ten rows that were encoded before. Each
 * batch is closed by an urgent landing behind it, which no figure includes. Beside it the floor of
 * the disk: the same bytes appended to a file of their own and synced.
 */
#include <inttypes.h>
#include <time.h>

#include "../unit/run/house.h"

#define ROWS      10
#define BATCH_MAX 4000

static const char definition[] =
	"{'request': {'url': 'http://127.0.0.1/${p}'},"
	" 'params': {'p': {'range': [0, 99999999]}},"
	" 'columns': [{'name': 'id'}, {'name': 'name'}, {'name': 'price'}]}";

static const unsigned batches[] = { 1, 10, 100, 1000, BATCH_MAX };

struct bench {
	struct house house;
	struct guest guest;
	char body[4096];
	uint64_t next;
	double *committed, *floor; /* milliseconds, one a round */
	unsigned rounds;
	int fd;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double percentile(double *values, unsigned n, unsigned percent)
{
	qsort(values, n, sizeof(*values), by_size);
	return values[(n - 1) * percent / 100];
}

static void fill_body(char *body)
{
	size_t len = 0;

	for (unsigned i = 0; i < ROWS; i++)
		len += (size_t)sprintf(
			body + len, "%s{'id': %u, 'name': 'Granite Chair', 'price': '970.00 EUR'}",
			i ? ", " : "[", i);
	sprintf(body + len, "]");
}

static void take_back(struct bench *bench, unsigned n)
{
	while (n > 0) {
		void *items[512];
		size_t got =
			mailbox_wait(bench->house.landed, items, n < 512 ? n : 512, HOUSE_WAIT_MS);

		for (size_t i = 0; i < got; i++) {
			struct landing *landing = items[i];

			if (landing->code < 0)
				ck_abort_msg("%s", landing->error);
			landing_free(landing);
		}
		n -= (unsigned)got;
	}
}

static struct landing *urgent(void)
{
	struct landing *landing = landing_new(LANDING_SWITCH, NULL);

	landing->job = xstrdup("bench");
	landing->enabled = true;
	return landing;
}

static double commit_batch(struct bench *bench, unsigned n, size_t *bytes)
{
	struct landing *pages[BATCH_MAX];
	double began;

	*bytes = 0;
	for (unsigned i = 0; i < n; i++) {
		pages[i] = guest_page(&bench->guest, bench->next++, bench->body);
		*bytes += pages[i]->parcel->rows.bytes.len;
	}
	began = now_ms();
	for (unsigned i = 0; i < n; i++)
		lander_submit(bench->house.lander, pages[i]);
	lander_submit(bench->house.lander, urgent());
	take_back(bench, n);
	began = now_ms() - began;
	take_back(bench, 1);
	return began;
}

static double append_and_sync(struct bench *bench, size_t bytes)
{
	char *text = xcalloc(1, bytes);
	double began = now_ms();

	ck_assert_int_eq(write(bench->fd, text, bytes), (ssize_t)bytes);
	ck_assert_int_eq(fdatasync(bench->fd), 0);
	began = now_ms() - began;
	free(text);
	return began;
}

static void measure(struct bench *bench, unsigned n)
{
	size_t bytes = 0;
	double total = 0;

	for (unsigned i = 0; i < bench->rounds; i++) {
		bench->committed[i] = commit_batch(bench, n, &bytes);
		bench->floor[i] = append_and_sync(bench, bytes);
		total += bench->committed[i];
	}
	printf("#%8u %9zu %10.0f %9.2f %9.2f %12.2f %11.2f\n", n * ROWS, bytes,
	       n * ROWS * bench->rounds / total * 1e3,
	       percentile(bench->committed, bench->rounds, 50),
	       percentile(bench->committed, bench->rounds, 99),
	       percentile(bench->floor, bench->rounds, 50),
	       percentile(bench->floor, bench->rounds, 99));
}

START_TEST(commits)
{
	const char *rounds = getenv("ROUNDS");
	struct bench bench = { .rounds = rounds ? (unsigned)atoi(rounds) : 200 };
	char *path;

	house_init(&bench.house);
	house_open(&bench.house);
	guest_begin(&bench.house, &bench.guest, house_seed("bench", definition));
	fill_body(bench.body);
	path = xasprintf("%s/floor", bench.house.dir);
	bench.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bench.committed = xcalloc(bench.rounds, sizeof(double));
	bench.floor = xcalloc(bench.rounds, sizeof(double));
	printf("#                               commit, ms          append + sync, ms\n"
	       "#    rows     bytes     rows/s       p50       p99          p50         p99\n");
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		measure(&bench, batches[i]);
	free(bench.committed);
	free(bench.floor);
	free(path);
	close(bench.fd);
	guest_done(&bench.guest);
	house_done(&bench.house);
}
END_TEST

UNIT_MAIN("land", commits)
