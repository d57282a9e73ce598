#include "run/crew.h"

#include "../unit.h"

static struct parcel parcel_of(struct request *request, uint32_t worker, pid_t tid)
{
	request->worker = worker;
	return (struct parcel) { .request = request, .pid = 1, .tid = tid, .connections = 1 };
}

START_TEST(no_more_workers_than_there_are_can_be_taken)
{
	struct crew crew;
	uint32_t a, b, c;

	crew_init(&crew, 2);
	ck_assert(crew_take(&crew, &a));
	ck_assert(crew_take(&crew, &b));
	ck_assert_uint_ne(a, b);
	ck_assert(!crew_take(&crew, &c));
	crew_return(&crew, a);
	ck_assert(crew_take(&crew, &c));
	ck_assert_uint_eq(a, c);
	crew_done(&crew);
}
END_TEST

START_TEST(the_list_tells_who_did_how_much_and_leaves_out_the_idle)
{
	struct request request = { 0 };
	struct parcel first = parcel_of(&request, 0, 70), third;
	struct crew crew;
	struct json *list;

	crew_init(&crew, 3);
	crew_count(&crew, &first);
	crew_count(&crew, &first);
	third = parcel_of(&request, 2, 72);
	crew_count(&crew, &third);
	list = crew_json(&crew);
	ck_assert_uint_eq(json_len(list), 2);
	ck_assert_int_eq(json_int(json_find(list, "/0/worker"), 0), 1);
	ck_assert_int_eq(json_int(json_find(list, "/0/requests"), 0), 2);
	ck_assert_int_eq(json_int(json_find(list, "/0/connections"), 0), 2);
	ck_assert_int_eq(json_int(json_find(list, "/1/worker"), 0), 3);
	ck_assert_int_eq(json_int(json_find(list, "/1/tid"), 0), 72);
	json_unref(list);
	crew_done(&crew);
}
END_TEST

UNIT_MAIN("crew", no_more_workers_than_there_are_can_be_taken,
	  the_list_tells_who_did_how_much_and_leaves_out_the_idle)
