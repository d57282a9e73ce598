/* Runs that are recorded before they can begin: those that follow another run, and those that must
 * ask for their parameters first. They are `running` in the ledger with a total of 0. */
#include <string.h>

#include "run/lander_internal.h"

/* In the transaction at hand. */
void lander_insert_enrolled(struct lander *lander, struct landing *landing)
{
	for (size_t i = 0; i < landing->nenrolled; i++) {
		struct run_record *record = &landing->enrolled[i];

		if (record->id)
			runs_reopen(lander->db, record->id);
		else
			record->id = runs_insert(lander->db, record);
	}
}

/* They are not recorded after all; `known` are those that had ids before. */
void lander_forget_enrolled(struct landing *landing, bool known)
{
	for (size_t i = 0; i < landing->nenrolled && !known; i++)
		landing->enrolled[i].id = 0;
}

int lander_enrol(struct lander *lander, struct landing *landing, struct err *err)
{
	bool known = landing->nenrolled > 0 && landing->enrolled[0].id != 0;
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	lander_insert_enrolled(lander, landing);
	rc = db_commit(lander->db, err);
	if (rc < 0)
		lander_forget_enrolled(landing, known);
	return rc;
}

int lander_refuse(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	runs_end(lander->db, &landing->end);
	return db_commit(lander->db, err);
}
