/* Files: whole, confined, durable. Each test works in a directory of its own. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"

struct place {
	char path[32]; /* absolute */
	int root;      /* its descriptor */
};

static struct place enter(void)
{
	struct place place = { .path = "/tmp/file_test-XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(place.path));
	ck_assert_int_eq(chdir(place.path), 0);
	place.root = open(".", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(place.root, 0);
	return place;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void leave(struct place place)
{
	close(place.root);
	ck_assert_int_eq(chdir("/"), 0);
	nftw(place.path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
	ck_assert_int_eq(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void expect_contents(const char *path, const char *text)
{
	struct buf out;

	buf_init(&out, 1000);
	ck_assert_int_eq(file_read(path, &out, NULL), 0);
	ck_assert_str_eq(buf_text(&out), text);
	buf_done(&out);
}

START_TEST(a_file_is_read_up_to_the_ceiling_and_not_beyond)
{
	struct place place = enter();
	struct err err = ERR_INIT;
	struct buf out;

	put("five", "12345");
	buf_init(&out, 5);
	ck_assert_int_eq(file_read("five", &out, &err), 0);
	ck_assert_str_eq(buf_text(&out), "12345");
	buf_done(&out);
	buf_init(&out, 4);
	ck_assert_int_eq(file_read("five", &out, &err), -E2BIG);
	ck_assert_str_eq(err.text, "five is larger than 4 bytes");
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
	buf_init(&out, 0);
	put("none", "");
	ck_assert_int_eq(file_read("none", &out, &err), 0);
	buf_done(&out);
	leave(place);
}
END_TEST

START_TEST(a_large_file_is_read_whole)
{
	struct place place = enter();
	size_t len = 300001;
	char *bytes = malloc(len);
	struct buf out;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7);
	ck_assert_int_eq(file_replace("big", bytes, len, 0600, NULL), 0);
	buf_init(&out, 1 << 20);
	ck_assert_int_eq(file_read("big", &out, NULL), 0);
	ck_assert(slice_equal(buf_slice(&out), (struct slice) { bytes, len }));
	buf_done(&out);
	free(bytes);
	leave(place);
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	struct place place = enter();
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 10);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(file_read("fifo", &out, &err), -EINVAL);
	ck_assert_str_eq(err.text, "fifo is not a regular file");
	ck_assert_int_eq(file_read(".", &out, &err), -EISDIR);
	ck_assert_int_eq(file_read("missing", &out, &err), -ENOENT);
	ck_assert_str_eq(err.text, "cannot open missing: No such file or directory");
	buf_done(&out);
	leave(place);
}
END_TEST

struct drain {
	int fd;
	size_t got;
};

static void *drain(void *arg)
{
	struct drain *into = arg;
	char bytes[777];
	ssize_t n;

	while ((n = read(into->fd, bytes, sizeof(bytes))) > 0)
		into->got += (size_t)n;
	return NULL;
}

START_TEST(short_writes_go_on)
{
	size_t len = 1000000, done = 0;
	char *bytes = calloc(len, 1);
	struct drain into = { 0 };
	pthread_t thread;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	into.fd = ends[0];
	pthread_create(&thread, NULL, drain, &into);
	ck_assert_int_eq(file_write_all(ends[1], bytes, len, &done), 0);
	close(ends[1]);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(done, len);
	ck_assert_uint_eq(into.got, len);
	close(ends[0]);
	free(bytes);
}
END_TEST

START_TEST(a_failed_write_tells_how_much_went_in)
{
	size_t len = 1000000, done = 0;
	char *bytes = calloc(len, 1);
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0); /* full is an error, half is not */
	ck_assert_int_eq(file_write_all(ends[1], bytes, len, &done), -EAGAIN);
	ck_assert_uint_gt(done, 0);
	ck_assert_uint_lt(done, len);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(file_write_all(-1, bytes, len, &done), -EBADF);
	ck_assert_uint_eq(done, 0);
	free(bytes);
}
END_TEST

START_TEST(an_early_end_is_an_error)
{
	struct place place = enter();
	char bytes[4];
	int fd;

	put("five", "12345");
	fd = open("five", O_RDONLY);
	ck_assert_int_eq(file_pread_all(fd, bytes, 4, 1), 0);
	ck_assert_int_eq(memcmp(bytes, "2345", 4), 0);
	ck_assert_int_eq(file_pread_all(fd, bytes, 4, 2), -EIO);
	close(fd);
	leave(place);
}
END_TEST

START_TEST(replacing_is_all_or_nothing)
{
	struct place place = enter();
	struct err err = ERR_INIT;
	struct stat st;

	put("a", "old");
	ck_assert_int_eq(file_replace("a", "new", 3, 0640, &err), 0);
	expect_contents("a", "new");
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(file_replace("none/a", "x", 1, 0600, &err), -ENOENT);
	ck_assert_int_eq(mkdir("b", 0700), 0);
	ck_assert_int_eq(file_replace("b", "x", 1, 0600, &err), -EISDIR);
	ck_assert_str_eq(err.text, "cannot write b: Is a directory");
	ck_assert_int_eq(rmdir("b"), 0);
	ck_assert_int_eq(unlink("a"), 0);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(place.path), 0); /* no temporary was left behind */
	close(place.root);
}
END_TEST

START_TEST(clean_paths_are_told_from_others)
{
	static const char *const clean[] = {
		"a", "a/b", "a.b/..c/...", "\xc3\xa4", ".hidden", "a b"
	};
	static const char *const others[] = { "",     "/",    "/a",   "a/",    "a//b",
					      ".",    "..",   "./a",  "a/.",   "a/../b",
					      "a/..", "../a", "a\nb", "a/\x7f" };
	char name[NAME_MAX + 2];

	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
		ck_assert_msg(file_path_clean(clean[i]), "%s", clean[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!file_path_clean(others[i]), "%s", others[i]);
	memset(name, 'a', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	ck_assert(!file_path_clean(name));
	name[NAME_MAX] = '\0';
	ck_assert(file_path_clean(name));
}
END_TEST

START_TEST(directories_are_made_level_by_level)
{
	struct place place = enter();
	struct stat st;
	int again, fd = file_make_dirs(place.root, "a/b/c", 0750, NULL);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(stat("a/b/c", &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	again = file_make_dirs(place.root, "a/b/c", 0750, NULL);
	ck_assert_int_ge(again, 0);
	ck_assert_int_eq(openat(again, "x", O_WRONLY | O_CREAT, 0600) >= 0, 1);
	ck_assert_int_eq(access("a/b/c/x", F_OK), 0);
	close(fd);
	close(again);
	leave(place);
}
END_TEST

START_TEST(the_mode_of_directories_is_as_asked_whatever_the_umask)
{
	struct place place = enter();
	mode_t before = umask(0077);
	struct stat st;

	ck_assert_int_eq(chmod(".", 02700), 0);
	close(file_make_dirs(place.root, "a/b", 0775, NULL));
	umask(before);
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 02775); /* the group is inherited still */
	ck_assert_int_eq(stat("a/b", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 02775);
	leave(place);
}
END_TEST

START_TEST(no_link_leads_out_of_the_root)
{
	struct place place = enter();
	struct err err = ERR_INIT;

	ck_assert_int_eq(mkdir("in", 0700), 0);
	put("in/file", "x");
	ck_assert_int_eq(symlink("/", "out"), 0);
	ck_assert_int_eq(symlink("in", "alias"), 0);
	ck_assert_int_eq(symlink("in/file", "link"), 0);
	ck_assert_int_lt(file_open_beneath(place.root, "out/etc/passwd", O_RDONLY, 0, &err), 0);
	ck_assert_str_eq(err.text,
			 "cannot open out/etc/passwd: a symbolic link or a file stands in "
			 "the way");
	ck_assert_int_lt(file_open_beneath(place.root, "alias/file", O_RDONLY, 0, NULL), 0);
	ck_assert_int_eq(file_open_beneath(place.root, "link", O_RDONLY, 0, NULL), -ELOOP);
	ck_assert_int_eq(file_open_beneath(place.root, "link", O_WRONLY | O_CREAT, 0600, NULL),
			 -ELOOP);
	ck_assert_int_lt(file_make_dirs(place.root, "alias/new", 0700, NULL), 0);
	ck_assert_int_lt(file_make_dirs(place.root, "out", 0700, NULL), 0);
	ck_assert_int_lt(file_make_dirs(place.root, "in/file/x", 0700, NULL), 0);
	ck_assert_int_ne(access("in/new", F_OK), 0);
	leave(place);
}
END_TEST

START_TEST(paths_that_climb_are_refused)
{
	static const char *const bad[] = { "../x", "in/../../x", "/etc/passwd", "", ".", "in/" };
	struct place place = enter();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		ck_assert_int_eq(file_open_beneath(place.root, bad[i], O_RDONLY, 0, &err), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err.text, "is not a clean relative path"));
		ck_assert_int_eq(file_make_dirs(place.root, bad[i], 0700, NULL), -EINVAL);
	}
	leave(place);
}
END_TEST

/* How many descriptors this process has open. */
static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(files_beneath_are_opened_made_and_not_leaked)
{
	struct place place = enter();
	struct err err = ERR_INIT;
	int fd, before;

	close(file_make_dirs(place.root, "a/b", 0700, NULL));
	before = descriptors();
	fd = file_open_beneath(place.root, "a/b/new", O_WRONLY | O_CREAT | O_EXCL, 0600, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	ck_assert_int_eq(file_open_beneath(place.root, "a/x/new", O_RDONLY, 0, &err), -ENOENT);
	ck_assert_str_eq(err.text, "cannot open a/x/new: No such file or directory");
	ck_assert_int_eq(file_open_beneath(place.root, "a/b/none", O_RDONLY, 0, NULL), -ENOENT);
	ck_assert_int_lt(file_make_dirs(place.root, "a/b/new/c", 0700, NULL), 0);
	ck_assert_int_eq(descriptors(), before);
	leave(place);
}
END_TEST

START_TEST(a_path_of_directories_is_made_once)
{
	struct place place = enter();
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/x/y//z/", place.path);
	ck_assert_int_eq(file_mkdir_p(path, 0700, &err), 0);
	ck_assert_int_eq(file_mkdir_p(path, 0700, &err), 0);
	ck_assert_int_eq(access("x/y/z", F_OK), 0);
	ck_assert_int_eq(file_mkdir_p("r/s", 0700, &err), 0);
	ck_assert_int_eq(access("r/s", F_OK), 0);
	put("file", "x");
	ck_assert_int_eq(file_mkdir_p("file", 0700, &err), -ENOTDIR);
	ck_assert_str_eq(err.text, "file is not a directory");
	ck_assert_int_eq(file_mkdir_p("file/x", 0700, &err), -ENOTDIR);
	leave(place);
}
END_TEST

START_TEST(a_lock_is_held_by_one_process)
{
	struct place place = enter();
	int lock = file_lock("lock", NULL), status = 0;
	char pid[32];
	pid_t child;

	ck_assert_int_ge(lock, 0);
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	expect_contents("lock", pid);
	child = fork();
	if (child == 0) {
		struct err err = ERR_INIT;
		char expected[64];
		int code = file_lock("lock", &err);

		snprintf(expected, sizeof(expected), "lock is locked by process %ld",
			 (long)getppid());
		_exit(code == -EWOULDBLOCK && strcmp(err.text, expected) == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(lock);
	lock = file_lock("lock", NULL);
	ck_assert_int_ge(lock, 0);
	close(lock);
	leave(place);
}
END_TEST

static void expect_absolute(const char *path, const char *beside, const char *expected)
{
	char *got = file_absolute(path, beside);

	ck_assert_str_eq(got, expected);
	free(got);
}

START_TEST(paths_are_absolute_beside_a_file_or_here)
{
	struct place place = enter();
	char expected[64];

	expect_absolute("/x/y", "/etc/f.yaml", "/x/y");
	expect_absolute("jobs.d", "/etc/fetchd/f.yaml", "/etc/fetchd/jobs.d");
	expect_absolute("x", "/f.yaml", "/x");
	snprintf(expected, sizeof(expected), "%s/x", place.path);
	expect_absolute("x", NULL, expected);
	expect_absolute("x", "f.yaml", expected);
	snprintf(expected, sizeof(expected), "%s/sub/x", place.path);
	expect_absolute("x", "sub/f.yaml", expected);
	leave(place);
}
END_TEST

UNIT_MAIN("file", a_file_is_read_up_to_the_ceiling_and_not_beyond, a_large_file_is_read_whole,
	  only_regular_files_are_read, short_writes_go_on, a_failed_write_tells_how_much_went_in,
	  an_early_end_is_an_error, replacing_is_all_or_nothing, clean_paths_are_told_from_others,
	  directories_are_made_level_by_level,
	  the_mode_of_directories_is_as_asked_whatever_the_umask, no_link_leads_out_of_the_root,
	  paths_that_climb_are_refused, files_beneath_are_opened_made_and_not_leaked,
	  a_path_of_directories_is_made_once, a_lock_is_held_by_one_process,
	  paths_are_absolute_beside_a_file_or_here)
