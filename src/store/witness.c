/* Twenty digits and a line end, written in place: see witness.h. */
#include "store/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

#define DIGITS 20 /* of the largest count */

struct witness {
	char *path;
	int fd; /* -1: not open for writing */
};

struct witness *witness_new(const char *path)
{
	struct witness *witness = xcalloc(1, sizeof(*witness));

	witness->path = xasprintf("%s" WITNESS_SUFFIX, path);
	witness->fd = -1;
	return witness;
}

void witness_free(struct witness *witness)
{
	if (!witness)
		return;
	if (witness->fd >= 0)
		close(witness->fd);
	free(witness->path);
	free(witness);
}

/* 0 unless it is nothing but digits, and no more than fits. */
static uint64_t parse(const char text[static DIGITS + 1])
{
	uint64_t commits;

	if (strspn(text, "0123456789") != DIGITS)
		return 0;
	errno = 0;
	commits = strtoull(text, NULL, 10);
	return errno ? 0 : commits;
}

uint64_t witness_read(struct witness *witness)
{
	char text[DIGITS + 1] = "";
	int fd = open(witness->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = read(fd, text, DIGITS);
	close(fd);
	return len == DIGITS ? parse(text) : 0;
}

void witness_write(struct witness *witness, uint64_t commits)
{
	char text[DIGITS + 2];
	int len = snprintf(text, sizeof(text), "%0*" PRIu64 "\n", DIGITS, commits);

	if (witness->fd < 0)
		witness->fd = open(witness->path,
				   O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (witness->fd >= 0 && pwrite(witness->fd, text, (size_t)len, 0) != len) {
		close(witness->fd);
		witness->fd = -1;
	}
}
