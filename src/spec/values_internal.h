/* What the readers behind values.h share: bytes, one after the other, and where they stand. */
#ifndef SPEC_VALUES_INTERNAL_H
#define SPEC_VALUES_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "spec/values.h"

#define VALUES_BLOCK 16384
#define VALUES_END   (-1) /* no byte is left, or none can be read: then `code` is set */

struct values {
	const struct values_input *input;
	const struct values_form *form;
	char block[VALUES_BLOCK];
	size_t at, len;
	int code;         /* of reading */
	uint64_t line;    /* from 1, of the next byte */
	struct buf field; /* of CSV: the field just read; of JSON: the record */
	struct buf text;  /* of JSON: the value in it */
	size_t index;     /* of CSV: the field's number in the row, from 0 */
	size_t wanted;    /* the number of the one asked for */
	bool last;        /* it ends the row */
	bool quoted;
	values_fn *each;
	void *arg;
};

int values_peek(struct values *values);
int values_next(struct values *values);
/* -EINVAL: "NAME:LINE: SENTENCE". */
int values_fault(const struct values *values, struct err *err, const char *sentence);
/* -EINVAL for what no value may be: not UTF-8, with a NUL byte, too long. */
int values_check(const struct values *values, const struct buf *text, struct err *err);
/* What reading said. */
int values_trouble(const struct values *values, struct err *err);

int values_csv(struct values *values, struct err *err);  /* or a text, without form->column */
int values_json(struct values *values, struct err *err); /* with form->pointer */

#endif
