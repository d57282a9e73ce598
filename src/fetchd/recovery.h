/* fetchd --recover, from the command line to an exit status; the work is run/recover.h. */
#ifndef FETCHD_RECOVERY_H
#define FETCHD_RECOVERY_H

#include "fetchd/options.h"

/* The report goes to stdout, problems to stderr. 0: nothing was lost; 1: something was, or it could
 * not be done. */
int recovery_main(const struct options *options);

#endif
