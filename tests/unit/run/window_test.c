#include "run/window.h"

#include "../unit.h"
#include "base/random.h"
#include "base/xalloc.h"

#define POINTS 1000
#define LIMIT  ((size_t)256 << 10)

static struct landing *page(uint64_t point, uint32_t number, bool more)
{
	struct landing *landing = landing_new(LANDING_PAGE, NULL);

	landing->parcel = xcalloc(1, sizeof(struct parcel));
	landing->parcel->request = xcalloc(1, sizeof(struct request));
	landing->parcel->request->index = point;
	landing->parcel->request->page = number;
	landing->parcel->next_token = more ? xstrdup("t") : NULL;
	return landing;
}

static struct landing *large_page(uint64_t point, size_t bytes)
{
	struct landing *landing = page(point, 0, false);

	buf_init(&landing->parcel->rows.bytes, bytes);
	buf_reserve(&landing->parcel->rows.bytes, bytes);
	return landing;
}

static struct landing *failure(uint64_t point)
{
	struct landing *landing = landing_new(LANDING_FAILURE, NULL);

	landing->failure.index = point;
	return landing;
}

static void expect_nothing(struct window *window)
{
	ck_assert_ptr_null(window_take(window));
}

static void expect_page(struct window *window, uint64_t point, uint32_t number)
{
	struct landing *landing = window_take(window);

	ck_assert_ptr_nonnull(landing);
	ck_assert_uint_eq(landing_point(landing), point);
	if (landing->kind == LANDING_PAGE)
		ck_assert_uint_eq(landing->parcel->request->page, number);
	ck_assert_ptr_null(landing->next);
	landing_free(landing);
}

static void expect_point(struct window *window, uint64_t point)
{
	expect_page(window, point, 0);
}

START_TEST(what_comes_in_turn_passes_at_once)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);

	for (uint64_t i = 0; i < 3; i++) {
		window_put(window, page(i, 0, false));
		expect_point(window, i);
		expect_nothing(window);
	}
	ck_assert_uint_eq(window_bytes(window), 0);
	window_free(window);
}
END_TEST

START_TEST(what_comes_too_early_waits_for_all_before_it)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);

	window_put(window, page(2, 0, false));
	window_put(window, failure(1));
	expect_nothing(window);
	ck_assert_uint_gt(window_bytes(window), 0);
	window_put(window, page(0, 0, false));
	for (uint64_t i = 0; i < 3; i++)
		expect_point(window, i);
	expect_nothing(window);
	ck_assert_uint_eq(window_head(window), 3);
	ck_assert_uint_eq(window_bytes(window), 0);
	window_free(window);
}
END_TEST

START_TEST(a_point_is_finished_by_its_last_page_or_its_failure)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);

	window_put(window, page(1, 0, true));
	window_put(window, page(1, 1, true));
	window_put(window, page(0, 0, true));
	expect_point(window, 0);
	expect_nothing(window); /* its next page is still to come */
	window_put(window, failure(0));
	expect_point(window, 0);
	expect_page(window, 1, 0);
	expect_page(window, 1, 1);
	expect_nothing(window);
	window_put(window, page(1, 2, false));
	expect_page(window, 1, 2);
	ck_assert_uint_eq(window_head(window), 2);
	window_free(window);
}
END_TEST

START_TEST(any_order_of_arrival_gives_the_order_of_the_points)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);
	struct random random;
	uint64_t order[POINTS], next = 0;

	random_seed(&random, 11);
	for (uint64_t i = 0; i < POINTS; i++) {
		uint64_t other = random_below(&random, i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	for (uint64_t i = 0; i < POINTS; i++) {
		struct landing *landing;

		window_put(window, page(order[i], 0, false));
		for (; (landing = window_take(window)); landing_free(landing))
			ck_assert_uint_eq(landing_point(landing), next++);
	}
	ck_assert_uint_eq(next, POINTS);
	ck_assert_uint_eq(window_bytes(window), 0);
	window_free(window);
}
END_TEST

START_TEST(points_finished_before_are_not_waited_for)
{
	struct rangeset *done = rangeset_new(POINTS);
	struct window *window;

	rangeset_add_range(done, (struct range) { 0, 4 });
	rangeset_add_range(done, (struct range) { 6, 9 });
	window = window_new(POINTS, done, LIMIT);
	rangeset_add(done, 5); /* taken, which is not finished */
	rangeset_free(done);
	ck_assert_uint_eq(window_head(window), 5);
	window_put(window, page(10, 0, false));
	expect_nothing(window);
	window_put(window, page(5, 0, false));
	expect_point(window, 5);
	expect_point(window, 10);
	ck_assert_uint_eq(window_head(window), 11);
	window_free(window);
}
END_TEST

/* As many as may go out, one at a time, while the head is away. */
static size_t fill(struct window *window, size_t bytes)
{
	uint64_t point = window_head(window) + 1;

	for (; window_admits(window, point, 1); point++) {
		window_put(window, large_page(point, bytes));
		expect_nothing(window);
	}
	return point - window_head(window) - 1;
}

START_TEST(what_waits_stays_below_the_limit)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);
	size_t n = fill(window, 2000);

	ck_assert_uint_le(window_bytes(window), LIMIT);
	ck_assert_uint_ge(window_bytes(window), LIMIT * 9 / 10);
	ck_assert_uint_ge(window_bytes(window), n * 3000);
	window_free(window); /* with what waits in it */
}
END_TEST

START_TEST(even_empty_answers_count)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);

	ck_assert_uint_le(fill(window, 0), LIMIT / 1000);
	window_free(window);
}
END_TEST

START_TEST(requests_that_are_out_count_as_if_they_waited)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);

	for (uint64_t i = 1; i <= 3; i++) /* a mean of its own takes some landings to form */
		window_put(window, large_page(i, LIMIT / 5));
	ck_assert(window_admits(window, 4, 1));
	ck_assert(!window_admits(window, 4, 20));
	ck_assert(window_admits(window, 0, 20));
	window_free(window);
}
END_TEST

START_TEST(the_head_has_a_place_whatever_waits_and_however_large_it_is)
{
	struct window *window = window_new(POINTS, NULL, LIMIT);
	uint64_t n = fill(window, 2000);

	ck_assert(!window_admits(window, n + 1, 1));
	ck_assert(window_admits(window, 0, 100000));
	window_put(window, large_page(0, LIMIT * 4));
	for (uint64_t i = 0; i <= n; i++)
		expect_point(window, i);
	ck_assert_uint_eq(window_bytes(window), 0);
	ck_assert(window_admits(window, n + 2, 0));
	window_free(window);
}
END_TEST

UNIT_MAIN("window", what_comes_in_turn_passes_at_once, what_comes_too_early_waits_for_all_before_it,
	  a_point_is_finished_by_its_last_page_or_its_failure,
	  any_order_of_arrival_gives_the_order_of_the_points,
	  points_finished_before_are_not_waited_for, what_waits_stays_below_the_limit,
	  even_empty_answers_count, requests_that_are_out_count_as_if_they_waited,
	  the_head_has_a_place_whatever_waits_and_however_large_it_is)
