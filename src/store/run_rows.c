/* The rows of each run in a file: see run_rows.h. */
#include "store/run_rows.h"

#include <stdio.h>

int run_rows_take(struct stmt *st, struct json **runs, struct err *err)
{
	char key[24];
	int code;

	*runs = json_new_object();
	while ((code = stmt_next(st, err)) > 0) {
		snprintf(key, sizeof(key), "%llu", (unsigned long long)stmt_take_int(st));
		json_put_int(*runs, key, stmt_take_int(st));
	}
	return code;
}
