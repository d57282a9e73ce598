#include "spec/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/buf.h"
#include "base/xalloc.h"

static char path[] = "/tmp/values-test-XXXXXX";

static void write_bytes(const char *bytes, size_t len)
{
	int fd;

	strcpy(path, "/tmp/values-test-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static int note(struct slice value, void *arg, struct err *err)
{
	struct buf *out = arg;

	if (slice_is(value, "stop"))
		return err_set(err, -ECANCELED, "enough");
	buf_addf(out, "<%.*s>", (int)value.len, value.ptr);
	return 0;
}

/* Every value in "<>". `where`: NULL, a column, or a pointer, which begins with "/". */
static int read_where(const char *where, struct buf *out, struct err *err)
{
	struct values_form form = { 0 };
	struct pointer *pointer = NULL;
	int code;

	if (where && *where == '/')
		ck_assert_int_eq(pointer_parse(where, &pointer, NULL), 0);
	else
		form.column = where;
	form.pointer = pointer;
	code = values_read(path, &form, note, out, err);
	pointer_free(pointer);
	return code;
}

static void gives(const char *bytes, size_t len, const char *column, const char *want)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1 << 20);
	write_bytes(bytes, len);
	ck_assert_msg(read_where(column, &out, &err) == 0, "%s", err.text);
	ck_assert_str_eq(buf_text(&out), want);
	unlink(path);
	buf_done(&out);
}

static void fails(const char *bytes, size_t len, const char *column, int code, const char *want)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1 << 20);
	write_bytes(bytes, len);
	ck_assert_int_eq(read_where(column, &out, &err), code);
	ck_assert_msg(strstr(err.text, want) != NULL, "%s", err.text);
	if (code == -EINVAL)
		ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
	unlink(path);
	buf_done(&out);
}

#define GIVES(text, column, want)       gives(text, sizeof(text) - 1, column, want)
#define FAILS(text, column, code, want) fails(text, sizeof(text) - 1, column, code, want)

START_TEST(a_text_has_a_value_a_line)
{
	GIVES("a\nb\n", NULL, "<a><b>");
	GIVES("a\nb", NULL, "<a><b>");
	GIVES("a\r\n\r\n\n b \r\n", NULL, "<a>< b >");
	GIVES("a,\"b\"\nx\ry\n", NULL, "<a,\"b\"><x\ry>");
	GIVES("\xef\xbb\xbf"
	      "1\n\xc3\xa4\n",
	      NULL, "<1><\xc3\xa4>");
	GIVES("", NULL, "");
	GIVES("\n\n", NULL, "");
}
END_TEST

START_TEST(a_csv_gives_one_column)
{
	GIVES("id,name\n1,x\n2,y\n", "id", "<1><2>");
	GIVES("id,name\r\n1,x\r\n2,y", "name", "<x><y>");
	GIVES("\xef\xbb\xbf\"id\",b\n1,2\n", "id", "<1>");
	GIVES("a,b\n1\n2,3\n", "a", "<1><2>");
	GIVES("id\n", "id", "");
}
END_TEST

START_TEST(fields_are_those_of_rfc_4180)
{
	GIVES("a,b\n\"x,\"\"y\"\"\",1\n\"two\nlines\",2\n", "a", "<x,\"y\"><two\nlines>");
	GIVES("a,b\n\"\",1\n,2\n", "a", "<><>");
	GIVES("a,b\n1,\n2,", "b", "<><>");
	GIVES("a\n1\n\n\"\"\n2\n", "a", "<1><><2>");
	GIVES("a,b\n\"1\"\r\n\"2\"\r\n", "a", "<1><2>");
	GIVES("a\n\"1\"", "a", "<1>");
}
END_TEST

START_TEST(what_is_no_csv_is_told_with_its_line)
{
	FAILS("id\n1\n", "name", -EINVAL, ": its first line names no column \"name\"");
	FAILS("", "id", -EINVAL, ": its first line names no column \"id\"");
	FAILS("id,id\n1,2\n", "id", -EINVAL, ": two columns are called \"id\"");
	FAILS("a,id\n1,2\n3\n4,5\n", "id", -EINVAL, "has no field for \"id\"");
	FAILS("a\nx\"y\n", "a", -EINVAL, ":2: a quote inside a field");
	FAILS("a\n\"x\"y\n", "a", -EINVAL, ":2: a closing quote is followed by more text");
	FAILS("a\n\"x\n", "a", -EINVAL, "a quote is not closed before the end of the file");
}
END_TEST

START_TEST(what_is_no_text_is_told_with_its_line)
{
	FAILS("a\nb\0c\n", NULL, -EINVAL, ":2: a NUL byte");
	FAILS("a\n\xff\n", NULL, -EINVAL, ":2: not UTF-8");
	FAILS("a\nstop\nb\n", NULL, -ECANCELED, "enough");
}
END_TEST

/* Across the blocks in which the file is read. */
START_TEST(long_files_are_read_whole)
{
	struct buf text, want;

	buf_init(&text, 1 << 22);
	buf_init(&want, 1 << 22);
	buf_add_text(&text, "n,id\r\n");
	for (int i = 0; i < 30000; i++) {
		buf_addf(&text, "%d,\"%d\"\"\"\r\n", i, i);
		buf_addf(&want, "<%d\">", i);
	}
	gives(text.data, text.len, "id", want.data);
	buf_done(&text);
	buf_done(&want);
}
END_TEST

START_TEST(a_value_has_a_largest_size)
{
	char *text = xcalloc(1, VALUES_MAX_BYTES + 2);
	char *want = xasprintf(":1: a value has more than %d bytes", VALUES_MAX_BYTES);

	memset(text, 'x', VALUES_MAX_BYTES + 1);
	fails(text, VALUES_MAX_BYTES + 1, NULL, -EINVAL, want);
	free(text);
	free(want);
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	const struct values_form text = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(values_read("/nowhere/ids", &text, note, NULL, &err), -ENOENT);
	ck_assert_int_eq(values_read("/tmp", &text, note, NULL, &err), -EINVAL);
	ck_assert_str_eq(err.text, "/tmp is not a regular file");
	write_bytes("", 0);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(values_read(path, &text, note, NULL, &err), -EINVAL); /* and at once */
	unlink(path);
}
END_TEST

START_TEST(a_pointer_finds_values_in_lines_and_in_an_array)
{
	GIVES("{\"id\": 1}\n\n{\"id\": \"b\\u00e9\"}\r\n{\"a\": [2], \"id\": 1.10}", "/id",
	      "<1><b\xc3\xa9><1.10>");
	GIVES("[{\"x\": \"],}\\\"\", \"id\": 2} , {\"id\": true}, {\"id\": null}]\n", "/id",
	      "<2><true>");
	GIVES("\xef\xbb\xbf[]", "/id", "");
	GIVES("", "/id", "");
	GIVES("[[1, 5], [2, 6]]", "/1", "<5><6>");
	GIVES("{\"id\": 18446744073709551616}\n", "/id", "<18446744073709551616>");
}
END_TEST

START_TEST(what_is_no_json_or_lacks_the_member_is_told_with_its_line)
{
	FAILS("{\"id\": 1}\n{\"no\": 1}\n", "/id", -EINVAL,
	      ":2: the record has nothing at \"/id\"");
	FAILS("{\"id\": 1}\n{\"id\": {}}\n", "/id", -EINVAL, ":2: expected a text, a number");
	FAILS("[{\"id\": 1},]", "/id", -EINVAL, ":1: ");
	FAILS("[{\"id\": 1}", "/id", -EINVAL, "the array is not closed");
	FAILS("[{\"id\": 1}] x", "/id", -EINVAL, "something follows the array");
	FAILS("[{\"id\": 1} {\"id\": 2}]", "/id", -EINVAL, ":1: ");
	FAILS("id\n", "/id", -EINVAL, ":1: ");
	FAILS("{\"id\": \"a\\u0000\"}\n", "/id", -EINVAL, "a NUL byte");
}
END_TEST

static ssize_t read_text(void *arg, char *to, size_t room)
{
	const char **text = arg;
	size_t len = strlen(*text) < 3 ? strlen(*text) : 3;

	memcpy(to, *text, len);
	*text += len;
	return (ssize_t)len;
}

/* As landed rows are read. */
static void scans(const char *text, const struct values_form *form, const char *want)
{
	struct values_input input = { "rows.csv", read_text, &text };
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1 << 20);
	ck_assert_msg(values_scan(&input, form, note, &out, &err) == 0, "%s", err.text);
	ck_assert_str_eq(buf_text(&out), want);
	buf_done(&out);
}

START_TEST(landed_rows_are_read_by_the_dialect_they_were_written_in)
{
	struct pointer *id = NULL;
	const struct values_form plain = { .column = "id", .sparse = true };
	const struct values_form other = {
		.column = "id", .delimiter = ';', .null = "NULL", .guard = true, .sparse = true
	};
	struct values_form json = { .sparse = true };

	scans("id,n\n1,\n,2\n\"\",3\n4,\n", &plain, "<1><4>");
	scans("n;id\r\n1;NULL\r\n2;\"NULL\"\r\n3;'=a\r\n4;'b\r\n5;x,y\r\n", &other,
	      "<NULL><=a><'b><x,y>");
	ck_assert_int_eq(pointer_parse("/id", &id, NULL), 0);
	json.pointer = id;
	scans("{\"id\":1}\n{\"n\":2}\n{\"id\":null}\n{\"id\":\"\"}\n{\"id\":5}\n", &json, "<1><5>");
	scans("[\n{\"id\":1},\n{\"id\":2}", &json, "<1><2>");
	scans("[", &json, "");
	pointer_free(id);
}
END_TEST

UNIT_MAIN("values", a_text_has_a_value_a_line, a_csv_gives_one_column, fields_are_those_of_rfc_4180,
	  what_is_no_csv_is_told_with_its_line, what_is_no_text_is_told_with_its_line,
	  long_files_are_read_whole, a_value_has_a_largest_size, only_regular_files_are_read,
	  a_pointer_finds_values_in_lines_and_in_an_array,
	  what_is_no_json_or_lacks_the_member_is_told_with_its_line,
	  landed_rows_are_read_by_the_dialect_they_were_written_in)
