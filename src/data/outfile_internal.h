/* What outfile.c, outfile_append.c and outfile_recover.c share. */
#ifndef DATA_OUTFILE_INTERNAL_H
#define DATA_OUTFILE_INTERNAL_H

#include "data/outfile.h"
#include "data/shelf.h"

struct outfile {
	int root;
	char *path, *extension;
	const char *footer;
	mode_t mode;
	int fd;                     /* of the live file; -1: none, or not usable now */
	struct outfile_state state; /* as a commit would record it */
	uint64_t committed;         /* of state.offset */
	uint64_t committed_rows;    /* of state.rows */
	bool fresh;                 /* no commit knows the file yet; it has its birth name too */
	bool twin;                  /* its birth name could not be removed yet */
	bool failed;                /* an append or a sync failed: nothing but abandon may follow */
	bool sealed;                /* a sync failed: takes no more data, to be closed */
	char renamed[256];          /* the closed name it bears already; "" unless */
};

/* Last components: "x.csv", and "x-7.opening", under which a file is born. */
void outfile_live_leaf(const struct outfile *out, char leaf[static SHELF_NAME_MAX]);
void outfile_birth_leaf(const struct outfile *out, char leaf[static SHELF_NAME_MAX]);

/* -EINVAL when the path cannot be used. */
int outfile_check_path(const struct outfile *out, struct err *err);
/* Back to phase NONE; the descriptor is closed, `sequence` stays. */
void outfile_forget(struct outfile *out);
/* Writes at the descriptor's position, and the footer behind. 0 or -errno. */
int outfile_write(const struct outfile *out, int fd, const void *bytes, size_t len);
/* Is the open file as long as we left it? -EUCLEAN: no, somebody else writes to it. */
int outfile_check_length(const struct outfile *out, struct err *err);
/* Does the live name still lead to the file that is open? -EUCLEAN: no. */
int outfile_check_name(const struct outfile *out, struct err *err);
/* Opens the live file and truncates it to what is committed; -EUCLEAN: it was put aside, phase
 * NONE. */
int outfile_attach(struct outfile *out, struct err *err);
/* Removes a file that no commit knows: its live name, when it is ours, and its birth name. */
int outfile_remove_fresh(const struct outfile *out, struct err *err);
/* Removes the birth name, if it is there; `twin` tells that it has to be tried again. */
void outfile_drop_birth(struct outfile *out, int dir);
/* Gives the file at `from` its closed name; whatever foreign bears that already is put aside. */
int outfile_give_name(const struct outfile *out, int dir, const char *from, const char *to);

#endif
