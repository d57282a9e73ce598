/* Short runs of bytes, compared and copied without a call: keys and cells are rarely longer than 16
 * bytes, and then the way to memcpy(3) costs more than the copy. Private to this floor.
 *
 * Two loads that overlap cover every length from 4 to 16, so nothing outside the run is touched.
 */
#ifndef DATA_BRIEF_H
#define DATA_BRIEF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t brief_load8(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint32_t brief_load4(const char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline bool brief_same(const char *a, const char *b, size_t len)
{
	if (len > 16)
		return memcmp(a, b, len) == 0;
	if (len >= 8)
		return brief_load8(a) == brief_load8(b) &&
		       brief_load8(a + len - 8) == brief_load8(b + len - 8);
	if (len >= 4)
		return brief_load4(a) == brief_load4(b) &&
		       brief_load4(a + len - 4) == brief_load4(b + len - 4);
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static inline void brief_copy(char *to, const char *from, size_t len)
{
	uint64_t head, tail;
	uint32_t first, last;

	if (len > 16) {
		memcpy(to, from, len);
	} else if (len >= 8) {
		head = brief_load8(from);
		tail = brief_load8(from + len - 8);
		memcpy(to, &head, 8);
		memcpy(to + len - 8, &tail, 8);
	} else if (len >= 4) {
		first = brief_load4(from);
		last = brief_load4(from + len - 4);
		memcpy(to, &first, 4);
		memcpy(to + len - 4, &last, 4);
	} else {
		for (size_t i = 0; i < len; i++)
			to[i] = from[i];
	}
}

#endif
