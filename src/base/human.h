/* Numbers as people like to read them: rounded, never to be read back. What is read back is written
 * by spec/units.h. */
#ifndef BASE_HUMAN_H
#define BASE_HUMAN_H

#include <stdint.h>

#define HUMAN_TEXT_MAX 48

void human_duration(int64_t ms, char text[static HUMAN_TEXT_MAX]); /* "6.8 s", "2 min 3 s" */
void human_size(uint64_t bytes, char text[static HUMAN_TEXT_MAX]); /* "3.4 MiB" */

#endif
