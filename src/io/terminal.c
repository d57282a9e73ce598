/* The terminal: see terminal.h. */
#include "io/terminal.h"

#include <sys/ioctl.h>

#define USUAL_WIDTH 80

unsigned terminal_columns(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col - 1u;
	return USUAL_WIDTH - 1;
}
