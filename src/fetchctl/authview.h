/* How a job authenticates, in a line: "digest (user anna, password from file /etc/pw)". */
#ifndef FETCHCTL_AUTHVIEW_H
#define FETCHCTL_AUTHVIEW_H

#include "base/json.h"

/* The `auth` of a plan or of a try, which holds secrets by reference only; nothing is printed when
 * there is none. */
void authview_show(const struct json *auth);

#endif
