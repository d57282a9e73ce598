#include "run/digest.h"

#include <zlib.h>

#include "house.h"

#define URL      "'request': {'url': 'http://h/${i}'}, 'params': {'i': [7]}"
#define AUTO     "{" URL "}"
#define DECLARED "{" URL ", 'columns': [{'name': 'x', 'type': 'int'}]}"
#define CURSOR   "'records': '/items', 'pages': {'by': 'cursor', 'from': '/next', 'param': 'c'}"
#define NO_BODY  ""

/* An answer as an engine hands it over. */
struct answer {
	enum outcome transfer;
	int status;
	const char *header_value;
	enum response_header header; /* whose value that is */
	const char *body;            /* with ' for " */
	size_t len;                  /* of a body that is not text */
	bool keep_raw;
};

/* A run that never meets a lander: its columns are those of a new output. */
static void settle_in(struct guest *guest, const char *definition)
{
	struct colset *columns;

	*guest = (struct guest) { .seed = house_seed("a", definition) };
	guest->scope = (struct request_scope) { .job = guest->seed->job, .run = 5 };
	columns = colset_new(guest->seed->job);
	guest->context = context_new(&guest->scope, columns);
	colset_unref(columns);
}

static void fill_body(struct buf *body, const struct answer *answer)
{
	buf_add(body, answer->body, answer->len ? answer->len : strlen(answer->body));
	for (size_t i = 0; i < body->len && !answer->len; i++)
		if (body->data[i] == '\'')
			body->data[i] = '"';
}

static struct parcel *digested(struct guest *guest, const struct answer *answer)
{
	struct request *request = NULL;
	struct response response;
	struct parcel *parcel;
	struct err err = ERR_INIT;

	ck_assert_int_eq(request_build(&guest->scope, 0, 0, NULL, &request, &err), 0);
	request->context = context_ref(guest->context);
	request->tries = 1;
	request->keep_raw = answer->keep_raw;
	response_init(&response, 1 << 20);
	response.transfer = answer->transfer;
	response.status = answer->status ? answer->status : 200;
	if (answer->header_value)
		response.headers[answer->header] = xstrdup(answer->header_value);
	fill_body(&response.body, answer);
	response.wire_bytes = response.body.len;
	response.started_ms = 1000;
	response.taken_us = 250;
	response.connections = 1;
	response.pid = 11;
	response.tid = 12;
	parcel = digest(request, &response);
	response_done(&response);
	ck_assert_ptr_eq(parcel->request, request);
	ck_assert((parcel->error != NULL) == (outcomes[parcel->outcome].counts == COUNTS_FAILED));
	return parcel;
}

/* The outcome alone; a failure has its sentence, which holds `hint`. */
static void expect(const char *definition, const struct answer *answer, enum outcome want,
		   const char *hint)
{
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, definition);
	parcel = digested(&guest, answer);
	ck_assert_msg(parcel->outcome == want, "%s, not %s: %s", outcomes[parcel->outcome].name,
		      outcomes[want].name, parcel->error ? parcel->error : "");
	if (hint)
		ck_assert_msg(parcel->error && strstr(parcel->error, hint), "%s", parcel->error);
	if (want != OUTCOME_OK)
		ck_assert_uint_eq(parcel->rows.count, 0);
	parcel_free(parcel);
	guest_done(&guest);
}

START_TEST(every_end_of_a_transfer_but_ok_is_the_outcome)
{
	for (int end = OUTCOME_CANCELLED; end < OUTCOME__COUNT; end++) {
		struct answer answer = { .transfer = (enum outcome)end, .body = "[{'x': 1}]" };

		expect(AUTO, &answer, (enum outcome)end, NULL);
	}
}
END_TEST

START_TEST(a_status_names_the_outcome_before_the_body_is_looked_at)
{
	static const struct {
		int status;
		enum outcome outcome;
		const char *hint;
	} rows[] = {
		{ 200, OUTCOME_OK, NULL },
		{ 201, OUTCOME_OK, NULL },
		{ 204, OUTCOME_EMPTY, NULL },
		{ 206, OUTCOME_HTTP_OTHER, "206" },
		{ 304, OUTCOME_HTTP_OTHER, "without a condition" },
		{ 404, OUTCOME_HTTP_OTHER, "404" },
		{ 408, OUTCOME_HTTP_408, "408" },
		{ 425, OUTCOME_HTTP_425, "425" },
		{ 429, OUTCOME_HTTP_429, "429" },
		{ 500, OUTCOME_HTTP_5XX, "500" },
		{ 503, OUTCOME_HTTP_5XX, "503" },
		{ 302, OUTCOME_REDIRECT, "302 without a Location" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answer = { .status = rows[i].status, .body = "[{'x': 1}]" };

		expect(AUTO, &answer, rows[i].outcome, rows[i].hint);
	}
}
END_TEST

START_TEST(a_redirect_tells_where_to)
{
	struct answer answer = {
		.status = 302, .header = HEADER_LOCATION, .header_value = "/there", .body = NO_BODY
	};
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, AUTO);
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_FOLLOW);
	ck_assert_str_eq(parcel->location, "/there");
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

/* One gzip member of `text`; returns its length. */
static size_t gzip(const char *text, char to[static 256])
{
	z_stream z = { .zalloc = Z_NULL };

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)text;
	z.avail_in = (uInt)strlen(text);
	z.next_out = (Bytef *)to;
	z.avail_out = 256;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

START_TEST(a_coded_body_is_landed_only_to_its_proven_end)
{
	char bytes[256];
	size_t len = gzip("[{\"x\": 1}]", bytes);
	struct answer answer = {
		.header = HEADER_CONTENT_ENCODING, .header_value = "gzip", .body = bytes, .len = len
	};

	expect(DECLARED, &answer, OUTCOME_OK, NULL);
	for (answer.len = len - 1; answer.len > 0; answer.len--)
		expect(DECLARED, &answer, OUTCOME_TRUNCATED, NULL);
	answer.len = len;
	answer.header_value = "br";
	expect(DECLARED, &answer, OUTCOME_ENCODING, NULL);
}
END_TEST

START_TEST(a_body_that_proves_nothing_is_a_failure)
{
	static const struct {
		const char *definition, *body;
		enum outcome outcome;
	} rows[] = {
		{ AUTO, NO_BODY, OUTCOME_EMPTY_BODY },
		{ AUTO, "<html>", OUTCOME_NOT_JSON },
		{ AUTO, "[1]x", OUTCOME_NOT_JSON },
		{ AUTO, "[{'x': 1},", OUTCOME_TRUNCATED },
		{ AUTO, "[{'x': 'a", OUTCOME_TRUNCATED },
		{ "{" URL ", 'records': '/items'}", "{'x': []}", OUTCOME_NO_RECORDS },
		{ DECLARED, "[{'x': 1}, {'x': 'one'}]", OUTCOME_BAD_VALUE },
		{ "{" URL ", 'decode': {'as': 'csv'}}", "x,y\n1\n", OUTCOME_NOT_CSV },
		{ "{" URL ", 'decode': {'as': 'csv'}}", "x\n'1", OUTCOME_TRUNCATED },
		{ "{" URL ", 'decode': {'as': 'ndjson'}}", "{}\n{", OUTCOME_TRUNCATED },
		{ "{" URL ", 'decode': {'as': 'ndjson'}}", "{\n{}", OUTCOME_NOT_JSON },
		{ "{" URL ", " CURSOR "}", "{'items': [1], 'next': []}", OUTCOME_BAD_PAGE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answer = { .body = rows[i].body };

		expect(rows[i].definition, &answer, rows[i].outcome, NULL);
	}
}
END_TEST

/* What lands of an answer of some media type. */
static void expect_rows(const char *definition, const char *type, const char *body,
			const char *want)
{
	struct answer answer = { .header = HEADER_CONTENT_TYPE,
				 .header_value = type,
				 .body = body };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, definition);
	parcel = digested(&guest, &answer);
	ck_assert_msg(parcel->outcome == OUTCOME_OK, "%s", parcel->error);
	ck_assert_str_eq(buf_text(&parcel->rows.bytes), want);
	parcel_free(parcel);
	guest_done(&guest);
}

#define LINES "{" URL ", 'output': {'format': 'jsonl'}}"

START_TEST(the_media_type_says_how_a_body_is_read)
{
	expect_rows(LINES, "application/x-ndjson", "{'x':1}\n{'x':2}\n", "{\"x\":1}\n{\"x\":2}\n");
	expect_rows(LINES, "Application/JSONL; charset=utf-8", "[1,2]\n7\n", "1\n2\n7\n");
	expect_rows(LINES, "text/csv; header=present", "x,y\n1,2\n", "{\"x\":\"1\",\"y\":\"2\"}\n");
	expect_rows(LINES, "text/tab-separated-values", "x\ty\n1\t\n",
		    "{\"x\":\"1\",\"y\":null}\n");
	expect_rows(LINES, "text/csvx", "[{'x':1}]", "{\"x\":1}\n");
	expect_rows(LINES, NULL, "[{'x':1}]", "{\"x\":1}\n");
	expect_rows(DECLARED, "text/csv", "x\n18446744073709551615\n", "18446744073709551615\n");
	expect_rows("{" URL ", 'records': '/d', 'columns': [{'name': 'x'}]}", "text/csv",
		    "{'d':{'x':1}}", "1\n");
}
END_TEST

START_TEST(what_the_job_says_of_a_body_wins_over_its_type)
{
	expect_rows("{" URL ", 'decode': {'as': 'ndjson'}, 'output': {'format': 'jsonl'}}",
		    "application/json", "{'x':1}\n\n{'x':2}", "{\"x\":1}\n{\"x\":2}\n");
	expect_rows("{" URL ", 'decode': {'as': 'json'}, 'output': {'format': 'jsonl'}}",
		    "text/csv", "[{'x':1}]", "{\"x\":1}\n");
	expect_rows("{" URL ", 'decode': {'as': 'csv', 'delimiter': ';', 'header': false}, "
		    "'output': {'format': 'jsonl'}}",
		    NULL, "1;2\n", "{\"column1\":\"1\",\"column2\":\"2\"}\n");
	expect_rows("{" URL ", 'decode': {'charset': 'latin1'}, 'output': {'format': 'jsonl'}}",
		    NULL, "['\xe9']", "\"\xc3\xa9\"\n");
}
END_TEST

START_TEST(lists_inside_records_are_exploded)
{
	expect_rows("{" URL ", 'explode': '/l', 'columns': [{'name': 'id'}, "
		    "{'name': 's', 'from': '/l/s'}]}",
		    NULL, "[{'id':1,'l':[{'s':'a'},{'s':'b'}]},{'id':2,'l':[]}]", "1,a\n1,b\n2,\n");
	expect_rows("{" URL ", 'explode': '/l', 'output': {'format': 'jsonl'}}", "text/csv",
		    "l\nx\n", "{\"l\":\"x\"}\n");
}
END_TEST

START_TEST(a_body_larger_than_allowed_once_decoded_is_too_big)
{
	char text[4096], bytes[256];
	struct answer answer = { .header = HEADER_CONTENT_ENCODING,
				 .header_value = "gzip",
				 .body = bytes };

	snprintf(text, sizeof(text), "[%4000d]", 1);
	answer.len = gzip(text, bytes);
	expect("{'request': {'url': 'http://h/${i}', 'max_body': '2KiB'}, 'params': {'i': [7]}}",
	       &answer, OUTCOME_TOO_BIG, NULL);
}
END_TEST

START_TEST(declared_columns_are_encoded_at_once_and_the_body_is_let_go)
{
	struct answer answer = { .body = "[{'x': 1}, {'x': 18446744073709551615}]" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, DECLARED);
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert_str_eq(buf_text(&parcel->rows.bytes), "1\n18446744073709551615\n");
	ck_assert_uint_eq(parcel->rows.count, 2);
	ck_assert(!parcel->rows.unknown);
	ck_assert_ptr_eq(parcel->colset, guest.context->colset);
	ck_assert_uint_eq(parcel->body.len, 0);
	ck_assert_uint_eq(parcel->extract.len, 0);
	ck_assert_ptr_null(parcel->next_token);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(automatic_columns_keep_the_records_to_be_encoded_against_wider_ones)
{
	struct answer answer = { .body = "[{'x': 1, 'y': {'z': 2}}]" };
	struct err err = ERR_INIT;
	struct guest guest;
	struct parcel *parcel;
	struct colset *wider;

	settle_in(&guest, AUTO);
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert(parcel->rows.unknown);
	ck_assert_uint_eq(parcel->rows.count, 0);
	ck_assert_uint_eq(parcel->extract.len, 1);
	ck_assert_ptr_eq(parcel->extract.records[0].ptr, parcel->body.data + 1);
	wider = colset_ref(guest.context->colset);
	ck_assert_int_eq(format_widen(&parcel->extract, &wider, &err), 0);
	ck_assert_int_eq(digest_encode(parcel, wider, &err), 0);
	ck_assert(!parcel->rows.unknown);
	ck_assert_ptr_eq(parcel->colset, wider);
	ck_assert_str_eq(buf_text(&parcel->rows.bytes), "1,2\n");
	ck_assert_int_eq(digest_encode(parcel, wider, &err), 0); /* anew, not twice */
	ck_assert_str_eq(buf_text(&parcel->rows.bytes), "1,2\n");
	ck_assert_uint_eq(parcel->rows.count, 1);
	colset_unref(wider);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

/* A record lands as it came: no column can be missing. */
START_TEST(lines_of_json_need_no_columns_and_no_body)
{
	struct answer answer = { .body = "[{'x': 1}, {'y' : 2}]" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, "{" URL ", 'output': {'format': 'jsonl'}}");
	parcel = digested(&guest, &answer);
	ck_assert_str_eq(buf_text(&parcel->rows.bytes), "{\"x\":1}\n{\"y\":2}\n");
	ck_assert(!parcel->rows.unknown);
	ck_assert_uint_eq(parcel->body.len, 0);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(a_next_page_is_found_also_on_a_page_without_records)
{
	struct answer answer = { .body = "{'items': [], 'next': 'abc'}" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, "{" URL ", " CURSOR "}");
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert_str_eq(parcel->next_token, "abc");
	parcel_free(parcel);
	answer.body = "{'items': [], 'next': null}";
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert_ptr_null(parcel->next_token);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(a_page_tells_its_chain_what_is_in_it)
{
	struct answer answer = { .body = "{'items': [{'id': 1}, {'id': 2}], 'total': 7}" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, "{" URL ", 'records': '/items', 'explode': '/x',"
			  " 'pages': {'by': 'page', 'total': '/total'}}");
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert_str_eq(parcel->next_token, "2");
	ck_assert(parcel->page.paged);
	ck_assert_uint_eq(parcel->page.records, 2);
	ck_assert_uint_eq(parcel->page.total, 7);
	ck_assert_uint_ne(parcel->page.mark, 0);
	ck_assert_ptr_null(parcel->page.recognised);
	parcel_free(parcel);
	answer = (struct answer) { .status = 204, .body = "" };
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_EMPTY);
	ck_assert(parcel->page.paged);
	ck_assert_uint_eq(parcel->page.total, PAGE_UNSAID);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(records_are_counted_before_they_are_exploded)
{
	struct answer answer = { .body = "{'items': [{'x': [1, 2, 3]}, {'x': [4]}]}" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, "{" URL ", 'records': '/items', 'explode': '/x',"
			  " 'pages': {'by': 'offset'}, 'output': {'format': 'jsonl'}}");
	parcel = digested(&guest, &answer);
	ck_assert_uint_eq(parcel->page.records, 2);
	ck_assert_str_eq(parcel->next_token, "2");
	ck_assert_uint_eq(parcel->rows.count, 4);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(what_is_recognised_is_told_and_followed_at_once)
{
	struct answer answer = {
		.body = "{'items': [1], 'meta': {'next_cursor': 'c', 'total': 3}}"
	};
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, "{" URL ", 'records': '/items', 'pages': {'by': 'auto'}}");
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_OK);
	ck_assert_str_eq(parcel->next_token, "c");
	ck_assert_uint_eq(parcel->page.total, 3);
	ck_assert_str_eq(parcel->page.recognised,
			 "{\"by\":\"cursor\",\"from\":\"/meta/next_cursor\",\"param\":\"cursor\","
			 "\"total\":\"/meta/total\"}");
	parcel_free(parcel);
	answer.body = "{'items': [1], 'total': 3}";
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->outcome, OUTCOME_BAD_PAGE);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(a_try_keeps_the_body_and_its_type)
{
	struct answer answer = { .header = HEADER_CONTENT_TYPE,
				 .header_value = "text/json",
				 .body = "[{'x': 1}]",
				 .keep_raw = true };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, DECLARED);
	parcel = digested(&guest, &answer);
	ck_assert_str_eq(buf_text(&parcel->body), "[{\"x\": 1}]");
	ck_assert_str_eq(parcel->content_type, "text/json");
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(metadata_columns_tell_where_a_row_came_from)
{
	struct answer answer = { .status = 203, .body = "[{}]" };
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest,
		  "{" URL ", 'columns': [{'name': 'u', 'meta': 'url'}, "
		  "{'name': 's', 'meta': 'status'}, {'name': 'r', 'meta': 'run'}, "
		  "{'name': 'p', 'meta': 'param.i'}, {'name': 't', 'meta': 'fetched_at'}]}");
	parcel = digested(&guest, &answer);
	ck_assert_msg(parcel->outcome == OUTCOME_OK, "%s", parcel->error);
	ck_assert_str_eq(buf_text(&parcel->rows.bytes),
			 "http://h/7,203,5,7,1970-01-01T00:00:01Z\n");
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

START_TEST(the_parcel_says_who_fetched_it_and_how_long_to_wait)
{
	struct answer answer = {
		.status = 429, .header = HEADER_RETRY_AFTER, .header_value = "3", .body = "slow"
	};
	struct guest guest;
	struct parcel *parcel;

	settle_in(&guest, AUTO);
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->retry_after_ms, 3000);
	ck_assert_int_eq(parcel->status, 429);
	ck_assert_uint_eq(parcel->wire_bytes, 4);
	ck_assert_uint_eq(parcel->connections, 1);
	ck_assert_int_eq(parcel->pid, 11);
	ck_assert_int_eq(parcel->tid, 12);
	ck_assert_int_eq(parcel->taken_us, 250);
	ck_assert_int_eq(parcel->fetched_ms, 1000);
	parcel_free(parcel);
	answer.header_value = NULL;
	parcel = digested(&guest, &answer);
	ck_assert_int_eq(parcel->retry_after_ms, -1);
	parcel_free(parcel);
	guest_done(&guest);
}
END_TEST

UNIT_MAIN("digest", the_media_type_says_how_a_body_is_read,
	  what_the_job_says_of_a_body_wins_over_its_type, lists_inside_records_are_exploded,
	  every_end_of_a_transfer_but_ok_is_the_outcome,
	  a_status_names_the_outcome_before_the_body_is_looked_at, a_redirect_tells_where_to,
	  a_coded_body_is_landed_only_to_its_proven_end, a_body_that_proves_nothing_is_a_failure,
	  a_body_larger_than_allowed_once_decoded_is_too_big,
	  declared_columns_are_encoded_at_once_and_the_body_is_let_go,
	  automatic_columns_keep_the_records_to_be_encoded_against_wider_ones,
	  lines_of_json_need_no_columns_and_no_body,
	  a_next_page_is_found_also_on_a_page_without_records, a_page_tells_its_chain_what_is_in_it,
	  records_are_counted_before_they_are_exploded,
	  what_is_recognised_is_told_and_followed_at_once, a_try_keeps_the_body_and_its_type,
	  metadata_columns_tell_where_a_row_came_from,
	  the_parcel_says_who_fetched_it_and_how_long_to_wait)
