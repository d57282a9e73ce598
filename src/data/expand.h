/* The bytes of a landed file from its beginning, as they were before it was compressed. Blocking.
 */
#ifndef DATA_EXPAND_H
#define DATA_EXPAND_H

#include <stdint.h>
#include <sys/types.h>

#include "spec/job.h"

struct expand_file {
	int fd;         /* borrowed */
	uint64_t bytes; /* the first so many count */
	enum job_compress compress;
	uint64_t raw_bytes; /* how many a compressed one gives */
};

struct expand;

struct expand *expand_new(const struct expand_file *file);
void expand_free(struct expand *expand); /* NULL is fine */
/* How many bytes, 0 at the end. -EUCLEAN: the stream is not as it was written; -EIO and the like,
 * also when the file is shorter than it must be. */
ssize_t expand_read(void *expand, char *to, size_t room);

#endif
