/* The records at a mark: see mark_keys.h. */
#include "data/mark_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec/mark.h"

#define HASH_BYTES 8
#define RANK_BYTES (MARK_KEY_BYTES - HASH_BYTES)

struct entry {
	unsigned char
		hash[HASH_BYTES]; /* the highest byte first, so that bytes compare as it does */
	unsigned char rank[RANK_BYTES]; /* padded with zeros */
};

_Static_assert(sizeof(struct entry) == MARK_KEY_BYTES, "entries lie close together");

static void fill_rank(unsigned char rank[static RANK_BYTES], struct slice whole)
{
	size_t len = whole.len < RANK_BYTES ? whole.len : RANK_BYTES;

	memset(rank, 0, RANK_BYTES);
	if (len > 0)
		memcpy(rank, whole.ptr, len);
}

void mark_keys_add(struct buf *keys, uint64_t hash, struct slice rank)
{
	struct entry entry;

	for (size_t i = 0; i < HASH_BYTES; i++)
		entry.hash[i] = (unsigned char)(hash >> (8 * (HASH_BYTES - 1 - i)));
	fill_rank(entry.rank, rank);
	buf_add(keys, &entry, sizeof(entry));
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct entry));
}

static int highest_rank_first(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return memcmp(right->rank, left->rank, RANK_BYTES);
}

/* Without those below the floor and those that stand twice; how many are left. */
static size_t sift(struct entry *entries, size_t n, struct slice floor)
{
	unsigned char lowest[RANK_BYTES];
	size_t kept = 0;

	fill_rank(lowest, floor);
	qsort(entries, n, sizeof(*entries), by_hash);
	for (size_t i = 0; i < n; i++)
		if (memcmp(entries[i].rank, lowest, RANK_BYTES) >= 0 &&
		    (kept == 0 || by_hash(&entries[kept - 1], &entries[i]) != 0))
			entries[kept++] = entries[i];
	return kept;
}

bool mark_keys_settle(struct buf *keys, struct slice floor)
{
	struct entry *entries =
		(struct entry *)(void *)keys->data; /* of bytes: any alignment does */
	size_t n = keys->len / sizeof(*entries), kept = n ? sift(entries, n, floor) : 0;
	bool whole = kept <= MARK_KEYS_MAX;

	if (!whole) {
		qsort(entries, kept, sizeof(*entries), highest_rank_first);
		kept = MARK_KEYS_MAX;
		qsort(entries, kept, sizeof(*entries), by_hash);
	}
	if (n)
		buf_cut(keys, kept * sizeof(*entries));
	return whole;
}

void mark_keys_hex(struct slice keys, struct buf *out)
{
	for (size_t at = 0; at + MARK_KEY_BYTES <= keys.len; at += MARK_KEY_BYTES)
		for (size_t i = 0; i < HASH_BYTES; i++)
			buf_addf(out, "%02x", (unsigned char)keys.ptr[at + i]);
}

static int by_digits(const void *wanted, const void *entry)
{
	return memcmp(wanted, entry, MARK_KEY_DIGITS);
}

bool mark_keys_has(struct slice digits, uint64_t hash)
{
	char wanted[MARK_KEY_DIGITS + 1];

	if (digits.len == 0)
		return false;
	snprintf(wanted, sizeof(wanted), "%016llx", (unsigned long long)hash);
	return bsearch(wanted, digits.ptr, digits.len / MARK_KEY_DIGITS, MARK_KEY_DIGITS,
		       by_digits) != NULL;
}
