/* Reading spools, and removing them: see spool.h. They are written by spool_writer.c.
 *
 * The file: the values, each ended by a NUL; NULs up to a multiple of 8; the offset of every
 * SPOOL_STRIDE-th value as 8 bytes; the trailer. In the byte order of the machine, as the state
 * directory stays where it is.
 */
#include "spec/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "spec/spool_internal.h"

struct spool {
	char *name;
	int fd; /* holds the lock */
	const char *map;
	size_t size;
	uint64_t count;
	const uint64_t *index;
	unsigned refs; /* atomic */
};

/* Opening. */

static size_t index_length(uint64_t count)
{
	return (size_t)((count + SPOOL_STRIDE - 1) / SPOOL_STRIDE);
}

/* Nothing in the file is believed before its sum was found right, and its lengths agree. */
static bool sound(const struct spool *spool, struct spool_trailer *trailer)
{
	size_t rest = spool->size, values;

	if (rest < sizeof(*trailer))
		return false;
	rest -= sizeof(*trailer);
	memcpy(trailer, spool->map + rest, sizeof(*trailer));
	if (memcmp(trailer->magic, SPOOL_MAGIC, sizeof(trailer->magic)) != 0 ||
	    trailer->values > rest || trailer->count > trailer->values || trailer->count == 0)
		return false;
	values = (size_t)(trailer->values + 7) / 8 * 8;
	return rest == values + index_length(trailer->count) * sizeof(uint64_t) &&
	       hash_bytes(spool->map, rest + offsetof(struct spool_trailer, sum)) == trailer->sum;
}

static int map_file(struct spool *spool, const char *path, struct err *err)
{
	struct spool_trailer trailer;
	struct stat st;
	void *map;

	if (fstat(spool->fd, &st) < 0)
		return err_sys(err, -errno, "cannot read %s", path);
	spool->size = (size_t)st.st_size;
	map = spool->size ? mmap(NULL, spool->size, PROT_READ, MAP_SHARED, spool->fd, 0)
			  : MAP_FAILED;
	if (map == MAP_FAILED && spool->size)
		return err_sys(err, -errno, "cannot map %s", path);
	spool->map = map == MAP_FAILED ? NULL : map;
	if (!sound(spool, &trailer))
		return err_set(err, -EUCLEAN, "%s, the frozen values of a parameter, is damaged",
			       path);
	spool->count = trailer.count;
	spool->index = (const uint64_t *)(const void *)(spool->map + (trailer.values + 7) / 8 * 8);
	return 0;
}

static int open_file(struct spool *spool, const char *path, struct err *err)
{
	spool->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (spool->fd < 0 && errno == ENOENT)
		return err_set(err, -EUCLEAN, "%s, the frozen values of a parameter, is missing",
			       path);
	if (spool->fd < 0)
		return err_sys(err, -errno, "cannot open %s", path);
	while (flock(spool->fd, LOCK_SH) < 0)
		if (errno != EINTR)
			return err_sys(err, -errno, "cannot lock %s", path);
	return map_file(spool, path, err);
}

int spool_open(const char *dir, const char *name, struct spool **out, struct err *err)
{
	struct spool *spool;
	char *path;
	int code;

	if (!*name || strlen(name) > SPOOL_NAME_MAX || strchr(name, '/') || *name == '.')
		return err_set(err, -EUCLEAN, "\"%.80s\" is no name of frozen values", name);
	spool = xcalloc(1, sizeof(*spool));
	spool->name = xstrdup(name);
	spool->fd = -1;
	spool->refs = 1;
	path = xasprintf("%s/%s", dir, name);
	code = open_file(spool, path, err);
	free(path);
	if (code < 0)
		spool_unref(spool);
	else
		*out = spool;
	return code;
}

struct spool *spool_ref(struct spool *spool)
{
	__atomic_fetch_add(&spool->refs, 1, __ATOMIC_RELAXED);
	return spool;
}

void spool_unref(struct spool *spool)
{
	if (!spool || __atomic_fetch_sub(&spool->refs, 1, __ATOMIC_ACQ_REL) > 1)
		return;
	if (spool->map)
		munmap((void *)spool->map, spool->size);
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->name);
	free(spool);
}

void spool_release(struct spool *spool)
{
	if (!spool)
		return;
	flock(spool->fd, LOCK_UN); /* close(2) would leave it: the map holds the file open */
	close(spool->fd);
	spool->fd = -1;
	spool_unref(spool);
}

/* Reading. */

const char *spool_name(const struct spool *spool)
{
	return spool->name;
}

uint64_t spool_count(const struct spool *spool)
{
	return spool->count;
}

const char *spool_value(const struct spool *spool, uint64_t index)
{
	const char *at = spool->map + spool->index[index / SPOOL_STRIDE];

	for (uint64_t i = index % SPOOL_STRIDE; i > 0; i--)
		at += strlen(at) + 1;
	return at;
}

uint64_t spool_find(const struct spool *spool, const char *text, uint64_t from)
{
	const char *at = from < spool->count ? spool_value(spool, from) : NULL;

	for (; from < spool->count && strcmp(at, text) != 0; from++)
		at += strlen(at) + 1;
	return from;
}

/* Sweeping. */

static void sweep_file(int dir, const char *name, bool needed)
{
	int fd = needed ? -1 : openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir, name, 0);
	close(fd);
}

void spool_sweep(const char *dir, spool_needed_fn *needed, void *arg)
{
	DIR *list = opendir(dir);
	const struct dirent *entry;

	if (!list)
		return;
	while ((entry = readdir(list)) != NULL) {
		bool unfinished =
			strncmp(entry->d_name, SPOOL_UNFINISHED, strlen(SPOOL_UNFINISHED)) == 0;

		if (*entry->d_name != '.' || unfinished)
			sweep_file(dirfd(list), entry->d_name,
				   !unfinished && needed(entry->d_name, arg));
	}
	closedir(list);
}
