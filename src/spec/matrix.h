/* The parameter matrix: from `params:` to point number i, without ever making the list.
 *
 * Each parameter is a list of texts, a range with a step, or comes from a file. `product` lets the
 * first vary slowest; `zip` walks them together and needs equal lengths. Point i is computed, so a
 * million points cost nothing. What is in a file is not known before a run begins: until
 * matrix_attach has given it frozen values, such a parameter has none, and the matrix no points.
 */
#ifndef SPEC_MATRIX_H
#define SPEC_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"
#include "spec/spool.h"

#define MATRIX_PARAMS_MAX 32
#define MATRIX_POINTS_MAX (UINT64_C(1) << 48)
#define MATRIX_NUMBER_MAX 24

enum matrix_combine { MATRIX_PRODUCT, MATRIX_ZIP };

struct matrix_param {
	char *name;
	char **values; /* a list: `count` texts; NULL for a range or a file */
	uint64_t count;
	char *file, *column; /* from a file (column NULL: a text); else NULL */
	struct spool *spool; /* its values; NULL: not known yet */
	int64_t first, step; /* a range: first + k * step */
};

struct matrix {
	struct matrix_param params[MATRIX_PARAMS_MAX];
	size_t nparams; /* 0: one point without parameters */
	enum matrix_combine combine;
	uint64_t points; /* 0: not known yet */
};

/* The values of one point; texts of ranges live in `numbers`. */
struct point {
	struct slice values[MATRIX_PARAMS_MAX];
	char numbers[MATRIX_PARAMS_MAX][MATRIX_NUMBER_MAX];
};

void matrix_done(struct matrix *matrix);

/* Adds a parameter; `values` (list of texts) is taken; -EINVAL with a sentence (empty, too many,
 * bad step). */
int matrix_add_list(struct matrix *matrix, const char *name, char **values, size_t count,
		    struct err *err);
int matrix_add_range(struct matrix *matrix, const char *name, int64_t first, int64_t last,
		     int64_t step, struct err *err);
int matrix_add_file(struct matrix *matrix, const char *name, const char *file, const char *column,
		    struct err *err);
/* Gives the parameter `index`, which is from a file, its values; takes a reference. matrix_close
 * is to follow. */
void matrix_attach(struct matrix *matrix, size_t index, struct spool *spool);
/* After the last one: computes `points`; -EINVAL for unequal zip lengths, -ERANGE above
 * MATRIX_POINTS_MAX. */
int matrix_close(struct matrix *matrix, enum matrix_combine combine, struct err *err);

/* Narrows a declared parameter to one value of it. -ENOENT: no such parameter, or not one of its
 * values. */
int matrix_narrow(struct matrix *matrix, const char *name, const char *value, struct err *err);

/* index < points; where those are not known, a parameter without values has a NULL ptr. */
void matrix_point(const struct matrix *matrix, uint64_t index, struct point *point);
/* Value number `index` of a parameter; `number` is where the text of a range's is written. */
const char *matrix_value(const struct matrix_param *param, uint64_t index,
			 char number[static MATRIX_NUMBER_MAX]);
/* {"category": "materials", "id": "7"} */
struct json *matrix_point_json(const struct matrix *matrix, uint64_t index);
/* The value of a parameter by name at a point; ptr NULL when there is none. */
struct slice point_value(const struct matrix *matrix, const struct point *point, struct slice name);

#endif
