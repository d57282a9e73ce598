/* A lander with real directories, and runs whose answers are made up: for the tests of this floor.
 *
 * A `guest` is a run as its dispatcher would hold it: seed, scope, context. Its parcels are made by
 * the real digest from a body the test writes down (with ' for ").
 */
#ifndef TESTS_UNIT_RUN_HOUSE_H
#define TESTS_UNIT_RUN_HOUSE_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "run/context.h"
#include "run/digest.h"
#include "run/lander.h"
#include "store/files.h"
#include "store/outputs.h"

#include "../unit.h"

#define HOUSE_WAIT_MS 60000

struct house {
	char dir[64], data[80], db[96];
	int root;
	struct mailbox *landed;
	struct lander *lander;
};

struct guest {
	struct seed *seed;
	struct request_scope scope;
	struct digest_context *context;
	struct account *account;
};

/* A document from text in which ' stands for ". */
static inline struct json *house_json(const char *text)
{
	char *copy = xstrdup(text);
	struct err err = ERR_INIT;
	struct json *doc = NULL;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	ck_assert_msg(json_parse(copy, strlen(copy), &doc, &err) == 0, "%s: %s", copy, err.text);
	free(copy);
	return doc;
}

static inline void house_init(struct house *house)
{
	*house = (struct house) { 0 };
	log_set_level(LOG_LEVEL_ERROR);
	strcpy(house->dir, "/tmp/fetchd-run-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(house->dir));
	snprintf(house->data, sizeof(house->data), "%s/data", house->dir);
	snprintf(house->db, sizeof(house->db), "%s/fetchd.db", house->dir);
	ck_assert_int_eq(file_mkdir_p(house->data, 0750, NULL), 0);
	house->root = open(house->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(house->root, 0);
}

static inline struct db *house_db(const struct house *house)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;

	ck_assert_msg(db_open(house->db, &db, &err) == 0, "%s", err.text);
	return db;
}

static inline void house_open(struct house *house)
{
	struct output_place place = { .root = house->root, .data_mode = 0640 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(mailbox_new(4096, &house->landed, &err), 0);
	ck_assert_msg(lander_start(&place, house_db(house), house->landed, &house->lander, &err) ==
			      0,
		      "%s", err.text);
}

/* What came back and was not taken is thrown away. */
static inline void house_close(struct house *house, bool give_up)
{
	void *item;

	lander_stop(house->lander, give_up);
	house->lander = NULL;
	while (house->landed && mailbox_take(house->landed, &item, 1) == 1)
		landing_free(item);
	mailbox_free(house->landed);
	house->landed = NULL;
}

static inline void house_done(struct house *house)
{
	char *command = xasprintf("rm -rf %s", house->dir);

	house_close(house, true);
	close(house->root);
	ck_assert_int_eq(system(command), 0);
	free(command);
}

static inline struct landing *house_take(struct house *house)
{
	void *item;

	ck_assert_msg(mailbox_wait(house->landed, &item, 1, HOUSE_WAIT_MS) == 1,
		      "nothing came back from the lander");
	return item;
}

/* The next landing that is back; what is only told of is thrown away. */
static inline struct landing *house_wait(struct house *house)
{
	struct landing *landing = house_take(house);

	while (landing_is_notice(landing)) {
		landing_free(landing);
		landing = house_take(house);
	}
	return landing;
}

/* Until the owner is told that it waits, and why: nothing else may come back before. */
static inline void house_expect_hold(struct house *house, const void *owner, const char *why)
{
	struct landing *landing = house_take(house);

	ck_assert_int_eq(landing->kind, LANDING_HOLD);
	ck_assert_ptr_eq(landing->owner, owner);
	ck_assert_ptr_nonnull(landing->error);
	ck_assert_msg(strstr(landing->error, why) != NULL, "%s", landing->error);
	landing_free(landing);
}

/* It must be committed; it is freed. */
static inline void house_expect(struct house *house, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct landing *landing = house_wait(house);

		ck_assert_msg(landing->code == 0, "%d %s", landing->code, landing->error);
		landing_free(landing);
	}
}

/* The file is named after the job unless the definition says otherwise. */
static inline struct json *house_definition(const char *definition)
{
	struct json *doc = house_json(definition);
	struct json *output = json_get(doc, "output");

	if (!output)
		output = json_put(doc, "output", json_new_object());
	if (!json_has(output, "path"))
		json_put_str(output, "path", "${job}");
	return doc;
}

static inline struct run_record house_record(const char *job, const char *definition)
{
	return (struct run_record) {
		.job = xstrdup(job),
		.trigger = xstrdup("manual"),
		.engine = xstrdup("async"),
		.state = xstrdup("running"),
		.started_ms = 1,
		.workers = 1,
		.definition = house_definition(definition),
	};
}

static inline struct seed *house_seed(const char *job, const char *definition)
{
	struct run_record record = house_record(job, definition);
	struct err err = ERR_INIT;
	int code = 0;
	struct seed *seed = seed_new(NULL, NULL, &record, &code, &err);

	ck_assert_msg(seed != NULL, "%d %s", code, err.text);
	return seed;
}

static inline void guest_settle_in(struct guest *guest, struct landing *begun)
{
	ck_assert_msg(begun->code == 0, "%d %s", begun->code, begun->error);
	guest->seed = begun->seed;
	begun->seed = NULL;
	guest->account = begun->account;
	guest->scope =
		(struct request_scope) { .job = guest->seed->job, .run = guest->seed->record.id };
	guest->context = context_new(&guest->scope, begun->colset);
	landing_free(begun);
}

/* The seed is taken: begins it, or takes it up again. */
static inline void guest_begin(struct house *house, struct guest *guest, struct seed *seed)
{
	struct landing *landing = landing_new(LANDING_BEGIN, guest);

	*guest = (struct guest) { 0 };
	landing->seed = seed;
	lander_submit(house->lander, landing);
	guest_settle_in(guest, house_wait(house));
}

static inline void guest_reopen(struct house *house, struct guest *guest, uint64_t id)
{
	struct landing *landing = landing_new(LANDING_REOPEN, guest);

	*guest = (struct guest) { 0 };
	landing->id = id;
	lander_submit(house->lander, landing);
	guest_settle_in(guest, house_wait(house));
}

static inline void guest_done(struct guest *guest)
{
	context_unref(guest->context);
	seed_free(guest->seed);
	*guest = (struct guest) { 0 };
}

/* What the digest makes of a 200 with this body. */
static inline struct parcel *guest_parcel(struct guest *guest, uint64_t index, const char *body)
{
	struct request *request = NULL;
	struct response response;
	struct parcel *parcel;
	struct err err = ERR_INIT;

	ck_assert_msg(request_build(&guest->scope, index, 0, NULL, &request, &err) == 0, "%s",
		      err.text);
	request->context = context_ref(guest->context);
	request->tries = 1;
	response_init(&response, 1 << 20);
	response.transfer = OUTCOME_OK;
	response.status = 200;
	buf_add(&response.body, body, strlen(body));
	for (size_t i = 0; i < response.body.len; i++)
		if (response.body.data[i] == '\'')
			response.body.data[i] = '"';
	response.wire_bytes = response.body.len;
	parcel = digest(request, &response);
	response_done(&response);
	return parcel;
}

static inline struct landing *guest_page(struct guest *guest, uint64_t index, const char *body)
{
	struct landing *landing = landing_new(LANDING_PAGE, guest);

	landing->parcel = guest_parcel(guest, index, body);
	ck_assert_msg(landing->parcel->outcome == OUTCOME_OK, "%s", landing->parcel->error);
	landing->account = guest->account;
	return landing;
}

static inline void guest_land(struct house *house, struct guest *guest, uint64_t index,
			      const char *body)
{
	lander_submit(house->lander, guest_page(guest, index, body));
}

static inline struct landing *guest_failure(struct guest *guest, uint64_t index,
					    enum outcome outcome)
{
	struct landing *landing = landing_new(LANDING_FAILURE, guest);

	landing->account = guest->account;
	landing->failure = (struct failure_record) {
		.index = index,
		.params = xstrdup("{}"),
		.outcome = xstrdup(outcomes[outcome].name),
		.error = xstrdup("it failed"),
		.tries = 2,
	};
	return landing;
}

static inline void guest_end(struct house *house, struct guest *guest)
{
	struct landing *landing = landing_new(LANDING_END, guest);

	landing->account = guest->account;
	landing->end = (struct run_record) { .id = guest->seed->record.id,
					     .state = xstrdup("ended"),
					     .result = xstrdup("partial"),
					     .started_ms = 1,
					     .ended_ms = 2 };
	lander_submit(house->lander, landing);
	house_expect(house, 1);
}

/* The whole file below data_dir; NULL when it is not there. Caller frees. */
static inline char *house_file(const struct house *house, const char *name)
{
	char *path = xasprintf("%s/%s", house->data, name);
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t len;

	free(path);
	if (!file)
		return NULL;
	text = xcalloc(1, 65536);
	len = fread(text, 1, 65535, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static inline void house_expect_file(const struct house *house, const char *name, const char *want)
{
	char *text = house_file(house, name);

	ck_assert_msg(text != NULL, "%s is not there", name);
	ck_assert_str_eq(text, want);
	free(text);
}

/* All data files, closed ones first, as one text. Caller frees. */
static inline char *house_all(const struct house *house)
{
	char *command = xasprintf("cd %s && cat $(ls | grep -v quarantine | sort -r) </dev/null",
				  house->data);
	FILE *pipe = popen(command, "re");
	char *text = xcalloc(1, 65536);

	ck_assert_ptr_nonnull(pipe);
	text[fread(text, 1, 65535, pipe)] = '\0';
	pclose(pipe);
	free(command);
	return text;
}

/* How often `what` stands in the data files. */
static inline unsigned house_count(const struct house *house, const char *what)
{
	char *text = house_all(house);
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	free(text);
	return n;
}

/* No file may grow beyond so many bytes: as a full disk. RLIM_INFINITY heals it. */
static inline void house_limit(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
