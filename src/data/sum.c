/* See sum.h. */
#include "data/sum.h"

#include <sys/types.h>

#include <sha256.h>

_Static_assert(SUM_TEXT_MAX == SHA256_DIGEST_STRING_LENGTH, "the sum's text");

void sum_bytes(struct slice bytes, char text[static SUM_TEXT_MAX])
{
	SHA256Data((const uint8_t *)bytes.ptr, bytes.len, text);
}
