/* Automatic columns that stay as they are, and what becomes of members that have none. */
#include "data/format.h"

#include "sample.h"

#define CSV JOB_FORMAT_CSV

/* A job whose first response was `first`, and a later one. */
struct later {
	struct job *job;
	struct colset *set;
	struct rows rows;
	struct err err;
};

static struct colset *grown_by(struct colset *set, const char *body)
{
	struct extract extract;

	ck_assert_int_eq(sample_extract(body, "", &extract), 0);
	set = sample_grown(set, &extract);
	extract_done(&extract);
	return set;
}

static void begin(struct later *later, enum job_new_columns policy, const char *first)
{
	*later = (struct later) { .job = sample_job(NULL), .err = ERR_INIT };
	later->job->new_columns = policy;
	later->set = grown_by(colset_new(later->job), first);
	buf_init(&later->rows.bytes, 1 << 20);
}

static int encode(struct later *later, const char *body)
{
	struct extract extract;
	int code;

	ck_assert_int_eq(sample_extract(body, "", &extract), 0);
	buf_clear(&later->rows.bytes);
	later->rows.count = 0;
	code = format_of(CSV)->encode(later->job, later->set, &extract, NULL, &later->rows,
				      &later->err);
	extract_done(&extract);
	return code;
}

static void expect(struct later *later, const char *body, const char *rows)
{
	ck_assert_msg(encode(later, body) == 0, "%s", later->err.text);
	ck_assert(!later->rows.unknown);
	ck_assert_str_eq(buf_text(&later->rows.bytes), rows);
}

static void expect_columns(const struct colset *set, const char *expected)
{
	struct json *names = colset_json(set);
	char *text = json_text(names, false);

	ck_assert_str_eq(text, expected);
	free(text);
	json_unref(names);
}

static void end(struct later *later)
{
	buf_done(&later->rows.bytes);
	colset_unref(later->set);
	sample_job_free(later->job);
}

START_TEST(drop_leaves_out_what_has_no_column)
{
	struct later later;

	begin(&later, JOB_NEW_DROP, "[{\"a\":1},{\"b\":{\"c\":2}}]");
	expect_columns(later.set, "[\"a\",\"b.c\"]");
	expect(&later, "[{\"x\":9,\"a\":3,\"b\":{\"c\":4,\"d\":5}},{\"y\":[]}]", "3,4\n,\n");
	ck_assert_uint_eq(later.rows.count, 2);
	end(&later);
}
END_TEST

START_TEST(extra_gathers_in_the_last_column_what_has_none)
{
	struct later later;

	begin(&later, JOB_NEW_EXTRA, "{\"a\":1,\"b\":{\"c\":2}}");
	expect_columns(later.set, "[\"a\",\"b.c\",\"_extra\"]");
	expect(&later,
	       "[{\"a\":1},{\"n\":\"x\\\"y\",\"a\":2,\"b\":{\"d\":[ 1, null ]}},"
	       "{\"k\\\"\":1.10,\"t\":true,\"o\":{},\"z\":null},7]",
	       "1,,\n"
	       "2,,\"{\"\"n\"\":\"\"x\\\"\"y\"\",\"\"b.d\"\":[1,null]}\"\n"
	       ",,\"{\"\"k\\\"\"\"\":1.10,\"\"t\"\":true,\"\"o\"\":{},\"\"z\"\":null}\"\n"
	       ",,\"{\"\"value\"\":7}\"\n");
	end(&later);
}
END_TEST

START_TEST(extra_keeps_the_last_of_equal_names)
{
	struct later later;

	begin(&later, JOB_NEW_EXTRA, "{\"a\":1}");
	expect(&later, "{\"x\":1,\"y\":2,\"x\":3,\"o\":{\"p\":4},\"o.p\":5}",
	       ",\"{\"\"x\"\":3,\"\"y\"\":2,\"\"o.p\"\":5}\"\n");
	end(&later);
}
END_TEST

START_TEST(a_member_named_like_the_extra_column_lands_inside_it)
{
	struct later later;

	begin(&later, JOB_NEW_EXTRA, "{\"_extra\":0,\"a\":1}");
	expect_columns(later.set, "[\"a\",\"_extra\"]");
	expect(&later, "{\"_extra\":0,\"a\":1}", "1,\"{\"\"_extra\"\":0}\"\n");
	end(&later);
	begin(&later, JOB_NEW_EXTRA, "{\"_extra\":0}");
	expect_columns(later.set, "[\"_extra\"]");
	expect(&later, "{\"_extra\":0}", "\"{\"\"_extra\"\":0}\"\n");
	end(&later);
}
END_TEST

START_TEST(fail_names_the_record_and_the_key)
{
	struct later later;

	begin(&later, JOB_NEW_FAIL, "{\"a\":1}");
	expect(&later, "[{\"a\":2}]", "2\n");
	ck_assert_int_eq(encode(&later, "[{\"a\":2},{\"a\":3,\"b\":{\"c\\n\":1}},{\"d\":4}]"),
			 -EINVAL);
	ck_assert_str_eq(later.err.text,
			 "record 2 of 3: the key \"b.c\\x0a\" is not among the columns, and "
			 "new_columns is \"fail\"");
	ck_assert_uint_eq(later.rows.bytes.len, 0);
	ck_assert_uint_eq(later.rows.count, 0);
	ck_assert(!later.rows.unknown);
	end(&later);
}
END_TEST

START_TEST(an_empty_set_takes_its_first_columns_whatever_the_policy)
{
	static const enum job_new_columns all[] = { JOB_NEW_ROTATE, JOB_NEW_EXTRA, JOB_NEW_DROP,
						    JOB_NEW_FAIL };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct later later;

		begin(&later, all[i], "[]");
		expect_columns(later.set, "[]");
		ck_assert_int_eq(encode(&later, "{\"a\":1}"), 0);
		ck_assert(later.rows.unknown);
		later.set = grown_by(later.set, "{\"a\":1}");
		later.set = grown_by(later.set, "{\"b\":1}");
		expect_columns(later.set, all[i] == JOB_NEW_ROTATE  ? "[\"a\",\"b\"]"
					  : all[i] == JOB_NEW_EXTRA ? "[\"a\",\"_extra\"]"
								    : "[\"a\"]");
		end(&later);
	}
}
END_TEST

/* The set that goes on after these names. */
static struct colset *after(struct job *job, const char *names)
{
	struct json *json;
	struct colset *set;

	ck_assert_int_eq(json_parse(names, strlen(names), &json, NULL), 0);
	set = colset_from_json(job, json);
	json_unref(json);
	return set;
}

START_TEST(the_extra_column_survives_the_ledger)
{
	struct later later;
	struct colset *again;

	begin(&later, JOB_NEW_EXTRA, "{\"a\":1}");
	again = after(later.job, "[\"a\",\"_extra\"]");
	expect_columns(again, "[\"a\",\"_extra\"]");
	colset_unref(later.set);
	later.set = again;
	expect(&later, "{\"_extra\":5}", ",\"{\"\"_extra\"\":5}\"\n");
	end(&later);
}
END_TEST

START_TEST(another_policy_goes_on_from_the_columns_that_are_there)
{
	struct job *job = sample_job(NULL);
	struct colset *set;

	set = after(job, "[\"a\",\"_extra\"]"); /* rotate: it is a column as any */
	expect_columns(set, "[\"a\",\"_extra\"]");
	set = grown_by(set, "{\"_extra\":1,\"b\":2}");
	expect_columns(set, "[\"a\",\"_extra\",\"b\"]");
	colset_unref(set);
	job->new_columns = JOB_NEW_EXTRA;
	set = after(job, "[\"a\",\"_extra\",\"b\"]");
	expect_columns(set, "[\"a\",\"b\",\"_extra\"]");
	colset_unref(set);
	set = after(job, "[\"a\"]");
	expect_columns(set, "[\"a\",\"_extra\"]");
	colset_unref(set);
	set = after(job, "[]");
	expect_columns(set, "[]");
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(the_extra_column_counts_towards_the_most_columns)
{
	struct job *job = sample_job(NULL);
	struct colset *set;
	struct extract extract;
	struct err err = ERR_INIT;
	struct buf body;

	job->new_columns = JOB_NEW_EXTRA;
	set = colset_new(job);
	buf_init(&body, 1 << 20);
	for (int i = 0; i < COLSET_MAX; i++)
		buf_addf(&body, "%s\"%d\":0", i ? "," : "{", i);
	buf_add_char(&body, '}');
	ck_assert_int_eq(sample_extract(buf_text(&body), "", &extract), 0);
	ck_assert_int_eq(format_widen(&extract, &set, &err), -E2BIG);
	ck_assert_uint_eq(colset_len(set), 0);
	extract_done(&extract);
	buf_done(&body);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

UNIT_MAIN("new_columns", drop_leaves_out_what_has_no_column,
	  extra_gathers_in_the_last_column_what_has_none, extra_keeps_the_last_of_equal_names,
	  a_member_named_like_the_extra_column_lands_inside_it, fail_names_the_record_and_the_key,
	  an_empty_set_takes_its_first_columns_whatever_the_policy,
	  the_extra_column_survives_the_ledger,
	  another_policy_goes_on_from_the_columns_that_are_there,
	  the_extra_column_counts_towards_the_most_columns)
