/* Problems of a job file as compilers print theirs. */
#ifndef FETCHCTL_PROBLEMS_H
#define FETCHCTL_PROBLEMS_H

struct json;

/* An array of {"file", "line", "column", "detail"}, or NULL: each "FILE:LINE:COLUMN: error:
 * SENTENCE" on stderr. */
void problems_say(const struct json *items);

#endif
