/* The contract of engines, first half: what comes back for one request. Runs over every row of
 * engines[], against a server that misbehaves on purpose. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "rig.h"

#include "contract.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static struct rig rig;
static struct parcel *got;
static char packed[256], packed_cut[256], packed_more[256];
static size_t packed_len, packed_cut_len, packed_more_len;
static char *huge_header, *many_headers, *long_body, *too_long_chunk, *too_long_close;

#define HEADERS_BYTES (200 << 10)
#define BODY_BYTES    (4 << 20)

static struct mock_answer answers[] = {
	{ "/ok", OK_HEAD "Content-Length: 3\r\nETag: \"e\"\r\nX-Y: z\r\n\r\n[1]" },
	{ "/chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n" },
	{ "/trailers",
	  OK_HEAD "Transfer-Encoding: chunked\r\nTrailer: Link\r\n\r\n3\r\n[1]\r\n0\r\n"
		  "Link: </x>; rel=next\r\n\r\n" },
	{ "/to_close", OK_HEAD "\r\n[1]", .then = MOCK_CLOSE },
	{ "/http10", "HTTP/1.0 200 OK\r\n\r\n[1]", .then = MOCK_CLOSE },
	{ "/short_length", OK_HEAD "Content-Length: 10\r\n\r\n[1]", .then = MOCK_CLOSE },
	{ "/cut_chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n[1", .then = MOCK_CLOSE },
	{ "/no_last_chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n",
	  .then = MOCK_CLOSE },
	{ "/half_last_chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n",
	  .then = MOCK_CLOSE },
	{ "/bad_chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n0\r\n\r\n",
	  .then = MOCK_CLOSE },
	{ "/cut_headers", OK_HEAD "Content-Type: app", .then = MOCK_CLOSE },
	{ "/headers_without_end", OK_HEAD "Content-Type: application/json\r\n",
	  .then = MOCK_CLOSE },
	{ "/cut_status", "HTTP/1.1 2", .then = MOCK_CLOSE },
	{ "/reset_before", "", .then = MOCK_RESET },
	{ "/close_before", "", .then = MOCK_CLOSE },
	{ "/reset_within", OK_HEAD "Content-Length: 10\r\n\r\n[1]", .then = MOCK_RESET },
	{ "/garbage", "SSH-2.0-OpenSSH_9.2\r\n\r\n", .then = MOCK_CLOSE },
	{ "/http09", "[1]", .then = MOCK_CLOSE },
	{ "/bad_length", OK_HEAD "Content-Length: three\r\n\r\n[1]", .then = MOCK_CLOSE },
	{ "/longer_than_length", OK_HEAD "Content-Length: 3\r\n\r\n[1]extra", .then = MOCK_CLOSE },
	{ "/silent", "", .then = MOCK_STALL },
	{ "/stalled", OK_HEAD "Content-Length: 10\r\n\r\n[1]", .then = MOCK_STALL },
	{ "/late", OK_HEAD "Content-Length: 3\r\n\r\n[1]", .delay_ms = 300 },
	{ "/no_content", "HTTP/1.1 204 No Content\r\n\r\n" },
	{ "/not_modified", "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n" },
	{ "/moved", "HTTP/1.1 301 Moved\r\nLocation: /ok\r\nContent-Length: 4\r\n\r\nmove" },
	{ "/limited", "HTTP/1.1 429 Slow Down\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
	{ "/broken", "HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n" },
	{ "/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}" },
	{ "/unauthorized",
	  "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n" },
	{ "/early_hints",
	  "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" OK_HEAD
	  "Content-Length: 3\r\n\r\n[1]" },
	{ "/only_interim", "HTTP/1.1 100 Continue\r\n\r\n", .then = MOCK_CLOSE },
	{ "/head", OK_HEAD "Content-Length: 3\r\n\r\n" },
	{ "/gzip", packed },
	{ "/gzip_cut", packed_cut },
	{ "/gzip_more", packed_more },
	{ "/huge_header", NULL, .then = MOCK_STALL },
	{ "/many_headers", NULL, .then = MOCK_STALL },
	{ "/long", NULL },
	{ "/too_long_length", OK_HEAD "Content-Length: 999999999\r\n\r\n[", .then = MOCK_STALL },
	{ "/too_long_chunk", NULL, .then = MOCK_STALL },
	{ "/too_long_close", NULL, .then = MOCK_CLOSE },
	{ .path = NULL },
};

/* ---- answers that are made ---- */

static void answer_with(const char *path, const char *bytes, size_t len)
{
	for (struct mock_answer *row = answers; row->path; row++) {
		if (strcmp(row->path, path) != 0)
			continue;
		row->bytes = bytes;
		row->len = len;
	}
}

static size_t gzip_answer(char *out, size_t room, int drop, const char *more)
{
	z_stream z = { .next_in = (Bytef *)"[1,2,3]", .avail_in = 7 };
	char body[128];
	size_t len;
	int head;

	deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
	z.next_out = (Bytef *)body;
	z.avail_out = sizeof(body);
	deflate(&z, Z_FINISH);
	len = z.total_out - (size_t)drop;
	deflateEnd(&z);
	memcpy(body + len, more, strlen(more));
	len += strlen(more);
	head = snprintf(out, room, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
			len);
	memcpy(out + head, body, len);
	return (size_t)head + len;
}

static char *filled(const char *head, size_t len)
{
	char *text = malloc(strlen(head) + len + 1);

	memset(text, 'x', strlen(head) + len);
	memcpy(text, head, strlen(head));
	text[strlen(head) + len] = '\0';
	return text;
}

static void make_answers(void)
{
	char head[128];

	packed_len = gzip_answer(packed, sizeof(packed), 0, "");
	packed_cut_len = gzip_answer(packed_cut, sizeof(packed_cut), 9, "");
	packed_more_len = gzip_answer(packed_more, sizeof(packed_more), 0, "junk");
	answer_with("/gzip", packed, packed_len);
	answer_with("/gzip_cut", packed_cut, packed_cut_len);
	answer_with("/gzip_more", packed_more, packed_more_len);
	huge_header = filled(OK_HEAD "X-Huge: ", HEADERS_BYTES);
	answer_with("/huge_header", huge_header, 0);
	many_headers = filled(OK_HEAD, HEADERS_BYTES);
	for (size_t i = strlen(OK_HEAD); i + 10 < strlen(OK_HEAD) + HEADERS_BYTES; i += 10)
		memcpy(many_headers + i, "Link: x\r\n\r", 9), many_headers[i + 9] = 'X';
	answer_with("/many_headers", many_headers, 0);
	snprintf(head, sizeof(head), OK_HEAD "Content-Length: %d\r\n\r\n", BODY_BYTES);
	long_body = filled(head, BODY_BYTES);
	answer_with("/long", long_body, 0);
	too_long_chunk = filled(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", 200000);
	answer_with("/too_long_chunk", too_long_chunk, 0);
	too_long_close = filled(OK_HEAD "\r\n", 200000);
	answer_with("/too_long_close", too_long_close, 0);
}

static void start(int row)
{
	make_answers();
	rig_start(&rig, row, answers);
}

static void end(void)
{
	if (got)
		rig_free(got);
	got = NULL;
	rig_stop(&rig);
	free(huge_header);
	free(many_headers);
	free(long_body);
	free(too_long_chunk);
	free(too_long_close);
}

static void get(const char *path)
{
	if (got)
		rig_free(got);
	got = rig_get(&rig, path);
}

static void check(const char *path, enum outcome outcome)
{
	get(path);
	ck_assert_msg(got->outcome == outcome, "%s: %s (%s), expected %s", path,
		      outcomes[got->outcome].name, got->error, outcomes[outcome].name);
	if (outcomes[outcome].counts == COUNTS_FAILED && got->status < 300)
		ck_assert_msg(*got->error || got->headers[HEADER_CONTENT_ENCODING],
			      "%s: no sentence", path);
}

static void check_body(const char *path, const char *body)
{
	check(path, OUTCOME_OK);
	ck_assert_str_eq(buf_text(&got->body), body);
	ck_assert_str_eq(got->error, "");
}

/* ---- the contract ---- */

START_TEST(an_answer_comes_back_with_all_that_is_read)
{
	start(_i);
	check_body("/ok", "[1]");
	ck_assert_int_eq(got->status, 200);
	ck_assert_str_eq(got->headers[HEADER_ETAG], "\"e\"");
	ck_assert_uint_eq(got->wire_bytes, 3);
	ck_assert_uint_eq(got->connections, 1);
	ck_assert_int_eq(got->pid, getpid());
	ck_assert_int_ne(got->tid, 0);
	ck_assert_int_gt(got->started_ms, 0);
	ck_assert_int_gt(got->taken_us, 0);
	end();
}
END_TEST

START_TEST(every_framing_of_http_1_is_understood)
{
	start(_i);
	check_body("/chunked", "[1]");
	check_body("/to_close", "[1]");
	check_body("/http10", "[1]");
	check_body("/longer_than_length", "[1]");
	check_body("/ok", "[1]");
	end();
}
END_TEST

START_TEST(interim_answers_and_trailers_are_not_the_answer)
{
	start(_i);
	check_body("/early_hints", "[1]");
	ck_assert_ptr_null(got->headers[HEADER_LINK]);
	check_body("/trailers", "[1]");
	ck_assert_ptr_null(got->headers[HEADER_LINK]);
	get("/only_interim");
	ck_assert_int_eq(outcomes[got->outcome].counts, COUNTS_FAILED);
	ck_assert_int_ne(got->outcome, OUTCOME_HTTP_OTHER);
	end();
}
END_TEST

START_TEST(a_body_that_ends_too_early_is_never_good)
{
	start(_i);
	check("/short_length", OUTCOME_TRUNCATED);
	check("/cut_chunk", OUTCOME_TRUNCATED);
	check("/no_last_chunk", OUTCOME_TRUNCATED);
	check("/half_last_chunk", OUTCOME_TRUNCATED);
	check("/reset_within", OUTCOME_TRUNCATED);
	check("/bad_chunk", OUTCOME_TRUNCATED);
	end();
}
END_TEST

START_TEST(headers_that_end_too_early_are_never_good)
{
	start(_i);
	check("/cut_headers", OUTCOME_TRUNCATED);
	check("/headers_without_end", OUTCOME_TRUNCATED);
	get("/cut_status");
	ck_assert_int_eq(outcomes[got->outcome].counts, COUNTS_FAILED);
	ck_assert_int_ne(got->outcome, OUTCOME_HTTP_OTHER);
	end();
}
END_TEST

START_TEST(a_connection_that_breaks_before_the_answer_is_a_reset)
{
	start(_i);
	check("/reset_before", OUTCOME_RESET);
	check("/close_before", OUTCOME_RESET);
	end();
}
END_TEST

START_TEST(what_is_not_http_is_told_so)
{
	start(_i);
	check("/garbage", OUTCOME_NOT_HTTP);
	check("/http09", OUTCOME_NOT_HTTP);
	check("/bad_length", OUTCOME_NOT_HTTP);
	end();
}
END_TEST

START_TEST(a_status_decides_the_outcome)
{
	start(_i);
	check("/no_content", OUTCOME_EMPTY);
	check("/not_modified", OUTCOME_UNCHANGED);
	ck_assert_str_eq(got->headers[HEADER_ETAG], "\"e\"");
	check("/moved", OUTCOME_FOLLOW); /* and is not followed */
	ck_assert_str_eq(got->headers[HEADER_LOCATION], "/ok");
	ck_assert_uint_eq(mock_server_seen(rig.server, "/ok"), 0);
	check("/limited", OUTCOME_HTTP_429);
	ck_assert_str_eq(got->headers[HEADER_RETRY_AFTER], "7");
	check("/broken", OUTCOME_HTTP_5XX);
	check("/missing", OUTCOME_HTTP_OTHER);
	ck_assert_str_eq(buf_text(&got->body), "{}");
	check("/unauthorized", OUTCOME_HTTP_OTHER);
	end();
}
END_TEST

START_TEST(gzip_is_decoded_only_when_it_is_whole)
{
	start(_i);
	check_body("/gzip", "[1,2,3]");
	ck_assert_uint_lt(got->wire_bytes, packed_len);
	check("/gzip_cut", OUTCOME_TRUNCATED);
	check("/gzip_more", OUTCOME_ENCODING);
	end();
}
END_TEST

START_TEST(a_large_body_comes_whole)
{
	start(_i);
	check("/long", OUTCOME_OK);
	ck_assert_uint_eq(got->wire_bytes, BODY_BYTES);
	ck_assert_uint_eq(strspn(buf_text(&got->body), "x"), BODY_BYTES);
	end();
}
END_TEST

START_TEST(a_body_beyond_the_limit_is_cut_off)
{
	start(_i);
	rig.job.max_body_bytes = 100000;
	check("/too_long_length", OUTCOME_TOO_BIG);
	check("/too_long_chunk", OUTCOME_TOO_BIG);
	check("/too_long_close", OUTCOME_TOO_BIG);
	ck_assert_uint_le(got->wire_bytes, 100000);
	ck_assert_ptr_nonnull(strstr(got->error, "max_body"));
	rig.job.max_body_bytes = 3;
	check_body("/ok", "[1]");
	rig.job.max_body_bytes = 2;
	check("/ok", OUTCOME_TOO_BIG);
	end();
}
END_TEST

START_TEST(headers_beyond_the_limit_are_refused)
{
	start(_i);
	check("/many_headers", OUTCOME_TOO_BIG);
	check("/huge_header", OUTCOME_TOO_BIG);
	ck_assert_ptr_nonnull(strstr(got->error, "headers"));
	end();
}
END_TEST

START_TEST(time_outs_are_told_apart)
{
	start(_i);
	rig.job.timeout_ms = 200;
	check("/silent", OUTCOME_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(got->error, "request.timeout"));
	check("/stalled", OUTCOME_TIMEOUT);
	rig.job.timeout_ms = 30000;
	rig.job.stall_timeout_ms = 200;
	check("/stalled", OUTCOME_STALL);
	check("/silent", OUTCOME_STALL);
	ck_assert_ptr_nonnull(strstr(got->error, "request.stall_timeout"));
	rig.job.stall_timeout_ms = 0;
	rig.job.connect_timeout_ms = 100; /* is not for the answer */
	check("/late", OUTCOME_OK);
	end();
}
END_TEST

/* A listener whose queue is full leaves connections hanging. */
START_TEST(a_connection_that_takes_too_long_is_given_up)
{
	struct full_listener full;
	char url[64];

	start(_i);
	full_listener_open(&full);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", full.port);
	rig.job.connect_timeout_ms = 200;
	check(url, OUTCOME_CONNECT);
	ck_assert_ptr_nonnull(strstr(got->error, "request.connect_timeout"));
	rig.job.connect_timeout_ms = 10000;
	rig.job.timeout_ms = 200;
	check(url, OUTCOME_TIMEOUT);
	full_listener_close(&full);
	end();
}
END_TEST

START_TEST(nobody_there_is_told)
{
	char url[64];

	start(_i);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", free_port());
	check(url, OUTCOME_CONNECT);
	ck_assert_uint_eq(got->connections, 0);
	ck_assert_int_eq(got->status, 0);
	end();
}
END_TEST

/* The label is too long for any name server to be asked, so this is the same on every machine. */
START_TEST(a_name_without_address_is_told)
{
	start(_i);
	check("http://"
	      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid/",
	      OUTCOME_RESOLVE);
	end();
}
END_TEST

START_TEST(a_url_that_is_none_comes_back_too)
{
	start(_i);
	check("nonsense", OUTCOME_BUILD);
	check_body("/ok", "[1]");
	end();
}
END_TEST

START_TEST(the_environments_proxy_is_not_used)
{
	char proxy[64];

	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", free_port());
	setenv("http_proxy", proxy, 1);
	setenv("all_proxy", proxy, 1);
	start(_i);
	check_body("/ok", "[1]");
	end();
}
END_TEST

static void send_body(const char *method, const char *body)
{
	struct request *request = rig_request(&rig, method, "/ok");

	if (body) {
		request->body = strdup(body);
		request->body_len = strlen(body);
	}
	rig_submit(&rig, request, 0);
	if (got)
		rig_free(got);
	got = rig_wait(&rig);
	ck_assert_int_eq(got->outcome, OUTCOME_OK);
}

static bool last_has(const char *text)
{
	char *last = mock_server_last(rig.server);
	bool found = strstr(last, text) != NULL;

	free(last);
	return found;
}

START_TEST(methods_and_bodies_go_out_as_given)
{
	start(_i);
	send_body("POST", "hello");
	ck_assert(last_has("POST /ok HTTP/1.1\r\n"));
	ck_assert(last_has("Content-Length: 5\r\n"));
	ck_assert(last_has("\r\n\r\nhello"));
	send_body("PUT", "x");
	ck_assert(last_has("PUT /ok HTTP/1.1\r\n"));
	send_body("POST", NULL);
	ck_assert(last_has("Content-Length: 0\r\n"));
	send_body("DELETE", NULL);
	ck_assert(last_has("DELETE /ok HTTP/1.1\r\n"));
	ck_assert(!last_has("Content-Length"));
	send_body("PROPFIND", NULL);
	ck_assert(last_has("PROPFIND /ok HTTP/1.1\r\n"));
	send_body("GET", NULL);
	ck_assert(last_has("GET /ok HTTP/1.1\r\n"));
	ck_assert(last_has("Accept: application/json\r\n"));
	ck_assert(last_has("Accept-Encoding: gzip\r\n"));
	ck_assert(!last_has("Expect:"));
	ck_assert(!last_has("Content-Type"));
	end();
}
END_TEST

START_TEST(the_answer_to_head_has_no_body)
{
	start(_i);
	rig_submit(&rig, rig_request(&rig, "HEAD", "/head"), 0);
	got = rig_wait(&rig);
	ck_assert_int_eq(got->outcome, OUTCOME_OK);
	ck_assert_uint_eq(got->body.len, 0);
	check_body("/ok", "[1]"); /* on the same handle */
	end();
}
END_TEST

CONTRACT_MAIN("engine", an_answer_comes_back_with_all_that_is_read,
	      every_framing_of_http_1_is_understood,
	      interim_answers_and_trailers_are_not_the_answer,
	      a_body_that_ends_too_early_is_never_good, headers_that_end_too_early_are_never_good,
	      a_connection_that_breaks_before_the_answer_is_a_reset, what_is_not_http_is_told_so,
	      a_status_decides_the_outcome, gzip_is_decoded_only_when_it_is_whole,
	      a_large_body_comes_whole, a_body_beyond_the_limit_is_cut_off,
	      headers_beyond_the_limit_are_refused, time_outs_are_told_apart,
	      a_connection_that_takes_too_long_is_given_up, nobody_there_is_told,
	      a_name_without_address_is_told, a_url_that_is_none_comes_back_too,
	      the_environments_proxy_is_not_used, methods_and_bodies_go_out_as_given,
	      the_answer_to_head_has_no_body)
