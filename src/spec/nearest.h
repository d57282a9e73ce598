/* The known word nearest to a misspelt one: "did you mean". */
#ifndef SPEC_NEAREST_H
#define SPEC_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word; /* what was written */
	const char *best; /* the nearest candidate so far; NULL: none near enough */
	size_t distance;  /* of `best` */
};

void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate); /* kept by pointer */

#endif
