/* The last rows of an output, for `head`: read backwards from the committed end. Blocking; query
 * thread. */
#ifndef DATA_TAIL_H
#define DATA_TAIL_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"

#define TAIL_BYTES_MAX (UINT64_C(16) << 20) /* read of the rows */
#define TAIL_CELLS_MAX (1u << 18)           /* answered */

/* What is asked, and where the answer goes. */
struct tail {
	int fd;         /* an open file, of which */
	uint64_t bytes; /* the first so many count */
	enum job_format format;
	unsigned n; /* rows wanted, at most 10,000 */
	struct json *columns, *rows;
	const struct json *policy;  /* how CSV was written (format_policy); NULL: as by default */
	enum job_compress compress; /* the file is one such stream, */
	uint64_t raw_bytes;         /* of so many bytes when it is expanded */
};

/* The last n rows as arrays of texts, in file order, pushed to `rows`; `columns` gets the header's
 * names (CSV), or the keys in order of first sight (JSON, flattened as in CSV). Both are arrays of
 * the caller's, and untouched on failure. A CSV null is JSON null, an empty text "". Fewer rows
 * when the limits above are met. What stands behind the last row of a JSON array may be among
 * `bytes` or not. A compressed file is expanded from its beginning, of which only the last part is
 * kept.
 *
 * 0; -EINVAL: the file is not what we wrote; -E2BIG: not even one row (or the header) is within
 * the limits; -EIO and the like, also when the file is shorter than `bytes`. */
int tail_read(const struct tail *tail, struct err *err);

#endif
