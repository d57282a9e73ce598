#include "run/lander.h"

#include <errno.h>
#include <stdatomic.h>

#include "house.h"
#include "store/ledger.h"
#include "store/sql.h"

#define TEN "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define JOB "{" TEN "}"

/* A page that is not its chain's last. */
static struct landing *chain_page(struct guest *guest, uint32_t page, const char *body,
				  uint64_t rows_before)
{
	struct landing *landing = guest_page(guest, 0, body);

	uint64_t rows = landing->parcel->rows.unknown ? landing->parcel->extract.len
						      : landing->parcel->rows.count;

	landing->parcel->request->page = page;
	landing->parcel->next_token = xstrdup("t");
	landing->chain_rows = rows_before;
	landing->chain = (struct chain_record) { .index = 0,
						 .next_page = page + 1,
						 .token = xasprintf("t%u", page + 1),
						 .rows = rows_before + rows,
						 .visited = xcalloc(1, 8),
						 .visited_len = 8 };
	return landing;
}

static struct seed *loaded(const struct house *house, uint64_t id)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);
	int code;
	struct seed *seed = seed_load(db, id, &code, &err);

	ck_assert_msg(seed != NULL, "%s", err.text);
	db_close(db);
	return seed;
}

/* The output as the ledger has it. */
static struct output_record recorded(const struct house *house, const char *path)
{
	struct output_record record = { 0 };
	struct err err = ERR_INIT;
	struct db *db = house_db(house);

	ck_assert_msg(outputs_get(db, path, &record, &err) == 0, "%s", err.text);
	db_close(db);
	return record;
}

START_TEST(pages_come_back_committed_and_stand_in_file_and_ledger)
{
	struct house house;
	struct guest guest;
	struct seed *seed;
	uint64_t id;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	id = guest.seed->record.id;
	ck_assert_uint_eq(id, 1);
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	guest_land(&house, &guest, 1, "[{'x': 2}, {'x': 3}]");
	guest_land(&house, &guest, 2, "[]");
	lander_submit(house.lander, guest_failure(&guest, 3, OUTCOME_HTTP_5XX));
	house_expect(&house, 4);
	ck_assert_uint_eq(lander_files_open(house.lander), 1);
	house_close(&house, false);
	house_expect_file(&house, "a.csv", "x\n1\n2\n3\n");
	seed = loaded(&house, id);
	ck_assert_uint_eq(rangeset_count(seed->done), 4);
	ck_assert_uint_eq(seed->record.counts.landed, 2);
	ck_assert_uint_eq(seed->record.counts.empty, 1);
	ck_assert_uint_eq(seed->record.counts.failed, 1);
	ck_assert_uint_eq(seed->record.counts.retried, 1);
	ck_assert_uint_eq(seed->record.counts.rows, 3);
	seed_free(seed);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* Whoever is told that a page is committed may look, at once: it is. */
START_TEST(what_comes_back_is_committed_already)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	for (uint64_t i = 0; i < 5; i++) {
		struct db *db = NULL;
		struct rangeset *done = rangeset_new(10);
		struct err err = ERR_INIT;

		guest_land(&house, &guest, i, "[{'x': 1}]");
		house_expect(&house, 1);
		ck_assert_int_eq(db_open_readonly(house.db, &db, &err), 0);
		ck_assert_int_eq(ledger_load(db, 1, done, &err), 0);
		ck_assert_uint_eq(rangeset_count(done), i + 1);
		rangeset_free(done);
		db_close(db);
		ck_assert_uint_eq(house_count(&house, "1\n"), i + 1);
	}
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(a_new_lander_goes_on_from_the_committed_state_alone)
{
	struct house house;
	struct guest guest;
	char *path;
	FILE *file;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	house_close(&house, false);
	guest_done(&guest);
	path = xasprintf("%s/a.csv", house.data);
	file = fopen(path, "a");
	fputs("9\n9", file); /* was written, never committed */
	fclose(file);
	free(path);

	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	ck_assert_uint_eq(guest.seed->record.counts.landed, 1);
	ck_assert(rangeset_has(guest.seed->done, 0));
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	guest_end(&house, &guest);
	house_close(&house, false);
	guest_done(&guest);
	guest.seed = loaded(&house, 1);
	ck_assert_str_eq(guest.seed->record.state, "ended");
	ck_assert_uint_eq(guest.seed->record.counts.landed, 2);
	ck_assert_uint_eq(guest.seed->record.counts.rows, 2);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

static void count_chain(const struct chain_record *chain, void *arg)
{
	++*(unsigned *)arg;
}

/* What the ledger holds of them, of finished points too. */
static unsigned chains_recorded(const struct house *house, uint64_t id)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);
	unsigned n = 0;

	ck_assert_msg(ledger_each_chain(db, id, count_chain, &n, &err) == 0, "%s", err.text);
	db_close(db);
	return n;
}

START_TEST(a_chain_is_open_until_its_last_page)
{
	struct house house;
	struct guest guest;
	struct landing *last;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	lander_submit(house.lander, chain_page(&guest, 0, "[{'x': 1}]", 0));
	lander_submit(house.lander, chain_page(&guest, 1, "[{'x': 2}]", 1));
	house_expect(&house, 2);
	house_close(&house, false);
	guest_done(&guest);

	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	ck_assert(!rangeset_has(guest.seed->done, 0));
	ck_assert_uint_eq(guest.seed->chains.open.len, 1);
	ck_assert_uint_eq(chains_find(&guest.seed->chains, 0)->page, 2);
	ck_assert_str_eq(chains_find(&guest.seed->chains, 0)->token, "t2");
	ck_assert_uint_eq(chains_find(&guest.seed->chains, 0)->rows, 2);
	ck_assert_uint_eq(guest.seed->record.counts.landed, 0);
	last = guest_page(&guest, 0, "[]");
	last->parcel->request->page = 2;
	last->chain_rows = 2;
	lander_submit(house.lander, last);
	house_expect(&house, 1);
	house_close(&house, false);
	guest_done(&guest);
	guest.seed = loaded(&house, 1);
	ck_assert(rangeset_has(guest.seed->done, 0));
	ck_assert_uint_eq(guest.seed->chains.open.len, 0);
	ck_assert_uint_eq(chains_recorded(&house, 1), 0);
	ck_assert_uint_eq(guest.seed->record.counts.landed, 1);
	ck_assert_uint_eq(guest.seed->record.counts.empty, 0);
	guest_done(&guest);
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	house_done(&house);
}
END_TEST

START_TEST(a_retry_reopens_failures_and_failed_chains_but_no_circles)
{
	struct house house;
	struct guest guest;
	struct landing *failure;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	lander_submit(house.lander, chain_page(&guest, 0, "[{'x': 1}]", 0));
	failure = guest_failure(&guest, 0, OUTCOME_TIMEOUT);
	failure->failure.page = 1;
	failure->failure.token = xstrdup("t1");
	lander_submit(house.lander, failure);
	lander_submit(house.lander, guest_failure(&guest, 1, OUTCOME_HTTP_5XX));
	lander_submit(house.lander, guest_failure(&guest, 2, OUTCOME_PAGE_LOOP));
	guest_land(&house, &guest, 3, "[{'x': 2}]");
	house_expect(&house, 5);
	guest_end(&house, &guest);
	guest_done(&guest);

	guest_reopen(&house, &guest, 1);
	ck_assert_str_eq(guest.seed->record.state, "running");
	ck_assert_uint_eq(guest.seed->record.counts.failed, 1);
	ck_assert(!rangeset_has(guest.seed->done, 0));
	ck_assert(!rangeset_has(guest.seed->done, 1));
	ck_assert(rangeset_has(guest.seed->done, 2));
	ck_assert(rangeset_has(guest.seed->done, 3));
	ck_assert_uint_eq(guest.seed->chains.open.len, 1);
	ck_assert_uint_eq(chains_find(&guest.seed->chains, 0)->page, 1);
	guest_land(&house, &guest, 1, "[{'x': 3}]");
	house_expect(&house, 1);
	guest_end(&house, &guest);
	guest_done(&guest);
	guest.seed = loaded(&house, 1);
	ck_assert_uint_eq(guest.seed->record.counts.failed, 1);
	ck_assert_uint_eq(guest.seed->record.counts.landed, 2);
	guest_done(&guest);
	house_expect_file(&house, "a.csv", "x\n1\n2\n3\n");
	house_done(&house);
}
END_TEST

static int reopen_code(struct house *house, uint64_t id)
{
	struct landing *landing = landing_new(LANDING_REOPEN, NULL);
	int code;

	landing->id = id;
	lander_submit(house->lander, landing);
	landing = house_wait(house);
	code = landing->code;
	ck_assert_ptr_nonnull(landing->error);
	landing_free(landing);
	return code;
}

START_TEST(what_cannot_be_retried_says_why)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	ck_assert_int_eq(reopen_code(&house, 7), -ENOENT);
	guest_begin(&house, &guest, house_seed("a", "{'request': {'url': 'http://h/'}}"));
	ck_assert_int_eq(reopen_code(&house, 1), -EBUSY);
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	guest_end(&house, &guest);
	ck_assert_int_eq(reopen_code(&house, 1), -EALREADY);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* As after a start at which its secret was missing: running in the ledger, and nobody has it. */
START_TEST(a_run_that_was_not_taken_up_at_the_start_can_be_retried)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	lander_submit(house.lander, guest_failure(&guest, 0, OUTCOME_HTTP_5XX));
	house_expect(&house, 1);
	guest_done(&guest);
	house_close(&house, true);

	house_open(&house);
	guest_reopen(&house, &guest, 1);
	ck_assert(!rangeset_has(guest.seed->done, 0));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 2);
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	guest_end(&house, &guest);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(an_output_takes_the_rows_of_one_run_at_a_time)
{
	struct house house;
	struct guest first, second;
	struct landing *landing;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &first,
		    house_seed("a", "{" TEN ", 'columns': [{'name': 'x', 'from': '/x'}]}"));
	landing = landing_new(LANDING_BEGIN, NULL);
	landing->seed =
		house_seed("b", "{" TEN ", 'columns': [{'name': 'y', 'from': '/x'}, {'name': 'z'}],"
				" 'output': {'path': 'a'}}");
	lander_submit(house.lander, landing);
	landing = house_wait(&house);
	ck_assert_int_eq(landing->code, -EBUSY);
	ck_assert_ptr_nonnull(strstr(landing->error, "\"a\""));
	landing_free(landing);
	guest_land(&house, &first, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "x\n1\n");
	guest_end(&house, &first);
	guest_done(&first);
	guest_begin(&house, &second, house_seed("b", "{" TEN ", 'output': {'path': 'a'}}"));
	guest_done(&second);
	house_done(&house);
}
END_TEST

START_TEST(a_file_is_closed_before_it_would_hold_too_many_rows)
{
	struct house house;
	struct guest guest;
	struct json *files;
	struct db *db;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'output': {'rotate': {'rows': 3}}}"));
	guest_land(&house, &guest, 0, "[{'x': 1}, {'x': 2}]");
	guest_land(&house, &guest, 1, "[{'x': 3}, {'x': 4}]");
	guest_land(&house, &guest, 2, "[{'x': 5}]");
	guest_land(&house, &guest, 3, "[{'x': 6}, {'x': 7}, {'x': 8}, {'x': 9}]");
	house_expect(&house, 4);
	guest_end(&house, &guest);
	guest_done(&guest);
	house_close(&house, false);
	db = house_db(&house);
	files = files_of_run(db, 1, NULL);
	ck_assert_uint_eq(json_len(files), 3);
	ck_assert_int_eq(json_int(json_find(files, "/0/rows"), 0), 2);
	ck_assert_int_eq(json_int(json_find(files, "/1/rows"), 0), 3);
	ck_assert_int_eq(json_int(json_find(files, "/2/rows"), 0), 4);
	json_unref(files);
	db_close(db);
	house_expect_file(&house, "a.csv", "x\n6\n7\n8\n9\n");
	house_done(&house);
}
END_TEST

START_TEST(a_file_is_closed_before_it_would_hold_too_many_bytes)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'output': {'rotate': {'size': 1024}}}"));
	for (uint64_t i = 0; i < 3; i++) {
		char body[700];

		snprintf(body, sizeof(body), "[{'x': '%0600d'}]", (int)i);
		guest_land(&house, &guest, i, body);
	}
	house_expect(&house, 3);
	ck_assert_uint_eq(house_count(&house, "x\n"), 3);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(new_columns_of_a_batch_cost_one_new_file)
{
	struct house house;
	struct guest guest;
	struct output_record record;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	guest_land(&house, &guest, 1, "[{'y': 2}]");
	guest_land(&house, &guest, 2, "[{'z': 3}]");
	guest_land(&house, &guest, 3, "[{'x': 4, 'w': 5}]");
	house_expect(&house, 3);
	house_close(&house, false);
	/* Landed as one group or two, but never with a row under a header that lacks its column. */
	record = recorded(&house, "a");
	ck_assert_uint_eq(json_len(record.columns), 4);
	ck_assert_uint_eq(record.sequence, 2);
	output_record_done(&record);
	house_expect_file(&house, "a.csv", "x,y,z,w\n,2,,\n,,3,\n4,,,5\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(rows_that_fitted_are_widened_with_the_rest_of_their_batch)
{
	struct house house;
	struct guest guest;
	struct landing *back;
	char *text;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	back = house_wait(&house);
	context_unref(guest.context);
	guest.context = context_new(&guest.scope, back->colset);
	landing_free(back);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	guest_land(&house, &guest, 2, "[{'x': 3, 'y': 4}]");
	house_expect(&house, 2);
	house_close(&house, false);
	text = house_file(&house, "a.csv"); /* as one group, or two */
	ck_assert_msg(strcmp(text, "x,y\n2,\n3,4\n") == 0 || strcmp(text, "x,y\n3,4\n") == 0, "%s",
		      text);
	free(text);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(the_sender_is_told_of_wider_columns)
{
	struct house house;
	struct guest guest;
	struct landing *back;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	back = house_wait(&house);
	ck_assert_ptr_nonnull(back->colset);
	ck_assert_uint_eq(colset_len(back->colset), 1);
	context_unref(guest.context);
	guest.context = context_new(&guest.scope, back->colset);
	landing_free(back);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	back = house_wait(&house);
	ck_assert_int_eq(back->code, 0);
	ck_assert_ptr_null(back->colset);
	landing_free(back);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(another_format_begins_a_file_of_its_own)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	guest_end(&house, &guest);
	guest_done(&guest);
	guest_begin(&house, &guest, house_seed("a", "{" TEN ", 'output': {'format': 'jsonl'}}"));
	guest_land(&house, &guest, 0, "[{'x': 2}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.jsonl", "{\"x\":2}\n");
	ck_assert_ptr_null(house_file(&house, "a.csv"));
	ck_assert_uint_eq(house_count(&house, "x\n1\n"), 1);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(other_declared_columns_begin_a_new_file)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'columns': [{'name': 'x', 'from': '/x'}]}"));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	guest_end(&house, &guest);
	guest_done(&guest);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'columns': [{'name': 'y', 'from': '/x'}]}"));
	guest_land(&house, &guest, 0, "[{'x': 2}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "y\n2\n");
	ck_assert_uint_eq(house_count(&house, "x\n1\n"), 1);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* A landing that never can be written: its name is longer than a column may be. */
static struct landing *unwritable(struct guest *guest, uint64_t index)
{
	char *body = xcalloc(1, COLSET_NAME_MAX + 64);
	struct landing *landing;

	strcpy(body, "[{'early': 1, '");
	memset(body + strlen(body), 'n', COLSET_NAME_MAX + 1);
	strcat(body, "': 1}]");
	landing = landing_new(LANDING_PAGE, guest);
	landing->parcel = guest_parcel(guest, index, body);
	landing->account = guest->account;
	if (landing->parcel->outcome != OUTCOME_OK) { /* the digest refuses it already */
		ck_assert_ptr_nonnull(landing->parcel->error);
		landing->parcel->outcome = OUTCOME_OK;
		landing->parcel->rows.unknown = true;
	}
	free(body);
	return landing;
}

START_TEST(a_point_whose_rows_cannot_be_encoded_is_a_failure_and_the_run_goes_on)
{
	struct house house;
	struct guest guest;
	struct landing *landing;
	struct seed *seed;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", "{" TEN ", 'new_columns': 'fail'}"));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	guest_land(&house, &guest, 1, "[{'x': 2, 'y': 3}]");
	lander_submit(house.lander, unwritable(&guest, 2));
	guest_land(&house, &guest, 3, "[{'x': 4}]");
	house_expect(&house, 1);
	for (uint64_t point = 1; point <= 2; point++) {
		landing = house_wait(&house);
		ck_assert_int_eq(landing->code, 0);
		ck_assert_int_eq(landing->kind, LANDING_FAILURE);
		ck_assert_uint_eq(landing->failure.index, point);
		ck_assert_str_eq(landing->failure.outcome, "bad_value");
		ck_assert_ptr_nonnull(strstr(landing->failure.error, "record 1 of 1: the "));
		ck_assert_ptr_nonnull(landing->failure.params);
		landing_free(landing);
	}
	house_expect(&house, 1);
	house_close(&house, false);
	house_expect_file(&house, "a.csv", "x\n1\n4\n");
	seed = loaded(&house, 1);
	ck_assert_uint_eq(seed->record.counts.landed, 2);
	ck_assert_uint_eq(seed->record.counts.failed, 2);
	ck_assert_uint_eq(rangeset_count(seed->done), 4);
	seed_free(seed);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(a_landing_refused_for_good_breaks_its_run_and_no_other)
{
	struct house house;
	struct guest good, bad;
	struct landing *landing;
	struct seed *seed;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &good, house_seed("good", JOB));
	guest_begin(&house, &bad, house_seed("bad", JOB));
	landing = unwritable(&bad, 1);
	landing->parcel->next_token = xstrdup("t"); /* there is no landing around it */
	guest_land(&house, &bad, 0, "[{'x': 1}]");
	lander_submit(house.lander, landing);
	guest_land(&house, &good, 0, "[{'x': 2}]");
	guest_land(&house, &bad, 2, "[{'x': 3}]");
	house_expect(&house, 1);
	landing = house_wait(&house);
	ck_assert_int_eq(landing->code, -EINVAL);
	ck_assert_ptr_nonnull(landing->error);
	landing_free(landing);
	house_expect(&house, 1);
	landing = house_wait(&house);
	ck_assert_int_eq(landing->code, -ECANCELED);
	landing_free(landing);
	house_close(&house, false);
	house_expect_file(&house, "good.csv", "x\n2\n");
	house_expect_file(&house, "bad.csv", "x\n1\n");
	seed = loaded(&house, bad.seed->record.id);
	ck_assert_uint_eq(rangeset_count(seed->done), 1);
	seed_free(seed);
	guest_done(&good);
	guest_done(&bad);
	house_done(&house);
}
END_TEST

START_TEST(a_full_disk_makes_a_batch_wait_and_nothing_is_doubled)
{
	struct house house;
	struct guest guest;
	struct seed *seed;
	struct output_record record;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	house_limit(5);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	lander_submit(house.lander, guest_failure(&guest, 3, OUTCOME_TIMEOUT));
	guest_land(&house, &guest, 2, "[{'x': 3}]");
	house_expect_hold(&house, &guest, "File too large");
	house_limit(RLIM_INFINITY);
	house_expect(&house, 3);
	house_close(&house, false);
	house_expect_file(&house, "a.csv", "x\n1\n2\n3\n");
	seed = loaded(&house, 1);
	ck_assert_uint_eq(seed->record.counts.landed, 3);
	ck_assert_uint_eq(seed->record.counts.failed, 1);
	ck_assert_uint_eq(seed->record.counts.rows, 3);
	ck_assert_uint_eq(rangeset_count(seed->done), 4);
	seed_free(seed);
	record = recorded(&house, "a");
	ck_assert_uint_eq(record.rows, 3);
	ck_assert_int_eq(json_int(json_get(record.recent, "1"), 0), 3);
	output_record_done(&record);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* The first page is committed and its file closed before the second finds the disk full. */
START_TEST(what_a_batch_had_committed_before_trouble_is_not_landed_again)
{
	enum { LONG = 900 << 10 };
	char *body = xcalloc(1, LONG + 32);
	struct landing *first, *second;
	struct house house;
	struct guest guest;

	memset(body, 'l', LONG);
	memcpy(body, "[{'x': '", 8);
	strcpy(body + LONG, "'}]");
	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'output': {'rotate': {'rows': 1}}}"));
	first = guest_page(&guest, 0, "[{'x': 7}]");
	second = guest_page(&guest, 1, body);
	house_limit(LONG / 2);
	lander_submit(house.lander, first);
	lander_submit(house.lander, second);
	house_expect_hold(&house, &guest, "File too large");
	house_limit(RLIM_INFINITY);
	house_expect(&house, 2);
	house_close(&house, false);
	guest_done(&guest);
	guest.seed = loaded(&house, 1);
	ck_assert_uint_eq(guest.seed->record.counts.landed, 2);
	ck_assert_uint_eq(guest.seed->record.counts.rows, 2);
	guest_done(&guest);
	free(body);
	house_done(&house);
}
END_TEST

/* How many commits go well before one fails; less than 0: all do. */
static int count_down(void *arg)
{
	return atomic_fetch_sub((atomic_int *)arg, 1) == 0;
}

static void expect_all_once(const struct house *house)
{
	char *command = xasprintf("cat %s/a*.csv | sort | tr '\n' ' '", house->data), rows[64] = "";
	FILE *pipe = popen(command, "re");

	ck_assert_ptr_nonnull(fgets(rows, sizeof(rows), pipe));
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert_str_eq(rows, "0 1 2 x x x ");
	free(command);
}

/* Three pages make three files: rows, names and closed files are committed by turns. */
static void fail_a_commit(int nth)
{
	struct output_place place = { .data_mode = 0640 };
	struct landing *pages[3];
	atomic_int left = -1;
	struct err err = ERR_INIT;
	struct house house;
	struct guest guest;
	struct db *db;

	house_init(&house);
	place.root = house.root;
	db = house_db(&house);
	sqlite3_commit_hook(db->handle, count_down, &left);
	ck_assert_int_eq(mailbox_new(4096, &house.landed, &err), 0);
	ck_assert_int_eq(lander_start(&place, db, house.landed, &house.lander, &err), 0);
	guest_begin(&house, &guest,
		    house_seed("a", "{" TEN ", 'output': {'rotate': {'rows': 1}}}"));
	pages[0] = guest_page(&guest, 0, "[{'x': 0}]");
	pages[1] = guest_page(&guest, 1, "[{'x': 1}]");
	pages[2] = guest_page(&guest, 2, "[{'x': 2}]");
	left = nth;
	for (size_t i = 0; i < 3; i++)
		lander_submit(house.lander, pages[i]);
	house_expect(&house, 3);
	house_close(&house, false);
	guest_done(&guest);
	expect_all_once(&house);
	guest.seed = loaded(&house, 1);
	ck_assert_uint_eq(guest.seed->record.counts.landed, 3);
	ck_assert_uint_eq(guest.seed->record.counts.rows, 3);
	guest_done(&guest);
	house_done(&house);
}

START_TEST(whichever_commit_of_a_batch_fails_its_rows_land_once)
{
	for (int nth = 0; nth < 9; nth++)
		fail_a_commit(nth);
}
END_TEST

/* One output's way back fails too, because its file was taken away and that cannot be recorded on
 * a full disk. The other output must be brought back all the same. */
START_TEST(trouble_with_one_output_does_not_double_the_rows_of_another)
{
	struct house house;
	struct guest a, b;
	char *path;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &b, house_seed("b", JOB));
	guest_land(&house, &b, 0, "[{'x': 10}]");
	house_expect(&house, 1);
	guest_begin(&house, &a, house_seed("a", JOB)); /* used last: the lander's first */
	guest_land(&house, &a, 0, "[{'x': 20}]");
	house_expect(&house, 1);
	path = xasprintf("%s/a.csv", house.data);
	ck_assert_int_eq(unlink(path), 0);
	free(path);
	house_limit(1);
	guest_land(&house, &a, 1, "[{'x': 21}]");
	guest_land(&house, &b, 1, "[{'x': 11}]");
	house_expect_hold(&house, &b, "File too large");
	house_expect_hold(&house, &a, "File too large");
	house_limit(RLIM_INFINITY);
	house_expect(&house, 2);
	ck_assert_uint_eq(house_count(&house, "11\n"), 1);
	ck_assert_uint_eq(house_count(&house, "10\n"), 1);
	ck_assert_uint_eq(house_count(&house, "21\n"), 1);
	house_close(&house, false);
	guest_done(&a);
	guest_done(&b);
	a.seed = loaded(&house, 1);
	ck_assert_uint_eq(a.seed->record.counts.landed, 2);
	ck_assert_uint_eq(a.seed->record.counts.rows, 2);
	guest_done(&a);
	house_done(&house);
}
END_TEST

START_TEST(told_to_give_up_it_sends_back_what_it_cannot_land)
{
	struct house house;
	struct guest guest;
	void *item;
	struct seed *seed;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	house_limit(5);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "File too large");
	lander_stop(house.lander, true);
	house.lander = NULL;
	house_limit(RLIM_INFINITY);
	ck_assert_uint_eq(mailbox_take(house.landed, &item, 1), 1);
	ck_assert_int_lt(((struct landing *)item)->code, 0);
	ck_assert_ptr_nonnull(((struct landing *)item)->error);
	landing_free(item);
	seed = loaded(&house, 1);
	ck_assert_uint_eq(rangeset_count(seed->done), 1);
	seed_free(seed);
	guest_done(&guest);
	house_close(&house, false);
	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, 1));
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(a_file_taken_away_costs_no_row_that_comes_after)
{
	struct house house;
	struct guest guest;
	char *from, *to;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	from = xasprintf("%s/a.csv", house.data);
	to = xasprintf("%s/taken", house.data);
	ck_assert_int_eq(rename(from, to), 0);
	free(from);
	free(to);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "x\n2\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* Whatever is answered comes after what the lander does at its start. */
static void house_is_recovered(struct house *house)
{
	struct landing *landing = landing_new(LANDING_SWITCH, NULL);

	landing->job = xstrdup("nobody");
	lander_submit(house->lander, landing);
	house_expect(house, 1);
}

/* That its file was taken away has to be recorded first, which a full disk does not let it. The run
 * begins all the same, and its rows wait. */
START_TEST(a_run_that_had_begun_goes_on_when_the_disk_is_well_again)
{
	struct landing *landing;
	struct house house;
	struct guest guest;
	char *path;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	guest_done(&guest);
	house_close(&house, false);
	landing = landing_new(LANDING_BEGIN, &guest);
	landing->seed = loaded(&house, 1);
	house_open(&house);
	house_is_recovered(&house);
	path = xasprintf("%s/a.csv", house.data);
	ck_assert_int_eq(unlink(path), 0);
	free(path);
	house_limit(1);
	lander_submit(house.lander, landing);
	guest_settle_in(&guest, house_wait(&house));
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "");
	house_limit(RLIM_INFINITY);
	house_expect(&house, 1);
	house_expect_file(&house, "a.csv", "x\n2\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(a_switch_is_kept)
{
	struct house house;
	struct landing *landing = landing_new(LANDING_SWITCH, NULL);

	house_init(&house);
	house_open(&house);
	landing->job = xstrdup("a");
	lander_submit(house.lander, landing);
	house_expect(&house, 1);
	house_done(&house);
}
END_TEST

/* Rows without a single byte of a column are rows too. */
START_TEST(records_without_keys_are_landed)
{
	struct house house;
	struct guest guest;
	struct output_record record;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", JOB));
	guest_land(&house, &guest, 0, "[{}, {}]");
	house_expect(&house, 1);
	house_close(&house, false);
	record = recorded(&house, "a");
	ck_assert_uint_eq(record.rows, 2);
	output_record_done(&record);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

UNIT_MAIN("lander", pages_come_back_committed_and_stand_in_file_and_ledger,
	  what_comes_back_is_committed_already, a_new_lander_goes_on_from_the_committed_state_alone,
	  a_chain_is_open_until_its_last_page,
	  a_retry_reopens_failures_and_failed_chains_but_no_circles,
	  what_cannot_be_retried_says_why, a_run_that_was_not_taken_up_at_the_start_can_be_retried,
	  an_output_takes_the_rows_of_one_run_at_a_time,
	  a_file_is_closed_before_it_would_hold_too_many_rows,
	  a_file_is_closed_before_it_would_hold_too_many_bytes,
	  new_columns_of_a_batch_cost_one_new_file,
	  rows_that_fitted_are_widened_with_the_rest_of_their_batch,
	  the_sender_is_told_of_wider_columns, another_format_begins_a_file_of_its_own,
	  other_declared_columns_begin_a_new_file,
	  a_point_whose_rows_cannot_be_encoded_is_a_failure_and_the_run_goes_on,
	  a_landing_refused_for_good_breaks_its_run_and_no_other,
	  a_full_disk_makes_a_batch_wait_and_nothing_is_doubled,
	  what_a_batch_had_committed_before_trouble_is_not_landed_again,
	  whichever_commit_of_a_batch_fails_its_rows_land_once,
	  trouble_with_one_output_does_not_double_the_rows_of_another,
	  told_to_give_up_it_sends_back_what_it_cannot_land,
	  a_file_taken_away_costs_no_row_that_comes_after,
	  a_run_that_had_begun_goes_on_when_the_disk_is_well_again, a_switch_is_kept,
	  records_without_keys_are_landed)
