/* SHA-256 (FIPS 180-4) of what is in memory, in hex. Pure; any thread. */
#ifndef DATA_SUM_H
#define DATA_SUM_H

#include "base/slice.h"

#define SUM_TEXT_MAX 65 /* with the NUL */

void sum_bytes(struct slice bytes, char text[static SUM_TEXT_MAX]);

#endif
