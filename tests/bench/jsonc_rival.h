/* json-c at the same work, behind a door of its own: its names clash with base/json.h. */
#ifndef TESTS_BENCH_JSONC_RIVAL_H
#define TESTS_BENCH_JSONC_RIVAL_H

#include "base/buf.h"

enum jsonc_work { JSONC_PARSE, JSONC_CSV, JSONC_JSONL };

/* Parses an array of records and writes its rows; how many there were. The CSV is the plainest there
 * is: the fields must need no quotes. */
size_t jsonc_rival(struct slice body, enum jsonc_work work, struct buf *rows);

#endif
