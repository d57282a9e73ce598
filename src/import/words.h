/* A command line as a shell would cut it into words (POSIX.1-2017, Shell Command Language 2.2 and
 * 2.3, and bash's $'...', which browsers write).
 *
 * Nothing is expanded or run: a "$NAME" stays as it is, and what would make it more than one
 * command (a pipe, ";", "&", a redirection) is refused.
 */
#ifndef IMPORT_WORDS_H
#define IMPORT_WORDS_H

#include <stddef.h>

#include "base/err.h"

#define WORDS_BYTES_MAX (1u << 20) /* of one command line */

struct words {
	char **words;
	size_t len;
};

/* -EINVAL with a sentence; `words` holds nothing then. A zeroed one is empty and valid. */
int words_split(const char *line, struct words *words, struct err *err);
void words_done(struct words *words);

#endif
