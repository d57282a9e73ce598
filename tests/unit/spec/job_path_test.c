#include "spec/job.h"

#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"

#define SLOT INT64_C(1772323445678) /* 2026-03-01T00:04:05.678Z */

static struct job *read_job(const char *output, const char *params, struct problems *problems)
{
	char *yaml = xasprintf("request: {url: 'http://h/'}\nparams: %s\noutput: {path: %s}\n",
			       params, output);
	struct doc *doc = NULL;
	struct err err = ERR_INIT;
	struct job *job;

	ck_assert_msg(doc_parse("a.yaml", DOC_YAML, slice_of(yaml), &doc, &err) == 0, "%s",
		      err.text);
	job = job_new("shop", doc_root(doc), doc, "", problems);
	doc_free(doc);
	free(yaml);
	return job;
}

static struct job *made(const char *output, const char *params)
{
	struct problems problems = { 0 };
	struct job *job = read_job(output, params, &problems);

	ck_assert_msg(job != NULL, "%s", problems.len ? problems.items[0].sentence : "");
	return job;
}

static void lands(const char *output, const char *params, uint64_t index, const char *want)
{
	struct job *job = made(output, params);
	struct err err = ERR_INIT;
	struct point point;
	char *path;

	matrix_point(&job->matrix, index, &point);
	path = job_output(job, SLOT, &point, &err);
	ck_assert_msg(path != NULL, "%s", err.text);
	ck_assert_str_eq(path, want);
	free(path);
	job_unref(job);
}

static void refused(const char *output, const char *params, const char *want)
{
	struct problems problems = { 0 };
	char *text;

	ck_assert_ptr_null(read_job(output, params, &problems));
	ck_assert_uint_eq(problems.len, 1);
	text = problem_text(&problems.items[0]);
	ck_assert_str_eq(text, want);
	free(text);
	problems_done(&problems);
}

START_TEST(the_time_is_the_slots_in_utc)
{
	lands("'x/%Y/%m/%d/%H%M%S-%j'", "{}", 0, "x/2026/03/01/000405-060");
	lands("'${scheduled|%Y-%m-%d}/${job|upper}'", "{}", 0, "2026-03-01/SHOP");
	lands("'x/${scheduled}'", "{}", 0, "x/2026-03-01T00:04:05.678Z");
	lands("'100%%/%%Y$$'", "{}", 0, "100%/%Y$");
}
END_TEST

START_TEST(the_zone_of_the_machine_does_not_matter)
{
	setenv("TZ", "Pacific/Kiritimati", 1);
	lands("'%d %H'", "{}", 0, "01 00");
	unsetenv("TZ");
}
END_TEST

START_TEST(hive_paths_hold_time_and_parameters)
{
	static const char path[] = "'shop/dt=%Y-%m-%d/category=${category}/id=${id}/rows'";
	static const char params[] = "{category: [materials, products], id: {range: [-1, 1]}}";

	lands(path, params, 0, "shop/dt=2026-03-01/category=materials/id=-1/rows");
	lands(path, params, 5, "shop/dt=2026-03-01/category=products/id=1/rows");
}
END_TEST

START_TEST(a_percent_in_a_value_is_one)
{
	lands("'x/${c}%d'", "{c: ['%Y', '${job}']}", 0, "x/%Y01");
	lands("'x/${c}%d'", "{c: ['%Y', '${job}']}", 1, "x/${job}01");
}
END_TEST

START_TEST(what_varies_and_what_moves_is_known)
{
	static const struct {
		const char *path;
		bool varies, moves;
	} cases[] = {
		{ "'x/${job}'", false, false },
		{ "'x/%%Y'", false, false },
		{ "'x/%Y'", false, true },
		{ "'x/${scheduled|%Y}'", false, true },
		{ "'x/${c|upper}'", true, false },
		{ "'x/%j${c}'", true, true },
		{ "'x/${job}/$${c}'", false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct job *job = made(cases[i].path, "{c: [a], d: [b]}");

		ck_assert_msg(job_output_varies(job) == cases[i].varies, "%s", cases[i].path);
		ck_assert_msg(job_output_moves(job) == cases[i].moves, "%s", cases[i].path);
		job_unref(job);
	}
}
END_TEST

START_TEST(without_a_point_only_a_path_that_varies_has_no_answer)
{
	struct job *still = made("'x/%Y'", "{c: [a]}"), *varying = made("'x/${c}'", "{c: [a]}");
	struct err err = ERR_INIT;
	char *path = job_output(still, SLOT, NULL, &err);

	ck_assert_str_eq(path, "x/2026");
	ck_assert_ptr_null(job_output(varying, SLOT, NULL, &err));
	ck_assert_str_eq(err.text, "output.path: no value for ${c}");
	free(path);
	job_unref(still);
	job_unref(varying);
}
END_TEST

START_TEST(other_times_are_refused)
{
	static const char *const others[] = { "%D", "%F", "%s", "%Z", "%", "% ", "%\xc3\xa4" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *path = xasprintf("'x/%s'", others[i]);
		char *want = xasprintf(
			"a.yaml:3:16: error: output.path: \"%s\" is no time that a path can hold; "
			"known are %%Y, %%m, %%d, %%H, %%M, %%S and %%j, and %%%% is one \"%%\"",
			others[i]);

		refused(path, "{}", want);
		free(want);
		free(path);
	}
}
END_TEST

START_TEST(it_stays_below_data_dir)
{
	static const char parts[] = "a.yaml:3:16: error: output.path: the path has an empty, \".\" "
				    "or \"..\" component; it must stay below data_dir";

	refused("/etc/x", "{}",
		"a.yaml:3:16: error: output.path: the path must be relative to data_dir, not begin "
		"with \"/\"");
	refused("a/../../x", "{}", parts);
	refused("a//x", "{}", parts);
	refused("a/", "{}", parts);
	refused("./a", "{}", parts);
	refused("''", "{}", parts);
	refused("\"a\\tb\"", "{}", "a.yaml:3:16: error: output.path: the path has a control byte");
	refused("'a/${scheduled|%D}'", "{}",
		"a.yaml:3:16: error: output.path: ${scheduled}: a value with \"/\" or a control "
		"byte "
		"cannot stand in a path");
}
END_TEST

START_TEST(a_value_is_one_component_or_refused_where_it_stands)
{
	static const char slash[] = "a.yaml:2:17: error: params.c.1: as a part of output.path: "
				    "${c}: a value with \"/\" "
				    "or a control byte cannot stand in a path";
	static const char dots[] =
		"a.yaml:2:17: error: params.c.1: as a part of output.path: ${c}: an empty value, "
		"\".\" or \"..\" cannot stand in a path";

	refused("'x/${c}'", "{c: [a, b/c]}", slash);
	refused("'x/${c|raw}'", "{c: [a, /]}", slash);
	refused("'x/${c}'", "{c: [a, \"\\t\"]}", slash);
	refused("'x/${c}'", "{c: [a, '..']}", dots);
	refused("'x${c}y'", "{c: [a, .]}", dots);
	refused("'x${c}y'", "{c: [a, '']}", dots);
	refused("'x/${c|%Y}'", "{c: ['2026-03-01T00:00:00Z', b]}",
		"a.yaml:2:38: error: params.c.1: as a part of output.path: \"b\" is not a time, it "
		"cannot be shown as \"%Y\"");
	job_unref(made("'x/${d}'", "{c: [a, b/c, '..', ''], d: [e]}"));
}
END_TEST

START_TEST(every_name_made_of_it_fits)
{
	char word[JOB_PATH_MAX];
	char *params, *want;

	memset(word, 'w', sizeof(word));
	word[sizeof(word) - 1] = 0;
	params = xasprintf("{c: [a, %.100s, b], d: [e, %.80s]}", word, word);
	want = xasprintf("xx/%.100s/%.80s/yyyyy", word, word);
	ck_assert_uint_eq(strlen(want), JOB_PATH_MAX);
	lands("'xx/${c}/${d}/yyyyy'", params, 3, want);
	refused("'xx/${c}/${d}/yyyyyy'", params,
		"a.yaml:3:16: error: output.path: the path has more than 190 bytes when it holds "
		"the longest values");
	free(params);
	params = xasprintf("{r: {range: [10, 9], step: -1}, c: [%.180s]}", word);
	job_unref(made("'xx/${c}/yyyy${r}'", params));
	refused("'xx/${c}/yyyyy${r}'", params,
		"a.yaml:3:16: error: output.path: the path has more than 190 bytes when it holds "
		"the longest values");
	free(params);
	free(want);
}
END_TEST

/* A filter may make more of a value than it looks: then the point is refused. */
START_TEST(a_path_that_is_too_long_after_all_is_refused)
{
	char word[JOB_PATH_MAX - 5];
	struct err err = ERR_INIT;
	struct point point;
	struct job *job;
	char *path;

	memset(word, 'w', sizeof(word));
	word[sizeof(word) - 1] = 0;
	path = xasprintf("'%s${c|%%A}'", word);
	job = made(path, "{c: ['2026-11-25T00:00:00Z', '2026-11-23T00:00:00Z']}");
	free(path);
	matrix_point(&job->matrix, 1, &point); /* a Monday */
	path = job_output(job, SLOT, &point, &err);
	ck_assert_uint_eq(strlen(path), JOB_PATH_MAX);
	free(path);
	matrix_point(&job->matrix, 0, &point); /* a Wednesday */
	ck_assert_ptr_null(job_output(job, SLOT, &point, &err));
	ck_assert_str_eq(err.text, "output.path: it has more than 190 bytes");
	job_unref(job);
}
END_TEST

START_TEST(a_sample_does_not_depend_on_the_day)
{
	struct job *job = made("'x/%Y/${c}'", "{c: [a, b]}");
	char *path = job_output_sample(job);

	ck_assert_str_eq(path, "x/1970/a");
	free(path);
	job_unref(job);
	job = made("'x/${c}'", "{c: {file: /ids}}");
	ck_assert_ptr_null(job_output_sample(job));
	job_unref(job);
}
END_TEST

UNIT_MAIN("job_path", the_time_is_the_slots_in_utc, the_zone_of_the_machine_does_not_matter,
	  hive_paths_hold_time_and_parameters, a_percent_in_a_value_is_one,
	  what_varies_and_what_moves_is_known,
	  without_a_point_only_a_path_that_varies_has_no_answer, other_times_are_refused,
	  it_stays_below_data_dir, a_value_is_one_component_or_refused_where_it_stands,
	  every_name_made_of_it_fits, a_path_that_is_too_long_after_all_is_refused,
	  a_sample_does_not_depend_on_the_day)
