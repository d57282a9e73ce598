/* All jobs the daemon knows, and the difference between two such sets: what a reload does.
 *
 * Sources, in this order: `jobs:` of fetchd.yaml, every *.yaml *.yml *.json of jobs_dir (sorted),
 * and of <state_dir>/jobs.d (those added over the socket). A name has one source: a second
 * definition is a problem that names both. `defaults:` of a file is merged under each job of that
 * file.
 */
#ifndef SPEC_JOBSET_H
#define SPEC_JOBSET_H

#include <stdbool.h>
#include <stddef.h>

#include "spec/config.h"
#include "spec/job.h"
#include "spec/problem.h"

struct jobset {
	struct job **jobs; /* sorted by name */
	size_t len;
};

/* Blocking (reads files): not on the main loop. Never NULL; empty when there was any problem, since
 * a file with an error changes nothing at all. */
struct jobset *jobset_load(const struct config *config, struct problems *problems);
/* The jobs of one file, for --once FILE and `check FILE`. */
struct jobset *jobset_load_file(const char *file, struct problems *problems);
/* The same from memory: `file` only names it; relative paths are a problem when `strict_paths`. */
struct jobset *jobset_parse(const char *file, enum doc_syntax syntax, struct slice text,
			    bool strict_paths, struct problems *problems);
void jobset_free(struct jobset *set);

/* What was found in a file that is only checked: problems_json with the names of its jobs. */
struct json *jobset_report(const struct jobset *set, const struct problems *problems);

struct job *jobset_find(const struct jobset *set, const char *name); /* borrowed; NULL */

/* One job in or out, in its place (jobset_edit.c): a job of that name is replaced; a reference is
 * taken. */
void jobset_put(struct jobset *set, const struct job *job);
void jobset_drop(struct jobset *set, const char *name); /* fine when it is not there */

enum jobset_change { JOBSET_ADDED, JOBSET_CHANGED, JOBSET_REMOVED };
typedef void jobset_diff_fn(enum jobset_change change, const struct job *old, const struct job *new,
			    void *arg);
void jobset_diff(const struct jobset *old, const struct jobset *new, jobset_diff_fn *fn, void *arg);

#endif
