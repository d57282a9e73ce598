/* Threads: see thread.h. */
#include "io/thread.h"

#include <signal.h>
#include <stdio.h>

#define NAME_ROOM 16 /* pthread_setname_np(3) refuses longer ones */

/* A thread begins with the mask of the one that makes it, so there is no moment in which it could
 * be hit. */
int thread_start(const char *name, thread_fn *fn, void *arg, pthread_t *thread, struct err *err)
{
	char shown[NAME_ROOM];
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(thread, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code != 0)
		return err_sys(err, -code, "cannot start the thread \"%s\"", name);
	snprintf(shown, sizeof(shown), "%s", name);
	pthread_setname_np(*thread, shown);
	return 0;
}
