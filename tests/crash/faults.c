/* Faults at the nth state-changing call: a library for LD_PRELOAD, the crash tests' hand.
 *
 * Counts the calls that change what is below one directory (faults_calls.c lists them) and lets one
 * of them go wrong. Only the calls a program makes through libc are seen; libc's own inner ones are
 * not (mkostemp(3) is wrapped itself). The environment says what to do:
 *
 *   FAULT_BELOW=DIR   what counts; an absolute path without symbolic links
 *   FAULT_KIND=KIND   kill, killafter (SIGKILL before or after the call), stop (SIGSTOP before it),
 *                     eio, enospc, edquot, eintr, short (the first half is written)
 *   FAULT_AT=N        at the Nth call, from 1; only calls that can fail so count for eintr, short
 *   FAULT_FOR=M       and the M - 1 calls after it (default 1)
 *   FAULT_CALL=NAME   count only calls of this name; FAULT_PATH=TEXT only on paths holding TEXT,
 *                     or, as TEXT$, ending with it
 *   FAULT_KILL=K      kill the Kth call of any name after the first that was hit
 *   FAULT_LOG=FILE    one line a call that was hit, one with the total at exit
 *   FAULT_TRACE=1     one line for every call, in the order in which they ended
 *
 * Lines are: what (hit, call, total, violation), number, thread, name, result (or -errno), path,
 * other path, offset, length; separated by tabs, paths relative to DIR.
 *
 * A sync that is made to fail does what a kernel may do: it forgets the pages it could not write.
 * What was appended since the last successful sync becomes zeros, and nobody may write to or sync
 * this descriptor again: that is a violation, and ends the process by SIGABRT. SQLite's files are
 * excepted: it writes the same frames anew, over what failed.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 4096

enum kind { NOTHING, KILL, KILL_AFTER, STOP, SHORT, FAIL };

static const struct {
	const char *name;
	enum kind kind;
	int error;
} kinds[] = {
	{ "kill", KILL, 0 },        { "killafter", KILL_AFTER, 0 }, { "stop", STOP, 0 },
	{ "short", SHORT, 0 },      { "eio", FAIL, EIO },           { "enospc", FAIL, ENOSPC },
	{ "edquot", FAIL, EDQUOT }, { "eintr", FAIL, EINTR },
};

static struct {
	char below[PATH_MAX];
	size_t below_len; /* 0: nothing is ours */
	enum kind kind;
	int error;
	unsigned long at, repeat, kill;
	const char *only_call, *only_path;
	bool trace;
	int log;
} plan = { .log = -1 };

static atomic_ulong calls, later; /* those that were counted; all since the first hit */
static atomic_bool hit;
static long unsynced[FDS];    /* where what was appended since the last sync begins, plus 1; or 0 */
static atomic_bool lost[FDS]; /* a sync failed on it */

static unsigned long number_of(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void read_kind(const char *name)
{
	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		plan.kind = kinds[i].kind;
		plan.error = kinds[i].error;
	}
}

__attribute__((constructor)) static void read_plan(void)
{
	const char *below = getenv("FAULT_BELOW"), *log = getenv("FAULT_LOG");

	plan.at = number_of("FAULT_AT", 0);
	plan.repeat = number_of("FAULT_FOR", 1);
	plan.kill = number_of("FAULT_KILL", 0);
	plan.only_call = getenv("FAULT_CALL");
	plan.only_path = getenv("FAULT_PATH");
	plan.trace = number_of("FAULT_TRACE", 0) != 0;
	read_kind(getenv("FAULT_KIND"));
	if (log)
		plan.log = (int)syscall(SYS_openat, AT_FDCWD, log,
					O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (below && strlen(below) < sizeof(plan.below)) {
		strcpy(plan.below, below);
		plan.below_len = strlen(below);
	}
}

static bool is_below(const char *path)
{
	return plan.below_len > 0 && strncmp(path, plan.below, plan.below_len) == 0 &&
	       (path[plan.below_len] == '/' || path[plan.below_len] == '\0');
}

static bool look_up(const char *link, char path[static PATH_MAX])
{
	ssize_t len = readlink(link, path, PATH_MAX - 1);

	path[len > 0 ? len : 0] = '\0';
	return len > 0;
}

bool faults_locate_fd(int fd, char path[static PATH_MAX])
{
	int saved = errno;
	char link[32];
	bool found = false;

	if (plan.below_len > 0 && fd > STDERR_FILENO) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		found = look_up(link, path) && is_below(path);
	}
	errno = saved;
	return found;
}

bool faults_locate(int dir, const char *name, char path[static PATH_MAX])
{
	int saved = errno;
	char where[PATH_MAX] = "", link[32] = "/proc/self/cwd";

	if (plan.below_len == 0)
		return false;
	if (*name != '/') {
		if (dir != AT_FDCWD)
			snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
		if (!look_up(link, where))
			where[0] = '\0';
	}
	if (snprintf(path, PATH_MAX, "%s%s%s", where, *name == '/' ? "" : "/", name) >= PATH_MAX)
		path[0] = '\0';
	errno = saved;
	return is_below(path);
}

static const char *relative(const char *path)
{
	if (!is_below(path))
		return path;
	return path[plan.below_len] ? path + plan.below_len + 1 : ".";
}

/* In one write, so that the lines of several threads do not mix. */
static void say(const char *what, const struct call *call, long result)
{
	char line[3 * PATH_MAX];
	int len;

	if (plan.log < 0)
		return;
	len = snprintf(line, sizeof(line), "%s\t%lu\t%ld\t%s\t%ld\t%s\t%s\t%ld\t%ld\n", what,
		       call->number, syscall(SYS_gettid), call->name, result, relative(call->path),
		       relative(call->other), call->offset, call->len);
	syscall(SYS_write, plan.log, line, (size_t)len);
}

__attribute__((destructor)) static void say_total(void)
{
	struct call total = { .name = "", .number = atomic_load(&calls) };

	say("total", &total, 0);
}

static bool is_chosen(const char *path)
{
	size_t len = strlen(plan.only_path), cut = strlen(path);

	if (len == 0 || plan.only_path[len - 1] != '$')
		return strstr(path, plan.only_path);
	return cut >= len - 1 && strncmp(path + cut - (len - 1), plan.only_path, len - 1) == 0;
}

static bool counts(const struct call *call, unsigned traits)
{
	if (plan.only_call && strcmp(plan.only_call, call->name) != 0)
		return false;
	if (plan.only_path && !is_chosen(relative(call->path)))
		return false;
	if (plan.error == EINTR)
		return traits & INTERRUPTIBLE;
	return plan.kind != SHORT || (traits & PARTIAL && call->len > 1);
}

static void end_by(int signal)
{
	syscall(SYS_kill, getpid(), signal);
}

static void kill_later(const struct call *call)
{
	if (plan.kill == 0 || !atomic_load(&hit) || atomic_fetch_add(&later, 1) + 1 != plan.kill)
		return;
	say("hit", call, 0);
	end_by(SIGKILL);
}

void faults_before(struct call *call, unsigned traits)
{
	kill_later(call);
	if (!counts(call, traits))
		return;
	call->number = atomic_fetch_add(&calls, 1) + 1;
	call->hit = plan.at > 0 && call->number >= plan.at && call->number - plan.at < plan.repeat;
	if (!call->hit)
		return;
	atomic_store(&hit, true);
	say("hit", call, 0);
	if (plan.kind == KILL || plan.kind == STOP)
		end_by(plan.kind == KILL ? SIGKILL : SIGSTOP);
	call->half = plan.kind == SHORT;
	call->error = plan.error;
}

long faults_after(struct call *call, long result)
{
	int error = call->error ? call->error : errno;

	if (plan.trace)
		say("call", call, result < 0 ? -error : result);
	if (call->hit && plan.kind == KILL_AFTER)
		end_by(SIGKILL);
	errno = error;
	return result;
}

void faults_opened(int fd)
{
	if (fd < 0 || fd >= FDS)
		return;
	unsynced[fd] = 0;
	lost[fd] = false;
}

static bool is_sqlites(const struct call *call)
{
	return strstr(relative(call->path), ".db") != NULL;
}

static void refuse_lost(const struct call *call, int fd)
{
	if (fd >= FDS || !lost[fd] || is_sqlites(call))
		return;
	say("violation", call, 0);
	end_by(SIGABRT);
}

void faults_writing(const struct call *call, int fd, bool appends)
{
	int saved = errno;
	long at = appends ? (long)lseek(fd, 0, SEEK_END) : (long)lseek(fd, 0, SEEK_CUR);

	refuse_lost(call, fd);
	if (fd < FDS && unsynced[fd] == 0 && at >= 0)
		unsynced[fd] = at + 1;
	errno = saved;
}

/* Through a descriptor of our own: pwrite(2) to one with O_APPEND appends. */
static void forget_pages(int fd)
{
	char link[32], zeros[4096] = { 0 };
	long at = unsynced[fd] - 1, end = lseek(fd, 0, SEEK_END);
	int own;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	own = (int)syscall(SYS_openat, AT_FDCWD, link, O_WRONLY | O_CLOEXEC);
	for (; at < end; at += (long)sizeof(zeros)) {
		size_t len = end - at < (long)sizeof(zeros) ? (size_t)(end - at) : sizeof(zeros);

		syscall(SYS_pwrite64, own, zeros, len, at);
	}
	syscall(SYS_close, own);
}

void faults_synced(const struct call *call, int fd)
{
	int saved = errno;
	struct stat st;

	refuse_lost(call, fd);
	if (fd < FDS && call->error && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		lost[fd] = true;
		if (unsynced[fd] > 0 && !is_sqlites(call))
			forget_pages(fd);
	} else if (fd < FDS && !call->error) {
		unsynced[fd] = 0;
	}
	errno = saved;
}
