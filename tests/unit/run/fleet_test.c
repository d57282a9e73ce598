#include "run/fleet.h"

#include "../../contract/mock_server.h"
#include "fetch/transfer.h"
#include "house.h"

#define LANES 300 /* more than are gathered for one submission */

static const struct mock_answer answers[] = {
	{ .path = "/1", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/hang", .bytes = "", .delay_ms = 600000 },
	{ .path = NULL },
};

struct scene {
	struct mock_server *server;
	struct config config;
	struct mailbox *done;
	struct fleet *fleet;
	struct guest guest;
};

static void settle_in(struct guest *guest, unsigned port)
{
	char *definition = xasprintf("{'request': {'url': 'http://127.0.0.1:%u/${p}'}, "
				     "'params': {'p': ['1', 'hang']}, "
				     "'columns': [{'name': 'x'}]}",
				     port);
	struct colset *columns;

	*guest = (struct guest) { .seed = house_seed("a", definition) };
	guest->scope = (struct request_scope) { .job = guest->seed->job, .run = 3 };
	columns = colset_new(guest->seed->job);
	guest->context = context_new(&guest->scope, columns);
	colset_unref(columns);
	free(definition);
}

static void open_scene(struct scene *scene)
{
	*scene = (struct scene) {
		.config = { .async_loops = 1, .threads_max = 2, .max_in_flight = LANES },
	};
	ck_assert_int_eq(transfer_global_init(NULL), 0);
	scene->server = mock_server_start(answers);
	ck_assert_int_eq(mailbox_new(1024, &scene->done, NULL), 0);
	scene->fleet = fleet_new(&scene->config, scene->done);
	settle_in(&scene->guest, mock_server_port(scene->server));
}

static void close_scene(struct scene *scene)
{
	fleet_free(scene->fleet);
	mailbox_free(scene->done);
	guest_done(&scene->guest);
	mock_server_stop(scene->server);
}

static struct fleet_engine *engine(struct scene *scene, const char *name)
{
	struct err err = ERR_INIT;
	struct fleet_engine *found = fleet_engine(scene->fleet, name, &err);

	ck_assert_msg(found != NULL, "%s", err.text);
	return found;
}

static void submit(struct scene *scene, struct fleet_engine *to, uint64_t index, uint32_t lane)
{
	struct request *request = NULL;

	ck_assert_int_eq(request_build(&scene->guest.scope, index, 0, NULL, &request, NULL), 0);
	request->context = context_ref(scene->guest.context);
	request->tries = 1;
	request->lane = lane;
	fleet_submit(to, request);
}

static void expect_back(struct scene *scene, struct fleet_engine *from, enum outcome want)
{
	struct parcel *parcel;
	void *item = NULL;

	ck_assert_uint_eq(mailbox_wait(scene->done, &item, 1, HOUSE_WAIT_MS), 1);
	parcel = item;
	ck_assert_msg(parcel->outcome == want, "%s %s", outcomes[parcel->outcome].name,
		      parcel->error ? parcel->error : "");
	parcel_free(parcel);
	fleet_came_back(from);
}

START_TEST(lanes_are_lent_once_each_and_again_when_returned)
{
	struct scene scene;
	struct fleet_engine *threads;
	uint32_t a, b, c = 99;

	open_scene(&scene);
	threads = engine(&scene, "threads");
	ck_assert(fleet_take_lane(threads, &a));
	ck_assert(fleet_take_lane(threads, &b));
	ck_assert_uint_eq(a, 0);
	ck_assert_uint_eq(b, 1);
	ck_assert(!fleet_take_lane(threads, &c)); /* threads.max is 2 */
	ck_assert_uint_eq(c, 99);
	fleet_return_lane(threads, a);
	ck_assert(fleet_take_lane(threads, &c));
	ck_assert_uint_eq(c, a);
	fleet_return_lane(threads, b);
	fleet_return_lane(threads, c);
	for (uint32_t i = 0; i < LANES; i++) {
		ck_assert(fleet_take_lane(engine(&scene, "async"), &c));
		ck_assert_uint_eq(c, i);
	}
	ck_assert(!fleet_take_lane(engine(&scene, "async"), &c));
	close_scene(&scene);
}
END_TEST

START_TEST(an_engine_is_started_once_and_only_when_it_exists)
{
	struct scene scene;
	struct err err = ERR_INIT;
	struct json *list;

	open_scene(&scene);
	ck_assert_ptr_null(fleet_engine(scene.fleet, "steam", &err));
	ck_assert_msg(strstr(err.text, "steam"), "%s", err.text);
	list = fleet_json(scene.fleet);
	ck_assert_uint_eq(json_len(list), 0);
	json_unref(list);
	ck_assert_ptr_eq(engine(&scene, "threads"), engine(&scene, "threads"));
	ck_assert_ptr_ne(engine(&scene, "threads"), engine(&scene, "async"));
	list = fleet_json(scene.fleet);
	ck_assert_uint_eq(json_len(list), 2);
	ck_assert_str_eq(json_str(json_find(list, "/0/name")), "threads");
	ck_assert_int_eq(json_int(json_find(list, "/0/lanes"), 0), 2);
	ck_assert_str_eq(json_str(json_find(list, "/1/name")), "async");
	ck_assert_int_eq(json_int(json_find(list, "/1/lanes"), 0), LANES);
	json_unref(list);
	close_scene(&scene);
}
END_TEST

START_TEST(all_that_is_submitted_comes_back_once_flushed)
{
	struct scene scene;
	struct fleet_engine *async;
	struct json *list;

	open_scene(&scene);
	async = engine(&scene, "async");
	for (uint32_t lane = 0; lane < LANES; lane++)
		submit(&scene, async, 0, lane);
	ck_assert_uint_eq(fleet_out(scene.fleet), LANES);
	list = fleet_json(scene.fleet);
	ck_assert_int_eq(json_int(json_find(list, "/0/in_flight"), 0), LANES);
	json_unref(list);
	fleet_flush(scene.fleet);
	fleet_flush(scene.fleet); /* nothing goes out twice */
	for (uint32_t lane = 0; lane < LANES; lane++)
		expect_back(&scene, async, OUTCOME_OK);
	ck_assert_uint_eq(fleet_out(scene.fleet), 0);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/1"), LANES);
	close_scene(&scene);
}
END_TEST

START_TEST(what_is_cancelled_comes_back_also_when_it_was_only_gathered)
{
	struct scene scene;

	open_scene(&scene);
	submit(&scene, engine(&scene, "async"), 1, 0);
	submit(&scene, engine(&scene, "threads"), 1, 0);
	fleet_flush(scene.fleet);
	submit(&scene, engine(&scene, "async"), 1, 1);
	fleet_cancel(scene.fleet, 3);
	expect_back(&scene, engine(&scene, "async"), OUTCOME_CANCELLED);
	expect_back(&scene, engine(&scene, "async"), OUTCOME_CANCELLED);
	expect_back(&scene, engine(&scene, "threads"), OUTCOME_CANCELLED);
	ck_assert_uint_eq(fleet_out(scene.fleet), 0);
	close_scene(&scene);
}
END_TEST

UNIT_MAIN("fleet", lanes_are_lent_once_each_and_again_when_returned,
	  an_engine_is_started_once_and_only_when_it_exists,
	  all_that_is_submitted_comes_back_once_flushed,
	  what_is_cancelled_comes_back_also_when_it_was_only_gathered)
