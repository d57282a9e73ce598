/* A data directory with one output in it, for the tests of its life and of its recovery.
 *
 * A crash is played by freeing the outfile and recovering a new one from what "the ledger" has
 * recorded at that moment, or by a child that dies at any call (faults.h).
 */
#ifndef TESTS_UNIT_DATA_DISK_H
#define TESTS_UNIT_DATA_DISK_H

#include <fnmatch.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "data/outfile.h"
#include "faults.h"

static struct outfile *out;
static struct outfile_state ledger;
static const char *footer; /* of the outputs made from now on */

#define HEADER "id,name\n"
#define CLOSED "dir/x-20261123T060000Z-1.csv"
#define NOON   1795413600000 /* 2026-11-23T06:00:00Z */

static inline struct outfile *output_at(const char *path, const char *extension)
{
	const struct outfile_place place = {
		.root = root,
		.path = path,
		.extension = extension,
		.footer = footer,
		.mode = 0640,
	};

	return outfile_new(&place);
}

/* As the lander names closed files. */
static inline void propose_name(int64_t now_ms, char name[static 256])
{
	char utc[CLOCK_TEXT_MAX];
	struct outfile_state state;

	outfile_state(out, &state);
	clock_format_compact(now_ms, utc);
	snprintf(name, 256, "dir/x-%s-%llu.csv", utc, (unsigned long long)state.sequence);
	outfile_close_name(out, name);
}

static inline void setup(void)
{
	faults_setup();
	footer = NULL;
	out = output_at("dir/x", ".csv");
	memset(&ledger, 0, sizeof(ledger));
	ledger.sequence = 1;
}

static inline void teardown(void)
{
	outfile_free(out);
	faults_teardown();
}

/* The one name in dir/ that matches; NULL: none. It is an error when there are several. */
static inline const char *matching(const char *pattern)
{
	static char name[300];
	char path[128];
	const char *found = NULL;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/dir", base);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (fnmatch(pattern, entry->d_name, 0) != 0 || entry->d_name[0] == '.')
			continue;
		ck_assert_msg(!found, "both %s and %s", name, entry->d_name);
		snprintf(name, sizeof(name), "dir/%s", entry->d_name);
		found = name;
	}
	if (dir)
		closedir(dir);
	return found;
}

static inline unsigned names_in_dir(void)
{
	char path[128];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/dir", base);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static inline void commit_as(enum outfile_phase phase, const char *closing)
{
	outfile_state(out, &ledger);
	ledger.phase = phase;
	snprintf(ledger.closing, sizeof(ledger.closing), "%s", closing);
}

static inline void create(void)
{
	commit_as(OUTFILE_OPENING, "");
	ck_assert_msg(outfile_create(out, HEADER, strlen(HEADER), NOON, &err) == 0, "%s", err.text);
}

static inline void append(const char *rows)
{
	ck_assert_msg(outfile_append(out, rows, strlen(rows), 1, &err) == 0, "%s", err.text);
	ck_assert_msg(outfile_sync(out, &err) == 0, "%s", err.text);
}

static inline void commit(void)
{
	commit_as(OUTFILE_LIVE, "");
	outfile_committed(out);
}

/* A file with header and one committed row. */
static inline void live(void)
{
	create();
	append("1,a\n");
	commit();
}

static inline int crash(bool *closed)
{
	outfile_free(out);
	out = output_at("dir/x", ".csv");
	err.text[0] = '\0';
	return outfile_recover(out, &ledger, closed, &err);
}

static inline void crash_and_expect(enum outfile_phase phase)
{
	struct outfile_state state;
	bool closed = true;

	ck_assert_msg(crash(&closed) == 0, "%s", err.text);
	ck_assert(!closed);
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, phase);
	ck_assert_str_eq(err.text, "");
}

/* After damage: said, cleared, and a new file can be made. */
static inline void crash_and_expect_damage(const char *sentence)
{
	struct outfile_state state;
	bool closed = true;

	ck_assert_int_eq(crash(&closed), -EUCLEAN);
	ck_assert(!closed);
	ck_assert_msg(strstr(err.text, sentence) && strstr(err.text, "dir/x.csv"), "%s", err.text);
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_uint_eq(state.sequence, 2);
	live();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
}

static inline int disk_main(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
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
#define DISK_MAIN(name, ...)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *tests[] = { __VA_ARGS__ };                                            \
                                                                                                   \
		return disk_main(name, tests, sizeof(tests) / sizeof(tests[0]));                   \
	}

#endif
