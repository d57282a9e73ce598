/* JSON Pointers, RFC 6901, compiled once and matched while scanning. */
#ifndef BASE_POINTER_H
#define BASE_POINTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/scan.h"
#include "base/slice.h"

#define POINTER_NO_INDEX UINT64_MAX

struct pointer; /* immutable; any thread may use it */

/* "" is the whole document, "/a/0/b~1c" steps. -EINVAL with a sentence when it is not a pointer. */
int pointer_parse(const char *text, struct pointer **pointer, struct err *err);
void pointer_free(struct pointer *pointer);
const char *pointer_text(const struct pointer *pointer); /* as it was written */
size_t pointer_steps(const struct pointer *pointer);
struct slice pointer_step(const struct pointer *pointer,
			  size_t index); /* unescaped, with a NUL behind */
/* The step as an array index (RFC 6901 section 4), or POINTER_NO_INDEX. */
uint64_t pointer_index(const struct pointer *pointer, size_t index);

/* Finds the value in proven or unproven JSON bytes: `whole` is its bytes. 0; -ENOENT when the
 * document has no such value (*err is left alone); -EINVAL (scan error in *err) when it is not JSON
 * up to there. */
int pointer_find(const struct pointer *pointer, struct slice json, struct slice *whole,
		 struct err *err);

#endif
