/* Who is at the other end of a UNIX socket, unix(7), and whether they may change things. */
#ifndef CONTROL_PEER_H
#define CONTROL_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* Root, our own effective user, and members of `group` ((gid_t)-1: nobody is) may. Membership is
 * that of the connecting process, as the kernel took it down when it connected. */
bool peer_may_write(int fd, gid_t group);

#endif
