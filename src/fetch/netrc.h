/* The file of logins that ftp and curl read, netrc(5): machine, login, password, default. */
#ifndef FETCH_NETRC_H
#define FETCH_NETRC_H

#include <stdbool.h>

#define NETRC_WORD_MAX 1024 /* bytes of a name or a password */

struct netrc_entry {
	char login[NETRC_WORD_MAX], password[NETRC_WORD_MAX];
};

/* The first entry of that host (without a port), or `default`. A word may stand in double quotes,
 * with "\" before a quote; "macdef" and what belongs to it, up to an empty line, is passed over.
 * False: there is none with a password. The caller wipes the entry. */
bool netrc_find(const char *text, const char *host, struct netrc_entry *entry);

#endif
