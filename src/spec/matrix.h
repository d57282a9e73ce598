/* The parameter matrix: from `params:` to point number i, without ever making the list.
 *
 * Each parameter is a list of texts, a range with a step, or has its values from elsewhere (a
 * source). `product` lets the first vary slowest; `zip` walks them together and needs equal
 * lengths. Rules take points out, and add some behind the others (matrix_rules.h). Point i is
 * computed, so a million points cost nothing. What a source gives is not known before a run begins:
 * until matrix_attach has given it frozen values, such a parameter has none, and the matrix no
 * points.
 */
#ifndef SPEC_MATRIX_H
#define SPEC_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"
#include "spec/source.h"
#include "spec/spool.h"

#define MATRIX_PARAMS_MAX 32
#define MATRIX_POINTS_MAX (UINT64_C(1) << 48)
#define MATRIX_NUMBER_MAX 24

enum matrix_combine { MATRIX_PRODUCT, MATRIX_ZIP };

struct matrix_param {
	char *name;
	char **values; /* a list: `count` texts; NULL for a range or a source */
	uint64_t count;
	struct source source; /* SOURCE_NONE: a list or a range */
	struct spool *spool;  /* its values; NULL: not known yet */
	int64_t first, step;  /* a range: first + k * step */
};

struct matrix_rule {
	char **values; /* by number of the parameter; NULL: any */
};

/* Up to MATRIX_RULES_MAX of them. */
struct matrix_rules {
	struct matrix_rule *items;
	size_t len;
};

struct pointmap;

struct matrix {
	struct matrix_param params[MATRIX_PARAMS_MAX];
	size_t nparams; /* 0: one point without parameters */
	enum matrix_combine combine;
	uint64_t points; /* 0: not known yet */

	struct matrix_rules excluded, included;
	uint64_t made;         /* points that the parameters make */
	uint64_t kept;         /* of them, less those excluded; then come those included */
	struct pointmap *left; /* which are kept; NULL: all */
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
/* `source` is moved from. */
int matrix_add_source(struct matrix *matrix, const char *name, struct source *source,
		      struct err *err);
/* Gives the parameter `index`, which has a source, its values; takes a reference. matrix_close
 * is to follow. */
void matrix_attach(struct matrix *matrix, size_t index, struct spool *spool);
/* After the last one: computes `points`; -EINVAL for unequal zip lengths and when the rules leave
 * no point, -ERANGE above MATRIX_POINTS_MAX. */
int matrix_close(struct matrix *matrix, enum matrix_combine combine, struct err *err);

/* Narrows a declared parameter to one value of it, or of a point that a rule adds. -ENOENT: no such
 * parameter, or not one of its values. */
int matrix_narrow(struct matrix *matrix, const char *name, const char *value, struct err *err);

/* index < points; where those are not known, a parameter without values has a NULL ptr. */
void matrix_point(const struct matrix *matrix, uint64_t index, struct point *point);
/* Value number `index` of a parameter; `number` is where the text of a range's is written. */
const char *matrix_value(const struct matrix_param *param, uint64_t index,
			 char number[static MATRIX_NUMBER_MAX]);
/* The index of the first value equal to `text` from `from` on; param->count when there is none. */
uint64_t matrix_find(const struct matrix_param *param, const char *text, uint64_t from);
/* The number of the parameter of that name; nparams when there is none. */
size_t matrix_number(const struct matrix *matrix, struct slice name);
/* {"category": "materials", "id": "7"} */
struct json *matrix_point_json(const struct matrix *matrix, uint64_t index);
/* The value of a parameter by name at a point; ptr NULL when there is none. */
struct slice point_value(const struct matrix *matrix, const struct point *point, struct slice name);

#endif
