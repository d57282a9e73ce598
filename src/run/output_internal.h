/* What output.c (opening, adopting), output_close.c (closing) and output_rows.c (gathering,
 * committing, abandoning) share.
 */
#ifndef RUN_OUTPUT_INTERNAL_H
#define RUN_OUTPUT_INTERNAL_H

#include "base/buf.h"
#include "base/json.h"
#include "data/format.h"
#include "data/outfile.h"
#include "run/output.h"

struct output {
	struct output_place place;
	char *key, *path, *job;
	uint64_t snapshot; /* the run whose snapshot it is part of; 0: append mode */

	/* the run that lands here */
	uint64_t run;        /* 0: none, or not numbered yet */
	struct job *adopted; /* NULL: none has been here yet */
	int64_t slot_ms;
	struct colset *colset; /* NULL until adopted */

	/* the live file */
	const struct format *format;
	struct outfile *file;
	struct json *columns; /* names, as the ledger has them */
	struct json *policy;  /* policy.h */
	int64_t period_ms;    /* begin of the period its rows belong to; 0: none */
	int64_t closes_ms;    /* when the clock closes it; 0: never */
	struct json *runs;    /* run -> rows in it, uncommitted ones included */
	struct json *before;  /* those of them that changed since the commit: as they were */
	struct buf gathered;
	uint64_t gathered_rows;
	bool spoiled; /* a sync or a close failed: it must be closed before anything is added */
	bool renamed; /* the live file bears its closed name, but that is not committed yet: */
	struct outfile_state was;
	char closed_name[256];
};

/* Inside the transaction: the file's own state, but for the phase and name given. */
void output_record_as(const struct output *output, struct db *db, enum outfile_phase as,
		      const char *closing);
/* The same as a transaction of its own. */
int output_commit_as(const struct output *output, struct db *db, enum outfile_phase as,
		     const char *closing, struct err *err);
/* The file under the live name is not ours any more: it was put aside and said so in `why`. What it
 * held cannot be vouched for; the output goes on in a new file. */
int output_commit_lost(struct output *output, struct db *db, const struct err *why,
		       struct err *err);
/* The last step of a rotation: the closed file is history, there is no live one. */
int output_commit_closed(struct output *output, struct db *db, const struct outfile_state *was,
			 const char *name, struct err *err);

#endif
