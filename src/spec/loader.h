/* Gathering jobs from files until the set is whole. Inner to jobset.c.
 *
 * One loader makes one set: give it documents and directories, then end it.
 */
#ifndef SPEC_LOADER_H
#define SPEC_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "spec/doc.h"
#include "spec/jobset.h"
#include "spec/problem.h"

struct loader_entry;

struct loader {
	struct problems *problems;
	bool strict_paths; /* relative paths are a problem */
	bool whole;        /* there are no other jobs than those of this set */
	struct doc **docs; /* kept to the end: problems between files need places */
	size_t ndocs;
	struct loader_entry *entries;
	size_t len, room;
	size_t raised; /* problems there were before */
};

void loader_init(struct loader *loader, struct problems *problems, bool strict_paths);
/* The `jobs:` of a document that is checked already; it is borrowed until loader_end. */
void loader_add_jobs(struct loader *loader, const struct doc *doc);
void loader_add_doc(struct loader *loader, struct doc *doc); /* a job file; takes it */
void loader_add_file(struct loader *loader, const char *file);
/* Every *.yaml, *.yml and *.json of a directory, in the order of their names. */
void loader_add_dir(struct loader *loader, const char *dir, bool must_exist);
/* Checks between the jobs, then the set: empty when there was any problem. */
struct jobset *loader_end(struct loader *loader);

#endif
