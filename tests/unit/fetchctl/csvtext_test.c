#include "fetchctl/csvtext.h"

#include "../unit.h"

static struct buf cell;
static char delimiter = ',';

static void next_is(const char **at, const char *expected, bool more)
{
	ck_assert_int_eq(csvtext_cell(at, delimiter, &cell), more);
	ck_assert_str_eq(buf_text(&cell), expected);
}

START_TEST(cells_and_rows_are_told_apart)
{
	const char *at = "a,,\"b,\"\"c\"\"\nd\"\r\n\"\",x\n";

	buf_init(&cell, 100);
	next_is(&at, "a", true);
	next_is(&at, "", true);
	next_is(&at, "b,\"c\"\nd", false);
	next_is(&at, "", true);
	next_is(&at, "x", false);
	ck_assert_str_eq(at, "");
	buf_done(&cell);
}
END_TEST

START_TEST(another_delimiter_parts_the_cells)
{
	const char *at = "a,b;\"c;\"\n";

	buf_init(&cell, 100);
	delimiter = ';';
	next_is(&at, "a,b", true);
	next_is(&at, "c;", false);
	ck_assert_str_eq(at, "");
	delimiter = ',';
	buf_done(&cell);
}
END_TEST

START_TEST(a_row_that_was_cut_off_ends_with_the_text)
{
	const char *at = "a,\"b";

	buf_init(&cell, 100);
	next_is(&at, "a", true);
	next_is(&at, "b", false);
	ck_assert_str_eq(at, "");
	buf_done(&cell);
}
END_TEST

UNIT_MAIN("csvtext", cells_and_rows_are_told_apart, another_delimiter_parts_the_cells,
	  a_row_that_was_cut_off_ends_with_the_text)
