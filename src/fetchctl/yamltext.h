/* A JSON document written as YAML, for people: what `show` prints can be put back into a job file.
 */
#ifndef FETCHCTL_YAMLTEXT_H
#define FETCHCTL_YAMLTEXT_H

#include <stdio.h>

#include "base/json.h"

/* Block style, `indent` columns in; control bytes are escaped as YAML does it. */
void yamltext_print(FILE *out, const struct json *doc, unsigned indent);

#endif
