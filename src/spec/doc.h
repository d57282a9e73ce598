/* A document as a person wrote it: its tree, and the place of every part of it.
 *
 * YAML 1.2 (core schema, through libyaml's events and our own composer) and JSON (our own scanner)
 * come out the same: a json tree, and a map from JSON pointer to line and column, 1-based, so that
 * every later complaint can say where. Refused with a sentence and a place: duplicate keys,
 * non-scalar keys, more than one document, depth over 64, more than 200,000 nodes counting what
 * aliases repeat, NUL bytes, bad UTF-8, tags other than the core schema's, alias cycles. `<<`
 * merges (a map or a list of maps).
 */
#ifndef SPEC_DOC_H
#define SPEC_DOC_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct doc;

enum doc_syntax { DOC_YAML, DOC_JSON };

struct place {
	unsigned line, column; /* 1-based; 0: not known */
};

/* By the name's ending: .json is JSON, all else YAML. */
enum doc_syntax doc_syntax_of(const char *file);

/* `file` names the document in sentences ("jobs.d/a.yaml", "<request>"). One problem at most: the
 * first. */
int doc_parse(const char *file, enum doc_syntax syntax, const char *text, size_t len,
	      struct doc **doc, struct err *err);
/* Reads at most 16 MiB. -ENOENT when it is not there. */
int doc_read(const char *file, struct doc **doc, struct err *err);
void doc_free(struct doc *doc);

const char *doc_file(const struct doc *doc);
struct json *doc_root(const struct doc *doc); /* borrowed */
/* Where the value at `pointer` begins; a key's own place with doc_key_place. The nearest known
 * ancestor's place when the pointer is not in the document (a default, a missing key). */
struct place doc_place(const struct doc *doc, const char *pointer);
struct place doc_key_place(const struct doc *doc, const char *pointer);

#endif
