/* Pages: complete chains, whatever the size, and what is no page of the dataset. */
#include "fetchmock/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"

static const struct fill nobody;

static struct dataset *numbers(enum dataset_pages pages, uint64_t count)
{
	struct dataset *dataset = dataset_new();
	struct json *record = json_new_string("${index}");
	struct err err = ERR_INIT;

	ck_assert_int_eq(body_compile_json(record, &dataset->record, &err), 0);
	json_unref(record);
	dataset->name = xstrdup("numbers");
	dataset->param = xstrdup(pages == DATASET_CURSOR ? "cursor" : "page");
	dataset->limit_param = xstrdup("limit");
	dataset->pages = pages;
	dataset->count = count;
	return dataset;
}

static const char *header(const char *name, void *arg)
{
	return strcmp(name, "Host") == 0 ? "h:1" : NULL;
}

static struct ask asking(const char *query)
{
	return (struct ask) {
		.method = "GET", .path = slice_of("/n"), .query = slice_of(query), .header = header
	};
}

static int find(const struct dataset *dataset, const char *query, struct page *page)
{
	struct ask ask = asking(query);
	struct err err = ERR_INIT;
	int rc = page_find(dataset, &ask, page, &err);

	ck_assert(rc == 0 || *err.text);
	return rc;
}

static char *records(const struct page *page)
{
	struct buf out;

	buf_init(&out, 100000);
	page_records(page, &nobody, &out);
	return buf_take(&out);
}

START_TEST(cursors_lead_through_every_record_once)
{
	for (uint64_t count = 0; count <= 31; count++) {
		struct dataset *dataset = numbers(DATASET_CURSOR, count);
		struct buf query;
		struct page page;
		uint64_t seen = 0;

		buf_init(&query, 1000);
		do {
			buf_add_text(&query, "&limit=7");
			ck_assert_int_eq(find(dataset, buf_text(&query), &page), 0);
			ck_assert_uint_eq(page.first, seen);
			seen += page.count;
			buf_clear(&query);
			buf_add_text(&query, "cursor=");
			page_cursor(&page, &query);
		} while (page_has_next(&page));
		ck_assert_uint_eq(seen, count);
		buf_done(&query);
		dataset_free(dataset);
	}
}
END_TEST

START_TEST(numbered_pages_cover_every_record_once)
{
	struct dataset *dataset = numbers(DATASET_LINK, 95);
	uint64_t seen = 0;
	struct page page;

	for (int number = 1; number <= 10; number++) {
		char query[32];

		snprintf(query, sizeof(query), "page=%d", number);
		ck_assert_int_eq(find(dataset, query, &page), 0);
		ck_assert_uint_eq(page.first, seen);
		ck_assert_int_eq(page_has_next(&page), number < 10);
		seen += page.count;
	}
	ck_assert_uint_eq(seen, 95);
	dataset_free(dataset);
}
END_TEST

START_TEST(a_page_beyond_the_end_is_empty)
{
	struct dataset *dataset = numbers(DATASET_LINK, 95);
	struct page page;
	char *text;

	ck_assert_int_eq(find(dataset, "page=11", &page), 0);
	ck_assert(!page_has_next(&page));
	text = records(&page);
	ck_assert_str_eq(text, "[]");
	free(text);
	ck_assert_int_eq(find(dataset, "page=1099511627776&limit=999", &page), 0);
	ck_assert_uint_eq(page.count, 0);
	dataset_free(dataset);
}
END_TEST

START_TEST(what_is_no_page_is_refused)
{
	struct dataset *link = numbers(DATASET_LINK, 95), *cursor = numbers(DATASET_CURSOR, 95);
	struct page page;

	ck_assert_int_eq(find(link, "page=0", &page), -EINVAL);
	ck_assert_int_eq(find(link, "page=x", &page), -EINVAL);
	ck_assert_int_eq(find(link, "page=", &page), -EINVAL);
	ck_assert_int_eq(find(link, "limit=0", &page), -EINVAL);
	ck_assert_int_eq(find(link, "limit=-5", &page), -EINVAL);
	ck_assert_int_eq(find(cursor, "cursor=a-000000", &page), -EINVAL);
	ck_assert_int_eq(find(cursor, "cursor=10", &page), -EINVAL);
	dataset_free(link);
	dataset_free(cursor);
}
END_TEST

START_TEST(the_limit_is_the_clients_up_to_a_most)
{
	struct dataset *dataset = numbers(DATASET_CURSOR, 5000);
	struct page page;

	ck_assert_int_eq(find(dataset, "", &page), 0);
	ck_assert_uint_eq(page.count, 10);
	ck_assert_int_eq(find(dataset, "limit=50", &page), 0);
	ck_assert_uint_eq(page.count, 50);
	ck_assert_int_eq(find(dataset, "limit=4000", &page), 0);
	ck_assert_uint_eq(page.count, 1000);
	dataset_free(dataset);
}
END_TEST

START_TEST(without_pages_everything_comes_at_once)
{
	struct dataset *dataset = numbers(DATASET_WHOLE, 3);
	struct page page;
	char *text;

	ck_assert_int_eq(find(dataset, "page=7", &page), 0);
	text = records(&page);
	ck_assert_str_eq(text, "[0,1,2]");
	free(text);
	dataset_free(dataset);
}
END_TEST

static void expect_link(const struct dataset *dataset, const char *query, const char *link)
{
	struct ask ask = asking(query);
	struct page page;
	struct buf out;

	ck_assert_int_eq(find(dataset, query, &page), 0);
	buf_init(&out, 10000);
	page_link(&page, &ask, &out);
	ck_assert_str_eq(buf_text(&out), link);
	buf_done(&out);
}

START_TEST(links_keep_the_rest_of_the_query)
{
	struct dataset *dataset = numbers(DATASET_LINK, 25);

	expect_link(dataset, "a=1%26&page=2&limit=10",
		    "<http://h:1/n?a=1%26&limit=10&page=1>; rel=\"first\", "
		    "<http://h:1/n?a=1%26&limit=10&page=1>; rel=\"prev\", "
		    "<http://h:1/n?a=1%26&limit=10&page=3>; rel=\"next\", "
		    "<http://h:1/n?a=1%26&limit=10&page=3>; rel=\"last\"");
	expect_link(dataset, "limit=25", "");
	dataset_free(dataset);
}
END_TEST

static struct page at(struct dataset *dataset, uint64_t asked, const char *query)
{
	struct page page;

	dataset->asked = asked;
	ck_assert_int_eq(find(dataset, query, &page), 0);
	return page;
}

static void check_records(const struct page *page, const char *want)
{
	char *got = records(page);

	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(offsets_and_numbers_from_zero_lead_to_their_records)
{
	struct dataset *dataset = numbers(DATASET_OFFSET, 10);
	struct page page = at(dataset, 1, "page=7&limit=2");

	check_records(&page, "[7,8]");
	dataset->pages = DATASET_PAGE;
	dataset->start = 0;
	page = at(dataset, 1, "page=2&limit=3");
	check_records(&page, "[6,7,8]");
	ck_assert_uint_eq(page_number(&page), 2);
	ck_assert_uint_eq(page_last(&page), 3);
	dataset_free(dataset);
}
END_TEST

START_TEST(an_address_names_the_next_page_on_this_host)
{
	struct dataset *dataset = numbers(DATASET_NEXT_URL, 10);
	struct page page = at(dataset, 1, "limit=4&page=2");
	struct ask ask = asking("limit=4&page=2");
	struct buf out;

	buf_init(&out, 1000);
	page_address(&page, &ask, &out);
	ck_assert_str_eq(buf_text(&out), "http://h:1/n?limit=4&page=3");
	buf_done(&out);
	dataset_free(dataset);
}
END_TEST

START_TEST(drift_moves_numbered_pages)
{
	struct dataset *dataset = numbers(DATASET_PAGE, 10);
	struct page page;

	dataset->drift = (struct drift) { .every = 2, .added = 1 };
	page = at(dataset, 2, "page=1&limit=3");
	check_records(&page, "[0,1,2]");
	page = at(dataset, 3, "page=1&limit=3");
	check_records(&page, "[10,0,1]");
	page = at(dataset, 5, "page=1&limit=3");
	check_records(&page, "[11,10,0]");
	ck_assert_uint_eq(page.total, 12);
	dataset->drift = (struct drift) { .every = 1, .times = 2, .removed = 1 };
	page = at(dataset, 9, "page=1&limit=3");
	check_records(&page, "[2,3,4]");
	ck_assert_uint_eq(page.total, 8);
	dataset_free(dataset);
}
END_TEST

START_TEST(drift_leaves_cursors_where_they_were)
{
	struct dataset *dataset = numbers(DATASET_CURSOR, 10);
	struct page page = at(dataset, 1, "limit=3");
	struct buf query;

	buf_init(&query, 1000);
	buf_add_text(&query, "limit=3&cursor=");
	page_cursor(&page, &query);
	dataset->drift = (struct drift) { .every = 1, .added = 2 };
	page = at(dataset, 2, buf_text(&query));
	check_records(&page, "[3,4,5]");
	dataset->drift = (struct drift) { .every = 1, .removed = 4 };
	page = at(dataset, 2, buf_text(&query));
	check_records(&page, "[4,5,6]");
	buf_done(&query);
	dataset_free(dataset);
}
END_TEST

UNIT_MAIN("dataset", offsets_and_numbers_from_zero_lead_to_their_records,
	  an_address_names_the_next_page_on_this_host, drift_moves_numbered_pages,
	  drift_leaves_cursors_where_they_were, cursors_lead_through_every_record_once,
	  numbered_pages_cover_every_record_once, a_page_beyond_the_end_is_empty,
	  what_is_no_page_is_refused, the_limit_is_the_clients_up_to_a_most,
	  without_pages_everything_comes_at_once, links_keep_the_rest_of_the_query)
