/* Every route of the control socket: see control/route.h for what a row says. */
#ifndef FETCHD_ROUTES_H
#define FETCHD_ROUTES_H

#include "control/route.h"

extern const struct route routes[]; /* ends with a NULL method */

#endif
