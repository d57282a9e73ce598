#include "spec/matrix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"
#include "spec/matrix_rules.h"

static char **texts(size_t count, const char *const *from)
{
	char **list = xcalloc(count, sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = xstrdup(from[i]);
	return list;
}

static void add_letters(struct matrix *matrix, const char *name, size_t count)
{
	static const char *const letters[] = { "a", "b", "c", "a" };

	ck_assert_int_eq(matrix_add_list(matrix, name, texts(count, letters), count, NULL), 0);
}

static void point_is(const struct matrix *matrix, uint64_t index, const char *want)
{
	struct json *json = matrix_point_json(matrix, index);
	char *text = json_text(json, false);

	ck_assert_str_eq(text, want);
	free(text);
	json_unref(json);
}

START_TEST(without_parameters_there_is_one_point)
{
	struct matrix matrix = { 0 };

	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 1);
	point_is(&matrix, 0, "{}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(the_first_parameter_varies_slowest)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 2);
	ck_assert_int_eq(matrix_add_range(&matrix, "id", 0, 49, 1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 100);
	point_is(&matrix, 0, "{\"x\":\"a\",\"id\":\"0\"}");
	point_is(&matrix, 49, "{\"x\":\"a\",\"id\":\"49\"}");
	point_is(&matrix, 50, "{\"x\":\"b\",\"id\":\"0\"}");
	point_is(&matrix, 99, "{\"x\":\"b\",\"id\":\"49\"}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(zip_walks_them_together)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 3);
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 10, -10, -10, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_ZIP, NULL), 0);
	ck_assert_uint_eq(matrix.points, 3);
	point_is(&matrix, 2, "{\"x\":\"c\",\"n\":\"-10\"}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(zip_needs_equal_lengths)
{
	struct matrix matrix = { 0 };
	struct err err = ERR_INIT;

	add_letters(&matrix, "x", 3);
	add_letters(&matrix, "y", 2);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_ZIP, &err), -EINVAL);
	ck_assert_str_eq(err.text, "zip needs equally many values: x has 3, y has 2");
	matrix_done(&matrix);
}
END_TEST

START_TEST(ranges_are_inclusive_and_any_64_bit_number)
{
	struct matrix matrix = { 0 };

	ck_assert_int_eq(matrix_add_range(&matrix, "a", 1, 10, 4, NULL), 0); /* 1 5 9 */
	ck_assert_int_eq(matrix_add_range(&matrix, "b", INT64_MAX - 1, INT64_MAX, 1, NULL), 0);
	ck_assert_int_eq(matrix_add_range(&matrix, "c", INT64_MIN, INT64_MAX, INT64_MAX, NULL), 0);
	ck_assert_int_eq(matrix_add_range(&matrix, "d", 5, 5, -1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 3 * 2 * 3);
	point_is(&matrix, 17,
		 "{\"a\":\"9\",\"b\":\"9223372036854775807\",\"c\":\"9223372036854775806\","
		 "\"d\":\"5\"}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(ranges_without_a_value_are_refused)
{
	struct matrix matrix = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(matrix_add_range(&matrix, "a", 1, 10, 0, &err), -EINVAL);
	ck_assert_int_eq(matrix_add_range(&matrix, "a", 1, 10, -1, &err), -EINVAL);
	ck_assert_str_eq(err.text, "a range from 1 to 10 by -1 has no value");
	ck_assert_int_eq(matrix_add_range(&matrix, "a", 0, INT64_MAX, 1, &err), -ERANGE);
	ck_assert_int_eq(matrix_add_range(&matrix, "a", INT64_MIN, INT64_MAX, 1, &err), -ERANGE);
	ck_assert_int_eq(matrix_add_list(&matrix, "a", NULL, 0, &err), -EINVAL);
	add_letters(&matrix, "a", 1);
	ck_assert_int_eq(matrix_add_range(&matrix, "a", 1, 2, 1, &err), -EINVAL);
	ck_assert_str_eq(err.text, "the parameter is declared twice");
	matrix_done(&matrix);
}
END_TEST

START_TEST(too_many_points_are_refused_and_many_cost_nothing)
{
	struct matrix matrix = { 0 };

	ck_assert_int_eq(matrix_add_range(&matrix, "a", 0, (1 << 24) - 1, 1, NULL), 0);
	ck_assert_int_eq(matrix_add_range(&matrix, "b", 0, (1 << 24) - 1, 1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, MATRIX_POINTS_MAX);
	point_is(&matrix, MATRIX_POINTS_MAX - 1, "{\"a\":\"16777215\",\"b\":\"16777215\"}");
	ck_assert_int_eq(matrix_add_range(&matrix, "c", 0, 1, 1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), -ERANGE);
	matrix_done(&matrix);
}
END_TEST

START_TEST(narrowing_keeps_one_value)
{
	struct matrix matrix = { 0 };
	struct err err = ERR_INIT;

	add_letters(&matrix, "x", 3);
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 10, 0, -5, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_int_eq(matrix_narrow(&matrix, "y", "1", &err), -ENOENT);
	ck_assert_str_eq(err.text, "no parameter \"y\" is declared");
	ck_assert_int_eq(matrix_narrow(&matrix, "x", "d", &err), -ENOENT);
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "3", &err), -ENOENT);
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "15", &err), -ENOENT);
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "05", &err), -ENOENT);
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "", &err), -ENOENT);
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "5", &err), 0);
	ck_assert_int_eq(matrix_narrow(&matrix, "x", "b", &err), 0);
	ck_assert_uint_eq(matrix.points, 1);
	point_is(&matrix, 0, "{\"x\":\"b\",\"n\":\"5\"}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(narrowing_a_zip_keeps_the_others_beside_it)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 4); /* a b c a */
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 0, 3, 1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_ZIP, NULL), 0);
	ck_assert_int_eq(matrix_narrow(&matrix, "x", "a", NULL), 0);
	ck_assert_uint_eq(matrix.points, 2);
	point_is(&matrix, 0, "{\"x\":\"a\",\"n\":\"0\"}");
	point_is(&matrix, 1, "{\"x\":\"a\",\"n\":\"3\"}");
	matrix_done(&matrix);
}
END_TEST

START_TEST(values_are_found_by_name)
{
	struct matrix matrix = { 0 };
	struct point point;

	add_letters(&matrix, "x", 2);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	matrix_point(&matrix, 1, &point);
	ck_assert(slice_is(point_value(&matrix, &point, slice_of("x")), "b"));
	ck_assert_ptr_null(point_value(&matrix, &point, slice_of("y")).ptr);
	matrix_done(&matrix);
}
END_TEST

/* A spool of the numbers from 0. */
static struct spool *spool_of(const char *dir, int count)
{
	struct spool_writer *writer;
	struct spool *spool = NULL;

	ck_assert_int_eq(spool_begin(dir, &writer, NULL), 0);
	for (int i = 0; i < count; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		ck_assert_int_eq(spool_add(writer, slice_of(text), NULL), 0);
	}
	ck_assert_int_eq(spool_finish(writer, &spool, NULL), 0);
	return spool;
}

START_TEST(values_of_a_file_are_known_when_they_are_given)
{
	char dir[] = "/tmp/matrix-test-XXXXXX", *path;
	struct matrix matrix = { 0 };
	struct source source = { SOURCE_FILE, xstrdup("/ids"), NULL, NULL };
	struct spool *spool;
	struct point point;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(matrix_add_range(&matrix, "r", 1, 2, 1, NULL), 0);
	ck_assert_int_eq(matrix_add_source(&matrix, "f", &source, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_ZIP, NULL), 0);
	ck_assert_uint_eq(matrix.points, 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 0);
	matrix_point(&matrix, 0, &point);
	ck_assert(slice_is(point.values[0], "1"));
	ck_assert_ptr_null(point.values[1].ptr);
	ck_assert_int_lt(matrix_narrow(&matrix, "f", "1", NULL), 0);

	spool = spool_of(dir, 300);
	matrix_attach(&matrix, 1, spool);
	path = xasprintf("rm -r %s", dir);
	ck_assert_int_eq(system(path), 0); /* it is mapped */
	free(path);
	spool_unref(spool);
	ck_assert_int_lt(matrix_close(&matrix, MATRIX_ZIP, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 600);
	matrix_point(&matrix, 599, &point);
	ck_assert(slice_is(point.values[0], "2"));
	ck_assert(slice_is(point.values[1], "299"));
	ck_assert_int_eq(matrix_narrow(&matrix, "f", "77", NULL), 0);
	ck_assert_uint_eq(matrix.points, 2);
	matrix_point(&matrix, 1, &point);
	ck_assert(slice_is(point.values[1], "77"));
	matrix_done(&matrix);
}
END_TEST

/* A rule of texts parted by blanks, "-" for any. */
static void add_rule(struct matrix_rules *rules, const char *text)
{
	char **values = xcalloc(MATRIX_PARAMS_MAX, sizeof(char *));
	char *copy = xstrdup(text), *rest = copy;

	for (size_t i = 0; rest; i++) {
		const char *word = strsep(&rest, " ");

		values[i] = strcmp(word, "-") == 0 ? NULL : xstrdup(word);
	}
	matrix_rules_add(rules, values);
	free(copy);
}

/* All points, "a1 b2". */
static void has_points(const struct matrix *matrix, const char *want)
{
	struct point point;
	struct buf out;

	buf_init(&out, 1 << 20);
	for (uint64_t i = 0; i < matrix->points; i++) {
		matrix_point(matrix, i, &point);
		buf_add_text(&out, i ? " " : "");
		for (size_t k = 0; k < matrix->nparams; k++)
			buf_add_slice(&out, point.values[k]);
	}
	ck_assert_str_eq(buf_text(&out), want);
	buf_done(&out);
}

START_TEST(what_is_excluded_is_gone_and_what_is_included_comes_last)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 2);
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 1, 3, 1, NULL), 0);
	add_rule(&matrix.excluded, "a 2");
	add_rule(&matrix.excluded, "- 3");
	add_rule(&matrix.included, "z 9");
	add_rule(&matrix.included, "a 1"); /* is there */
	add_rule(&matrix.included, "a 2"); /* is not, any more */
	add_rule(&matrix.included, "z 9"); /* is, by now */
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.made, 6);
	ck_assert_uint_eq(matrix.kept, 3);
	has_points(&matrix, "a1 b1 b2 z9 a2");
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "2", NULL), 0);
	has_points(&matrix, "b2 a2");
	ck_assert_int_eq(matrix_narrow(&matrix, "x", "a", NULL), 0);
	has_points(&matrix, "a2");
	matrix_done(&matrix);
}
END_TEST

START_TEST(a_value_that_only_a_rule_adds_can_be_asked_for)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 2);
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 1, 3, 1, NULL), 0);
	add_rule(&matrix.included, "z 9");
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_int_eq(matrix_narrow(&matrix, "x", "z", NULL), 0);
	has_points(&matrix, "z9");
	ck_assert_int_eq(matrix_narrow(&matrix, "n", "1", NULL), -ENOENT);
	matrix_done(&matrix);
}
END_TEST

START_TEST(rules_of_a_zip_look_at_what_stands_side_by_side)
{
	struct matrix matrix = { 0 };

	add_letters(&matrix, "x", 3);
	ck_assert_int_eq(matrix_add_range(&matrix, "n", 1, 3, 1, NULL), 0);
	add_rule(&matrix.excluded, "b 2");
	add_rule(&matrix.excluded, "c 1");
	add_rule(&matrix.included, "a 1");
	add_rule(&matrix.included, "a 2");
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_ZIP, NULL), 0);
	has_points(&matrix, "a1 c3 a2");
	matrix_done(&matrix);
}
END_TEST

START_TEST(rules_that_leave_nothing_are_refused)
{
	struct matrix matrix = { 0 };
	struct err err = ERR_INIT;

	add_letters(&matrix, "x", 2);
	add_rule(&matrix.excluded, "a");
	add_rule(&matrix.excluded, "b");
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, &err), -EINVAL);
	ck_assert_str_eq(err.text, "what is excluded leaves no request at all");
	matrix_done(&matrix);
}
END_TEST

/* Each point is compared with what counting finds. */
START_TEST(every_point_of_many_is_found)
{
	struct matrix matrix = { 0 };
	uint64_t at = 0;
	struct point point;

	ck_assert_int_eq(matrix_add_range(&matrix, "a", 0, 999, 1, NULL), 0);
	ck_assert_int_eq(matrix_add_range(&matrix, "b", 0, 999, 1, NULL), 0);
	add_rule(&matrix.excluded, "17 -");
	add_rule(&matrix.excluded, "- 5");
	add_rule(&matrix.excluded, "- 999");
	add_rule(&matrix.excluded, "999 998");
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	ck_assert_uint_eq(matrix.points, 999 * 998 - 1);
	for (int a = 0; a < 1000; a++) {
		for (int b = 0; b < 1000; b++) {
			char want[16];

			if (a == 17 || b == 5 || b == 999 || (a == 999 && b == 998))
				continue;
			matrix_point(&matrix, at++, &point);
			snprintf(want, sizeof(want), "%d", a);
			ck_assert(slice_is(point.values[0], want));
			snprintf(want, sizeof(want), "%d", b);
			ck_assert(slice_is(point.values[1], want));
		}
	}
	ck_assert_uint_eq(at, matrix.points);
	matrix_done(&matrix);
}
END_TEST

START_TEST(of_too_many_none_can_be_excluded)
{
	struct matrix matrix = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(matrix_add_range(&matrix, "a", 0, 1 << 28, 1, NULL), 0);
	add_rule(&matrix.excluded, "1");
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, &err), -ERANGE);
	matrix_done(&matrix);
}
END_TEST

UNIT_MAIN("matrix", values_of_a_file_are_known_when_they_are_given,
	  without_parameters_there_is_one_point, the_first_parameter_varies_slowest,
	  zip_walks_them_together, zip_needs_equal_lengths,
	  ranges_are_inclusive_and_any_64_bit_number, ranges_without_a_value_are_refused,
	  too_many_points_are_refused_and_many_cost_nothing, narrowing_keeps_one_value,
	  narrowing_a_zip_keeps_the_others_beside_it, values_are_found_by_name,
	  what_is_excluded_is_gone_and_what_is_included_comes_last,
	  a_value_that_only_a_rule_adds_can_be_asked_for,
	  rules_of_a_zip_look_at_what_stands_side_by_side, rules_that_leave_nothing_are_refused,
	  every_point_of_many_is_found, of_too_many_none_can_be_excluded)
