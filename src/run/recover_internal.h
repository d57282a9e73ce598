/* What the parts of recovery share: the survey of data_dir, the report, and the proof of a file.
 */
#ifndef RUN_RECOVER_INTERNAL_H
#define RUN_RECOVER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "data/format.h"
#include "run/recover.h"
#include "store/db.h"

enum recover_fate {
	RECOVER_KEPT,
	RECOVER_TRUNCATED,   /* a live file: cut to its whole rows and closed */
	RECOVER_QUARANTINED, /* put aside under another name */
	RECOVER_MISSING,
	RECOVER_DIFFERS, /* and was left where it is, for the database is in order */
	RECOVER_REMOVED, /* a temporary of which the original is there */
	RECOVER_LEFT,    /* nobody knows whose it is */
	RECOVER__COUNT
};

struct recover {
	const struct recover_order *order;
	int root;         /* descriptor of data_dir */
	char *path;       /* of the database */
	struct db *db;    /* the one that is compared, or that is being made */
	struct json *met; /* the names that were reported */
	uint64_t counts[RECOVER__COUNT];
	bool cut;             /* something was cut off a live file */
	uint64_t highest_run; /* seen anywhere */
};

/* What the names below data_dir say; arrays hold names relative to it. */
struct survey {
	struct json *outputs;   /* path of an output: the names of its files, manifest too */
	struct json *snapshots; /* directories with a `_MANIFEST` */
	struct json *staging, *dropped, *links;
	struct json *others; /* regular files that look like data, of no known output */
};

enum leaf_kind {
	LEAF_OTHER,
	LEAF_MANIFEST,     /* "x.manifest" */
	LEAF_NEW_MANIFEST, /* "x.manifest-new": while it is rewritten */
	LEAF_OPENING,      /* "x-7.opening" */
	LEAF_CLOSED,       /* "x-20261123T060000Z-7.csv" */
	LEAF_WAITING,      /* the same with ".closed": to be compressed */
	LEAF_PACKED,       /* with ".gz" or ".zst" */
	LEAF_PACKING,      /* with ".gz.packing" */
	LEAF__COUNT
};

/* A name as a part of it says; for LEAF_OTHER only `format` is set, by the extension, or NULL. */
struct leaf {
	enum leaf_kind kind;
	size_t base; /* bytes of the output's own name in front */
	size_t stem; /* bytes up to and with the format's extension */
	uint64_t sequence;
	const struct format *format;
};
void leaf_parse(const char *name, struct leaf *leaf);

int survey_take(struct recover *recover, struct survey *survey, struct err *err);
void survey_done(struct survey *survey);

/* A line of the report. `fmt` NULL: nothing more to say. */
void recover_say(struct recover *recover, enum recover_fate fate, const char *name, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
/* Renames to "<name>-<UTC>.quarantine", a directory to a hidden name, and reports it; 0 too when it
 * is gone. */
int recover_put_aside(struct recover *recover, const char *name, const char *why, struct err *err);
/* A second name for a file that is about to be replaced, and a line about it. Where there are no
 * hard links it goes without. */
int recover_copy_aside(struct recover *recover, const char *name, struct err *err);
/* rename(2) within a directory, replacing nothing, and synced. -EEXIST, ... */
int recover_move(struct recover *recover, const char *from, const char *to);
int recover_remove(struct recover *recover, const char *name, const char *why, struct err *err);
bool recover_is_there(struct recover *recover, const char *name);
void recover_saw_run(struct recover *recover, uint64_t run);

struct proof {
	const char *name;
	uint64_t bytes;
	const char *sha256; /* NULL: only the length is known */
};
/* Is it a regular file, no link, of that length and sum? 1: yes; 0: no, *err says why; -errno: it
 * could not be looked at. -ENOENT: it is missing. */
int recover_prove(struct recover *recover, const struct proof *proof, struct err *err);
/* Reports a file by its proof: kept, missing, or put aside. 1: kept; 0: not; -errno. */
int recover_judge(struct recover *recover, const struct proof *proof, struct err *err);

/* The two ways to go. compare: *fits tells whether the database knows what the manifests prove. */
int recover_compare(struct recover *recover, const struct survey *survey, bool *fits,
		    struct err *err);
int recover_outputs(struct recover *recover, const struct survey *survey, struct err *err);
int recover_snapshots(struct recover *recover, const struct survey *survey, struct err *err);
/* The configured job that lands there in append mode; NULL: none. */
const struct job *recover_owner(const struct recover *recover, const char *path);
/* Adds the outputs of configured jobs that the survey met by their live files at most. */
void recover_expect_outputs(struct recover *recover, const struct survey *survey);
/* A document in a file below data_dir; NULL: it cannot be read or is none. */
struct json *recover_read_json(struct recover *recover, const char *name);
/* The run of a snapshot's directory, "x/7" or "x/7.partial"; 0: it is none. *result: behind the
 * dot, or NULL. */
uint64_t recover_run_of(const char *name, const char **result);

#endif
