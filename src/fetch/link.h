/* The Link header, RFC 8288: several links, quoted parameters, any case. */
#ifndef FETCH_LINK_H
#define FETCH_LINK_H

/* The target of the first link whose rel says "next" and that speaks of this page (no anchor). 1
 * and *target (the caller frees), as it was written: it may be relative. 0: there is none. -EINVAL:
 * the header is malformed up to there. */
int link_next(const char *header, char **target);

#endif
