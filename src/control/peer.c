/* Peer credentials: see peer.h.
 *
 * SO_PEERGROUPS gives the groups the connecting process really had. Looking its user up in the
 * group database instead would ask NSS, which may block the main loop, and would be wrong in
 * containers and after newgrp(1).
 */
#include "control/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"

/* The caller frees; none when the kernel does not tell. */
static gid_t *groups_of(int fd, size_t *count)
{
	socklen_t size = 64 * sizeof(gid_t);
	gid_t *groups = xmalloc(size);
	int got = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);

	if (got < 0 && errno == ERANGE) { /* size now says how much room it takes */
		groups = xreallocarray(groups, size, 1);
		got = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
	}
	*count = got < 0 ? 0 : size / sizeof(gid_t);
	return groups;
}

static bool in_group(int fd, gid_t group)
{
	size_t count;
	gid_t *groups = groups_of(fd, &count);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		found = groups[i] == group;
	free(groups);
	return found;
}

bool peer_may_write(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (group == (gid_t)-1)
		return false;
	return peer.gid == group || in_group(fd, group);
}
