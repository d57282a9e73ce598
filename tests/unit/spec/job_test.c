#include "spec/job.h"

#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"
#include "spec/job_first.h"
#include "spec/job_parts.h"

/* A job from the YAML of its map. */
static struct job *made(const char *yaml, struct problems *problems)
{
	struct doc *doc = NULL;
	struct err err = ERR_INIT;
	struct job *job;

	ck_assert_msg(doc_parse("/etc/x/a.yaml", DOC_YAML, slice_of(yaml), &doc, &err) == 0, "%s",
		      err.text);
	job = job_new("shop", doc_root(doc), doc, "", problems);
	doc_free(doc);
	return job;
}

static struct job *good(const char *yaml)
{
	struct problems problems = { 0 };
	struct job *job = made(yaml, &problems);

	ck_assert_msg(job != NULL, "%s", problems.len ? problems.items[0].sentence : "");
	ck_assert_uint_eq(problems.len, 0);
	return job;
}

static void expect(const struct problem *problem, const char *want)
{
	char *text = problem_text(problem);

	ck_assert_str_eq(text, want);
	free(text);
}

/* The one problem of it. */
static void bad(const char *yaml, const char *want)
{
	struct problems problems = { 0 };
	struct job *job = made(yaml, &problems);

	ck_assert_ptr_null(job);
	ck_assert_uint_ge(problems.len, 1);
	expect(&problems.items[0], want);
	ck_assert_uint_eq(problems.len, 1);
	problems_done(&problems);
}

#define URL "request: {url: 'http://h/'}\n"

START_TEST(a_url_is_enough_and_the_rest_has_defaults)
{
	struct job *job = good("request: {url: 'http://h/${job}'}");

	ck_assert_str_eq(job->name, "shop");
	ck_assert_str_eq(job->description, "");
	ck_assert(job->enabled);
	ck_assert_str_eq(job->engine, "async");
	ck_assert_uint_eq(job->workers, 4);
	ck_assert_str_eq(job->method, "GET");
	ck_assert_int_eq(job->body_kind, JOB_BODY_NONE);
	ck_assert_int_eq(job->timeout_ms, 30000);
	ck_assert_int_eq(job->connect_timeout_ms, 10000);
	ck_assert_int_eq(job->stall_timeout_ms, 0);
	ck_assert_uint_eq(job->max_body_bytes, 64u << 20);
	ck_assert_uint_eq(job->max_redirects, 5);
	ck_assert_uint_eq(job->matrix.points, 1);
	ck_assert_int_eq(job->paging.by, JOB_PAGES_NONE);
	ck_assert_int_eq(job->auth, JOB_AUTH_NONE);
	ck_assert_str_eq(pointer_text(job->records), "");
	ck_assert(job->columns_auto);
	ck_assert_uint_eq(job->per_host, 0);
	ck_assert_uint_eq(job->retry_attempts, 5);
	ck_assert_int_eq(job->retry_first_ms, 500);
	ck_assert_int_eq(job->retry_max_ms, 30000);
	ck_assert_int_eq(job->retry_budget_ms, 600000);
	ck_assert_uint_eq(job->retry_on, RETRY_CONNECT | RETRY_TIMEOUT | RETRY_408 | RETRY_425 |
						 RETRY_429 | RETRY_5XX);
	ck_assert_int_eq(job->format, JOB_FORMAT_CSV);
	ck_assert_str_eq(template_source(job->path), "${job}/${job}");
	ck_assert_uint_eq(job->rotate_bytes, 256u << 20);
	ck_assert_uint_eq(job->rotate_rows, 0);
	ck_assert_int_eq(job->rotate_every_ms, 0);
	ck_assert_int_eq(job->mode, JOB_MODE_APPEND);
	ck_assert_int_eq(job->compress, JOB_COMPRESS_NONE);
	ck_assert_int_eq(job->order, JOB_ORDER_COMPLETED);
	ck_assert_int_eq(job->new_columns, JOB_NEW_ROTATE);
	ck_assert_uint_eq(job->keep.files, 0);
	ck_assert_int_eq(job->keep.age_ms, 0);
	ck_assert_uint_eq(job->keep.bytes, 0);
	ck_assert_str_eq(job->csv.delimiter, ",");
	ck_assert_str_eq(job->csv.null, "");
	ck_assert(!job->csv.crlf && !job->csv.bom && !job->csv.guard);
	ck_assert_str_eq(job->source, "/etc/x/a.yaml");
	job_unref(job);
}
END_TEST

START_TEST(every_setting_reaches_its_member)
{
	struct job *job = good(
		"description: d\nenabled: false\nengine: threads\nworkers: 7\n"
		"request: {url: 'https://h/${c}', method: POST, headers: {A: 'x${c}'}, "
		"query: {q: 1.10}, form: {f: '${id}', g: true}, timeout: 2s, connect_timeout: 1s, "
		"stall_timeout: 3s, max_body: 1kB, max_redirects: 0}\n"
		"params: {c: [a, 010, b], id: {range: [10, 0], step: -5}}\ncombine: zip\n"
		"pages: {by: cursor, from: /n, param: p, max: 9}\n"
		"auth: {api_key: {query: k, value: {env: K}}}\nrecords: /r\n"
		"columns: [{name: a/b, type: int}, {name: m, meta: param.c}]\n"
		"limits: {per_host: 2}\nretry: {attempts: 1, first: 1s, max: 2s, budget: 3s, on: "
		"[429, 5xx]}\noutput: {format: jsonl, path: 'x/${job}', rotate: {size: 0, rows: "
		"5}}\n");

	ck_assert(!job->enabled);
	ck_assert_str_eq(job->engine, "threads");
	ck_assert_uint_eq(job->workers, 7);
	ck_assert_str_eq(job->method, "POST");
	ck_assert_str_eq(job->headers[0].name, "A");
	ck_assert_str_eq(template_source(job->query[0].value), "1.10");
	ck_assert_int_eq(job->body_kind, JOB_BODY_FORM);
	ck_assert_str_eq(template_source(job->form[1].value), "true");
	ck_assert_int_eq(job->stall_timeout_ms, 3000);
	ck_assert_uint_eq(job->max_body_bytes, 1000);
	ck_assert_uint_eq(job->max_redirects, 0);
	ck_assert_uint_eq(job->matrix.points, 3);
	ck_assert_str_eq(job->matrix.params[0].values[1], "10");
	ck_assert_int_eq(job->paging.by, JOB_PAGES_CURSOR);
	ck_assert_str_eq(pointer_text(job->paging.from), "/n");
	ck_assert_str_eq(job->paging.param, "p");
	ck_assert_uint_eq(job->paging.max, 9);
	ck_assert_int_eq(job->auth, JOB_AUTH_API_KEY);
	ck_assert_int_eq(job->key_place, JOB_KEY_QUERY);
	ck_assert_str_eq(job->key_name, "k");
	ck_assert_int_eq(job->secrets[JOB_SECRET_AUTH].kind, SECRET_ENV);
	ck_assert_uint_eq(job->ncolumns, 2);
	ck_assert_str_eq(pointer_text(job->columns[0].from), "/a~1b");
	ck_assert_int_eq(job->columns[0].type, JOB_TYPE_INT);
	ck_assert_int_eq(job->columns[1].meta, JOB_META_PARAM);
	ck_assert_str_eq(job->columns[1].param, "c");
	ck_assert_uint_eq(job->per_host, 2);
	ck_assert_uint_eq(job->retry_on, RETRY_429 | RETRY_5XX);
	ck_assert_int_eq(job->format, JOB_FORMAT_JSONL);
	ck_assert_uint_eq(job->rotate_bytes, 0);
	ck_assert_uint_eq(job->rotate_rows, 5);
	job_unref(job);
}
END_TEST

START_TEST(unknown_keys_name_the_nearest)
{
	bad(URL "worker: 3\n",
	    "/etc/x/a.yaml:2:1: error: unknown key \"worker\"; did you mean \"workers\"?");
	bad("request: {url: 'http://h/', headres: {}}\n",
	    "/etc/x/a.yaml:1:29: error: request: unknown key \"headres\"; did you mean "
	    "\"headers\"?");
	bad(URL "timeout: 3s\n",
	    "/etc/x/a.yaml:2:1: error: unknown key \"timeout\"; did you mean \"request.timeout\"?");
	bad(URL "limits: {zzzzzz: 3}\n", "/etc/x/a.yaml:2:10: error: limits: unknown key "
					 "\"zzzzzz\"; known are per_host, rate, burst");
}
END_TEST

START_TEST(all_problems_are_found_in_one_pass)
{
	struct problems problems = { 0 };

	ck_assert_ptr_null(made("workers: 0\nengine: asink\nrequest: {timeout: 30}\n"
				"pages: {by: cursor, from: next}\n",
				&problems));
	ck_assert_uint_eq(problems.len, 6);
	expect(&problems.items[0],
	       "/etc/x/a.yaml:2:9: error: engine: expected one of async, threads, found "
	       "\"asink\"; did you mean \"async\"?");
	expect(&problems.items[1],
	       "/etc/x/a.yaml:1:10: error: workers: expected a whole number from 1 to 100000");
	expect(&problems.items[2],
	       "/etc/x/a.yaml:3:10: error: request.url: required: the address to fetch, http or "
	       "https; ${name} stands for a parameter");
	expect(&problems.items[3],
	       "/etc/x/a.yaml:3:20: error: request.timeout: expected a duration with its unit, "
	       "\"30s\" or \"1h30m\" for example (units: w, d, h, m, s, ms)");
	expect(&problems.items[4], "/etc/x/a.yaml:4:27: error: pages.from: expected a JSON "
				   "pointer, \"/next\" for example");
	expect(&problems.items[5],
	       "/etc/x/a.yaml:4:8: error: pages: by: cursor needs param, the query parameter that "
	       "carries it, or header, or body");
	problems_done(&problems);
}
END_TEST

START_TEST(a_problem_that_is_known_refuses_a_job_all_the_same)
{
	struct problems problems = { 0 };

	ck_assert_ptr_null(made(URL "workers: 0\n", &problems));
	ck_assert_ptr_null(made(URL "workers: 0\n", &problems));
	ck_assert_uint_eq(problems.len, 1);
	ck_assert_uint_eq(problems.raised, 2);
	problems_done(&problems);
}
END_TEST

START_TEST(what_comes_later_is_told_so)
{
	bad(URL "schedule: {every: 1h}\n",
	    "/etc/x/a.yaml:2:11: error: schedule: this version does not support it yet");
	bad(URL "engine: processes\n",
	    "/etc/x/a.yaml:2:9: error: engine: this version does not support \"processes\" yet; "
	    "it has async, threads");
	job_unref(good(URL "conditional: false\nlimits: {burst: 9}\n"));
}
END_TEST

START_TEST(secrets_are_references_and_never_repeated)
{
	bad(URL "auth: {bearer: hunter2}\n",
	    "/etc/x/a.yaml:2:16: error: auth.bearer: a secret does not stand here, only where it "
	    "is: {file: PATH}, {env: NAME} or {credential: NAME}");
	bad(URL "auth: {basic: {user: u, password: {file: ''}}}\n",
	    "/etc/x/a.yaml:2:42: error: auth.basic.password.file: the name is empty");
	bad("request: {url: 'http://u:hunter2@h/'}\n",
	    "/etc/x/a.yaml:1:16: error: request.url: a user or password does not stand in the "
	    "address; use \"auth\"");
	bad("request: {url: 'http://h/', headers: {authorization: Bearer hunter2}}\n",
	    "/etc/x/a.yaml:1:39: error: request.headers: the header \"authorization\" cannot be "
	    "set: a secret does not stand in a job; use \"auth\"");
	bad(URL "auth: {bearer: {env: A}, basic: {user: u, password: {env: B}}}\n",
	    "/etc/x/a.yaml:2:7: error: auth: give one way only, basic, bearer or api_key for "
	    "example");
}
END_TEST

START_TEST(relative_secrets_are_beside_the_file)
{
	struct job *job = good(URL "auth: {bearer: {file: keys/t}}\n");
	struct problems problems = { 0 };

	ck_assert_str_eq(job->secrets[JOB_SECRET_AUTH].name, "/etc/x/keys/t");
	ck_assert_str_eq(json_str(json_find(job->document, "/auth/bearer/file")), "/etc/x/keys/t");
	job_unref(job);
	job = NULL;
	{
		struct json *definition = NULL;
		static const char text[] = "{\"request\": {\"url\": \"http://h\"}, \"auth\": "
					   "{\"bearer\": {\"file\": \"t\"}}}";

		ck_assert_int_eq(json_parse(text, strlen(text), &definition, NULL), 0);
		ck_assert_ptr_null(job_new("x", definition, NULL, "", &problems));
		json_unref(definition);
	}
	ck_assert_uint_eq(problems.len, 1);
	expect(&problems.items[0], "error: auth.bearer.file: a relative path means nothing here; "
				   "give an absolute one");
	problems_done(&problems);
}
END_TEST

START_TEST(names_in_templates_must_be_known)
{
	bad("request: {url: 'http://h/${idd}'}\nparams: {id: [1]}\n",
	    "/etc/x/a.yaml:1:16: error: request.url: unknown name ${idd}; known are id, job, "
	    "scheduled");
	bad("request: {url: 'http://h/', json: {a: ['${b}']}}\n",
	    "/etc/x/a.yaml:1:35: error: request.json: unknown name ${b}; known are job, "
	    "scheduled");
	bad(URL "output: {path: 'x/${b}'}\n",
	    "/etc/x/a.yaml:2:16: error: output.path: unknown name ${b}; known are job, scheduled");
	bad(URL "columns: [{name: a, meta: param.x}]\n",
	    "/etc/x/a.yaml:2:27: error: columns.0.meta: no parameter \"x\" is declared under "
	    "params");
}
END_TEST

START_TEST(what_the_output_is_reaches_its_members)
{
	struct job *job = good(
		URL
		"new_columns: extra\noutput: {mode: append, compress: zstd, order: requested, "
		"keep: {files: 30, age: 90d, bytes: 10GiB}, rotate: {every: 1d}, csv: "
		"{delimiter: \"\\t\", crlf: true, \"null\": 'NULL', bom: true, guard: true}}\n");

	ck_assert_int_eq(job->compress, JOB_COMPRESS_ZSTD);
	ck_assert_int_eq(job->order, JOB_ORDER_REQUESTED);
	ck_assert_int_eq(job->new_columns, JOB_NEW_EXTRA);
	ck_assert_uint_eq(job->keep.files, 30);
	ck_assert_int_eq(job->keep.age_ms, INT64_C(90) * 86400000);
	ck_assert_uint_eq(job->keep.bytes, UINT64_C(10) << 30);
	ck_assert_int_eq(job->rotate_every_ms, 86400000);
	ck_assert_str_eq(job->csv.delimiter, "\t");
	ck_assert_str_eq(job->csv.null, "NULL");
	ck_assert(job->csv.crlf && job->csv.bom && job->csv.guard);
	job_unref(job);
	job = good(URL
		   "output: {mode: snapshot, format: json, compress: gzip, keep: {files: 2}}\n");
	ck_assert_int_eq(job->mode, JOB_MODE_SNAPSHOT);
	ck_assert_int_eq(job->format, JOB_FORMAT_JSON);
	ck_assert_int_eq(job->compress, JOB_COMPRESS_GZIP);
	job_unref(job);
	job_unref(good(URL "output: {csv: {null: x, delimiter: ':'}}\n"));
}
END_TEST

START_TEST(delimiters_end_no_field_early)
{
	static const char want[] =
		"/etc/x/a.yaml:2:27: error: output.csv.delimiter: expected one character, \",\" or "
		"\";\" or a tab (\"\\t\") for example; no letter, digit, space, quote, plus, minus "
		"or point";
	static const char *const refused[] = { "a",          "'7'",     "' '",     "'\"'",
					       "'-'",        "'+'",     "'.'",     "';;'",
					       "''",         "\"\\r\"", "\"\\n\"", "\"\\a\"",
					       "\"\\u00a7\"" };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		char *yaml = xasprintf(URL "output: {csv: {delimiter: %s}}\n", refused[i]);

		bad(yaml, want);
		free(yaml);
	}
}
END_TEST

START_TEST(settings_that_do_not_go_together_are_told)
{
	static const char columns[] =
		"/etc/x/a.yaml:2:14: error: new_columns: only rotate fits here: extra, drop and "
		"fail are for columns: auto with format: csv (declared columns never change, and a "
		"JSON record lands with all its keys)";

	bad(URL "output: {format: jsonl, csv: {bom: true}}\n",
	    "/etc/x/a.yaml:2:30: error: output.csv: these are settings of format: csv");
	bad(URL "output: {csv: {null: 'a,b'}}\n",
	    "/etc/x/a.yaml:2:22: error: output.csv.null: the text for null may hold no delimiter, "
	    "quote or line end");
	bad(URL "output: {csv: {null: 'a|b', delimiter: '|'}}\n",
	    "/etc/x/a.yaml:2:22: error: output.csv.null: the text for null may hold no delimiter, "
	    "quote or line end");
	bad(URL "output: {csv: {null: '\"'}}\n",
	    "/etc/x/a.yaml:2:22: error: output.csv.null: the text for null may hold no delimiter, "
	    "quote or line end");
	bad(URL "output: {csv: {null: NULL}}\n",
	    "/etc/x/a.yaml:2:22: error: output.csv.null: a bare null is no text; put quotes around "
	    "it, \"NULL\" for example");
	bad(URL "output: {mode: snapshot, rotate: {every: 1d}}\n",
	    "/etc/x/a.yaml:2:42: error: output.rotate.every: the files of a snapshot end with its "
	    "run; rotate.every is for mode: append");
	bad(URL "output: {rotate: {every: 1500ms}}\n",
	    "/etc/x/a.yaml:2:26: error: output.rotate.every: expected whole seconds, \"1d\" or "
	    "\"90s\" for example; 0: never");
	bad(URL "new_columns: drop\ncolumns: [{name: a}]\n", columns);
	bad(URL "new_columns: fail\noutput: {format: jsonl}\n", columns);
	job_unref(good(URL "new_columns: rotate\noutput: {format: json}\n"));
	job_unref(good(URL "output: {mode: snapshot, rotate: {size: 1MiB, every: 0}}\n"));
}
END_TEST

START_TEST(urls_are_http)
{
	static const char want[] = "/etc/x/a.yaml:1:16: error: request.url: expected an address "
				   "that begins with \"http://\" or \"https://\"";

	bad("request: {url: 'ftp://h/'}", want);
	bad("request: {url: '${job}'}", want);
	bad("request: {url: 'http:///x'}",
	    "/etc/x/a.yaml:1:16: error: request.url: the address has no host");
	bad("request: {url: 'http://h/a b'}",
	    "/etc/x/a.yaml:1:16: error: request.url: a space or control byte in the address; "
	    "write %20 for a space");
	job_unref(good("request: {url: 'HTTPS://h/${job|default:a b}'}"));
}
END_TEST

START_TEST(values_may_come_from_a_file_beside_the_job)
{
	struct job *job = good("request: {url: 'http://h/${id}${c}'}\n"
			       "params: {id: {file: ids.csv, column: nr}, c: {file: /x/y}}\n"
			       "output: {path: 'x/${id}'}\n");
	const struct matrix_param *params = job->matrix.params;
	struct json *shown = job_show(job);

	ck_assert(job_has_inputs(job));
	ck_assert_uint_eq(job->matrix.points, 0);
	ck_assert_str_eq(params[0].source.name, "/etc/x/ids.csv");
	ck_assert_str_eq(params[0].source.column, "nr");
	ck_assert_str_eq(params[1].source.name, "/x/y");
	ck_assert_ptr_null(params[1].source.column);
	ck_assert_str_eq(json_str(json_find(job->document, "/params/id/file")), "/etc/x/ids.csv");
	ck_assert_str_eq(json_str(json_find(shown, "/params/id/column")), "nr");
	ck_assert_str_eq(json_str(json_find(shown, "/params/c/file")), "/x/y");
	json_unref(shown);
	job_unref(job);
	bad(URL "params: {id: {file: ids, range: [1, 2]}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: the values come from one of range, file, job, "
	    "env and request");
	bad(URL "params: {id: {file: ids, step: 2}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: step is for a range");
	bad(URL "params: {id: {range: [1, 2], column: x}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: column and pointer are for a file or a job");
	bad(URL "params: {id: {file: }}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: required: range, the first and the last number, "
	    "or file, job, env or request, where the values are");
	bad(URL "params: {id: {file: ids, column: ''}}\n",
	    "/etc/x/a.yaml:2:34: error: params.id.column: expected the name of a column");
	bad(URL "params: {id: {file: ids, column: a, pointer: /a}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: give column, for CSV, or pointer, for JSON");
	bad(URL "params: {id: {file: ids, frozen: x}}\n",
	    "/etc/x/a.yaml:2:26: error: params.id: unknown key \"frozen\"; known are range, "
	    "step, file, job, env, column, pointer, request, records, from, pages");
}
END_TEST

START_TEST(values_may_come_from_another_job_or_the_environment)
{
	struct job *job =
		good("request: {url: 'http://h/${id}${p}${r}'}\n"
		     "params: {id: {job: other, column: nr}, p: {job: other, pointer: /a},"
		     " r: {env: REGION}}\n");
	const struct matrix_param *params = job->matrix.params;
	struct json *shown = job_show(job);
	char *text = json_text(json_get(shown, "params"), false);

	ck_assert(job_has_inputs(job));
	ck_assert_int_eq(params[0].source.kind, SOURCE_JOB);
	ck_assert_int_eq(params[2].source.kind, SOURCE_ENV);
	ck_assert_str_eq(text,
			 "{\"id\":{\"job\":\"other\",\"column\":\"nr\"},\"p\":{\"job\":\"other\","
			 "\"pointer\":\"/a\"},\"r\":{\"env\":\"REGION\"}}");
	free(text);
	json_unref(shown);
	job_unref(job);
	bad(URL "params: {id: {job: other}}\n", "/etc/x/a.yaml:2:14: error: params.id: required: "
						"column, or pointer for a job that lands "
						"JSON: where the values are in its rows");
	bad(URL "params: {id: {job: ../x, column: a}}\n",
	    "/etc/x/a.yaml:2:20: error: params.id.job: expected the name of a job");
	bad(URL "params: {id: {env: 'A=b'}}\n", "/etc/x/a.yaml:2:20: error: params.id.env: "
						"expected the name of an environment variable");
	bad(URL "params: {id: {env: A, pointer: /a}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: column and pointer are for a file or a job");
}
END_TEST

START_TEST(a_first_request_is_a_job_of_its_own)
{
	struct job *job = good("request: {url: 'https://h/${id}', timeout: 9s, headers: {A: b}}\n"
			       "auth: {bearer: {env: T}}\nretry: {attempts: 7}\n"
			       "params: {id: {request: {url: 'https://h/list', query: {n: 1}}, "
			       "records: /x, from: /id, pages: {by: link}}, o: {request: {url: "
			       "'https://other/'}, from: ''}}\n");
	struct json *first = job_first_definition(job->document, "id");
	struct json *other = job_first_definition(job->document, "o");
	struct problems problems = { 0 };
	struct job *own = job_new("first", first, NULL, "", &problems);

	ck_assert(job_asks_first(job->document));
	ck_assert_ptr_nonnull(own);
	ck_assert_uint_eq(own->matrix.points, 1);
	ck_assert_int_eq(own->timeout_ms, 9000);
	ck_assert_uint_eq(own->nheaders, 0);
	ck_assert_uint_eq(own->retry_attempts, 7);
	ck_assert_int_eq(own->auth, JOB_AUTH_BEARER);
	ck_assert_int_eq(own->paging.by, JOB_PAGES_LINK);
	ck_assert(!json_has(other, "auth")); /* credentials stay on their origin */
	ck_assert_int_eq(job->matrix.params[0].source.kind, SOURCE_REQUEST);
	ck_assert_uint_eq(job->matrix.points, 0);
	job_unref(own);
	json_unref(first);
	json_unref(other);
	job_unref(job);
	bad(URL "params: {id: {request: {url: 'http://h/'}}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: required: from, where the value is in each "
	    "record, \"/id\" for example");
	bad(URL "params: {id: {request: {url: 'http://h/${id}'}, from: /id}}\n",
	    "/etc/x/a.yaml:2:30: error: params.id.request.url: unknown name ${id}; known are job, "
	    "scheduled");
	bad(URL "params: {id: {request: {}, from: /id}}\n",
	    "/etc/x/a.yaml:2:24: error: params.id.request.url: required: the address "
	    "to fetch, http or https; ${name} stands for a parameter");
	bad(URL "params: {id: {range: [1, 2], from: /id}}\n",
	    "/etc/x/a.yaml:2:14: error: params.id: records, from and pages are for a request");
}
END_TEST

#define MATRIX URL "params: {c: [x, y], id: {range: [1, 3]}}\n"

START_TEST(rules_over_the_matrix_name_what_there_is)
{
	struct job *job = good(MATRIX "exclude: [{c: x, id: 2}]\ninclude: [{c: z, id: 9}]\n");
	struct json *shown = job_show(job);
	char *text = json_text(json_get(shown, "exclude"), false);

	ck_assert_uint_eq(job->matrix.points, 6);
	ck_assert_str_eq(text, "[{\"c\":\"x\",\"id\":\"2\"}]");
	free(text);
	json_unref(shown);
	job_unref(job);
	bad(MATRIX "exclude: [{c: x}, {d: 1}]\n",
	    "/etc/x/a.yaml:3:20: error: exclude.1: no parameter \"d\" is declared under params");
	bad(MATRIX "exclude: [{id: 4}]\n",
	    "/etc/x/a.yaml:3:16: error: exclude.0.id: id does not have this value");
	bad(MATRIX "exclude: [{}]\n",
	    "/etc/x/a.yaml:3:11: error: exclude.0: this rule names no parameter, it would take out "
	    "every request");
	bad(MATRIX "exclude: [{id: []}]\n",
	    "/etc/x/a.yaml:3:16: error: exclude.0.id: expected a text or number, found a list");
	bad(MATRIX "exclude: {id: 1}\n",
	    "/etc/x/a.yaml:3:10: error: exclude: expected a list of maps, [{id: 9}] for example, "
	    "found a map");
	bad(MATRIX "include: [{id: 9}]\n",
	    "/etc/x/a.yaml:3:11: error: include.0: required: a value of each parameter");
	bad(MATRIX "exclude: [{c: x}, {c: y}]\n",
	    "/etc/x/a.yaml:2:9: error: params: what is excluded leaves no request at all");
	bad(MATRIX "include: [{c: ../z, id: 9}]\noutput: {path: 'x/${c}'}\n",
	    "/etc/x/a.yaml:3:11: error: include.0: as a part of output.path: ${c}: "
	    "a value with \"/\" or a control byte cannot stand in a path");
}
END_TEST

START_TEST(one_body_and_one_key_place)
{
	bad("request: {url: 'http://h/', text: a, json: {}}",
	    "/etc/x/a.yaml:1:10: error: request: only one of text, json, form and graphql can be "
	    "the "
	    "body");
	bad(URL "auth: {api_key: {header: A, query: b, value: {env: K}}}\n",
	    "/etc/x/a.yaml:2:17: error: auth.api_key: the key goes into one place only: a "
	    "header, the query or a cookie");
	bad(URL "auth: {api_key: {value: {env: K}}}\n",
	    "/etc/x/a.yaml:2:17: error: auth.api_key: required: header, query or cookie, the name "
	    "of "
	    "what carries the key");
}
END_TEST

START_TEST(what_is_shown_makes_the_same_job)
{
	struct job *job = good("request: {url: 'http://h/${c}', json: {a: ['${c}', 1.10]}}\n"
			       "params: {c: {range: [1, 9], step: 3}}\n"
			       "auth: {basic: {user: u, password: {credential: p}}}\n"
			       "columns: [{name: a}]\n");
	struct json *shown = job_show(job), *again;
	struct problems problems = { 0 };
	struct job *second = job_new("shop", shown, NULL, "", &problems);

	ck_assert_msg(second != NULL, "%s", problems.len ? problems.items[0].sentence : "");
	again = job_show(second);
	ck_assert(json_equal(shown, again));
	ck_assert_ptr_null(json_find(shown, "/auth/bearer"));
	ck_assert_str_eq(json_str(json_find(shown, "/auth/basic/password/credential")), "p");
	ck_assert_int_eq(json_int(json_find(shown, "/params/c/range/1"), 0), 7);
	json_unref(shown);
	json_unref(again);
	job_unref(job);
	job_unref(second);
	job = good(URL "output: {format: json}\n");
	shown = job_show(job);
	ck_assert_ptr_null(json_find(shown, "/output/csv"));
	ck_assert_ptr_nonnull(second = job_new("shop", shown, NULL, "", &problems));
	json_unref(shown);
	job_unref(job);
	job_unref(second);
}
END_TEST

START_TEST(the_hash_follows_the_definition)
{
	struct job *a = good(URL "workers: 3\n"), *b = good(URL "workers:   3 # three\n");
	struct job *c = good(URL "workers: 4\n");

	ck_assert_uint_eq(a->hash, b->hash);
	ck_assert_uint_ne(a->hash, c->hash);
	job_unref(a);
	job_unref(b);
	ck_assert_ptr_eq(job_ref(c), c);
	job_unref(c);
	job_unref(c);
	job_unref(NULL);
}
END_TEST

START_TEST(names_of_jobs)
{
	ck_assert(job_name_valid("a"));
	ck_assert(job_name_valid("9.a_b-C"));
	ck_assert(!job_name_valid(""));
	ck_assert(!job_name_valid(".a"));
	ck_assert(!job_name_valid("a/b"));
	ck_assert(!job_name_valid("a b"));
	ck_assert(
		job_name_valid("1234567890123456789012345678901234567890123456789012345678901234"));
	ck_assert(!job_name_valid(
		"12345678901234567890123456789012345678901234567890123456789012345"));
}
END_TEST

/* Rows without help or example make a poor manual; rows with a broken default, no job at all. */
static void check_table(const struct field *fields)
{
	for (const struct field *field = fields; field->name; field++) {
		if (field->type == FIELD_RESERVED)
			continue;
		ck_assert_msg(field->help != NULL, "%s has no help", field->name);
		ck_assert_msg(field->type == FIELD_GROUP || field->example != NULL,
			      "%s has no example", field->name);
		if (field->type == FIELD_GROUP)
			check_table(field->fields);
	}
}

START_TEST(every_row_explains_itself)
{
	check_table(job_fields);
}
END_TEST

UNIT_MAIN("job", a_url_is_enough_and_the_rest_has_defaults, every_setting_reaches_its_member,
	  unknown_keys_name_the_nearest, all_problems_are_found_in_one_pass,
	  a_problem_that_is_known_refuses_a_job_all_the_same, what_comes_later_is_told_so,
	  secrets_are_references_and_never_repeated, relative_secrets_are_beside_the_file,
	  names_in_templates_must_be_known, what_the_output_is_reaches_its_members,
	  delimiters_end_no_field_early, settings_that_do_not_go_together_are_told, urls_are_http,
	  values_may_come_from_a_file_beside_the_job,
	  values_may_come_from_another_job_or_the_environment, a_first_request_is_a_job_of_its_own,
	  rules_over_the_matrix_name_what_there_is, one_body_and_one_key_place,
	  what_is_shown_makes_the_same_job, the_hash_follows_the_definition, names_of_jobs,
	  every_row_explains_itself)
