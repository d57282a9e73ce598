/* A curl command line as a job: what a browser's "copy as cURL" and an API's documentation give.
 *
 * The address with curl's own ranges ([0-49], {a,b}) becomes parameters; method, headers, body,
 * credentials and time limits become the job's settings. What changes nothing for a daemon (-s, -o,
 * -v) is passed over; what would change the answer and cannot be said in a job is refused or noted.
 * The options are those of curl(1) 7.88.
 */
#ifndef IMPORT_CURL_H
#define IMPORT_CURL_H

#include "import/draft.h"
#include "import/words.h"

/* `words` with or without "curl" as the first. Reads the files that -d @FILE names. -EINVAL,
 * -ENOENT and others with a sentence. */
int curl_import(const struct words *words, struct draft *draft, struct err *err);

#endif
