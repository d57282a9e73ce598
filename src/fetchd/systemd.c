/* The service manager, see systemd.h. */
#include "fetchd/systemd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define FIELDS_MAX 8

/* $JOURNAL_STREAM names the device and inode of the journal's stream, systemd.exec(5). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static int priority_of(enum log_level level)
{
	static const int priorities[LOG_LEVEL__COUNT] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_WARNING] = LOG_WARNING,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	};

	return priorities[level];
}

static struct iovec text_vector(const char *text)
{
	return (struct iovec) { .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) };
}

static void journal_sink(enum log_level level, const char *line, const char *const *fields)
{
	char priority[32], message[4096];
	struct iovec vectors[FIELDS_MAX + 3];
	int n = 0;

	snprintf(priority, sizeof(priority), "PRIORITY=%d", priority_of(level));
	snprintf(message, sizeof(message), "MESSAGE=%s", line);
	vectors[n++] = text_vector(message);
	vectors[n++] = text_vector(priority);
	vectors[n++] = text_vector("SYSLOG_IDENTIFIER=fetchd");
	for (int i = 0; fields && fields[i] && i < FIELDS_MAX; i++)
		vectors[n++] = text_vector(fields[i]);
	sd_journal_sendv(vectors, n);
}

void systemd_log_to_journal(void)
{
	if (stderr_is_journal())
		log_set_sink(journal_sink);
}

int systemd_listen_fd(int *fd, struct err *err)
{
	int n = sd_listen_fds(1); /* 1: takes the variables out of the environment */

	*fd = -1;
	if (n == 0)
		return 0;
	if (n < 0)
		return err_sys(err, n, "the sockets passed by the service manager");
	if (n > 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) <= 0)
		return err_set(err, -EINVAL,
			       "the service manager passed %d sockets; fetchd takes one listening "
			       "UNIX stream socket (ListenStream=/run/fetchd/fetchd.sock)",
			       n);
	*fd = SD_LISTEN_FDS_START;
	return 0;
}

void systemd_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void systemd_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=Reading the jobs again",
		   (long long)clock_monotonic_us());
}

void systemd_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=Landing what is in flight");
}

int64_t systemd_watchdog_ms(void)
{
	uint64_t us;

	if (sd_watchdog_enabled(0, &us) <= 0)
		return 0;
	return us >= 3000 ? (int64_t)(us / 3000) : 1;
}

void systemd_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}
