/* What the two halves of the faults library share: faults_calls.c wraps the calls of libc, faults.c
 * decides what becomes of each.
 */
#ifndef CRASH_FAULTS_H
#define CRASH_FAULTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum call_trait {
	INTERRUPTIBLE = 1, /* may end with EINTR */
	PARTIAL = 2,       /* may write less than asked for */
};

/* One call on something below FAULT_BELOW. */
struct call {
	const char *name;
	char path[PATH_MAX], other[PATH_MAX]; /* `other`: where a rename or link leads */
	long offset;                          /* of pwrite; -1 */
	long len;                             /* of writes and ftruncate, flags of openat; -1 */
	unsigned long number;                 /* 0: it was not counted */
	int error;                            /* the errno it shall fail with; 0: it goes on */
	bool half;                            /* only the first half shall be written */
	bool hit;                             /* this is the call, or one of those */
};

/* True when `fd` or `name` in `dir` is below FAULT_BELOW; fills `path`. errno stays. */
bool faults_locate_fd(int fd, char path[static PATH_MAX]);
bool faults_locate(int dir, const char *name, char path[static PATH_MAX]);

/* Before a call: counts it and decides; the process may end here. After it: `result` is what the
 * kernel said, what is returned is what the caller shall see, errno included. */
void faults_before(struct call *call, unsigned traits);
long faults_after(struct call *call, long result);

/* What a failed sync means: see faults.c. */
void faults_opened(int fd);
void faults_writing(const struct call *call, int fd, bool appends);
void faults_synced(const struct call *call, int fd);

#endif
