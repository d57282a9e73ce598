#include "spec/template.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

static struct slice look_up(struct slice name, void *arg)
{
	static const char *const values[][2] = {
		{ "id", "7" },
		{ "name", "a b/c" },
		{ "up", ".." },
		{ "dot", "." },
		{ "quote", "say \"x\"\n\\" },
		{ "line", "a\r\nX: y" },
		{ "empty", "" },
		{ "host", "api.example.com" },
		{ "evil", "evil.com/x@" },
		{ "mixed", "aBc" },
		{ "enc", "%2e%2E" },
		{ "uml", "\xc3\xa4" },
		{ "scheduled", "2026-11-23T06:05:00Z" },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (slice_is(name, values[i][0]))
			return slice_of(values[i][1]);
	return (struct slice) { NULL, 0 };
}

static int fill(enum template_place place, const char *text, struct buf *out, struct err *err)
{
	struct template *template = NULL;
	int ret = template_parse(text, place, &template, err);

	if (ret == 0)
		ret = template_expand(template, look_up, NULL, out, err);
	template_free(template);
	return ret;
}

static void gives(enum template_place place, const char *text, const char *want)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1000);
	ck_assert_msg(fill(place, text, &out, &err) == 0, "%s", err.text);
	ck_assert_str_eq(buf_text(&out), want);
	buf_done(&out);
}

static void fails(enum template_place place, const char *text, int code, const char *sentence)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1000);
	ck_assert_int_eq(fill(place, text, &out, &err), code);
	ck_assert_ptr_nonnull(strstr(err.text, sentence));
	buf_done(&out);
}

START_TEST(values_are_encoded_for_their_part_of_the_url)
{
	gives(TEMPLATE_URL, "http://x/a/${name}?q=${name}", "http://x/a/a%20b%2Fc?q=a%20b%2Fc");
	gives(TEMPLATE_URL, "http://x?q=${id}/${name}", "http://x?q=7/a%20b%2Fc");
	gives(TEMPLATE_URL, "http://x/${uml}#${uml}", "http://x/%C3%A4#%C3%A4");
	gives(TEMPLATE_URL, "http://x/${enc|raw}x?${evil|raw}", "http://x/%2e%2Ex?evil.com/x@");
	fails(TEMPLATE_URL, "http://x/${name|raw}", -EINVAL, "a space or control byte");
}
END_TEST

START_TEST(a_host_takes_only_what_is_safe_in_it)
{
	gives(TEMPLATE_URL, "https://${host}/x", "https://api.example.com/x");
	fails(TEMPLATE_URL, "https://${evil}/x", -EINVAL, "cannot stand in the host of a URL");
	fails(TEMPLATE_URL, "https://${evil|raw}/x", -EINVAL, "cannot stand in the host of a URL");
	fails(TEMPLATE_URL, "https://u@${name}", -EINVAL, "cannot stand in the host of a URL");
}
END_TEST

START_TEST(no_value_leaves_its_path_segment)
{
	fails(TEMPLATE_URL, "http://x/a/${up}/b", -EINVAL, "\".\" or \"..\" segment");
	fails(TEMPLATE_URL, "http://x/a/${dot}.?x", -EINVAL, "\".\" or \"..\" segment");
	fails(TEMPLATE_URL, "http://x/a/${enc|raw}", -EINVAL, "\".\" or \"..\" segment");
	gives(TEMPLATE_URL, "http://x/a/${enc}", "http://x/a/%252e%252E");
	gives(TEMPLATE_URL, "http://x/a/x${up}", "http://x/a/x..");
	gives(TEMPLATE_URL, "http://x/a?up=${up}/..", "http://x/a?up=../..");
}
END_TEST

START_TEST(other_places_have_their_own_encoding)
{
	gives(TEMPLATE_PLAIN, "<${name}>", "<a b/c>");
	gives(TEMPLATE_QUERY, "a&b ${name}", "a%26b%20a%20b%2Fc");
	gives(TEMPLATE_QUERY, "${evil|raw|upper}", "EVIL.COM/X@");
	gives(TEMPLATE_JSON, "{\"a\":\"${quote}\"}", "{\"a\":\"say \\\"x\\\"\\u000a\\\\\"}");
	gives(TEMPLATE_HEADER, "Bearer ${name}", "Bearer a b/c");
	fails(TEMPLATE_HEADER, "x${line}", -EINVAL, "control byte");
	fails(TEMPLATE_HEADER, "x${line|raw}", -EINVAL, "control byte");
}
END_TEST

START_TEST(an_output_path_stays_below)
{
	gives(TEMPLATE_PATH, "a/${id}", "a/7");
	fails(TEMPLATE_PATH, "a/${name}", -EINVAL, "cannot stand in a path");
	fails(TEMPLATE_PATH, "a/${name|raw}", -EINVAL, "cannot stand in a path");
	fails(TEMPLATE_PATH, "a/${up}/b", -EINVAL, "${up}: an empty value");
	fails(TEMPLATE_PATH, "a/x${dot}", -EINVAL, "${dot}: an empty value");
	fails(TEMPLATE_PATH, "a/${empty}/b", -EINVAL, "${empty}: an empty value");
	gives(TEMPLATE_PATH, "a/%Y-%j/%%${id}", "a/2026-327/%7");
	gives(TEMPLATE_PLAIN, "a/%Y%", "a/%Y%");
	fails(TEMPLATE_PATH, "a/%y", -EINVAL, "\"%y\" is no time");
	fails(TEMPLATE_PATH, "/etc/${id}", -EINVAL, "must be relative");
	fails(TEMPLATE_PATH, "../x", -EINVAL, "it must stay below data_dir");
}
END_TEST

START_TEST(filters_change_the_value_before_it_is_encoded)
{
	gives(TEMPLATE_PLAIN, "${mixed|upper} ${mixed|lower}", "ABC abc");
	gives(TEMPLATE_PLAIN, "${nothing|default:a:b c}", "a:b c");
	gives(TEMPLATE_PLAIN, "${nothing|default:x|upper}${empty|default:y}", "X");
	gives(TEMPLATE_URL, "http://x?a=${nothing|default:a b}", "http://x?a=a%20b");
	gives(TEMPLATE_PLAIN, "${scheduled|%Y/%m/%d %H:%M}", "2026/11/23 06:05");
	fails(TEMPLATE_PLAIN, "${id|%Y}", -EINVAL, "\"7\" is not a time");
}
END_TEST

START_TEST(dollars_are_dollars_unless_a_hole_begins)
{
	gives(TEMPLATE_PLAIN, "$5 $$ $${id} $$${id} $", "$5 $ ${id} $7 $");
	gives(TEMPLATE_PLAIN, "", "");
}
END_TEST

START_TEST(a_whole_json_value_loses_its_quotes)
{
	gives(TEMPLATE_JSON, "{\"a\":\"${id|json}\",\"b\":[\"${id|json}\",\"${id}\"]}",
	      "{\"a\":7,\"b\":[7,\"7\"]}");
	gives(TEMPLATE_JSON, "\"${nothing|json|default:null}\"", "null");
	fails(TEMPLATE_JSON, "\"${quote|json}\"", -EINVAL, "${quote}: \"say");
	fails(TEMPLATE_JSON, "\"${empty|json}\"", -EINVAL, "is no JSON value");
	fails(TEMPLATE_JSON, "\"a${id|json}\"", -EINVAL, "${id|json} stands for a whole value");
	fails(TEMPLATE_JSON, "\"${id|json}a\"", -EINVAL, "${id|json} stands for a whole value");
	fails(TEMPLATE_JSON, "\"${id}${id|json}\"", -EINVAL, "${id|json} stands for a whole");
	fails(TEMPLATE_URL, "http://h/${id|json}", -EINVAL, "unknown filter \"json\"");
}
END_TEST

START_TEST(bad_templates_are_refused_when_parsed)
{
	fails(TEMPLATE_PLAIN, "a${id", -EINVAL, "\"${id\" begins a ${...} that is not closed");
	fails(TEMPLATE_PLAIN, "${}", -EINVAL, "\"\" is not a name");
	fails(TEMPLATE_PLAIN, "${a b}", -EINVAL, "\"a b\" is not a name");
	fails(TEMPLATE_PLAIN, "${id|nope}", -EINVAL, "unknown filter \"nope\" in ${id}");
	fails(TEMPLATE_PLAIN, "${id|}", -EINVAL, "unknown filter \"\"");
	fails(TEMPLATE_PLAIN, "${id|upper|upper|upper|upper|upper|upper|upper|upper|upper}",
	      -EINVAL, "more than 8 filters");
}
END_TEST

START_TEST(a_missing_value_and_a_full_buffer_are_told)
{
	struct template *template = NULL;
	struct err err = ERR_INIT;
	struct buf out;

	fails(TEMPLATE_PLAIN, "${nothing}", -ENOENT, "no value for ${nothing}");
	buf_init(&out, 3);
	ck_assert_int_eq(template_parse("abc${id}", TEMPLATE_PLAIN, &template, &err), 0);
	ck_assert_int_eq(template_expand(template, look_up, NULL, &out, &err), -E2BIG);
	template_free(template);
	buf_done(&out);
}
END_TEST

START_TEST(a_template_tells_its_holes)
{
	struct template *template = NULL;

	ck_assert_int_eq(template_parse("a${id}b${name|raw}$$", TEMPLATE_URL, &template, NULL), 0);
	ck_assert_uint_eq(template_holes(template), 2);
	ck_assert(slice_is(template_hole_name(template, 1), "name"));
	ck_assert(!template_constant(template));
	ck_assert_str_eq(template_source(template), "a${id}b${name|raw}$$");
	template_free(template);
	ck_assert_int_eq(template_parse("x", TEMPLATE_URL, &template, NULL), 0);
	ck_assert(template_constant(template));
	template_free(template);
}
END_TEST

UNIT_MAIN("template", values_are_encoded_for_their_part_of_the_url,
	  a_host_takes_only_what_is_safe_in_it, no_value_leaves_its_path_segment,
	  other_places_have_their_own_encoding, an_output_path_stays_below,
	  filters_change_the_value_before_it_is_encoded, dollars_are_dollars_unless_a_hole_begins,
	  a_whole_json_value_loses_its_quotes, bad_templates_are_refused_when_parsed,
	  a_missing_value_and_a_full_buffer_are_told, a_template_tells_its_holes)
