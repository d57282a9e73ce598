/* Malformed job files: each gets exactly the sentences that stand beside it, and loads nothing.
 *
 * bad-jobs/NNN-name.yaml (or .json) is the file, bad-jobs/NNN-name.expected every line that
 * `fetchd --check` would print for it.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "base/buf.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "spec/jobset.h"

#define CASES_MAX 1000

static char *cases[CASES_MAX];
static int ncases;

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0);
}

static void enter_cases(void)
{
	const char *top = getenv("top_srcdir");
	char *dir = xasprintf("%s/tests/scenario/bad-jobs", top ? top : ".");
	struct dirent **names = NULL;

	if (chdir(dir) == 0)
		ncases = scandir(".", &names, is_case, alphasort);
	for (int i = 0; i < ncases && i < CASES_MAX; i++) {
		cases[i] = xstrdup(names[i]->d_name);
		free(names[i]);
	}
	free(names);
	free(dir);
}

static char *expected_for(const char *file)
{
	char *path = xasprintf("%.*s.expected", (int)(strrchr(file, '.') - file), file);
	struct buf text;

	buf_init(&text, 1 << 20);
	ck_assert_msg(file_read(path, &text, NULL) == 0, "%s is missing", path);
	free(path);
	return buf_take(&text);
}

static char *printed_for(const char *file, size_t *jobs)
{
	struct problems problems = { 0 };
	struct jobset *set = jobset_load_file(file, &problems);
	struct buf text;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < problems.len; i++) {
		char *line = problem_text(&problems.items[i]);

		buf_addf(&text, "%s\n", line);
		free(line);
	}
	*jobs = set->len;
	jobset_free(set);
	problems_done(&problems);
	return buf_take(&text);
}

START_TEST(there_are_a_hundred)
{
	ck_assert_int_ge(ncases, 100);
	ck_assert_int_lt(ncases, CASES_MAX);
}
END_TEST

START_TEST(each_is_refused_with_its_sentences)
{
	int wrong = 0;

	for (int i = 0; i < ncases; i++) {
		char *want = expected_for(cases[i]);
		size_t jobs = 0;
		char *got = printed_for(cases[i], &jobs);

		if (!*want || strcmp(want, got) != 0 || jobs != 0) {
			printf("# %s: %zu jobs\n# want: %s# got:  %s", cases[i], jobs, want, got);
			wrong++;
		}
		free(want);
		free(got);
	}
	ck_assert_int_eq(wrong, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *all = suite_create("bad-jobs");
	TCase *tcase = tcase_create("bad-jobs");

	tcase_add_test(tcase, there_are_a_hundred);
	tcase_add_test(tcase, each_is_refused_with_its_sentences);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(all, tcase);
	return all;
}

int main(void)
{
	SRunner *runner;
	int failed;

	enter_cases();
	runner = srunner_create(suite());
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
