#include "run/chains.h"

#include <string.h>

#include "../unit.h"

static struct chains chains;
static struct chain *chain;
static struct paging paging;
static struct err err;

static void begin(enum job_pages by)
{
	chains = (struct chains) { 0 };
	chain = chains_add(&chains, 0);
	paging = (struct paging) { .by = by };
}

static void end(void)
{
	chains_done(&chains);
}

static struct page_view page(uint64_t records, uint64_t total, uint64_t mark)
{
	return (struct page_view) {
		.paged = true, .records = records, .total = total, .mark = mark, .last_mark = mark
	};
}

static void take(struct page_view view)
{
	ck_assert_int_eq(chain_check(chain, &view, false, &err), OUTCOME_OK);
	chain_watch_page(chain, &view, &paging);
	chain->page++;
}

static enum outcome check(struct page_view view, bool ends)
{
	err = (struct err)ERR_INIT;
	return chain_check(chain->page ? chain : NULL, &view, ends, &err);
}

START_TEST(a_page_like_the_one_before_is_a_circle)
{
	begin(JOB_PAGES_PAGE);
	take(page(5, PAGE_UNSAID, 77));
	ck_assert_int_eq(check(page(5, PAGE_UNSAID, 77), false), OUTCOME_PAGE_LOOP);
	ck_assert_str_ne(err.text, "");
	ck_assert_int_eq(check(page(5, PAGE_UNSAID, 78), false), OUTCOME_OK);
	end();
}
END_TEST

START_TEST(pages_without_records_are_no_circle)
{
	begin(JOB_PAGES_CURSOR);
	take(page(0, PAGE_UNSAID, 0));
	ck_assert_int_eq(check(page(0, PAGE_UNSAID, 0), false), OUTCOME_OK);
	end();
}
END_TEST

START_TEST(a_circle_of_any_length_is_noticed_within_three_rounds)
{
	for (uint64_t length = 1; length < 40; length++) {
		uint64_t steps = 0;

		begin(JOB_PAGES_CURSOR);
		while (check(page(5, PAGE_UNSAID, 1 + steps % length), false) == OUTCOME_OK) {
			take(page(5, PAGE_UNSAID, 1 + steps % length));
			ck_assert_uint_le(++steps, 3 * length + 1);
		}
		end();
	}
}
END_TEST

START_TEST(a_chain_that_ends_before_the_total_is_not_whole)
{
	begin(JOB_PAGES_CURSOR);
	ck_assert_int_eq(check(page(5, 6, 1), true), OUTCOME_PAGES_MISSING);
	ck_assert_str_eq(err.text, "the pages end after 5 records, and the API counts 6");
	ck_assert_int_eq(check(page(5, 6, 1), false), OUTCOME_OK);
	take(page(5, 10, 1));
	ck_assert_int_eq(check(page(4, PAGE_UNSAID, 2), true), OUTCOME_PAGES_MISSING);
	ck_assert_int_eq(check(page(5, PAGE_UNSAID, 2), true), OUTCOME_OK);
	ck_assert_int_eq(check(page(9, PAGE_UNSAID, 2), true), OUTCOME_OK);
	end();
}
END_TEST

START_TEST(cursors_may_end_at_the_least_the_api_has_counted)
{
	begin(JOB_PAGES_CURSOR);
	take(page(5, 10, 1));
	ck_assert_int_eq(check(page(3, 8, 2), true), OUTCOME_OK);
	take(page(3, 12, 2));
	ck_assert_int_eq(check(page(2, 12, 3), true), OUTCOME_OK);
	take(page(2, 12, 3));
	ck_assert_ptr_null(chain_drift(chain, &paging));
	end();
}
END_TEST

START_TEST(a_total_that_falls_tells_that_counted_pages_moved)
{
	begin(JOB_PAGES_OFFSET);
	take(page(5, 10, 1));
	take(page(4, 9, 2));
	ck_assert_ptr_nonnull(strstr(chain_drift(chain, &paging), "10 records and then 9"));
	end();
}
END_TEST

START_TEST(a_total_that_rises_is_fine_when_as_many_came)
{
	begin(JOB_PAGES_OFFSET);
	take(page(5, 10, 1));
	take(page(6, 11, 2));
	ck_assert_ptr_null(chain_drift(chain, &paging));
	end();
	begin(JOB_PAGES_OFFSET);
	take(page(5, 10, 1));
	take(page(5, 11, 2));
	ck_assert_ptr_nonnull(strstr(chain_drift(chain, &paging), "up to 11 records"));
	end();
}
END_TEST

START_TEST(a_record_that_comes_again_tells_when_a_key_or_the_total_confirms_it)
{
	static const struct {
		uint64_t first, second;
		bool key, drifts;
	} cases[] = {
		{ 10, 11, false, true },
		{ 10, 10, false, false },
		{ PAGE_UNSAID, PAGE_UNSAID, false, false },
		{ PAGE_UNSAID, PAGE_UNSAID, true, true },
	};
	struct pointer *key;

	ck_assert_int_eq(pointer_parse("/id", &key, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page_view again = page(6, cases[i].second, 2);

		begin(JOB_PAGES_PAGE);
		paging.key = cases[i].key ? key : NULL;
		take(page(5, cases[i].first, 1));
		again.repeats_last = true;
		take(again);
		ck_assert_msg(!!chain_drift(chain, &paging) == cases[i].drifts, "case %zu", i);
		end();
	}
	pointer_free(key);
}
END_TEST

/* ---- what a page looks like ---- */

static struct job job;
static struct request_scope scope = { .job = &job };
static struct slice records[4];

static enum outcome view_of(const char *const *texts, size_t n, uint64_t last,
			    struct page_view *view, struct extract *extract)
{
	struct request request = { .scope = &scope, .page = 1, .chain_last = last };

	for (size_t i = 0; i < n; i++)
		records[i] = slice_of(texts[i]);
	*extract = (struct extract) { .records = records, .len = n };
	*view = (struct page_view) { 0 };
	return page_view_fill(view, &request, extract, &err);
}

START_TEST(a_page_is_known_by_its_records_and_their_order)
{
	static const char *const one[] = { "{\"id\":1}", "{\"id\":2}" };
	static const char *const other[] = { "{\"id\":2}", "{\"id\":1}" };
	struct page_view a, b;
	struct extract extract;

	job = (struct job) { .paging = { .by = JOB_PAGES_PAGE } };
	view_of(one, 2, 0, &a, &extract);
	view_of(one, 2, 0, &b, &extract);
	ck_assert_uint_eq(a.mark, b.mark);
	view_of(other, 2, 0, &b, &extract);
	ck_assert_uint_ne(a.mark, b.mark);
	ck_assert_uint_ne(a.last_mark, b.last_mark);
	view_of(one, 0, 0, &b, &extract);
	ck_assert_uint_eq(b.mark, 0);
}
END_TEST

START_TEST(what_overlaps_is_taken_out_wherever_it_is)
{
	static const char *const texts[] = { "1", "2", "3", "4" };
	struct page_view view, two;
	struct extract extract;

	job = (struct job) { .paging = { .by = JOB_PAGES_OFFSET, .overlap = 2 } };
	view_of(texts, 2, 0, &two, &extract);
	ck_assert_int_eq(view_of(texts, 4, two.last_mark, &view, &extract), OUTCOME_OK);
	ck_assert_uint_eq(extract.len, 2);
	ck_assert(slice_is(extract.records[0], "3"));
	ck_assert_uint_eq(view.records, 2);
	ck_assert(!view.repeats_last);
	ck_assert_int_eq(view_of(texts, 1, two.last_mark, &view, &extract), OUTCOME_PAGE_DRIFT);
	ck_assert_str_ne(err.text, "");
}
END_TEST

START_TEST(a_key_tells_records_apart_when_the_rest_changes)
{
	static const char *const before[] = { "{\"id\":1,\"n\":1}" };
	static const char *const after[] = { "{\"id\":1,\"n\":2}" };
	struct page_view one, two;
	struct extract extract;
	struct pointer *key;

	ck_assert_int_eq(pointer_parse("/id", &key, &err), 0);
	job = (struct job) { .paging = { .by = JOB_PAGES_PAGE, .key = key } };
	view_of(before, 1, 0, &one, &extract);
	view_of(after, 1, one.last_mark, &two, &extract);
	ck_assert(two.repeats_last);
	job.paging.key = NULL;
	view_of(before, 1, 0, &one, &extract);
	view_of(after, 1, one.last_mark, &two, &extract);
	ck_assert(!two.repeats_last);
	pointer_free(key);
}
END_TEST

UNIT_MAIN("chain_watch", a_page_like_the_one_before_is_a_circle,
	  pages_without_records_are_no_circle,
	  a_circle_of_any_length_is_noticed_within_three_rounds,
	  a_chain_that_ends_before_the_total_is_not_whole,
	  cursors_may_end_at_the_least_the_api_has_counted,
	  a_total_that_falls_tells_that_counted_pages_moved,
	  a_total_that_rises_is_fine_when_as_many_came,
	  a_record_that_comes_again_tells_when_a_key_or_the_total_confirms_it,
	  a_page_is_known_by_its_records_and_their_order, what_overlaps_is_taken_out_wherever_it_is,
	  a_key_tells_records_apart_when_the_rest_changes)
