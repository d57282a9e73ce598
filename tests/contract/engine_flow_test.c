/* The contract of engines, second half: many requests at a time. Runs over every row of engines[].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#include "contract.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]"

static struct rig rig;

static const struct mock_answer answers[] = {
	{ "/ok", OK_ANSWER },
	{ "/late", OK_ANSWER, .delay_ms = 20 },
	{ "/closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n[1]",
	  .then = MOCK_CLOSE },
	{ "/closes_unsaid", OK_ANSWER, .then = MOCK_CLOSE },
	{ "/only_fresh", OK_ANSWER, .only_fresh = true },
	{ "/reset", "", .then = MOCK_RESET },
	{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1]", .then = MOCK_CLOSE },
	{ "/broken", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n" },
	{ "/silent", "", .then = MOCK_STALL },
	{ "/stalled", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1]", .then = MOCK_STALL },
	{ .path = NULL },
};

/* Keeps `lanes` requests in flight until `n` are back; `path_of` says where the i-th goes. */
static unsigned flow(size_t n, unsigned lanes, const char *(*path_of)(size_t i),
		     void (*back)(struct parcel *parcel))
{
	size_t sent = 0, returned = 0;
	unsigned connections = 0;

	for (; sent < lanes && sent < n; sent++) {
		struct request *request = rig_request(&rig, "GET", path_of(sent));

		request->index = sent;
		rig_submit(&rig, request, (unsigned)sent);
	}
	while (returned < n) {
		struct parcel *parcel = rig_wait(&rig);
		unsigned lane = parcel->request->lane;

		returned++;
		connections += parcel->connections;
		back(parcel);
		rig_free(parcel);
		if (sent < n) {
			struct request *request = rig_request(&rig, "GET", path_of(sent));

			request->index = sent++;
			rig_submit(&rig, request, lane);
		}
	}
	return connections;
}

static const char *ok_path(size_t i)
{
	return "/ok";
}

static const char *late_path(size_t i)
{
	return "/late";
}

static void must_be_ok(struct parcel *parcel)
{
	ck_assert_msg(parcel->outcome == OUTCOME_OK, "%s: %s", outcomes[parcel->outcome].name,
		      parcel->error);
	ck_assert_str_eq(buf_text(&parcel->body), "[1]");
}

START_TEST(connections_are_kept_and_counted)
{
	rig_start(&rig, _i, answers);
	ck_assert_uint_eq(flow(100, 3, late_path, must_be_ok), 3);
	ck_assert_uint_eq(mock_server_connections(rig.server), 3);
	ck_assert_uint_eq(flow(100, 3, ok_path, must_be_ok), 0);
	ck_assert_uint_eq(mock_server_connections(rig.server), 3);
	rig_stop(&rig);
}
END_TEST

START_TEST(never_more_connections_than_lanes)
{
	rig_start(&rig, _i, answers);
	flow(2000, 50, ok_path, must_be_ok);
	ck_assert_uint_le(mock_server_connections(rig.server), 50);
	rig_stop(&rig);
}
END_TEST

START_TEST(hundreds_in_flight_keep_their_connections)
{
	rig_start(&rig, _i, answers);
	ck_assert_uint_le(flow(3 * RIG_LANES, RIG_LANES, late_path, must_be_ok), RIG_LANES);
	ck_assert_uint_le(mock_server_connections(rig.server), RIG_LANES);
	rig_stop(&rig);
}
END_TEST

START_TEST(a_server_that_closes_is_connected_to_again)
{
	rig_start(&rig, _i, answers);
	for (int i = 0; i < 20; i++) {
		struct parcel *parcel = rig_get(&rig, i % 2 ? "/closes" : "/closes_unsaid");

		must_be_ok(parcel);
		ck_assert_uint_eq(parcel->connections, 1);
		rig_free(parcel);
	}
	ck_assert_uint_eq(mock_server_connections(rig.server), 20);
	rig_stop(&rig);
}
END_TEST

static struct parcel *there_and_back(const char *method, const char *path)
{
	rig_submit(&rig, rig_request(&rig, method, path), 0);
	return rig_wait(&rig);
}

/* The server closes a kept connection under the next request: libcurl sends that again by itself.
 * For a GET that is fine, also the hundredth time. */
START_TEST(an_idempotent_request_survives_a_dead_connection)
{
	rig_start(&rig, _i, answers);
	for (int i = 0; i < 30; i++) {
		rig_free(rig_get(&rig, "/ok"));
		struct parcel *parcel = rig_get(&rig, "/only_fresh");

		must_be_ok(parcel);
		rig_free(parcel);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(what_is_not_idempotent_is_never_sent_twice)
{
	static const char *const methods[] = { "POST", "PATCH", "MERGE" };

	rig_start(&rig, _i, answers);
	for (unsigned i = 0; i < 3; i++) {
		struct parcel *parcel;

		rig_free(rig_get(&rig, "/ok")); /* leaves a connection to be tempted by */
		parcel = there_and_back(methods[i], "/only_fresh");
		must_be_ok(parcel);
		ck_assert_uint_eq(parcel->connections, 1);
		rig_free(parcel);
		ck_assert_uint_eq(mock_server_seen(rig.server, "/only_fresh"), i + 1);
	}
	rig_stop(&rig);
}
END_TEST

#define MIXED 500
static unsigned times_back[MIXED];

static const char *mixed_path(size_t i)
{
	static const char *const paths[] = { "/ok",     "/late",    "/closes",
					     "/reset",  "/short",   "/broken",
					     "/ok",     "/missing", "/closes_unsaid",
					     "nonsense" };

	return paths[i % 10];
}

static enum outcome mixed_outcome(size_t i)
{
	static const enum outcome expected[] = {
		OUTCOME_OK,       OUTCOME_OK, OUTCOME_OK,         OUTCOME_RESET, OUTCOME_TRUNCATED,
		OUTCOME_HTTP_5XX, OUTCOME_OK, OUTCOME_HTTP_OTHER, OUTCOME_OK,    OUTCOME_BUILD
	};

	return expected[i % 10];
}

static void count_back(struct parcel *parcel)
{
	size_t i = parcel->request->index;

	times_back[i]++;
	ck_assert_msg(parcel->outcome == mixed_outcome(i), "%s: %s (%s)", mixed_path(i),
		      outcomes[parcel->outcome].name, parcel->error);
}

START_TEST(every_request_comes_back_exactly_once)
{
	memset(times_back, 0, sizeof(times_back));
	rig_start(&rig, _i, answers);
	flow(MIXED, 50, mixed_path, count_back);
	for (int i = 0; i < MIXED; i++)
		ck_assert_uint_eq(times_back[i], 1);
	ck_assert_uint_eq(mailbox_len(rig.done), 0);
	rig_stop(&rig);
}
END_TEST

/* Half of the lanes fetch for run 1, half for run 2; all wait for answers that never end. */
static void send_two_runs(struct request_scope *second, const char *path)
{
	*second = rig.scope;
	second->run = 2;
	for (unsigned lane = 0; lane < 20; lane++) {
		struct request *request = rig_request(&rig, "GET", path);

		if (lane % 2)
			request->scope = second;
		request->index = lane;
		rig_submit(&rig, request, lane);
	}
}

static void wait_until_seen(const char *path, unsigned n)
{
	for (int i = 0; i < 6000 && mock_server_seen(rig.server, path) < n; i++)
		usleep(10000);
	ck_assert_uint_eq(mock_server_seen(rig.server, path), n);
}

static void expect_cancelled(unsigned n, uint64_t run)
{
	for (unsigned i = 0; i < n; i++) {
		struct parcel *parcel = rig_wait(&rig);

		ck_assert_int_eq(parcel->outcome, OUTCOME_CANCELLED);
		if (run)
			ck_assert_uint_eq(parcel->request->scope->run, run);
		rig_free(parcel);
	}
}

START_TEST(a_cancelled_run_comes_back_and_others_go_on)
{
	struct request_scope second;

	rig_start(&rig, _i, answers);
	send_two_runs(&second, "/silent");
	wait_until_seen("/silent", 20);
	rig.type->cancel(rig.engine, 77); /* nobody's */
	rig.type->cancel(rig.engine, 2);
	expect_cancelled(10, 2);
	ck_assert_uint_eq(mailbox_len(rig.done), 0);
	rig.type->cancel(rig.engine, 0);
	expect_cancelled(10, 1);
	rig_free(rig_get(&rig, "/ok"));
	rig_stop(&rig);
}
END_TEST

START_TEST(a_cancel_reaches_what_was_submitted_just_before)
{
	struct request_scope second;

	rig_start(&rig, _i, answers);
	send_two_runs(&second, "/stalled");
	rig.type->cancel(rig.engine, 0);
	expect_cancelled(20, 0);
	rig_stop(&rig);
}
END_TEST

START_TEST(what_comes_after_a_cancel_is_not_cancelled)
{
	rig_start(&rig, _i, answers);
	for (int i = 0; i < 50; i++) {
		struct parcel *parcel;

		rig.type->cancel(rig.engine, 0);
		parcel = rig_get(&rig, "/ok");
		must_be_ok(parcel);
		rig_free(parcel);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(an_engine_stops_with_nothing_out)
{
	rig_start(&rig, _i, answers);
	rig_stop(&rig);
	rig_start(&rig, _i, answers);
	flow(20, 20, ok_path, must_be_ok);
	rig_stop(&rig);
}
END_TEST

START_TEST(a_table_row_is_found_by_its_name)
{
	ck_assert_ptr_eq(engine_find(engines[_i].name), &engines[_i]);
	ck_assert_ptr_null(engine_find("steam"));
	ck_assert_str_ne(engines[_i].summary, "");
}
END_TEST

CONTRACT_MAIN("engine_flow", connections_are_kept_and_counted, never_more_connections_than_lanes,
	      hundreds_in_flight_keep_their_connections, a_server_that_closes_is_connected_to_again,
	      an_idempotent_request_survives_a_dead_connection,
	      what_is_not_idempotent_is_never_sent_twice, every_request_comes_back_exactly_once,
	      a_cancelled_run_comes_back_and_others_go_on,
	      a_cancel_reaches_what_was_submitted_just_before,
	      what_comes_after_a_cancel_is_not_cancelled, an_engine_stops_with_nothing_out,
	      a_table_row_is_found_by_its_name)
