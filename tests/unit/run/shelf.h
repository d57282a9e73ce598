/* The closed files of a house: waited for, and held against manifest and disk. The sums are those
 * of sha256sum(1), which knows nothing of us.
 */
#ifndef TESTS_UNIT_RUN_SHELF_H
#define TESTS_UNIT_RUN_SHELF_H

#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "data/manifest.h"
#include "house.h"

#define SHELF_MAX 32

struct shelf {
	struct file_record at[SHELF_MAX];
	size_t n;
};

static inline char *shelf_copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static inline void shelf_take(const struct file_record *record, void *arg)
{
	struct shelf *shelf = arg;
	struct file_record *copy = &shelf->at[shelf->n++];

	ck_assert_uint_le(shelf->n, SHELF_MAX);
	*copy = *record;
	copy->name = shelf_copy(record->name);
	copy->source = shelf_copy(record->source);
	copy->sha256 = shelf_copy(record->sha256);
	copy->path = shelf_copy(record->path);
	copy->job = shelf_copy(record->job);
	copy->note = shelf_copy(record->note);
	copy->policy = record->policy ? json_ref(record->policy) : NULL;
	copy->columns = record->columns ? json_ref(record->columns) : NULL;
	copy->runs = record->runs ? json_ref(record->runs) : NULL;
}

static inline void shelf_done(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->n; i++)
		file_record_done(&shelf->at[i]);
	shelf->n = 0;
}

/* The closed files of an output as the ledger has them, oldest first. */
static inline void shelf_look(const struct house *house, const char *path, struct shelf *shelf)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;

	shelf->n = 0;
	ck_assert_msg(db_open_readonly(house->db, &db, &err) == 0, "%s", err.text);
	ck_assert_msg(files_each(db, path, FILES_ALL, shelf_take, shelf, &err) == 0, "%s",
		      err.text);
	db_close(db);
}

static inline bool shelf_is_settled(const struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->n; i++)
		if (shelf->at[i].state != FILE_LISTED)
			return false;
	return true;
}

/* Until the output has exactly `n` closed files, and each has come to its end. */
static inline void shelf_wait(const struct house *house, const char *path, size_t n,
			      struct shelf *shelf)
{
	int64_t until = clock_monotonic_ms() + HOUSE_WAIT_MS;
	struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };

	for (;;) {
		shelf_look(house, path, shelf);
		if (shelf->n == n && shelf_is_settled(shelf))
			return;
		ck_assert_msg(clock_monotonic_ms() < until, "%s: %zu files, the first in state %d",
			      path, shelf->n, shelf->n ? (int)shelf->at[0].state : -1);
		shelf_done(shelf);
		nanosleep(&pause, NULL);
	}
}

static inline bool shelf_has(const struct house *house, const char *name)
{
	struct stat st;

	return fstatat(house->root, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A command of the shell in data_dir; what it says, without the last end of line. */
static inline char *shelf_shell(const struct house *house, const char *command)
{
	char *line = xasprintf("cd %s && %s", house->data, command);
	FILE *pipe = popen(line, "re");
	char *text = xcalloc(1, 65536);
	size_t len;

	ck_assert_ptr_nonnull(pipe);
	len = fread(text, 1, 65535, pipe);
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	ck_assert_msg(pclose(pipe) == 0, "%s", line);
	free(line);
	return text;
}

static inline void shelf_do(const struct house *house, const char *command)
{
	free(shelf_shell(house, command));
}

static inline void shelf_check_entry(const struct manifest_entry *entry, void *arg)
{
	const struct house *house = ((void **)arg)[0];
	struct shelf *shelf = ((void **)arg)[1];
	size_t *n = ((void **)arg)[2];
	char *command = xasprintf("sha256sum '%s' | cut -d' ' -f1", entry->file);
	char *sum = shelf_shell(house, command);
	struct stat st;

	ck_assert_uint_lt(*n, shelf->n);
	while (*n < shelf->n && !shelf->at[*n].sha256) /* damaged */
		++*n;
	ck_assert_str_eq(entry->file, shelf->at[*n].name);
	ck_assert_str_eq(entry->sha256, sum);
	ck_assert_str_eq(entry->sha256, shelf->at[*n].sha256);
	ck_assert_int_eq(fstatat(house->root, entry->file, &st, 0), 0);
	ck_assert_uint_eq(entry->bytes, (uint64_t)st.st_size);
	ck_assert_uint_eq(entry->rows, shelf->at[*n].rows);
	++*n;
	free(command);
	free(sum);
}

/* The manifest has every file of the shelf that is not damaged, in order, as it stands, and no
 * other line; its committed length is its length. For paths without a directory. */
static inline void shelf_check(const struct house *house, const char *path, struct shelf *shelf)
{
	char *name = xasprintf("%s.manifest", path);
	struct output_record output = { 0 };
	struct err err = ERR_INIT;
	struct db *db = NULL;
	struct stat st;
	size_t n = 0;
	unsigned bad = 0;
	void *args[] = { (void *)house, shelf, &n };

	ck_assert_msg(manifest_read(house->root, name, shelf_check_entry, args, &bad, &err) == 0,
		      "%s", err.text);
	ck_assert_uint_eq(bad, 0);
	while (n < shelf->n && !shelf->at[n].sha256)
		n++;
	ck_assert_uint_eq(n, shelf->n);
	ck_assert_int_eq(db_open_readonly(house->db, &db, &err), 0);
	ck_assert_int_eq(outputs_get(db, path, &output, &err), 0);
	ck_assert_int_eq(fstatat(house->root, name, &st, 0), 0);
	ck_assert_uint_eq(output.manifest_bytes, (uint64_t)st.st_size);
	output_record_done(&output);
	db_close(db);
	free(name);
}

/* Changes one closed file in the ledger, as a crash would have left it; no lander is there. */
static inline void shelf_put(const struct house *house, const struct file_record *record)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);

	ck_assert_int_eq(db_begin(db, &err), 0);
	files_update(db, record);
	ck_assert_msg(db_commit(db, &err) == 0, "%s", err.text);
	db_close(db);
}

static inline void shelf_put_manifest(const struct house *house, const char *path, uint64_t bytes)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);

	ck_assert_int_eq(db_begin(db, &err), 0);
	outputs_put_manifest(db, path, bytes);
	ck_assert_msg(db_commit(db, &err) == 0, "%s", err.text);
	db_close(db);
}

/* Lands rows 0 to `pages` - 1, one a page, {"x": i}, and ends the run. The house is open. */
static inline void shelf_fill(struct house *house, const char *definition, unsigned pages)
{
	struct guest guest;

	guest_begin(house, &guest, house_seed("a", definition));
	for (unsigned i = 0; i < pages; i++) {
		char *body = xasprintf("[{'x': %u}]", i);

		guest_land(house, &guest, i, body);
		free(body);
	}
	house_expect(house, pages);
	guest_end(house, &guest);
	guest_done(&guest);
}

/* A run of another job comes and goes, so the lander has looked at the clock: twice. */
static inline void shelf_let_tick(struct house *house)
{
	static const char definition[] = "{'request': {'url': 'http://h/'}}";
	struct guest guest;

	for (int i = 0; i < 2; i++) {
		guest_begin(house, &guest, house_seed("another", definition));
		guest_end(house, &guest);
		guest_done(&guest);
	}
}

#endif
