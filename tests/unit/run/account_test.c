#include "run/account.h"

#include "house.h"

/* A run of 10 points in the ledger, and its account. */
static struct account *opened(const struct house *house, struct db **db)
{
	struct seed *seed = house_seed(
		"a", "{'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}}");
	struct account *account;
	struct err err = ERR_INIT;

	*db = house_db(house);
	ck_assert_int_eq(db_begin(*db, &err), 0);
	seed->record.id = runs_insert(*db, &seed->record);
	ck_assert_msg(db_commit(*db, &err) == 0, "%s", err.text);
	account = account_new(seed, rangeset_new(10));
	seed_free(seed);
	return account;
}

static void write_failure(struct account *account, struct db *db, uint64_t index)
{
	struct guest guest = { .account = account };
	struct landing *landing = guest_failure(&guest, index, OUTCOME_HTTP_5XX);

	account_write(account, db, landing);
	landing_free(landing);
}

static void begin(struct db *db)
{
	ck_assert_int_eq(db_begin(db, NULL), 0);
}

START_TEST(what_was_rolled_back_is_gone_from_progress_and_counts)
{
	struct house house;
	struct db *db;
	struct err err = ERR_INIT;
	struct account *account;

	house_init(&house);
	account = opened(&house, &db);
	begin(db);
	write_failure(account, db, 3);
	account_finish(account, db);
	ck_assert_int_eq(db_commit(db, &err), 0);
	account_committed(account);
	begin(db);
	write_failure(account, db, 4);
	account_finish(account, db);
	db_rollback(db);
	ck_assert_int_eq(account_abandon(account, db, &err), 0);
	ck_assert(rangeset_has(account->done, 3));
	ck_assert(!rangeset_has(account->done, 4));
	ck_assert_uint_eq(account->counts.failed, 1);
	ck_assert_uint_eq(account->counts.retried, 1);
	account_free(account);
	db_close(db);
	house_done(&house);
}
END_TEST

START_TEST(what_was_written_but_not_finished_is_forgotten_when_abandoned)
{
	struct house house;
	struct db *db;
	struct err err = ERR_INIT;
	struct account *account;
	struct rangeset *ledger = rangeset_new(10);

	house_init(&house);
	account = opened(&house, &db);
	begin(db);
	write_failure(account, db, 4);
	db_rollback(db);
	ck_assert_int_eq(account_abandon(account, db, &err), 0);
	begin(db);
	write_failure(account, db, 5);
	account_finish(account, db);
	ck_assert_int_eq(db_commit(db, &err), 0);
	ck_assert_int_eq(ledger_load(db, account->run, ledger, &err), 0);
	ck_assert_uint_eq(rangeset_count(ledger), 1);
	ck_assert(rangeset_has(ledger, 5));
	ck_assert_uint_eq(account->counts.failed, 1);
	rangeset_free(ledger);
	account_free(account);
	db_close(db);
	house_done(&house);
}
END_TEST

UNIT_MAIN("account", what_was_rolled_back_is_gone_from_progress_and_counts,
	  what_was_written_but_not_finished_is_forgotten_when_abandoned)
