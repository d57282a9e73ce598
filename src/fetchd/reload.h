/* Reading configuration and jobs again, as a whole or not at all: SIGHUP and POST /v1/reload. */
#ifndef FETCHD_RELOAD_H
#define FETCHD_RELOAD_H

#include "control/call.h"

struct daemon;

/* `call` NULL: asked for by signal, answered in the log alone. */
void reload_start(struct daemon *daemon, struct call *call);

void handle_reload(struct call *call, void *daemon);

#endif
