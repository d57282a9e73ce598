/* What is asked of the daemon itself: its state, and its opinion of a file. */
#ifndef FETCHD_HANDLERS_DAEMON_H
#define FETCHD_HANDLERS_DAEMON_H

#include "control/call.h"

void handle_status(struct call *call, void *daemon);
void handle_check(struct call *call, void *daemon);

#endif
