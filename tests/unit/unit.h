/* The frame of every unit test: include it, write tests with START_TEST, end with UNIT_MAIN(name, tests...).
 * Prints TAP. CK_FORK=no runs them in one process, for debuggers and sanitizers. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(module, ...)                                                                     \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *tests[] = { __VA_ARGS__ };                                            \
		Suite *suite = suite_create(module);                                               \
		TCase *tcase = tcase_create(module);                                               \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                      \
			tcase_add_test(tcase, tests[i]);                                           \
		tcase_set_timeout(tcase, 120);                                                     \
		suite_add_tcase(suite, tcase);                                                     \
		SRunner *runner = srunner_create(suite);                                           \
		srunner_set_tap(runner, "-");                                                      \
		srunner_run_all(runner, CK_SILENT);                                                \
		int failed = srunner_ntests_failed(runner);                                        \
		srunner_free(runner);                                                              \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                       \
	}

#endif
