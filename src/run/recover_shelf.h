/* An output in append mode while it is brought into a new ledger: shared by recover_outputs.c (what
 * its manifest lists) and recover_strays.c (what stands beside it). */
#ifndef RUN_RECOVER_SHELF_H
#define RUN_RECOVER_SHELF_H

#include "base/buf.h"
#include "run/recover_internal.h"

struct shelf {
	struct recover *recover;
	const char *path;
	char *dir;             /* of its files, with the slash; "" */
	char *job;             /* NULL: not known */
	struct json *columns;  /* of the newest listed file; NULL */
	struct json *newest;   /* its policy; NULL */
	struct json *policy;   /* for what no manifest lists; NULL */
	const char *extension; /* of its newest file */
	struct json *listed;   /* names of kept files */
	struct json *lines;  /* how often the manifest lists a file, so that the last line counts */
	struct buf manifest; /* of what is kept */
	unsigned lost;       /* lines that are not true any more */
	bool untidy;         /* it is to be written anew, though nothing is lost */
	uint64_t sequence;   /* highest seen */
	int code;
	struct err *err;
};

void shelf_saw_sequence(struct shelf *shelf, uint64_t sequence);
/* The files beside the manifest, and the live ones. */
int shelf_take_strays(struct shelf *shelf, const struct json *names);

#endif
