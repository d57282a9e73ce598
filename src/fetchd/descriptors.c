/* Descriptors: see descriptors.h.
 *
 * A daemon whose connections eat every descriptor cannot open the file that would let it go on, nor
 * hear the client that asks why. So the limit is raised (the
 * usual soft one is 1,024) and the number of connections bounded beforehand.
 */
#include "fetchd/descriptors.h"

#include <sys/resource.h>

#include "base/log.h"

#define OWN 64 /* files, ledger, sockets of clients, event loops */

/* Of a very small limit connections get a quarter. */
static rlim_t left_for_requests(rlim_t limit)
{
	return limit > OWN + OWN / 4 ? limit - OWN : limit / 4;
}

void descriptors_fit(struct config *config)
{
	struct rlimit limit;
	rlim_t fit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		getrlimit(RLIMIT_NOFILE, &limit);
	fit = left_for_requests(limit.rlim_cur);
	if (limit.rlim_cur == RLIM_INFINITY ||
	    (config->max_in_flight > 0 && config->max_in_flight <= fit))
		return;
	log_info("no more than %llu requests will be in flight at once: the limit of open files "
		 "is %llu (RLIMIT_NOFILE)",
		 (unsigned long long)fit, (unsigned long long)limit.rlim_cur);
	config->max_in_flight = (unsigned)fit;
}
