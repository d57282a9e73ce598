/* A data directory, and a disk under it that fails, dies or dawdles at the nth call.
 *
 * The calls of the program that change files are ours: they are counted, written to a trace of one
 * letter each, and at the chosen one the process dies or the call fails. faults_play tries a step with every such misfortune and then once more without: the
 * directory must end as if nothing had happened.
 */
#ifndef TESTS_UNIT_DATA_FAULTS_H
#define TESTS_UNIT_DATA_FAULTS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "base/buf.h"
#include "base/err.h"

/* Dying after a call is dying before the next one. */
enum fault { FAULT_NONE, FAULT_DIE, FAULT_ERROR, FAULT__COUNT };

#define FAULT_DIED 99

static struct {
	enum fault kind;
	unsigned at, calls;                   /* the nth call, from 1; how many there were */
	int error;                            /* of FAULT_ERROR */
	int failing_syncs, failing_dir_syncs; /* how many more fdatasync, fsync fail with EIO */
	char trace[256];
	size_t short_by;    /* > 0: write and pread move at most this many bytes */
	unsigned interrupt; /* every nth write or pread is interrupted first; 0: none */
	unsigned moves;     /* writes and preads so far */
	void (*meddle)(char letter, int fd); /* other hands: called before each counted call */
} faults;

/* True: the call is to fail, errno is set. */
static inline bool fault_before(char letter, int fd)
{
	size_t len = strlen(faults.trace);

	if (len + 1 < sizeof(faults.trace))
		faults.trace[len] = letter;
	faults.calls++;
	if (faults.meddle)
		faults.meddle(letter, fd);
	if (faults.kind == FAULT_NONE || faults.calls != faults.at)
		return false;
	if (faults.kind == FAULT_DIE)
		_exit(FAULT_DIED);
	errno = faults.error;
	return faults.kind == FAULT_ERROR;
}

static inline bool interrupted(void)
{
	bool now = faults.interrupt && ++faults.moves % faults.interrupt == 0;

	if (now)
		errno = EINTR;
	return now;
}

static inline size_t shortened(size_t len)
{
	return faults.short_by && len > faults.short_by ? faults.short_by : len;
}

#define FAULTY(letter, number, fd, ...)                                                            \
	(fault_before(letter, fd) ? -1 : syscall(number, fd, __VA_ARGS__))

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (flags & O_CREAT)
		return (int)FAULTY('c', SYS_openat, dir, path, flags, mode);
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	if (interrupted())
		return -1;
	return FAULTY('w', SYS_write, fd, bytes, shortened(len));
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
	if (interrupted())
		return -1;
	return syscall(SYS_pread64, fd, bytes, shortened(len), at);
}

int fchmod(int fd, mode_t mode)
{
	return (int)FAULTY('h', SYS_fchmod, fd, mode);
}

int ftruncate(int fd, off_t length)
{
	return (int)FAULTY('t', SYS_ftruncate, fd, length);
}

static inline bool fails(int *times)
{
	if (*times == 0)
		return false;
	(*times)--;
	errno = EIO;
	return true;
}

/* Processes die here, not machines: what is written is there, synced or not. */
static inline int pretend_sync(int fd)
{
	return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

int fdatasync(int fd)
{
	if (fails(&faults.failing_syncs))
		return -1;
	return fault_before('d', fd) ? -1 : pretend_sync(fd);
}

int fsync(int fd)
{
	if (fails(&faults.failing_dir_syncs))
		return -1;
	return fault_before('f', fd) ? -1 : pretend_sync(fd);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return (int)FAULTY('r', SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return (int)FAULTY('R', SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	return (int)FAULTY('u', SYS_unlinkat, dir, path, flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)FAULTY('m', SYS_mkdirat, dir, path, mode);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return (int)FAULTY('k', SYS_linkat, from_dir, from, to_dir, to, flags);
}

int symlinkat(const char *target, int dir, const char *path)
{
	return (int)(fault_before('l', dir) ? -1 : syscall(SYS_symlinkat, target, dir, path));
}

static char base[64];
static int root;
static struct err err;

static inline void faults_none(void)
{
	memset(&faults, 0, sizeof(faults));
}

static inline void faults_setup(void)
{
	faults_none();
	snprintf(base, sizeof(base), "/tmp/faults_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	root = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(root, 0);
	err.text[0] = '\0';
}

static inline void faults_teardown(void)
{
	char command[128];

	faults_none();
	close(root);
	snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static inline void put(const char *name, const char *text)
{
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static inline void make_dir(const char *name)
{
	ck_assert_int_eq(mkdirat(root, name, 0750), 0);
}

static inline const char *contents(const char *name)
{
	static char text[4096];
	int fd = openat(root, name, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return NULL;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	ck_assert_int_ge(got, 0);
	text[got] = '\0';
	return text;
}

static inline bool there(const char *name)
{
	struct stat st;

	return fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void list(int dir, const char *path, struct buf *out);

static inline void list_one(int dir, const char *path, const char *name, struct buf *out)
{
	char whole[512], target[256] = "";
	struct stat st;

	snprintf(whole, sizeof(whole), "%s/%s", path, name);
	ck_assert_int_eq(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	buf_addf(out, "%s %o", whole, st.st_mode);
	if (S_ISLNK(st.st_mode) && readlinkat(dir, name, target, sizeof(target) - 1) > 0)
		buf_addf(out, " -> %s", target);
	else if (S_ISREG(st.st_mode))
		buf_addf(out, " %zu %.3000s", (size_t)st.st_size, contents(whole + 1));
	buf_add_char(out, '\n');
	if (S_ISDIR(st.st_mode)) {
		int below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		list(below, whole, out);
		close(below);
	}
}

static inline void list(int dir, const char *path, struct buf *out)
{
	struct dirent **names;
	int n = scandirat(dir, ".", &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
			list_one(dir, path, names[i]->d_name, out);
		free(names[i]);
	}
	free(names);
}

/* Everything in the data directory, as text; the caller frees. */
static inline char *tree(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	list(root, "", &text);
	return buf_take(&text);
}

/* The step once, in a child that dies at the nth call. False: it had no such call. */
static inline bool die_at(unsigned at, int (*step)(void))
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		faults_none();
		faults.kind = FAULT_DIE;
		faults.at = at;
		step();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status), "the child crashed at call %u", at);
	return WEXITSTATUS(status) == FAULT_DIED;
}

static inline bool fail_at(unsigned at, int error, int (*step)(void))
{
	faults_none();
	faults.kind = FAULT_ERROR;
	faults.error = error;
	faults.at = at;
	step();
	return faults.calls >= at;
}

/* `prepare` makes the directory, `step` is tried with every misfortune, then without; the end must
 * be that of an undisturbed step. Returns how many misfortunes there were. */
static inline unsigned faults_play(void (*prepare)(void), int (*step)(void))
{
	char *wanted = NULL;
	unsigned played = 0;

	for (unsigned kind = FAULT_NONE; kind < FAULT__COUNT; kind++) {
		for (unsigned at = 1;; at++) {
			bool hit;
			char *got;

			faults_teardown();
			faults_setup();
			prepare();
			hit = kind == FAULT_DIE     ? die_at(at, step)
			      : kind == FAULT_ERROR ? fail_at(at, at % 2 ? EIO : ENOSPC, step)
						    : false;
			faults_none();
			err.text[0] = '\0';
			ck_assert_msg(step() == 0, "after %u at call %u (%s): %s", kind, at,
				      faults.trace, err.text);
			got = tree();
			if (wanted)
				ck_assert_msg(strcmp(got, wanted) == 0, "after %u at call %u:\n%s",
					      kind, at, got);
			else
				wanted = strdup(got);
			free(got);
			if (!hit)
				break;
			played++;
		}
	}
	free(wanted);
	return played;
}

static inline int faults_main(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	umask(0027);
	tcase_add_checked_fixture(tcase, faults_setup, faults_teardown);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* As UNIT_MAIN, each test in a directory of its own. */
#define FAULTS_MAIN(name, ...)                                                                     \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *tests[] = { __VA_ARGS__ };                                            \
                                                                                                   \
		return faults_main(name, tests, sizeof(tests) / sizeof(tests[0]));                 \
	}

#endif
