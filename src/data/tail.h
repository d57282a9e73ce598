/* The last rows of an output, for `head`: read backwards from the committed end. Blocking; query
 * thread. */
#ifndef DATA_TAIL_H
#define DATA_TAIL_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"

/* The last `n` rows (n <= 10,000) of the first `bytes` bytes of an open file as arrays of texts, in
 * file order, pushed to `rows`; `columns` gets the header's names (CSV), or the keys in order of
 * first sight (JSONL, flattened). A CSV null is JSON null, an empty text "". Reads at most 16 MiB.
 */
int tail_read(int fd, uint64_t bytes, enum job_format format, unsigned n, struct json *columns,
	      struct json *rows, struct err *err);

#endif
