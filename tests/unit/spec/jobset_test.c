#include "spec/jobset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/xalloc.h"

static struct jobset *parsed(const char *yaml, struct problems *problems)
{
	return jobset_parse("a.yaml", DOC_YAML, slice_of(yaml), false, problems);
}

static void expect(const struct problem *problem, const char *want)
{
	char *text = problem_text(problem);

	ck_assert_str_eq(text, want);
	free(text);
}

/* The one problem of it, and no job. */
static void bad(const char *yaml, const char *want)
{
	struct problems problems = { 0 };
	struct jobset *set = parsed(yaml, &problems);

	ck_assert_uint_ge(problems.len, 1);
	expect(&problems.items[0], want);
	ck_assert_uint_eq(problems.len, 1);
	ck_assert_uint_eq(set->len, 0);
	jobset_free(set);
	problems_done(&problems);
}

static struct jobset *good(const char *yaml)
{
	struct problems problems = { 0 };
	struct jobset *set = parsed(yaml, &problems);

	ck_assert_msg(problems.len == 0, "%s", problems.len ? problems.items[0].sentence : "");
	return set;
}

#define R "request: {url: 'http://h/'}"

START_TEST(defaults_are_merged_under_each_job)
{
	struct jobset *set = good("defaults:\n"
				  "  workers: 9\n"
				  "  request: {timeout: 5s, headers: {A: x, B: y}}\n"
				  "  columns: [{name: a}, {name: b}]\n"
				  "jobs:\n"
				  "  two: {request: {url: 'http://h/', headers: {B: z}}, "
				  "columns: [{name: c}]}\n"
				  "  one: {workers: 1, request: {url: 'http://h/'}, columns: ~}\n");
	const struct job *one = jobset_find(set, "one"), *two = jobset_find(set, "two");

	ck_assert_uint_eq(set->len, 2);
	ck_assert_str_eq(set->jobs[0]->name, "one");
	ck_assert_uint_eq(one->workers, 1);
	ck_assert_uint_eq(two->workers, 9);
	ck_assert_int_eq(one->timeout_ms, 5000);
	ck_assert_uint_eq(two->nheaders, 2);
	ck_assert_str_eq(template_source(two->headers[1].value), "z");
	ck_assert_uint_eq(two->ncolumns, 1);
	ck_assert(one->columns_auto);
	ck_assert_int_eq(json_int(json_find(two->document, "/workers"), 0), 9);
	ck_assert_ptr_null(jobset_find(set, "three"));
	jobset_free(set);
}
END_TEST

START_TEST(a_fault_in_defaults_is_told_once_and_there)
{
	bad("defaults: {workers: many}\njobs:\n  a: {" R "}\n  b: {" R "}\n",
	    "a.yaml:1:21: error: defaults.workers: expected a whole number from 1 to 100000, "
	    "found text");
	bad("defaults: {workers: many}\n",
	    "a.yaml:1:21: error: defaults.workers: expected a whole number from 1 to 100000, "
	    "found text");
	bad("defaults: {worker: 2}\njobs:\n  a: {" R "}\n",
	    "a.yaml:1:12: error: defaults: unknown key \"worker\"; did you mean \"workers\"?");
	bad("defaults: {columns: [{from: /a}]}\njobs:\n  a: {columns: auto, " R "}\n",
	    "a.yaml:1:22: error: defaults.columns.0.name: required: the column's name in the "
	    "file's header");
}
END_TEST

START_TEST(a_job_that_takes_a_faulty_default_is_not_accepted)
{
	struct problems problems = { 0 };
	struct jobset *set = parsed("defaults: {request: {url: 'http://h/${x}'}}\n"
				    "jobs:\n  a: {params: {x: [1]}}\n  b: {}\n",
				    &problems);

	ck_assert_uint_eq(problems.len, 1);
	expect(&problems.items[0], "a.yaml:1:27: error: defaults.request.url: unknown name ${x}; "
				   "known are job, scheduled");
	ck_assert_uint_eq(set->len, 0);
	jobset_free(set);
	problems_done(&problems);
}
END_TEST

START_TEST(a_job_says_what_it_lacks_at_its_own_place)
{
	bad("jobs:\n  a:\n    workers: 2\n",
	    "a.yaml:3:5: error: jobs.a.request.url: required: the address to fetch, http or "
	    "https; ${name} stands for a parameter");
	bad("jobs:\n  a:\n",
	    "a.yaml:2:5: error: jobs.a.request.url: required: the address to fetch, http or "
	    "https; ${name} stands for a parameter");
	bad("defaults: {request: {timeout: 1s}}\njobs: {a: {}}\n",
	    "a.yaml:2:11: error: jobs.a.request.url: required: the address to fetch, http or "
	    "https; ${name} stands for a parameter");
}
END_TEST

START_TEST(a_file_is_a_map_of_jobs)
{
	bad("- a\n", "a.yaml:1:1: error: expected a map, found a list");
	bad("job: {}\n", "a.yaml:1:1: error: unknown key \"job\"; did you mean \"jobs\"?");
	bad("jobs: [a]\n", "a.yaml:1:7: error: jobs: expected a map, found a list");
	bad("defaults: 3\n", "a.yaml:1:11: error: defaults: expected a map, found a number");
	bad("jobs: {a: 3}\n", "a.yaml:1:11: error: jobs.a: expected a map, found a number");
	bad("jobs: {'a b': {" R "}}\n",
	    "a.yaml:1:8: error: jobs: \"a b\" cannot be a job's name: 1 to 64 letters, digits, "
	    "\".\", \"_\" and \"-\", beginning with a letter or digit");
	jobset_free(good(""));
	jobset_free(good("jobs:\n"));
}
END_TEST

START_TEST(two_jobs_do_not_land_in_one_file)
{
	bad("jobs:\n  a: {" R ", output: {path: x/y}}\n  b: {" R ", output: {path: 'x/y'}}\n",
	    "a.yaml:3:51: error: jobs.b.output.path: the job \"a\" (a.yaml) lands in \"x/y\" too");
	bad("jobs:\n  a: {" R "}\n  b: {" R ", output: {path: a/a}}\n",
	    "a.yaml:3:51: error: jobs.b.output.path: the job \"a\" (a.yaml) lands in \"a/a\" too");
}
END_TEST

START_TEST(no_job_lands_among_the_snapshots_of_another)
{
	bad("jobs:\n  a: {" R ", output: {mode: snapshot, path: x/y}}\n  b: {" R
	    ", output: {path: 'x/y/z/b'}}\n",
	    "a.yaml:3:51: error: jobs.b.output.path: \"x/y/z/b\" lies in \"x/y\", where the job "
	    "\"a\" (a.yaml) keeps its snapshots");
	bad("jobs:\n  b: {" R ", output: {mode: snapshot, path: 'x/y'}}\n  c: {" R
	    ", output: {mode: snapshot, path: x}}\n",
	    "a.yaml:2:67: error: jobs.b.output.path: \"x/y\" lies in \"x\", where the job \"c\" "
	    "(a.yaml) keeps its snapshots");
	jobset_free(good("jobs:\n  a: {" R ", output: {mode: snapshot, path: x/y}}\n  b: {" R
			 ", output: {path: x/y-z/y}}\n  c: {" R ", output: {path: x/z}}\n  d: {" R
			 ", output: {path: u/v}}\n  e: {" R ", output: {path: u/v/w}}\n"));
}
END_TEST

START_TEST(jobs_run_after_others_in_no_circle)
{
	struct jobset *set =
		good("jobs:\n  a: {" R "}\n  b: {" R ", after: a}\n  c: {" R ", after: b}\n"
		     "  d: {" R ", after: elsewhere}\n");

	ck_assert_str_eq(jobset_find(set, "c")->after, "b");
	jobset_free(set);
	bad("jobs:\n  a: {" R ", after: a}\n",
	    "a.yaml:2:43: error: jobs.a.after: the circle a after a has no beginning: each would "
	    "wait for the other, or start it for ever");
	bad("jobs:\n  a: {" R ", after: a/b}\n",
	    "a.yaml:2:43: error: jobs.a.after: expected the name of a job");
}
END_TEST

START_TEST(every_job_of_a_circle_is_told)
{
	struct problems problems = { 0 };
	struct jobset *set = parsed("jobs:\n  a: {" R ", after: c}\n  b: {" R ", after: a}\n"
				    "  c: {" R ", after: b}\n  d: {" R ", after: c}\n",
				    &problems);

	ck_assert_uint_eq(problems.len, 3); /* d is in none, it only leads there */
	expect(&problems.items[1],
	       "a.yaml:3:43: error: jobs.b.after: the circle b after a after c after b has no "
	       "beginning: each would wait for the other, or start it for ever");
	jobset_free(set);
	problems_done(&problems);
}
END_TEST

START_TEST(over_the_socket_paths_are_absolute)
{
	static const char text[] = "jobs: {a: {" R ", auth: {bearer: {file: t}}}}";
	struct problems problems = { 0 };
	struct jobset *set = jobset_parse("<request>", DOC_YAML, slice_of(text), true, &problems);

	ck_assert_uint_eq(problems.len, 1);
	expect(&problems.items[0], "<request>:1:63: error: jobs.a.auth.bearer.file: a relative "
				   "path means nothing here; give an absolute one");
	jobset_free(set);
	problems_done(&problems);
}
END_TEST

/* Directories. */

static void write_file(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void run(const char *fmt, const char *dir)
{
	char *command = xasprintf("%s %s", fmt, dir);

	ck_assert_int_eq(system(command), 0);
	free(command);
}

/* A scratch directory with state/jobs.d and jobs.d, and a configuration that points there. */
static char *house(void)
{
	char *dir = xstrdup("/tmp/jobset-test-XXXXXX"), *sub;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	sub = xasprintf("%s/jobs.d %s/state %s/state/jobs.d", dir, dir, dir);
	run("mkdir", sub);
	free(sub);
	return dir;
}

static struct jobset *load(const char *dir, struct problems *problems)
{
	char *path = xasprintf("%s/fetchd.yaml", dir);
	struct config *config = config_load(path, problems);
	struct jobset *set = jobset_load(config, problems);

	config_free(config);
	free(path);
	return set;
}

START_TEST(jobs_come_from_three_places)
{
	char *dir = house();
	struct problems problems = { 0 };
	struct jobset *set;

	write_file(dir, "fetchd.yaml",
		   "state_dir: state\ndefaults: {workers: 2}\njobs: {c: {" R "}}\n");
	write_file(dir, "jobs.d/1.yaml", "jobs: {b: {" R "}}\n");
	write_file(dir, "jobs.d/2.json",
		   "{\"jobs\": {\"a\": {\"request\": {\"url\": \"http://h/\"}}}}");
	write_file(dir, "jobs.d/.hidden.yaml", "nonsense: [");
	write_file(dir, "jobs.d/README.md", "nonsense: [");
	write_file(dir, "state/jobs.d/d.json",
		   "{\"jobs\": {\"d\": {\"request\": {\"url\": \"http://h/\"}}}}");
	set = load(dir, &problems);
	ck_assert_msg(problems.len == 0, "%s", problems.len ? problems.items[0].sentence : "");
	ck_assert_uint_eq(set->len, 4);
	ck_assert_uint_eq(jobset_find(set, "c")->workers, 2);
	ck_assert_uint_eq(jobset_find(set, "b")->workers, 4); /* defaults are a file's own */
	ck_assert_ptr_nonnull(strstr(jobset_find(set, "a")->source, "/jobs.d/2.json"));
	jobset_free(set);
	run("rm -r", dir);
	free(dir);
}
END_TEST

START_TEST(a_name_has_one_source)
{
	char *dir = house();
	struct problems problems = { 0 };
	struct jobset *set;

	write_file(dir, "fetchd.yaml", "state_dir: state\n");
	write_file(dir, "jobs.d/1.yaml", "jobs: {b: {" R "}}\n");
	write_file(dir, "state/jobs.d/b.json",
		   "{\"jobs\": {\"b\": {\"request\": {\"url\": \"http://h/\"}}}}");
	set = load(dir, &problems);
	ck_assert_uint_eq(set->len, 0);
	ck_assert_uint_eq(problems.len, 1);
	ck_assert_ptr_nonnull(strstr(problems.items[0].file, "/state/jobs.d/b.json"));
	ck_assert_uint_eq(problems.items[0].place.column, 11);
	ck_assert_ptr_nonnull(strstr(problems.items[0].sentence, "jobs: a second job named \"b\""));
	ck_assert_ptr_nonnull(strstr(problems.items[0].sentence, "/jobs.d/1.yaml has the first"));
	jobset_free(set);
	problems_done(&problems);
	run("rm -r", dir);
	free(dir);
}
END_TEST

START_TEST(one_bad_file_loads_nothing)
{
	char *dir = house();
	struct problems problems = { 0 };
	struct jobset *set;

	write_file(dir, "fetchd.yaml", "state_dir: state\n");
	write_file(dir, "jobs.d/1.yaml", "jobs: {b: {" R "}}\n");
	write_file(dir, "jobs.d/2.yaml", "jobs: {c: {" R "}\n");
	set = load(dir, &problems);
	ck_assert_uint_eq(set->len, 0);
	ck_assert_uint_eq(problems.len, 1);
	jobset_free(set);
	problems_done(&problems);
	run("rm -r", dir);
	free(dir);
}
END_TEST

START_TEST(a_configured_directory_must_be_there)
{
	char *dir = house();
	struct problems problems = { 0 };

	write_file(dir, "fetchd.yaml", "state_dir: state\njobs_dir: nowhere\n");
	jobset_free(load(dir, &problems));
	ck_assert_uint_eq(problems.len, 1);
	ck_assert_str_eq(problems.items[0].sentence,
			 "the directory cannot be read: No such file or directory");
	problems_done(&problems);
	run("rm -r", dir);
	free(dir);
}
END_TEST

/* Differences. */

static void note(enum jobset_change change, const struct job *old, const struct job *new, void *arg)
{
	buf_addf(arg, "%c%s ", "+~-"[change], (new ? new : old) -> name);
}

START_TEST(a_reload_is_a_difference)
{
	struct jobset *old = good("jobs: {a: {" R "}, b: {" R "}, d: {" R "}}");
	struct jobset *new = good("jobs: {b: {" R ", workers: 2}, c: {" R "}, d: {" R "}}");
	struct buf out;

	buf_init(&out, 100);
	jobset_diff(old, new, note, &out);
	ck_assert_str_eq(buf_text(&out), "-a ~b +c ");
	buf_clear(&out);
	jobset_diff(new, new, note, &out);
	ck_assert_str_eq(buf_text(&out), "");
	buf_done(&out);
	jobset_free(old);
	jobset_free(new);
	jobset_free(NULL);
}
END_TEST

UNIT_MAIN("jobset", defaults_are_merged_under_each_job, a_fault_in_defaults_is_told_once_and_there,
	  a_job_that_takes_a_faulty_default_is_not_accepted,
	  a_job_says_what_it_lacks_at_its_own_place, a_file_is_a_map_of_jobs,
	  two_jobs_do_not_land_in_one_file, no_job_lands_among_the_snapshots_of_another,
	  jobs_run_after_others_in_no_circle, every_job_of_a_circle_is_told,
	  over_the_socket_paths_are_absolute, jobs_come_from_three_places, a_name_has_one_source,
	  one_bad_file_loads_nothing, a_configured_directory_must_be_there,
	  a_reload_is_a_difference)
