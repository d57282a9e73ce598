/* What a request costs an engine: CPU of the whole process, nothing landed.
 *
 *	make tests/bench/engine_bench CFLAGS=-O2
 *	tests/bench/engine_bench async http://127.0.0.1:8080/item.json 100000 50
 *
 * Pushes N requests for one URL through an engine with K in flight and prints the CPU milliseconds
 * per 1,000 requests, the main loop's share (building, submitting, freeing) included. Set it beside
 * `curl --parallel` for the same URL in the same minute: machines have moods. A fifth argument, the
 * number of async loops.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetch/engine.h"
#include "fetch/transfer.h"

struct parcel {
	struct request *request;
	enum outcome outcome;
	unsigned connections;
};

struct bench {
	const struct engine_type *type;
	struct engine *engine;
	struct mailbox *done;
	struct request_scope scope;
	uint64_t total, sent, good, connections;
};

static struct parcel *no_digest(struct request *request, struct response *response)
{
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));

	parcel->request = request;
	parcel->outcome = response->transfer;
	if (parcel->outcome == OUTCOME_OK)
		parcel->outcome = outcome_of_status(response->status);
	parcel->connections = response->connections;
	return parcel;
}

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "engine_bench: %s: %s\n", what, err->text);
	exit(1);
}

static struct request *build(struct bench *bench, unsigned lane)
{
	struct err err = ERR_INIT;
	struct request *request;

	if (request_build(&bench->scope, bench->sent, 0, NULL, &request, &err) < 0)
		die("cannot build the request", &err);
	request->lane = lane;
	bench->sent++;
	return request;
}

static void settle(struct bench *bench, struct parcel *parcel)
{
	bench->good += parcel->outcome == OUTCOME_OK;
	bench->connections += parcel->connections;
	request_free(parcel->request);
	free(parcel);
}

static void push_first(struct bench *bench, unsigned lanes)
{
	for (unsigned lane = 0; lane < lanes && bench->sent < bench->total; lane++) {
		struct request *request = build(bench, lane);

		bench->type->submit(bench->engine, &request, 1);
	}
}

static void push_all(struct bench *bench, unsigned lanes)
{
	uint64_t back = 0;

	push_first(bench, lanes);
	while (back < bench->total) {
		struct request *requests[64];
		void *items[64];
		size_t n = mailbox_wait(bench->done, items, 64, -1), next = 0;

		back += n;
		for (size_t i = 0; i < n; i++) {
			unsigned lane = ((struct parcel *)items[i])->request->lane;

			settle(bench, items[i]);
			if (bench->sent < bench->total)
				requests[next++] = build(bench, lane);
		}
		bench->type->submit(bench->engine, requests, next);
	}
}

static double cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void run(struct bench *bench, const char *name, unsigned lanes)
{
	int64_t began = clock_monotonic_us();
	double cpu = cpu_ms();

	push_all(bench, lanes);
	printf("%s: %" PRIu64 " requests, %u in flight: %.1f ms CPU and %.1f ms wall per 1,000; "
	       "%" PRIu64 " good, %" PRIu64 " connections\n",
	       name, bench->total, lanes, (cpu_ms() - cpu) * 1e3 / (double)bench->total,
	       (double)(clock_monotonic_us() - began) / (double)bench->total, bench->good,
	       bench->connections);
}

int main(int argc, char **argv)
{
	struct job job = { .name = (char *)"bench",
			   .method = (char *)"GET",
			   .timeout_ms = 30000,
			   .connect_timeout_ms = 10000,
			   .max_body_bytes = 64 << 20 };
	struct bench bench = { .scope = { .job = &job, .run = 1 } };
	struct err err = ERR_INIT;
	unsigned lanes;

	if (argc < 5 || !(bench.type = engine_find(argv[1]))) {
		fprintf(stderr, "usage: engine_bench ENGINE URL REQUESTS IN-FLIGHT [LOOPS]\n");
		return 2;
	}
	bench.total = strtoull(argv[3], NULL, 10);
	lanes = (unsigned)strtoul(argv[4], NULL, 10);
	job.matrix.points = bench.total;
	if (template_parse(argv[2], TEMPLATE_URL, &job.url, &err) < 0 ||
	    transfer_global_init(&err) < 0 || mailbox_new(lanes + 64, &bench.done, &err) < 0)
		die("cannot start", &err);
	struct engine_options options = { .digest = no_digest,
					  .done = bench.done,
					  .lanes = lanes,
					  .loops = argc > 5 ? (unsigned)atoi(argv[5]) : 0 };
	if (bench.type->start(&options, &bench.engine, &err) < 0)
		die("cannot start the engine", &err);
	run(&bench, argv[1], lanes);
	bench.type->stop(bench.engine);
	mailbox_free(bench.done);
	template_free(job.url);
	return bench.good == bench.total ? 0 : 1;
}
