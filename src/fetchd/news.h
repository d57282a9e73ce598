/* What the log says of events: a line when a run starts and when it ends, with job and run as
 * fields of the journal; what may come thousands of times only for those who debug.
 */
#ifndef FETCHD_NEWS_H
#define FETCHD_NEWS_H

#include "base/json.h"

void news_log(const struct json *event);

#endif
