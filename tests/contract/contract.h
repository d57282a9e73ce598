/* The frame of a contract test: every test runs once for each row of engines[]; `_i` is the row. */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include <check.h>
#include <stdlib.h>

#include "fetch/engine.h"

#define CONTRACT_MAIN(name_, ...)                                                                  \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *tests[] = { __VA_ARGS__ };                                            \
		Suite *suite = suite_create(name_);                                                \
		SRunner *runner = srunner_create(suite);                                           \
		int rows = 0, failed;                                                              \
		while (engines[rows].name)                                                         \
			rows++;                                                                    \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {                    \
			TCase *tcase = tcase_create(name_);                                        \
			tcase_add_loop_test(tcase, tests[i], 0, rows);                             \
			tcase_set_timeout(tcase, 120);                                             \
			suite_add_tcase(suite, tcase);                                             \
		}                                                                                  \
		srunner_set_tap(runner, "-");                                                      \
		srunner_run_all(runner, CK_SILENT);                                                \
		failed = srunner_ntests_failed(runner);                                            \
		srunner_free(runner);                                                              \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                       \
	}

#endif
