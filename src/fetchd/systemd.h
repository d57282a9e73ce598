/* The service manager: readiness, reload, watchdog, passed sockets, and the journal.
 *
 * This is libsystemd's one door. Every function does nothing when no service manager is there.
 * Protocol: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3), sd-journal(3).
 */
#ifndef FETCHD_SYSTEMD_H
#define FETCHD_SYSTEMD_H

#include <stdint.h>

#include "base/err.h"

/* Sends the log to the journal, with its fields, when stderr is the journal's stream. */
void systemd_log_to_journal(void);

/* The listening UNIX socket that was passed in; *fd is -1 when none was. -EINVAL with a sentence
 * when what was passed is not exactly one listening UNIX stream socket. Call once. */
int systemd_listen_fd(int *fd, struct err *err);

void systemd_ready(const char *status);
void systemd_reloading(void); /* systemd_ready ends it */
void systemd_stopping(void);

/* How often systemd_watchdog must be called; 0: nobody watches. */
int64_t systemd_watchdog_ms(void);
void systemd_watchdog(void);

#endif
