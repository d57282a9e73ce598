/* Plain scalars of YAML 1.2's core schema (YAML 1.2.2 section 10.3.2): what `010` or `no` means. */
#ifndef SPEC_SCALAR_H
#define SPEC_SCALAR_H

#include <stdbool.h>

#include "base/json.h"

enum scalar_type {
	SCALAR_NULL,
	SCALAR_BOOL,
	SCALAR_INT,
	SCALAR_FLOAT,
	SCALAR_SPECIAL, /* .inf and .nan: numbers to YAML, texts to us */
	SCALAR_TEXT
};

enum scalar_type scalar_type(const char *text);
/* The JSON value of a plain scalar; the caller's. False: a hexadecimal or octal number beyond 64
 * bits. */
bool scalar_value(const char *text, struct json **value);

#endif
