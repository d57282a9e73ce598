/* The whole life of an output, killed and failed at every call that changes a file, once and again
 * in its recovery: the rows are there once, whatever happened.
 *
 * The ledger is a page shared with the children that die; a commit is one copy into it.
 */
#include "data/outfile.h"

#include <sys/mman.h>

#include "disk.h"

#define ROWS     9
#define PER_FILE 4

static struct {
	struct outfile_state state;
	unsigned rows; /* that landed */
} * book;

static const char *header;

static void commit_life(enum outfile_phase phase, const char *closing, unsigned rows)
{
	struct outfile_state state;

	outfile_state(out, &state);
	state.phase = phase;
	snprintf(state.closing, sizeof(state.closing), "%s", closing);
	book->state = state;
	book->rows = rows;
}

static int land(unsigned row)
{
	char text[32];
	int code;

	snprintf(text, sizeof(text), "%s\n{%u}", footer && outfile_rows(out) ? "," : "", row + 1);
	code = outfile_append(out, text, strlen(text), 1, &err);
	if (code == 0)
		code = outfile_sync(out, &err);
	if (code < 0)
		return code;
	commit_life(OUTFILE_LIVE, "", row + 1);
	outfile_committed(out);
	return 0;
}

static int close_it(unsigned rows)
{
	char name[256];
	int code;

	propose_name(NOON, name);
	commit_life(OUTFILE_CLOSING, name, rows);
	code = outfile_close(out, name, &err);
	if (code == 0)
		commit_life(OUTFILE_NONE, "", rows);
	return code;
}

static int land_or_close(unsigned row)
{
	struct outfile_state state;
	int code = 0;

	outfile_state(out, &state);
	if (state.phase == OUTFILE_LIVE && state.rows == PER_FILE)
		return close_it(row);
	if (state.phase == OUTFILE_NONE) {
		commit_life(OUTFILE_OPENING, "", row);
		code = outfile_create(out, header, strlen(header), NOON, &err);
	}
	return code < 0 ? code : land(row);
}

/* From what the book says to the last row. */
static int life(void)
{
	bool closed;
	int code;

	outfile_free(out);
	out = output_at("dir/x", ".csv");
	code = outfile_recover(out, &book->state, &closed, &err);
	if (code == 0)
		commit_life(book->state.phase == OUTFILE_LIVE ? OUTFILE_LIVE : OUTFILE_NONE, "",
			    book->rows);
	while (code == 0 && book->rows < ROWS)
		code = land_or_close(book->rows);
	return code;
}

static void new_book(void)
{
	memset(book, 0, sizeof(*book));
	book->state.sequence = 1;
}

static void open_book(const char *own_header, const char *own_footer)
{
	book = mmap(NULL, sizeof(*book), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(book, MAP_FAILED);
	header = own_header;
	footer = own_footer;
	outfile_free(out);
	out = NULL;
}

static void expect_rows(const char *begin, const char *end)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%s\n{5}%s\n{6}%s\n{7}%s\n{8}%s", begin, *begin ? "," : "",
		 *begin ? "," : "", *begin ? "," : "", end);
	ck_assert_str_eq(contents("dir/x-20261123T060000Z-2.csv"), wanted);
	snprintf(wanted, sizeof(wanted), "%s\n{9}%s", begin, end);
	ck_assert_str_eq(contents("dir/x.csv"), wanted);
	ck_assert_uint_eq(names_in_dir(), 3);
}

START_TEST(a_life_goes_on_after_every_misfortune)
{
	open_book("", NULL);
	ck_assert_uint_ge(faults_play(new_book, life), 2 * 40);
	expect_rows("", "");
}
END_TEST

START_TEST(so_does_one_with_a_footer)
{
	open_book("[", "\n]\n");
	ck_assert_uint_ge(faults_play(new_book, life), 2 * 40);
	expect_rows("[", "\n]\n");
}
END_TEST

START_TEST(a_crash_in_the_recovery_of_a_crash_is_recovered_from)
{
	open_book("[", "\n]\n");
	for (unsigned first = 1;; first++) {
		bool died = false;

		for (unsigned again = 1; again <= 6; again++) {
			faults_teardown();
			faults_setup();
			new_book();
			died = die_at(first, life);
			die_at(again, life);
			ck_assert_msg(life() == 0, "%u, %u: %s", first, again, err.text);
			expect_rows("[", "\n]\n");
		}
		if (!died)
			break;
	}
}
END_TEST

START_TEST(short_and_interrupted_writes_are_finished)
{
	for (unsigned every = 2; every < 5; every++) {
		open_book("[", "\n]\n");
		new_book();
		faults.short_by = 1;
		faults.interrupt = every;
		ck_assert_msg(life() == 0, "%s", err.text);
		expect_rows("[", "\n]\n");
		outfile_free(out);
		out = NULL;
		faults_teardown();
		faults_setup();
	}
}
END_TEST

DISK_MAIN("outfile_life", a_life_goes_on_after_every_misfortune, so_does_one_with_a_footer,
	  a_crash_in_the_recovery_of_a_crash_is_recovered_from,
	  short_and_interrupted_writes_are_finished)
