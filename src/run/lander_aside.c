/* Outputs that fail while a batch is landed: what had come so far for them is given up, and from
 * then on waits (ailing.h), so that all others go on.
 */
#include <stdlib.h>
#include <string.h>

#include "run/lander_internal.h"
#include "run/output_rows.h"
#include "run/rejects.h"

/* The ledger comes first: were a commit that failed found done after a crash, it would speak of
 * rows that are cut off by then. Until that is settled everything stays, and undoing is owed. */
int lander_settle(struct lander *lander, struct err *err)
{
	int rc = db_settle(lander->db, err);

	lander->owed = rc < 0;
	return rc;
}

static struct account *account_of(struct lander *lander, uint64_t run)
{
	struct account *account = lander->accounts;

	while (account->run != run)
		account = account->next;
	return account;
}

/* From now on what belongs there waits. Only the ledger's trouble is the caller's. */
int lander_aside(struct lander *lander, struct account *account, const char *key,
		 const struct err *why, struct err *err)
{
	int rc = lander_settle(lander, err);

	if (rc == 0)
		lander_set_aside(lander, account, key, why);
	return rc;
}

/* What this run had gathered for the outputs that wait under `key` is given up, or output_mend does
 * it at the next try: rows and rejects of one response land together or not at all. */
static void abandon_pair(struct lander *lander, const struct account *account, const char *key)
{
	struct err second = ERR_INIT;

	for (size_t i = 0; i < lander->cache.len; i++) {
		struct output *output = lander->cache.items[i].output;
		char *own;

		if (output_run(output) != account->run || !output_has_gathered(output))
			continue;
		own = rejects_pair_key(account, output);
		if (strcmp(own, key) == 0)
			output_abandon(output, lander->db, &second);
		free(own);
	}
}

/* The same for an output that is open. */
int lander_output_aside(struct lander *lander, struct output *output, const struct err *why,
			struct err *err)
{
	struct account *account = account_of(lander, output_run(output));
	char *key = rejects_pair_key(account, output);
	int rc = lander_aside(lander, account, key, why, err);

	if (rc == 0)
		abandon_pair(lander, account, key);
	free(key);
	return rc;
}
