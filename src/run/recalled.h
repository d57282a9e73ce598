/* What an earlier run knows of a page: its validator, and where its rows are. Travels with a
 * request; the query thread finds it, and reads the rows when the server answers 304.
 */
#ifndef RUN_RECALLED_H
#define RUN_RECALLED_H

#include "base/err.h"
#include "base/json.h"
#include "run/parcel.h"
#include "spec/job.h"
#include "store/db.h"
#include "store/validators.h"

struct recalled {
	struct validator_record validator; /* etag and modified NULL: nothing is known */
	/* snapshot mode, when the page has rows: the part they are in */
	char *file; /* relative to data_dir; NULL: there are none */
	uint64_t bytes, raw_bytes;
	enum job_compress compress;
	struct json *columns;
};
void recalled_free(struct recalled *recalled); /* NULL is fine */

/* Files that were expanded for reading out of them, kept for the next question. Query thread. */
#define RECALLED_OPEN_MAX 4
struct recalled_files {
	struct {
		char *name;
		int fd;
	} open[RECALLED_OPEN_MAX];
	unsigned next;
};
void recalled_files_done(struct recalled_files *files); /* a zeroed one is empty */

struct recalled_place {
	int root;            /* descriptor of data_dir */
	const char *scratch; /* a directory for what is expanded */
};

/* What is known of a page of a request of this job; never NULL. In snapshot mode nothing is, unless
 * its rows are in a published snapshot whose file is there. Query thread. */
struct recalled *recalled_find(struct db *db, const struct job *job, const char *request,
			       uint32_t page, int root);
/* Reads the rows of a page into its parcel, and checks that they are those. -EUCLEAN: they are not.
 * Query thread. */
int recalled_read(const struct recalled_place *place, struct recalled_files *files,
		  struct parcel *parcel, struct err *err);
/* The rows of such a parcel, written for its own columns, fit into a wider set; *wider as
 * format_widen. Lander thread. */
int recalled_widen(const struct parcel *parcel, struct colset **wider);
/* And written anew for it. */
int recalled_encode(struct parcel *parcel, const struct colset *set, struct err *err);

#endif
