/* Rules over the matrix: points taken out (`exclude`), and points added (`include`).
 *
 * A rule that takes out names some parameters and their values: every point that has all of them is
 * gone. One that adds names all parameters: its point comes behind the others, unless it is among
 * them already. Those taken out are a bit each, so there may be POINTMAP_MAX points at most then.
 */
#ifndef SPEC_MATRIX_RULES_H
#define SPEC_MATRIX_RULES_H

#include "spec/matrix.h"

#define MATRIX_RULES_MAX 256 /* of each kind */

/* `values`, one for each parameter or NULL, is taken. */
void matrix_rules_add(struct matrix_rules *rules, char **values);
void matrix_rules_done(struct matrix *matrix);
/* From `made` to `kept`, `left` and `points`; for matrix_close. */
int matrix_rules_apply(struct matrix *matrix, struct err *err);
/* Of the points added only those with that value stay. */
void matrix_rules_narrow(struct matrix *matrix, size_t param, const char *value);

#endif
