/* A document as a person wrote it: its tree, and the place of every part of it.
 *
 * YAML 1.2 (core schema, through libyaml's events and our own composer) and JSON (our own scanner)
 * come out the same: a json tree, and a map from JSON pointer to line and column, 1-based, so that
 * every later complaint can say where. Refused with a sentence and a place: duplicate keys,
 * non-scalar keys, more than one document, depth over 64, more than 200,000 nodes counting what
 * aliases repeat (a long text counts one for every 256 bytes), NUL bytes, bad UTF-8, tags other
 * than the core schema's, alias cycles. `<<` merges (a map or a list of maps). An alias has its own
 * place; what is inside it, the place where it was written. .inf and .nan are texts, so that they
 * are refused where a number is asked for. A number keeps its digits (1.10 stays 1.10).
 */
#ifndef SPEC_DOC_H
#define SPEC_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"

#define DOC_BYTES_MAX (16u << 20)
#define DOC_NODES_MAX 200000u
#define DOC_DEPTH_MAX 64u

struct doc;
struct problems;

enum doc_syntax { DOC_YAML, DOC_JSON };

struct place {
	unsigned line, column; /* 1-based; 0: not known */
};

/* By the name's ending: .json is JSON, all else YAML. */
enum doc_syntax doc_syntax_of(const char *file);

/* `file` names the document in sentences ("jobs.d/a.yaml", "<request>"). The first fault ends it:
 * "FILE:LINE:COLUMN: SENTENCE". */
int doc_parse(const char *file, enum doc_syntax syntax, struct slice text, struct doc **doc,
	      struct err *err);
/* Reads at most DOC_BYTES_MAX. -ENOENT when it is not there. */
int doc_read(const char *file, struct doc **doc, struct err *err);

/* The same for whoever gathers problems: the fault becomes one, at its place. A file that is not
 * there is a problem too (and -ENOENT). */
int doc_parse_checked(const char *file, enum doc_syntax syntax, struct slice text,
		      struct problems *problems, struct doc **doc);
int doc_read_checked(const char *file, struct problems *problems, struct doc **doc);
void doc_free(struct doc *doc);

const char *doc_file(const struct doc *doc);
struct json *doc_root(const struct doc *doc);             /* borrowed */
bool doc_has(const struct doc *doc, const char *pointer); /* was it written there, by itself */
/* Where the value at `pointer` begins; a key's own place with doc_key_place. The nearest known
 * ancestor's place when the pointer is not in the document (a default, a missing key). */
struct place doc_place(const struct doc *doc, const char *pointer);
struct place doc_key_place(const struct doc *doc, const char *pointer);

#endif
