#include "spec/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/xalloc.h"

static char *new_dir(void)
{
	char *top = xstrdup("/tmp/spool-test-XXXXXX"), *dir;

	ck_assert_ptr_nonnull(mkdtemp(top));
	dir = xasprintf("%s/spool", top);
	free(top);
	return dir;
}

static int keep_none(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int files_in(const char *dir)
{
	struct dirent **names;
	int len = scandir(dir, &names, keep_none, NULL);

	for (int i = 0; i < len; i++)
		free(names[i]);
	if (len >= 0)
		free(names);
	return len;
}

static struct spool *made(const char *dir, uint64_t count, const char *format)
{
	struct spool_writer *writer = NULL;
	struct spool *spool = NULL;
	struct err err = ERR_INIT;

	ck_assert_msg(spool_begin(dir, &writer, &err) == 0, "%s", err.text);
	for (uint64_t i = 0; i < count; i++) {
		char *value = xasprintf("%s%llu", format, (unsigned long long)i);

		ck_assert_int_eq(spool_add(writer, slice_of(value), &err), 0);
		free(value);
	}
	ck_assert_msg(spool_finish(writer, &spool, &err) == 0, "%s", err.text);
	return spool;
}

static void tidy(char *dir)
{
	char *command = xasprintf("rm -rf '%s/..'/spool && rmdir '%.*s'", dir,
				  (int)(strrchr(dir, '/') - dir), dir);

	ck_assert_int_eq(system(command), 0);
	free(command);
	free(dir);
}

START_TEST(every_value_is_found_again)
{
	char *dir = new_dir();
	struct spool *first = made(dir, 100000, "id-"), *spool = NULL;

	ck_assert_int_eq(spool_open(dir, spool_name(first), &spool, NULL), 0);
	spool_unref(first);
	ck_assert_uint_eq(spool_count(spool), 100000);
	for (uint64_t i = 0; i < 100000; i += i < 200 ? 1 : 997) {
		char *want = xasprintf("id-%llu", (unsigned long long)i);

		ck_assert_str_eq(spool_value(spool, i), want);
		ck_assert_uint_eq(spool_find(spool, want, i > 70 ? i - 70 : 0), i);
		ck_assert_uint_eq(spool_find(spool, want, i + 1), 100000);
		free(want);
	}
	ck_assert_str_eq(spool_value(spool, 99999), "id-99999");
	ck_assert_uint_eq(spool_find(spool, "id-", 0), 100000);
	ck_assert_uint_eq(spool_find(spool, "id-0", 100000), 100000);
	spool_unref(spool);
	tidy(dir);
}
END_TEST

START_TEST(empty_values_and_every_length_of_them_are_kept)
{
	char *dir = new_dir();

	for (size_t len = 0; len < 20; len++) {
		struct spool_writer *writer;
		struct spool *spool;

		ck_assert_int_eq(spool_begin(dir, &writer, NULL), 0);
		spool_add(writer, (struct slice) { "aaaaaaaaaaaaaaaaaaaaaa", len }, NULL);
		spool_add(writer, slice_of(""), NULL);
		ck_assert_int_eq(spool_finish(writer, &spool, NULL), 0);
		ck_assert_uint_eq(strlen(spool_value(spool, 0)), len);
		ck_assert_str_eq(spool_value(spool, 1), "");
		spool_unref(spool);
	}
	tidy(dir);
}
END_TEST

START_TEST(the_same_values_share_a_file)
{
	char *dir = new_dir();
	struct spool *a = made(dir, 10, "x"), *b = made(dir, 10, "x"), *c = made(dir, 11, "x");

	ck_assert_str_eq(spool_name(a), spool_name(b));
	ck_assert_str_ne(spool_name(a), spool_name(c));
	ck_assert_int_eq(files_in(dir), 2);
	ck_assert_str_eq(spool_value(a, 9), "x9");
	ck_assert_str_eq(spool_value(b, 9), "x9");
	spool_unref(a);
	spool_unref(b);
	spool_unref(c);
	tidy(dir);
}
END_TEST

START_TEST(nothing_is_left_of_what_was_given_up)
{
	char *dir = new_dir();
	struct spool_writer *writer;

	ck_assert_int_eq(spool_begin(dir, &writer, NULL), 0);
	ck_assert_int_eq(files_in(dir), 1);
	spool_add(writer, slice_of("a"), NULL);
	spool_abort(writer);
	spool_abort(NULL);
	ck_assert_int_eq(files_in(dir), 0);
	tidy(dir);
}
END_TEST

/* Each byte in turn, and each length. */
START_TEST(damage_is_never_passed_over)
{
	char *dir = new_dir(), *path, name[SPOOL_NAME_MAX];
	struct spool *spool = made(dir, 100, "v");
	struct err err = ERR_INIT;
	char bytes[4096];
	ssize_t len;
	int fd;

	snprintf(name, sizeof(name), "%s", spool_name(spool));
	spool_unref(spool);
	path = xasprintf("%s/%s", dir, name);
	fd = open(path, O_RDWR);
	len = read(fd, bytes, sizeof(bytes));
	ck_assert_int_gt(len, 40);
	for (ssize_t i = 0; i < len; i++) {
		char flipped = (char)(bytes[i] ^ 0x10);

		ck_assert_int_eq(pwrite(fd, &flipped, 1, i), 1);
		ck_assert_int_eq(spool_open(dir, name, &spool, &err), -EUCLEAN);
		ck_assert_ptr_nonnull(strstr(err.text, "is damaged"));
		ck_assert_int_eq(pwrite(fd, &bytes[i], 1, i), 1);
	}
	ck_assert_int_eq(spool_open(dir, name, &spool, &err), 0);
	spool_unref(spool);
	for (ssize_t i = len - 1; i >= 0; i--) {
		ck_assert_int_eq(ftruncate(fd, i), 0);
		ck_assert_int_eq(spool_open(dir, name, &spool, &err), -EUCLEAN);
	}
	close(fd);
	unlink(path);
	ck_assert_int_eq(spool_open(dir, name, &spool, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "is missing"));
	ck_assert_int_eq(spool_open(dir, "../spool/x", &spool, &err), -EUCLEAN);
	ck_assert_int_eq(spool_open(dir, "", &spool, &err), -EUCLEAN);
	free(path);
	tidy(dir);
}
END_TEST

static bool is_needed(const char *name, void *arg)
{
	return strcmp(name, arg) == 0;
}

START_TEST(only_what_nobody_needs_or_holds_is_swept)
{
	char *dir = new_dir(), name[SPOOL_NAME_MAX], *left;
	struct spool *needed = made(dir, 3, "a"), *held = made(dir, 3, "b");
	struct spool *free_one = made(dir, 3, "c"), *again = NULL;
	char none[] = "";
	FILE *file;

	spool_sweep("/nowhere", is_needed, none);
	snprintf(name, sizeof(name), "%s", spool_name(needed));
	left = xasprintf("%s/.new-0123", dir);
	file = fopen(left, "w");
	fclose(file);
	spool_unref(needed);
	spool_unref(free_one);
	ck_assert_int_eq(files_in(dir), 4);
	spool_sweep(dir, is_needed, name);
	ck_assert_int_eq(files_in(dir), 2);
	ck_assert_int_eq(spool_open(dir, name, &again, NULL), 0);
	spool_unref(again);
	ck_assert_int_eq(spool_open(dir, spool_name(held), &again, NULL), 0);
	spool_unref(again);
	spool_ref(held);
	spool_release(held);
	spool_release(NULL);
	spool_sweep(dir, is_needed, none);
	ck_assert_int_eq(files_in(dir), 0);
	ck_assert_str_eq(spool_value(held, 2), "b2");
	spool_unref(held);
	free(left);
	tidy(dir);
}
END_TEST

/* Across the blocks in which it is written; values of which one begins with another. */
START_TEST(what_came_before_is_not_added_again)
{
	char *dir = new_dir(), *text = xcalloc(1, 2001);
	struct spool_writer *writer;
	struct spool *spool = NULL;

	memset(text, 'x', 2000);
	ck_assert_int_eq(spool_begin(dir, &writer, NULL), 0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2000; i++) {
			bool added = round != 0;
			struct slice value = { text, (size_t)i };

			ck_assert_int_eq(spool_add_once(writer, value, &added, NULL), 0);
			ck_assert_int_eq(added, round == 0);
		}
	}
	ck_assert_int_eq(spool_finish(writer, &spool, NULL), 0);
	ck_assert_uint_eq(spool_count(spool), 2000);
	for (int i = 0; i < 2000; i++)
		ck_assert_uint_eq(strlen(spool_value(spool, (uint64_t)i)), (size_t)i);
	spool_unref(spool);
	free(text);
	tidy(dir);
}
END_TEST

UNIT_MAIN("spool", every_value_is_found_again, empty_values_and_every_length_of_them_are_kept,
	  the_same_values_share_a_file, nothing_is_left_of_what_was_given_up,
	  damage_is_never_passed_over, only_what_nobody_needs_or_holds_is_swept,
	  what_came_before_is_not_added_again)
