/* Invented values: repeatable, within their bounds, harmless in JSON and CSV, and documented. */
#include "fetchmock/fake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "io/file.h"

#define DRAWS 2000

static void draw(const struct fake_call *call, struct random *random, struct buf *out)
{
	buf_clear(out);
	fake_write(call, random, out);
}

static struct fake_call parsed(const char *text)
{
	struct err err = ERR_INIT;
	struct fake_call call;

	ck_assert_msg(fake_parse(slice_of(text), &call, &err) == 0, "%s", err.text);
	return call;
}

START_TEST(the_same_seed_draws_the_same_values)
{
	struct random a, b;
	struct buf x, y;

	buf_init(&x, 1000);
	buf_init(&y, 1000);
	random_seed(&a, 5);
	random_seed(&b, 5);
	for (const struct fake *fake = fakes; fake->name; fake++) {
		struct fake_call call = parsed(fake->name);

		draw(&call, &a, &x);
		draw(&call, &b, &y);
		ck_assert_str_eq(buf_text(&x), buf_text(&y));
	}
	buf_done(&x);
	buf_done(&y);
}
END_TEST

START_TEST(values_are_ascii_that_needs_no_escape_in_json_or_csv)
{
	struct random random;
	struct buf out;

	buf_init(&out, 1000);
	random_seed(&random, 1);
	for (const struct fake *fake = fakes; fake->name; fake++) {
		struct fake_call call = parsed(fake->name);

		for (int i = 0; i < 200; i++) {
			draw(&call, &random, &out);
			ck_assert_uint_gt(out.len, 0);
			for (size_t k = 0; k < out.len; k++)
				ck_assert(out.data[k] >= ' ' && out.data[k] < 0x7f &&
					  !strchr("\"\\,", out.data[k]));
		}
	}
	buf_done(&out);
}
END_TEST

START_TEST(integers_reach_both_ends_and_never_pass_them)
{
	struct fake_call call = parsed("int:-2:2");
	bool seen[5] = { false };
	struct random random;
	struct buf out;

	buf_init(&out, 100);
	random_seed(&random, 1);
	for (int i = 0; i < DRAWS; i++) {
		int value;

		draw(&call, &random, &out);
		value = atoi(buf_text(&out));
		ck_assert(value >= -2 && value <= 2);
		seen[value + 2] = true;
	}
	for (int i = 0; i < 5; i++)
		ck_assert(seen[i]);
	buf_done(&out);
}
END_TEST

START_TEST(prices_stay_within_their_bounds)
{
	struct fake_call call = parsed("price:10:11");
	struct random random;
	struct buf out;

	buf_init(&out, 100);
	random_seed(&random, 1);
	for (int i = 0; i < DRAWS; i++) {
		int units, cents, end = 0;

		draw(&call, &random, &out);
		ck_assert_int_eq(sscanf(buf_text(&out), "%d.%2d EUR%n", &units, &cents, &end), 2);
		ck_assert_uint_eq((size_t)end, out.len);
		ck_assert(units == 10 || (units == 11 && cents == 0));
	}
	buf_done(&out);
}
END_TEST

START_TEST(counted_fakes_have_the_size_asked_for)
{
	struct fake_call text = parsed("text:1000"), hex = parsed("hex:8");
	struct random random;
	struct buf out;

	buf_init(&out, 2000);
	random_seed(&random, 1);
	draw(&text, &random, &out);
	ck_assert_uint_eq(out.len, 1000);
	draw(&hex, &random, &out);
	ck_assert_uint_eq(out.len, 8);
	buf_done(&out);
}
END_TEST

/* ".It Cm fake.int : Ns Ar LOW : Ns Ar HIGH Ns *", then the help, as man/fetchmock.1 has it. */
static void add_item(const struct fake *fake, struct buf *out)
{
	const char *arg = fake->args;

	buf_addf(out, ".It Cm fake.%s", fake->name);
	while (*arg) {
		size_t len = strcspn(arg, ":");

		buf_addf(out, " : Ns Ar %.*s", (int)len, arg);
		arg += len + (arg[len] == ':');
	}
	buf_addf(out, "%s\n%s\n", fake->bare ? " Ns *" : "", fake->help);
}

START_TEST(the_manual_lists_every_fake_as_the_table_does)
{
	const char *top = getenv("top_srcdir");
	struct err err = ERR_INIT;
	struct buf page, list;
	char path[4096];

	snprintf(path, sizeof(path), "%s/man/fetchmock.1", top ? top : ".");
	buf_init(&page, 1024 * 1024);
	buf_init(&list, 1024 * 1024);
	ck_assert_msg(file_read(path, &page, &err) == 0, "%s", err.text);
	for (const struct fake *fake = fakes; fake->name; fake++)
		add_item(fake, &list);
	ck_assert_msg(strstr(buf_text(&page), buf_text(&list)), "the manual should have:\n%s",
		      buf_text(&list));
	buf_done(&page);
	buf_done(&list);
}
END_TEST

UNIT_MAIN("fake", the_same_seed_draws_the_same_values,
	  values_are_ascii_that_needs_no_escape_in_json_or_csv,
	  integers_reach_both_ends_and_never_pass_them, prices_stay_within_their_bounds,
	  counted_fakes_have_the_size_asked_for, the_manual_lists_every_fake_as_the_table_does)
