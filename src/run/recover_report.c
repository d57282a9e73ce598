/* What is said and done to a single file: the report, moves and proofs of recover_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/xalloc.h"
#include "data/pack.h"
#include "io/file.h"
#include "run/recover_internal.h"

#define LEAF_KEPT 180 /* bytes of a name that go into the one it is put aside under */

static const char *const fates[] = {
	[RECOVER_KEPT] = "kept",
	[RECOVER_TRUNCATED] = "truncated",
	[RECOVER_QUARANTINED] = "quarantined",
	[RECOVER_MISSING] = "missing",
	[RECOVER_DIFFERS] = "differs",
	[RECOVER_REMOVED] = "removed",
	[RECOVER_LEFT] = "left alone",
};

void recover_say(struct recover *recover, enum recover_fate fate, const char *name, const char *fmt,
		 ...)
{
	FILE *out = recover->order->report;
	char shown[512], why[ERR_TEXT_MAX + 256], line[ERR_TEXT_MAX + 256];
	va_list ap;

	printable_copy(shown, sizeof(shown), name);
	fprintf(out, "%s: %s", shown, fates[fate]);
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(why, sizeof(why), fmt, ap);
		va_end(ap);
		printable_copy(line, sizeof(line), why);
		fprintf(out, ": %s", line);
	}
	fputc('\n', out);
	fflush(out); /* who is killed has said what was done */
	recover->counts[fate]++;
	json_put_bool(recover->met, name, true);
}

void recover_saw_run(struct recover *recover, uint64_t run)
{
	if (run > recover->highest_run && run < INT64_MAX)
		recover->highest_run = run;
}

/* The directory `name` stands in. A descriptor, or -errno. */
static int open_parent(struct recover *recover, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *parent = slash ? xstrndup(name, (size_t)(slash - name)) : NULL;
	int dir = parent ? file_open_beneath(recover->root, parent, O_RDONLY | O_DIRECTORY, 0, NULL)
			 : openat(recover->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!parent && dir < 0)
		dir = -errno;
	free(parent);
	return dir;
}

static const char *leaf_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

bool recover_is_there(struct recover *recover, const char *name)
{
	int dir = open_parent(recover, name);
	struct stat st;
	bool there = dir >= 0 && fstatat(dir, leaf_of(name), &st, AT_SYMLINK_NOFOLLOW) == 0;

	if (dir >= 0)
		close(dir);
	return there;
}

/* A file system without the flag (NFS): nobody else makes files here; look first. */
static int move_in(int dir, const char *from, const char *to)
{
	struct stat st;

	if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(dir, from, dir, to) < 0 ? -errno : 0;
}

int recover_move(struct recover *recover, const char *from, const char *to)
{
	int dir = open_parent(recover, from), code = dir;

	if (dir < 0)
		return dir;
	code = move_in(dir, leaf_of(from), leaf_of(to));
	if (code == 0)
		code = file_sync_dir(dir, NULL);
	close(dir);
	return code;
}

static int link_in(int dir, const char *from, const char *to)
{
	return linkat(dir, from, dir, to, 0) < 0 ? -errno : 0;
}

/* Gives it a name that is free and nobody's data, by `how`: the name goes to `aside`. */
static int name_aside(int dir, const char *leaf, int (*how)(int, const char *, const char *),
		      char aside[static 256])
{
	char utc[CLOCK_TEXT_MAX], again[8] = "";
	int code = -EEXIST;
	struct stat st;
	bool hide;

	if (fstatat(dir, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	hide = S_ISDIR(st.st_mode) && leaf[0] != '.';
	clock_format_compact(clock_unix_ms(), utc);
	for (unsigned i = 2; code == -EEXIST && i < 1000; i++) {
		snprintf(aside, 256, "%s%.*s-%s%s.quarantine", hide ? "." : "", LEAF_KEPT, leaf,
			 utc, again);
		code = how(dir, leaf, aside);
		snprintf(again, sizeof(again), "-%u", i);
	}
	return code < 0 ? code : file_sync_dir(dir, NULL);
}

int recover_copy_aside(struct recover *recover, const char *name, struct err *err)
{
	int dir = open_parent(recover, name), code = dir;
	char aside[256];

	if (dir >= 0) {
		code = name_aside(dir, leaf_of(name), link_in, aside);
		close(dir);
	}
	if (code == -ENOENT || code == -EPERM || code == -EOPNOTSUPP || code == -ENOSYS)
		return 0;
	if (code < 0)
		return err_sys(err, code, "cannot put a copy of %s aside", name);
	recover_say(recover, RECOVER_QUARANTINED, name,
		    "what it listed is not there as it says; as it was it is now %.*s%s, and what "
		    "is kept is listed anew",
		    (int)(leaf_of(name) - name), name, aside);
	return 0;
}

int recover_put_aside(struct recover *recover, const char *name, const char *why, struct err *err)
{
	int dir = open_parent(recover, name), code = dir;
	char aside[256];

	if (dir >= 0) {
		code = name_aside(dir, leaf_of(name), move_in, aside);
		close(dir);
	}
	if (code == -ENOENT)
		return 0;
	if (code < 0)
		return err_sys(err, code, "cannot put %s aside", name);
	recover_say(recover, RECOVER_QUARANTINED, name, "%s; it is now %.*s%s", why,
		    (int)(leaf_of(name) - name), name, aside);
	return 0;
}

int recover_remove(struct recover *recover, const char *name, const char *why, struct err *err)
{
	int code = pack_remove(recover->root, name, err);

	if (code == 0)
		recover_say(recover, RECOVER_REMOVED, name, "%s", why);
	return code;
}

static int prove_length(struct recover *recover, const struct proof *proof, struct err *err)
{
	int dir = open_parent(recover, proof->name), code = dir < 0 ? dir : 0;
	struct stat st;

	if (dir >= 0) {
		code = fstatat(dir, leaf_of(proof->name), &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno
											: 0;
		close(dir);
	}
	if (code == -ENOTDIR || code == -ELOOP)
		return -ENOENT;
	if (code < 0)
		return code == -ENOENT ? code
				       : err_sys(err, code, "cannot look at %s", proof->name);
	if (!S_ISREG(st.st_mode)) {
		err_set(err, 0, "it is no regular file");
		return 0;
	}
	if ((uint64_t)st.st_size == proof->bytes)
		return 1;
	err_set(err, 0, "it has %" PRIu64 " bytes, not %" PRIu64, (uint64_t)st.st_size,
		proof->bytes);
	return 0;
}

int recover_prove(struct recover *recover, const struct proof *proof, struct err *err)
{
	const struct pack_order order = { .root = recover->root,
					  .name = proof->name,
					  .bytes = proof->bytes,
					  .compress = JOB_COMPRESS_NONE };
	struct pack_result result;
	int code = prove_length(recover, proof, err);

	if (code <= 0 || !proof->sha256)
		return code;
	code = pack_file(&order, &result, err);
	if (code == -EUCLEAN || code == -EIO)
		return 0;
	if (code < 0)
		return code;
	if (strcmp(result.sha256, proof->sha256) == 0)
		return 1;
	err_set(err, 0, "its SHA-256 is %s, not %s", result.sha256, proof->sha256);
	return 0;
}

int recover_judge(struct recover *recover, const struct proof *proof, struct err *err)
{
	struct err why = ERR_INIT;
	int code = recover_prove(recover, proof, &why);

	if (code > 0) {
		recover_say(recover, RECOVER_KEPT, proof->name, NULL);
		return 1;
	}
	if (code == -ENOENT) {
		recover_say(recover, RECOVER_MISSING, proof->name, "its manifest lists it");
		return 0;
	}
	if (code == 0)
		return recover_put_aside(recover, proof->name, why.text, err);
	return err_set(err, code, "%s", why.text);
}

struct json *recover_read_json(struct recover *recover, const char *name)
{
	int fd = file_open_beneath(recover->root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, NULL);
	struct json *doc = NULL;
	struct buf text;
	struct stat st;
	char *to;

	if (fd < 0)
		return NULL;
	buf_init(&text, (size_t)256 << 20);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (to = buf_reserve(&text, (size_t)st.st_size)) &&
	    file_pread_all(fd, to, (size_t)st.st_size, 0) == 0)
		json_parse(to, (size_t)st.st_size, &doc, NULL);
	buf_done(&text);
	close(fd);
	return doc;
}

uint64_t recover_run_of(const char *name, const char **result)
{
	const char *leaf = leaf_of(name);
	char *end;
	uint64_t run;

	*result = NULL;
	if (*leaf < '1' || *leaf > '9' || leaf == name)
		return 0;
	run = strtoull(leaf, &end, 10);
	if (*end == '.' && end[1])
		*result = end + 1;
	return *end && !*result ? 0 : run;
}
