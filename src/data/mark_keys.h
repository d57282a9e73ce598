/* The records at a mark, remembered so that none of them lands twice: the next run asks for what is
 * at the mark, or in the look back before it, once more.
 *
 * A set is entries of MARK_KEY_BYTES one after another: a hash of what tells the record apart and
 * of its cursor, and the beginning of its cursor's rank (spec/mark.h). Bounded: of more than
 * MARK_KEYS_MAX entries those with the highest ranks stay, and what is forgotten may land again.
 */
#ifndef DATA_MARK_KEYS_H
#define DATA_MARK_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define MARK_KEYS_MAX  10000
#define MARK_KEY_BYTES 24

void mark_keys_add(struct buf *keys, uint64_t hash, struct slice rank);
/* Sorts, takes out what is there twice and what ranks below `floor`, and holds the bound. False
 * when something was forgotten for the bound's sake. */
bool mark_keys_settle(struct buf *keys, struct slice floor);
/* Appends the hashes of a settled set as hex digits, as mark_thaw gives them back. */
void mark_keys_hex(struct slice keys, struct buf *out);
/* Is the hash among those digits? */
bool mark_keys_has(struct slice digits, uint64_t hash);

#endif
