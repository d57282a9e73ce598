/* What output.c (opening, adopting, closing) and output_rows.c (gathering, committing, abandoning)
 * share.
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
	char *path, *job;
	struct job *adopted; /* of the run that lands here; NULL: none has yet */
	const struct format *format;
	uint64_t rotate_bytes, rotate_rows;
	struct colset *colset;
	struct outfile *file;
	struct json *runs;   /* run -> rows in the live file, uncommitted ones included */
	struct json *before; /* those of them that changed since the commit: as they were */
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

#endif
