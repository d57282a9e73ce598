/* What the parts of tools/docgen share: see docgen.c. */
#ifndef TOOLS_DOCGEN_H
#define TOOLS_DOCGEN_H

#include <stdbool.h>

/* mdoc(7), to standard output. */
void print_text(const char *text);     /* a line of text, without its end */
void print_sentence(const char *text); /* a line: a capital first, a full stop last */
void print_quoted(const char *text);   /* one argument of a macro */
/* A line with `macro` over each of the words, commas between them, `end` after the last. */
void print_words(const char *macro, const char *const *words, const char *end);

/* The fields of a table (docgen_fields.c). `name` is what follows "job-fields": "" all at the top,
 * ".request" those of that map. False: there is no such map. */
bool print_job_fields(const char *name);
bool print_config_fields(const char *name);
/* The names that print_job_fields takes, one a line. */
void list_job_fields(void);

bool print_verbs(const char *name); /* docgen_verbs.c */

#endif
