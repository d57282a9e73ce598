#include "fetchctl/yamltext.h"

#include <string.h>

#include "../unit.h"
#include "spec/doc.h"

static char *text;

static const char *yaml_of(const struct json *doc)
{
	size_t len;
	FILE *out;

	free(text);
	out = open_memstream(&text, &len);
	yamltext_print(out, doc, 0);
	fclose(out);
	return text;
}

static struct json *parse(const char *source)
{
	struct json *doc;
	struct err err = ERR_INIT;

	ck_assert_msg(json_parse(source, strlen(source), &doc, &err) == 0, "%s: %s", source,
		      err.text);
	return doc;
}

/* What is written is read back as the same document. */
static void round_trip(struct json *doc)
{
	const char *yaml = yaml_of(doc);
	struct err err = ERR_INIT;
	struct doc *read;

	ck_assert_msg(doc_parse("test", DOC_YAML, slice_of(yaml), &read, &err) == 0, "%s\n%s",
		      err.text, yaml);
	ck_assert_msg(json_equal(doc_root(read), doc), "another document: %s", yaml);
	doc_free(read);
	json_unref(doc);
}

START_TEST(a_job_reads_like_one_that_a_person_wrote)
{
	struct json *doc = parse("{\"jobs\":{\"inventory\":{\"workers\":3,\"enabled\":true,"
				 "\"request\":{\"url\":\"http://h:1/a/${id}?x=1\",\"headers\":{}},"
				 "\"params\":{\"id\":{\"range\":[0,49]}},"
				 "\"columns\":[{\"name\":\"id\",\"from\":\"/id\"}]}}}");

	ck_assert_str_eq(yaml_of(doc), "jobs:\n"
				       "  inventory:\n"
				       "    workers: 3\n"
				       "    enabled: true\n"
				       "    request:\n"
				       "      url: http://h:1/a/${id}?x=1\n"
				       "      headers: {}\n"
				       "    params:\n"
				       "      id:\n"
				       "        range: [0, 49]\n"
				       "    columns:\n"
				       "      - name: id\n"
				       "        from: /id\n");
	round_trip(doc);
}
END_TEST

START_TEST(texts_that_yaml_would_take_for_something_else_are_quoted)
{
	static const char *const texts[] = {
		"",     "no",       "True",        "null",  "~",     "1",          "1.5",
		"0x1f", "010",      "-",           "- a",   "a: b",  "a #b",       " a",
		"a ",   "a:",       "{a}",         "[a]",   "a, b",  "*a",         "&a",
		"!a",   "%a",       "@a",          "`a",    "a\nb",  "a\tb",       "\x1b[m",
		"\x7f", "\xc2\x9b", "\"a\"",       "'a'",   "a\\b",  "2026-01-01", "1e5",
		".5",   "=",        "<<",          "?",     "? a",   "| a",        "> a",
		"---",  "...",      "caf\xc3\xa9", "$",     "/",     "y",          "infinity",
		".inf", ".nan",     "30s",         "64MiB", "5xx",   "20/s",       "0o17",
		"0b1",  "1_000",    "1:30",        "12e",   "1h30m", "a\"b",       "a'b",
		"a\\n", "a,b",      "a]b",         "$a}",   "a b c", "http://x",   "a:b",
		"x*&!", "a -b",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json *doc = json_new_object();
		struct json *list = json_put(doc, "list", json_new_array());

		json_put_str(doc, "v", texts[i]);
		json_push(list, json_new_string(texts[i]));
		if (*texts[i])
			json_put_int(doc, texts[i], 1);
		round_trip(doc);
	}
}
END_TEST

START_TEST(no_control_byte_reaches_the_terminal)
{
	struct json *doc = json_new_object();

	json_put_str(doc, "a\x1b", "\x1b]0;x\x07\x7f\xc2\x9b");
	for (const char *c = yaml_of(doc); *c; c++)
		ck_assert_msg((unsigned char)*c >= 0x20 || *c == '\n', "%02x", *c);
	ck_assert_ptr_null(strchr(text, 0x7f));
	ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
	json_unref(doc);
}
END_TEST

START_TEST(nested_and_empty_things_survive)
{
	round_trip(parse(
		"{\"a\":[[1,2],[],[{}],[{\"b\":[]}]],\"c\":{\"d\":{\"e\":null}},\"f\":[],"
		"\"g\":[\"a long text that does not fit\",\"on one line of sixty columns\"]}"));
}
END_TEST

UNIT_MAIN("yamltext", a_job_reads_like_one_that_a_person_wrote,
	  texts_that_yaml_would_take_for_something_else_are_quoted,
	  no_control_byte_reaches_the_terminal, nested_and_empty_things_survive)
