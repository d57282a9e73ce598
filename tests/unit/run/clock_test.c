/* Live files closed by the clock (rotate.every). The clock is the machine's; what is due lies in
 * 1970, what is not, an hour ahead. */
#include "run/lander.h"

#include "data/outfile.h"
#include "shelf.h"

#define TEN    "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define HOURLY "{" TEN ", 'output': {'rotate': {'every': '1h'}}}"
#define HOUR   3600000

static struct seed *seed_of(int64_t slot_ms)
{
	struct seed *seed = house_seed("a", HOURLY);

	seed->record.slot_ms = slot_ms;
	return seed;
}

static void land_row(struct house *house, struct guest *guest, uint64_t index, const char *body)
{
	guest_land(house, guest, index, body);
	house_expect(house, 1);
}

static void run(struct house *house, int64_t slot_ms, const char *body)
{
	struct guest guest;

	guest_begin(house, &guest, seed_of(slot_ms));
	land_row(house, &guest, 0, body);
	guest_end(house, &guest);
	guest_done(&guest);
}

static struct output_record recorded(const struct house *house)
{
	struct output_record record = { 0 };
	struct err err = ERR_INIT;
	struct db *db = NULL;

	ck_assert_int_eq(db_open_readonly(house->db, &db, &err), 0);
	ck_assert_msg(outputs_get(db, "a", &record, &err) == 0, "%s", err.text);
	db_close(db);
	return record;
}

static void expect_closed(const struct house *house, size_t n, const char *last)
{
	struct shelf shelf;

	shelf_wait(house, "a", n, &shelf);
	shelf_check(house, "a", &shelf);
	house_expect_file(house, shelf.at[n - 1].name, last);
	ck_assert(!shelf_has(house, "a.csv"));
	shelf_done(&shelf);
}

START_TEST(a_file_that_is_due_is_not_closed_while_its_run_goes_on_and_at_its_end)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, seed_of(0));
	land_row(&house, &guest, 0, "[{'x': 1}]");
	shelf_let_tick(&house);
	land_row(&house, &guest, 1, "[{'x': 2}]");
	shelf_let_tick(&house);
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	guest_end(&house, &guest);
	guest_done(&guest);
	expect_closed(&house, 1, "x\n1\n2\n");
	house_done(&house);
}
END_TEST

START_TEST(a_file_that_is_not_due_stays_when_its_run_ends)
{
	int64_t now_ms = clock_unix_ms();
	struct output_record record;
	struct house house;

	house_init(&house);
	house_open(&house);
	run(&house, now_ms, "[{'x': 1}]");
	shelf_let_tick(&house);
	house_expect_file(&house, "a.csv", "x\n1\n");
	record = recorded(&house);
	ck_assert_int_eq(record.period_ms, now_ms - now_ms % HOUR);
	ck_assert_int_eq(record.closes_ms, record.period_ms + HOUR);
	output_record_done(&record);
	house_done(&house);
}
END_TEST

/* The hour passes while no daemon is there; nobody runs the job again. */
static void pass_the_hour(const struct house *house)
{
	struct output_record record = recorded(house);
	struct err err = ERR_INIT;
	struct db *db = house_db(house);

	record.closes_ms = clock_unix_ms();
	ck_assert_int_eq(db_begin(db, &err), 0);
	outputs_put_state(db, &record);
	ck_assert_int_eq(db_commit(db, &err), 0);
	db_close(db);
	output_record_done(&record);
}

START_TEST(the_clock_closes_a_file_without_a_run)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	run(&house, clock_unix_ms(), "[{'x': 1}]");
	house_close(&house, false);
	pass_the_hour(&house);
	house_open(&house);
	expect_closed(&house, 1, "x\n1\n");
	house_done(&house);
}
END_TEST

/* The lander is there, sleeps, and is woken by nobody. */
START_TEST(the_clock_wakes_a_lander_that_has_nothing_to_do)
{
	int64_t now_ms = clock_unix_ms();
	struct house house;
	struct guest guest;
	struct seed *seed = house_seed("a", "{" TEN ", 'output': {'rotate': {'every': '1s'}}}");

	house_init(&house);
	house_open(&house);
	seed->record.slot_ms = now_ms + 1000;
	guest_begin(&house, &guest, seed);
	land_row(&house, &guest, 0, "[{'x': 1}]");
	guest_end(&house, &guest);
	guest_done(&guest);
	expect_closed(&house, 1, "x\n1\n");
	ck_assert_int_ge(clock_unix_ms(), (now_ms + 1000) / 1000 * 1000 + 1000);
	house_done(&house);
}
END_TEST

START_TEST(a_run_of_another_period_closes_the_live_file)
{
	int64_t now_ms = clock_unix_ms() / HOUR * HOUR + 2 * HOUR;
	struct shelf shelf;
	struct house house;

	house_init(&house);
	house_open(&house);
	run(&house, now_ms, "[{'x': 1}]");
	run(&house, now_ms + HOUR - 1, "[{'x': 2}]");
	house_expect_file(&house, "a.csv", "x\n1\n2\n");
	run(&house, now_ms + HOUR, "[{'x': 3}]");
	house_expect_file(&house, "a.csv", "x\n3\n");
	shelf_wait(&house, "a", 1, &shelf);
	house_expect_file(&house, shelf.at[0].name, "x\n1\n2\n");
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

START_TEST(the_file_of_a_period_before_1970_has_its_own)
{
	struct output_record record;
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, seed_of(-1));
	land_row(&house, &guest, 0, "[{'x': 1}]");
	record = recorded(&house);
	ck_assert_int_eq(record.period_ms, -HOUR);
	output_record_done(&record);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* A run is killed while its file is due: it is closed after the start, the run being nobody's. */
START_TEST(a_file_whose_run_was_broken_off_is_closed_and_the_run_goes_on_in_another)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, seed_of(0));
	land_row(&house, &guest, 0, "[{'x': 1}]");
	house_close(&house, true);
	guest_done(&guest);
	house_open(&house);
	expect_closed(&house, 1, "x\n1\n");
	run(&house, 0, "[{'x': 2}]");
	expect_closed(&house, 2, "x\n2\n");
	house_done(&house);
}
END_TEST

/* No run touches the output again: it is brought back by the start itself. */
START_TEST(a_live_file_is_brought_back_by_the_start_alone)
{
	struct house house;

	house_init(&house);
	house_open(&house);
	run(&house, clock_unix_ms(), "[{'x': 1}]");
	house_close(&house, false);
	shelf_do(&house, "printf '7\\n8' >> a.csv");
	house_open(&house);
	shelf_let_tick(&house);
	house_expect_file(&house, "a.csv", "x\n1\n");
	house_done(&house);
}
END_TEST

UNIT_MAIN("clock", a_file_that_is_due_is_not_closed_while_its_run_goes_on_and_at_its_end,
	  a_file_that_is_not_due_stays_when_its_run_ends, the_clock_closes_a_file_without_a_run,
	  the_clock_wakes_a_lander_that_has_nothing_to_do,
	  a_run_of_another_period_closes_the_live_file,
	  the_file_of_a_period_before_1970_has_its_own,
	  a_file_whose_run_was_broken_off_is_closed_and_the_run_goes_on_in_another,
	  a_live_file_is_brought_back_by_the_start_alone)
