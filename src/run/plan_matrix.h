/* The part of a plan that tells of the matrix: where its values are from, and what its rules do. */
#ifndef RUN_PLAN_MATRIX_H
#define RUN_PLAN_MATRIX_H

#include "base/json.h"
#include "spec/job.h"

/* Puts "inputs": [{"param", "from", "values", "first": [texts]}], one for each parameter with a
 * source, and "excluded" and "included", numbers of requests. */
void plan_put_matrix(struct json *plan, const struct job *job);

#endif
