/* The count beside the database: read back, absent, damaged. */
#include "store/witness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "scratch.h"

static void put(const struct scratch *s, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s" WITNESS_SUFFIX, s->path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(what_was_written_is_read)
{
	struct scratch s;
	struct witness *witness;

	scratch_init(&s);
	witness = witness_new(s.path);
	ck_assert_uint_eq(witness_read(witness), 0);
	witness_write(witness, 7);
	witness_write(witness, UINT64_MAX);
	witness_write(witness, 12345);
	ck_assert_uint_eq(witness_read(witness), 12345);
	witness_free(witness);
	witness = witness_new(s.path);
	ck_assert_uint_eq(witness_read(witness), 12345);
	witness_free(witness);
	scratch_done(&s);
}
END_TEST

START_TEST(what_is_no_count_says_nothing)
{
	static const char *const texts[] = { "",
					     "1234",
					     "0000000000000000001x\n",
					     "-0000000000000000012\n",
					     "99999999999999999999\n",
					     "rubbish of any length, more than twenty" };
	struct scratch s;
	struct witness *witness;

	scratch_init(&s);
	witness = witness_new(s.path);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put(&s, texts[i]);
		ck_assert_msg(witness_read(witness) == 0, "%s", texts[i]);
	}
	witness_write(witness, 8);
	ck_assert_uint_eq(witness_read(witness), 8);
	witness_free(witness);
	scratch_done(&s);
}
END_TEST

START_TEST(no_link_is_followed)
{
	struct scratch s;
	struct witness *witness;
	char path[128], other[128];

	scratch_init(&s);
	snprintf(path, sizeof(path), "%s" WITNESS_SUFFIX, s.path);
	snprintf(other, sizeof(other), "%s/other", s.dir);
	ck_assert_int_eq(symlink(other, path), 0);
	witness = witness_new(s.path);
	witness_write(witness, 8);
	ck_assert_int_ne(access(other, F_OK), 0);
	ck_assert_uint_eq(witness_read(witness), 0);
	witness_free(witness);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("witness", what_was_written_is_read, what_is_no_count_says_nothing, no_link_is_followed)
