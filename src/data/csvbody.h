/* CSV answers: each row becomes a JSON object, so that all that follows sees records as ever. */
#ifndef DATA_CSVBODY_H
#define DATA_CSVBODY_H

#include "data/extract.h"

struct csvbody_dialect {
	char delimiter;
	bool header; /* the first row names the members; else they are column1, column2, ... */
};

/* Proves that `body`, in UTF-8, is RFC 4180 (LF or CRLF, every row as long as the first) and makes
 * a record of each row behind the header, empty lines passed over: its members are strings, an
 * empty field without quotes is null. They take at most `ceiling` bytes.
 *
 * 0; -EINVAL with a sentence naming the line, *truncated tells whether the body ended within
 * quotes; -E2BIG. *truncated is always set. Nothing points into `body`. */
int csvbody_records(struct slice body, const struct csvbody_dialect *dialect, size_t ceiling,
		    struct extract *extract, bool *truncated, struct err *err);

#endif
