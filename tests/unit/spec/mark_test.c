#include "spec/mark.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

static int rank(enum mark_type type, const char *text, struct buf *out)
{
	struct err err = ERR_INIT;

	buf_init(out, MARK_RANK_MAX);
	return mark_rank(type, slice_of(text), out, &err);
}

static int compare(enum mark_type type, const char *a, const char *b)
{
	struct buf left, right;
	int order;

	ck_assert_msg(rank(type, a, &left) == 0, "%s", a);
	ck_assert_msg(rank(type, b, &right) == 0, "%s", b);
	order = mark_compare(buf_slice(&left), buf_slice(&right));
	buf_done(&left);
	buf_done(&right);
	return (order > 0) - (order < 0);
}

static void expect_ascending(enum mark_type type, const char *const *rows)
{
	for (size_t i = 0; rows[i]; i++)
		for (size_t k = 0; rows[k]; k++)
			ck_assert_msg(compare(type, rows[i], rows[k]) == (i > k) - (i < k),
				      "%s and %s", rows[i], rows[k]);
}

static void expect_equal(enum mark_type type, const char *const *rows)
{
	for (size_t i = 1; rows[i]; i++)
		ck_assert_msg(compare(type, rows[0], rows[i]) == 0, "%s and %s", rows[0], rows[i]);
}

START_TEST(numbers_compare_as_decimals_of_any_size)
{
	static const char *const ascending[] = {
		"-1e999999999",
		"-1e300",
		"-9007199254740993",
		"-9007199254740992",
		"-10",
		"-1.51",
		"-1.5",
		"-1.05",
		"-0.51",
		"-0.5",
		"-1e-300",
		"0",
		"1e-999999999",
		"0.05",
		"0.5",
		"0.51",
		"1",
		"1.1",
		"2",
		"10",
		"9007199254740992",
		"9007199254740993",
		"9007199254740993.0000000000000000000001",
		"1e300",
		"1e999999999",
		NULL,
	};
	static const char *const ones[] = { "100",     "1e2",  "100.00", "0.1E+3",
					    "1000e-1", "+100", "00100",  NULL };
	static const char *const zeros[] = { "0", "-0", "0.000", "0e7", NULL };

	expect_ascending(MARK_NUMBER, ascending);
	expect_equal(MARK_NUMBER, ones);
	expect_equal(MARK_NUMBER, zeros);
}
END_TEST

START_TEST(times_compare_as_instants)
{
	static const char *const ascending[] = {
		"0001-01-01T00:00:00Z",           "1969-12-31T23:59:59.5Z",
		"1970-01-01T00:00:00Z",           "2026-01-01T00:00:00Z",
		"2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00.5Z",
		"2026-01-01T00:00:00.51Z",        "2025-12-31T23:00:00.52-01:00",
		"2026-01-01T02:00:01+02:00",      "2026-01-02",
		"9999-12-31T23:59:59Z",           NULL,
	};
	static const char *const same[] = {
		"2026-01-01T00:00:00Z",
		"2026-01-01t00:00:00z",
		"2026-01-01",
		"2026-01-01 00:00:00",
		"2026-01-01T00:00:00.000Z",
		"2026-01-01T01:00:00+01:00",
		"2025-12-31T18:30:00-05:30",
		"2026-01-01T01:00:00.0+0100",
		NULL,
	};

	expect_ascending(MARK_TIME, ascending);
	expect_equal(MARK_TIME, same);
}
END_TEST

START_TEST(texts_compare_by_their_bytes)
{
	static const char *const ascending[] = { "10", "9", "a", "aa", "b", "\xc3\xa4", NULL };

	expect_ascending(MARK_TEXT, ascending);
}
END_TEST

START_TEST(what_is_not_of_its_type_is_refused)
{
	static const struct {
		enum mark_type type;
		const char *text;
	} rows[] = {
		{ MARK_NUMBER, "" },
		{ MARK_NUMBER, "x" },
		{ MARK_NUMBER, "1." },
		{ MARK_NUMBER, ".5" },
		{ MARK_NUMBER, "1e" },
		{ MARK_NUMBER, "1 " },
		{ MARK_NUMBER, "0x10" },
		{ MARK_NUMBER, "-" },
		{ MARK_NUMBER, "NaN" },
		{ MARK_NUMBER, "1e9999999999999999999" },
		{ MARK_TIME, "2026" },
		{ MARK_TIME, "2026-13-01" },
		{ MARK_TIME, "2026-02-30" },
		{ MARK_TIME, "2026-01-01T00:00" },
		{ MARK_TIME, "2026-01-01T00:00:00." },
		{ MARK_TIME, "2026-01-01T00:00:00X" },
		{ MARK_TIME, "2026-01-01T00:00:00Zx" },
		{ MARK_TIME, "2026-01-01T00:00:00+1" },
		{ MARK_TIME, "1767225600" },
		{ MARK_TEXT, "" },
	};
	char longest[MARK_MAX + 2];
	struct buf out;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(rank(rows[i].type, rows[i].text, &out) == -EINVAL, "%s",
			      rows[i].text);
		buf_done(&out);
	}
	memset(longest, '1', sizeof(longest));
	longest[MARK_MAX + 1] = '\0';
	ck_assert_int_eq(rank(MARK_NUMBER, longest, &out), -EINVAL);
	buf_done(&out);
	longest[MARK_MAX] = '\0';
	ck_assert_int_eq(rank(MARK_NUMBER, longest, &out), 0);
	buf_done(&out);
}
END_TEST

START_TEST(a_look_back_is_written_as_the_mark_was)
{
	static const struct {
		const char *mark;
		int64_t back_ms;
		const char *sent;
	} rows[] = {
		{ "2026-03-01T00:30:00Z", 3600000, "2026-02-28T23:30:00Z" },
		{ "2026-03-01T00:30:00+02:00", 3600000, "2026-02-28T23:30:00+02:00" },
		{ "2026-03-01T00:30:00.123456-0500", 3600000, "2026-02-28T23:30:00.123456-0500" },
		{ "2026-03-01 00:30:00", 1800000, "2026-03-01 00:00:00" },
		{ "2026-03-01", 1000, "2026-02-28" },
		{ "2026-03-01", 86400000, "2026-02-28" },
		{ "2026-03-01T00:00:00Z", 1, "2026-02-28T23:59:59.999Z" },
		{ "2026-03-01T00:00:00.5Z", 250, "2026-03-01T00:00:00.250Z" },
		{ "2026-03-01T00:00:00.0004Z", 1, "2026-02-28T23:59:59.9994Z" },
		{ "2026-03-01t00:00:00.7z", 0, "2026-03-01t00:00:00.7z" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		struct buf out;

		buf_init(&out, MARK_MAX);
		ck_assert_int_eq(
			mark_back(MARK_TIME, slice_of(rows[i].mark), rows[i].back_ms, &out, &err),
			0);
		ck_assert_str_eq(buf_text(&out), rows[i].sent);
		buf_done(&out);
	}
}
END_TEST

START_TEST(a_frozen_mark_keeps_any_text)
{
	struct mark_frozen mark = mark_thaw("5:a:1\n20123456789abcdef");

	ck_assert(slice_is(mark.value, "a:1\n2"));
	ck_assert(slice_is(mark.keys, "0123456789abcdef"));
	mark = mark_thaw("");
	ck_assert_ptr_null(mark.value.ptr);
	mark = mark_thaw("9:short");
	ck_assert_ptr_null(mark.value.ptr);
}
END_TEST

UNIT_MAIN("mark", numbers_compare_as_decimals_of_any_size, times_compare_as_instants,
	  texts_compare_by_their_bytes, what_is_not_of_its_type_is_refused,
	  a_look_back_is_written_as_the_mark_was, a_frozen_mark_keeps_any_text)
