/* Several values out of one JSON document, in one walk over it. */
#ifndef BASE_PICK_H
#define BASE_PICK_H

#include <stddef.h>

#include "base/err.h"
#include "base/pointer.h"
#include "base/slice.h"

#define PICK_MAX 64 /* pointers at once */

/* found[i] becomes the bytes of the value at pointers[i]; its ptr is NULL when the document has no
 * such value. Of a key that is there twice the last one counts. `n` is at most PICK_MAX; a NULL
 * pointer finds nothing. 0, or -EINVAL with a sentence when `json` is not one complete document. */
int pick(const struct pointer *const *pointers, size_t n, struct slice json, struct slice *found,
	 struct err *err);

#endif
