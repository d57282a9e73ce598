/* How many files and connections this process may have open, and what follows from it. */
#ifndef FETCHD_DESCRIPTORS_H
#define FETCHD_DESCRIPTORS_H

#include "spec/config.h"

/* Raises the limit as far as it goes and lowers max_in_flight to what fits below it: each request
 * in flight is a connection, and files, ledger and clients need descriptors too. Says so. */
void descriptors_fit(struct config *config);

#endif
