/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing beyond U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the bytes are valid UTF-8. */
bool utf8_valid(const char *bytes, size_t len);
/* Bytes of the valid sequence that starts at `at`, 1 to 4; 0 when there is none before `end`. */
unsigned utf8_sequence(const char *at, const char *end);
/* Writes the code point (<= 0x10ffff, no surrogate) and returns how many bytes it took. */
unsigned utf8_encode(uint32_t code, char bytes[static 4]);

#endif
