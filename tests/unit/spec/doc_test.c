#include "spec/doc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/buf.h"
#include "spec/problem.h"

static struct doc *parsed(enum doc_syntax syntax, const char *text)
{
	struct doc *doc = NULL;
	struct err err = ERR_INIT;

	ck_assert_msg(doc_parse("a.yaml", syntax, slice_of(text), &doc, &err) == 0, "%s", err.text);
	return doc;
}

static void becomes(enum doc_syntax syntax, const char *text, const char *json)
{
	struct doc *doc = parsed(syntax, text);
	char *got = json_text(doc_root(doc), false);

	ck_assert_str_eq(got, json);
	free(got);
	doc_free(doc);
}

static void refused_bytes(enum doc_syntax syntax, const char *text, size_t len,
			  const char *sentence)
{
	struct doc *doc = NULL;
	struct err err = ERR_INIT;
	int ret = doc_parse("a", syntax, (struct slice) { text, len }, &doc, &err);

	ck_assert_int_eq(ret, -EINVAL);
	ck_assert_str_eq(err.text, sentence);
	ck_assert_ptr_null(doc);
}

static void refused(enum doc_syntax syntax, const char *text, const char *sentence)
{
	refused_bytes(syntax, text, strlen(text), sentence);
}

static void stands_at(const struct doc *doc, const char *pointer, unsigned line, unsigned column)
{
	struct place at = doc_place(doc, pointer);

	ck_assert_uint_eq(at.line, line);
	ck_assert_uint_eq(at.column, column);
}

START_TEST(scalars_follow_the_core_schema_of_yaml_1_2)
{
	becomes(DOC_YAML, "[no, yes, on, y, true, False, NULL, ~, null, '']",
		"[\"no\",\"yes\",\"on\",\"y\",true,false,null,null,null,\"\"]");
	becomes(DOC_YAML, "[010, 0o17, 0x1F, -3, +3, 1_000, 0b11, 1:30]",
		"[10,15,31,-3,3,\"1_000\",\"0b11\",\"1:30\"]");
	becomes(DOC_YAML, "[1.10, .5, 5., -.5, 1e3, +01.50E-2, .inf, -.Inf, .nan, 1.2.3, .]",
		"[1.10,0.5,5.0,-0.5,1e3,1.50E-2,\".inf\",\"-.Inf\",\".nan\",\"1.2.3\",\".\"]");
	becomes(DOC_YAML, "[\"1\", '2', !!str 3, !!int \"4\", !!float 5]",
		"[\"1\",\"2\",\"3\",4,5]");
	becomes(DOC_YAML, "[18446744073709551615, 99999999999999999999999]",
		"[18446744073709551615,99999999999999999999999]");
}
END_TEST

START_TEST(keys_are_texts_whatever_they_look_like)
{
	becomes(DOC_YAML, "{404: a, true: b, ~: c, 'q': d}",
		"{\"404\":\"a\",\"true\":\"b\",\"~\":\"c\",\"q\":\"d\"}");
}
END_TEST

START_TEST(an_empty_file_is_null)
{
	becomes(DOC_YAML, "", "null");
	becomes(DOC_YAML, "# nothing\n", "null");
	becomes(DOC_YAML,
		"\xef\xbb\xbf"
		"a: 1",
		"{\"a\":1}");
	refused(DOC_JSON, "", "a:1:1: not valid JSON: the document ends too early");
}
END_TEST

START_TEST(every_value_and_key_has_its_place)
{
	struct doc *doc =
		parsed(DOC_YAML, "jobs:\n  a/b:\n    list: [1, \xc3\xa9, 3]\n    x:  y\n");
	struct place key = doc_key_place(doc, "/jobs/a~1b/x");

	stands_at(doc, "/jobs/a~1b/list", 3, 11);
	stands_at(doc, "/jobs/a~1b/list/2", 3, 18); /* columns are characters */
	stands_at(doc, "/jobs/a~1b/x", 4, 9);
	ck_assert_uint_eq(key.line, 4);
	ck_assert_uint_eq(key.column, 5);
	stands_at(doc, "/jobs/a~1b/missing/deeper", 3, 5); /* the nearest that is there */
	ck_assert(doc_has(doc, "/jobs/a~1b/x"));
	ck_assert(!doc_has(doc, "/jobs/a~1b/list/3"));
	doc_free(doc);
}
END_TEST

START_TEST(json_files_have_places_too)
{
	struct doc *doc = parsed(DOC_JSON, "{\n  \"a\": [1, \"\xc3\xa9\", {\"k\": true}]\n}\n");
	struct place key = doc_key_place(doc, "/a/2/k");

	stands_at(doc, "", 1, 1);
	stands_at(doc, "/a", 2, 8);
	stands_at(doc, "/a/2", 2, 17);
	stands_at(doc, "/a/2/k", 2, 23);
	ck_assert_uint_eq(key.column, 18);
	doc_free(doc);
}
END_TEST

START_TEST(duplicate_keys_are_refused_at_the_second)
{
	refused(DOC_YAML, "a: 1\nb: 2\n\"a\": 3\n", "a:3:1: duplicate key \"a\"");
	refused(DOC_JSON, "{\"a\": 1,\n \"a\": 2}", "a:2:2: duplicate key \"a\"");
	refused(DOC_JSON, "{\"a\": 1,\n \"\\u0061\": 2}", "a:2:2: duplicate key \"a\"");
	refused(DOC_YAML, "<<: {a: 1}\n<<: {b: 1}\n", "a:2:1: duplicate key \"<<\"");
}
END_TEST

START_TEST(aliases_repeat_and_merge)
{
	becomes(DOC_YAML, "a: &x {p: 1, q: [2]}\nb: *x\nc: {<<: *x, q: 3, r: 4}\n",
		"{\"a\":{\"p\":1,\"q\":[2]},\"b\":{\"p\":1,\"q\":[2]},\"c\":{\"q\":3,\"r\":4,\"p\":"
		"1}}");
	becomes(DOC_YAML, "{<<: [{a: 1}, {a: 2, b: 3}], \"<<\": t}",
		"{\"<<\":\"t\",\"a\":1,\"b\":3}");
	becomes(DOC_YAML, "[&a 1, *a, &a 2, *a]", "[1,1,2,2]");
	refused(DOC_YAML, "<<: 5\n", "a:1:5: \"<<\" merges a map, or a list of maps");
	/* The name belongs to the node that bore it last, also when that is inside another. */
	becomes(DOC_YAML, "a: &d {b: &d {x: 1}}\nc: *d\n",
		"{\"a\":{\"b\":{\"x\":1}},\"c\":{\"x\":1}}");
	refused(DOC_YAML, "a: *b\n", "a:1:4: no anchor \"&b\" stands before this alias");
	refused(DOC_YAML, "a: &a [1, *a]\n", "a:1:11: the alias \"*a\" is inside what it repeats");
}
END_TEST

START_TEST(what_an_alias_repeats_has_the_place_where_it_was_written)
{
	struct doc *doc = parsed(DOC_YAML, "a: &x {p: 1}\nb: *x\nc:\n  <<: *x\n");

	stands_at(doc, "/b", 2, 4);
	stands_at(doc, "/b/p", 1, 11);
	stands_at(doc, "/c/p", 1, 11);
	doc_free(doc);
}
END_TEST

START_TEST(an_alias_bomb_meets_the_budget)
{
	struct doc *doc = NULL;
	struct err err = ERR_INIT;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_add_text(&text, "l0: &l0 [a, a, a, a, a, a, a, a, a]\n");
	for (int i = 1; i < 9; i++)
		buf_addf(&text,
			 "l%d: &l%d [*l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d]\n", i, i,
			 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	ck_assert_int_eq(doc_parse("a", DOC_YAML, buf_slice(&text), &doc, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "more than 200000 values"));
	buf_clear(&text);
	buf_add_text(&text, "a: &a '");
	for (int i = 0; i < 100000; i++)
		buf_add_text(&text, "x");
	buf_add_text(&text, "'\nb: [");
	for (int i = 0; i < 1000; i++)
		buf_add_text(&text, "*a, ");
	buf_add_text(&text, "]\n");
	ck_assert_int_eq(doc_parse("a", DOC_YAML, buf_slice(&text), &doc, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "more than 200000 values"));
	buf_done(&text);
}
END_TEST

static char *nested(const char *open, unsigned depth, const char *close)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	for (unsigned i = 0; i < depth; i++)
		buf_add_text(&text, open);
	for (unsigned i = 0; i < depth; i++)
		buf_add_text(&text, close);
	return buf_take(&text);
}

START_TEST(sixty_four_levels_are_enough)
{
	char *fits = nested("[", 64, "]"), *deeper = nested("[", 65, "]");

	becomes(DOC_YAML, fits, fits);
	becomes(DOC_JSON, fits, fits);
	refused(DOC_YAML, deeper, "a:1:65: nested more than 64 levels deep");
	free(fits);
	free(deeper);
	refused(DOC_YAML,
		"a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
		"b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
		"a:2:36: nested more than 64 levels deep");
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused_where_they_stand)
{
	refused_bytes(DOC_YAML, "a: 1\nb: \0x\n", 11, "a:2:4: a NUL byte; a text file has none");
	refused_bytes(DOC_JSON, "[\0]", 3, "a:1:2: a NUL byte; a text file has none");
	refused(DOC_YAML, "a: \xc3\xa9\xff\n",
		"a:1:5: byte 0xff is not UTF-8; save the file as UTF-8");
	refused(DOC_YAML, "a:\n- \xed\xa0\x80\n",
		"a:2:3: byte 0xed is not UTF-8; save the file as UTF-8");
	refused_bytes(DOC_YAML, "\xff\xfe\x61\x00", 4,
		      "a:1:1: this is UTF-16; save the file as UTF-8");
	refused(DOC_YAML, "a: \"x\\0y\"\n", "a:1:4: a NUL byte; a text has none");
	refused(DOC_JSON, "[\"x\\u0000y\"]", "a:1:2: a NUL byte; a text has none");
	refused(DOC_YAML, "a: x\x01y\n",
		"a:1:5: not valid YAML: control characters are not allowed");
}
END_TEST

START_TEST(faults_of_the_syntax_say_where)
{
	refused(DOC_YAML, "a: 1\n--- \nb: 2\n",
		"a:2:1: a second document begins; a file holds one");
	refused(DOC_YAML, "{a: 1",
		"a:2:1: not valid YAML: did not find expected ',' or '}' while "
		"parsing a flow mapping that begins in line 1");
	refused(DOC_YAML, "[a]: 1", "a:1:1: a key must be text, not a map, a list or an alias");
	refused(DOC_YAML, "a: !!binary aGk=\n",
		"a:1:4: the tag \"tag:yaml.org,2002:binary\" is not one of YAML's core schema");
	refused(DOC_YAML, "a: !mine x\n",
		"a:1:4: the tag \"!mine\" is not one of YAML's core schema");
	refused(DOC_YAML, "a: !!int x\n", "a:1:4: \"x\" is not what its tag !!int says");
	refused(DOC_YAML, "a: 0x1FFFFFFFFFFFFFFFF\n",
		"a:1:4: the number 0x1FFFFFFFFFFFFFFFF does not fit into 64 bits");
}
END_TEST

START_TEST(a_missing_file_is_a_problem_of_its_own)
{
	struct problems problems = { 0 };
	struct doc *doc = NULL;
	char *text;

	ck_assert_int_eq(doc_read_checked("/nonexistent/x.yaml", &problems, &doc), -ENOENT);
	ck_assert_uint_eq(problems.len, 1);
	text = problem_text(&problems.items[0]);
	ck_assert_str_eq(text,
			 "/nonexistent/x.yaml: error: cannot be read: No such file or directory");
	free(text);
	problems_done(&problems);
}
END_TEST

START_TEST(problems_keep_the_same_sentence_once)
{
	struct doc *doc = parsed(DOC_YAML, "a: 1\nb: 2\n");
	struct problems problems = { 0 };
	struct json *json;
	char *text;

	problems_add_key(&problems, doc, "/b", "unknown key \"%s\"", "b\n");
	problems_add_key(&problems, doc, "/b", "unknown key \"%s\"", "b\n");
	problems_add(&problems, doc, "/b", "expected text");
	ck_assert_uint_eq(problems.len, 2);
	text = problem_text(&problems.items[0]);
	ck_assert_str_eq(text, "a.yaml:2:1: error: unknown key \"b\\x0a\"");
	free(text);
	json = problems_json(&problems);
	text = json_text(json, false);
	ck_assert_str_eq(
		text, "{\"items\":[{\"file\":\"a.yaml\",\"pointer\":\"/b\",\"line\":2,\"column\":1,"
		      "\"detail\":\"unknown key "
		      "\\\"b\\\\x0a\\\"\"},{\"file\":\"a.yaml\",\"pointer\":\"/b\","
		      "\"line\":2,\"column\":4,\"detail\":\"expected text\"}],\"dropped\":0}");
	free(text);
	json_unref(json);
	for (int i = 0; i < PROBLEMS_MAX; i++)
		problems_add(&problems, NULL, "", "number %d", i);
	ck_assert_uint_eq(problems.len, PROBLEMS_MAX);
	ck_assert_uint_eq(problems.dropped, 2);
	problems_done(&problems);
	doc_free(doc);
}
END_TEST

START_TEST(syntax_goes_by_the_name)
{
	ck_assert_int_eq(doc_syntax_of("a.json"), DOC_JSON);
	ck_assert_int_eq(doc_syntax_of("a.yaml"), DOC_YAML);
	ck_assert_int_eq(doc_syntax_of(".json"), DOC_YAML);
	ck_assert_int_eq(doc_syntax_of("json"), DOC_YAML);
}
END_TEST

UNIT_MAIN("doc", scalars_follow_the_core_schema_of_yaml_1_2, keys_are_texts_whatever_they_look_like,
	  an_empty_file_is_null, every_value_and_key_has_its_place, json_files_have_places_too,
	  duplicate_keys_are_refused_at_the_second, aliases_repeat_and_merge,
	  what_an_alias_repeats_has_the_place_where_it_was_written, an_alias_bomb_meets_the_budget,
	  sixty_four_levels_are_enough, bytes_that_are_no_text_are_refused_where_they_stand,
	  faults_of_the_syntax_say_where, a_missing_file_is_a_problem_of_its_own,
	  problems_keep_the_same_sentence_once, syntax_goes_by_the_name)
