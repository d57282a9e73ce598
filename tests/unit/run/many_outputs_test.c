/* Runs whose path holds parameters: in more outputs than can be open. */
#include "run/output_cache.h"

#include <errno.h>

#include "shelf.h"

#define MANY  600
#define TIMES 2 /* pages an output */
#define POINTS                                                                                     \
	"'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 599]}, "               \
	"'j': {'range': [0, 1]}}"
#define JOB    "{" POINTS ", 'output': {'path': 'p/${i}'}}"
#define HOURLY "{" POINTS ", 'output': {'path': 'p/${i}', 'rotate': {'every': '1h'}}}"

/* The index of the page of output `i` in round `j`. */
static uint64_t index_of(const struct guest *guest, unsigned i, unsigned j)
{
	char *want = xasprintf("p/%u", i);
	struct err err = ERR_INIT;
	uint64_t index = (uint64_t)i * TIMES + j;
	struct point point;
	char *path;

	matrix_point(&guest->seed->job->matrix, index, &point);
	path = job_output(guest->seed->job, 0, &point, &err);
	ck_assert_str_eq(path, want); /* the last parameter turns fastest */
	free(want);
	free(path);
	return index;
}

static struct landing *page(struct guest *guest, unsigned i, unsigned j)
{
	char *body = xasprintf("[{'x': %u}]", i * 10 + j);
	struct landing *landing = guest_page(guest, index_of(guest, i, j), body);

	free(body);
	return landing;
}

/* A page for every output, submitted at once. */
static void submit_round(struct house *house, struct guest *guest, unsigned j)
{
	struct landing *landings[MANY];

	for (unsigned i = 0; i < MANY; i++)
		landings[i] = page(guest, i, j);
	for (unsigned i = 0; i < MANY; i++)
		lander_submit(house->lander, landings[i]);
}

static void expect_round(struct house *house)
{
	for (unsigned i = 0; i < MANY; i++) {
		house_expect(house, 1);
		ck_assert_uint_le(lander_files_open(house->lander), OUTPUT_CACHE_MAX);
	}
}

static void expect_files(const struct house *house, unsigned rounds)
{
	for (unsigned i = 0; i < MANY; i++) {
		char *name = xasprintf("p/%u.csv", i);
		char *want = rounds == 1 ? xasprintf("x\n%u\n", i * 10)
					 : xasprintf("x\n%u\n%u\n", i * 10, i * 10 + 1);

		house_expect_file(house, name, want);
		free(want);
		free(name);
	}
}

START_TEST(a_batch_for_more_outputs_than_can_be_open_lands_in_each)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	submit_round(&house, &guest, 0);
	expect_round(&house);
	expect_files(&house, 1);
	submit_round(&house, &guest, 1);
	expect_round(&house);
	ck_assert_uint_gt(lander_files_open(house.lander), 0);
	expect_files(&house, 2);
	guest_end(&house, &guest);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* What is not open is not nobody's: the clock leaves it alone, too. */
START_TEST(an_output_that_was_let_go_is_not_closed_while_its_run_goes_on)
{
	struct house house;
	struct guest guest;
	char *n;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", HOURLY)); /* of 1970: due at once */
	submit_round(&house, &guest, 0);
	expect_round(&house);
	shelf_let_tick(&house);
	lander_submit(house.lander, page(&guest, 0, 1));
	house_expect(&house, 1);
	n = shelf_shell(&house, "ls p | grep -cE '^[0-9]+[.]csv$'");
	ck_assert_str_eq(n, "600");
	free(n);
	house_close(&house, true);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(an_output_that_was_let_go_is_refused_to_another_run)
{
	struct house house;
	struct guest first, second;
	struct landing *landing;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &first, house_seed("a", JOB));
	guest_begin(&house, &second, house_seed("b", JOB));
	submit_round(&house, &first, 0);
	expect_round(&house);
	lander_submit(house.lander, page(&second, 0, 0)); /* the one let go first */
	landing = house_wait(&house);
	ck_assert_int_eq(landing->code, -EBUSY);
	ck_assert_ptr_nonnull(strstr(landing->error, "p/0"));
	landing_free(landing);
	lander_submit(house.lander, page(&first, 0, 1));
	house_expect(&house, 1);
	house_expect_file(&house, "p/0.csv", "x\n0\n1\n");
	guest_end(&house, &first);
	guest_done(&first);
	guest_done(&second);
	house_done(&house);
}
END_TEST

START_TEST(an_output_that_is_open_is_refused_to_another_run_until_its_own_ends)
{
	struct house house;
	struct guest first, second, third;
	struct landing *landing;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &first, house_seed("a", JOB));
	guest_begin(&house, &second, house_seed("b", JOB));
	lander_submit(house.lander, page(&first, 5, 0));
	house_expect(&house, 1);
	lander_submit(house.lander, page(&second, 5, 0));
	landing = house_wait(&house);
	ck_assert_int_eq(landing->code, -EBUSY);
	landing_free(landing);
	guest_end(&house, &first);
	guest_begin(&house, &third, house_seed("c", JOB));
	lander_submit(house.lander, page(&third, 5, 1));
	house_expect(&house, 1);
	house_expect_file(&house, "p/5.csv", "x\n50\n51\n");
	guest_done(&first);
	guest_done(&second);
	guest_done(&third);
	house_done(&house);
}
END_TEST

UNIT_MAIN("many outputs", a_batch_for_more_outputs_than_can_be_open_lands_in_each,
	  an_output_that_was_let_go_is_not_closed_while_its_run_goes_on,
	  an_output_that_was_let_go_is_refused_to_another_run,
	  an_output_that_is_open_is_refused_to_another_run_until_its_own_ends)
