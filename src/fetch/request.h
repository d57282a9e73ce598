/* One request as it travels from the main loop to an engine and back inside its parcel.
 *
 * A run holds a pending request as numbers only (index, page, tries); this object is built when the
 * request is dispatched and freed when its parcel is settled.
 */
#ifndef FETCH_REQUEST_H
#define FETCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/job.h"

/* What all requests of a run share. Immutable while any request of it is out; owned by the run
 * floor. */
struct request_scope {
	const struct job *job; /* the run's own, its matrix already narrowed */
	uint64_t run;
	int64_t scheduled_ms;      /* the slot, UNIX milliseconds */
	const struct spool *marks; /* of an incremental job: those it asks from (mark_thaw), one a
				      point or one for all; NULL: there is none yet */
	const char *secrets[JOB_SECRET__COUNT]; /* resolved; NULL: the job has no such one */
};

struct recalled;
struct digest_context; /* of the run floor: what the digest needs; opaque here */

struct request {
	const struct request_scope *scope;
	struct digest_context *context;
	uint64_t index;  /* the point of the matrix */
	uint32_t page;   /* 0: the first of its chain */
	uint16_t tries;  /* this one included, from 1 */
	uint16_t hop;    /* redirects followed for this page */
	uint32_t worker; /* number within the run, from 0; one request at a time each */
	uint32_t lane;   /* number within the engine, from 0; the threads engine runs a lane on one
			    thread */
	uint64_t tag;    /* the submitter's, untouched by engines */

	uint64_t identity; /* of what goes out, but for what proves who asks: as long as it is the
			      same, the same is asked for */
	struct recalled *recalled; /* of the run floor: what is known of the page; opaque here */

	char *page_token; /* what the page before gave: a page's number, an offset, a cursor, or a
			     next link's absolute URL; NULL on page 0 */
	struct paging *paging;  /* what was recognised for this chain; NULL: the job's own */
	uint64_t chain_records; /* records of its chain before this page */
	uint64_t chain_last;    /* mark of the last of them (digest.h); 0: none */

	/* what goes out */
	char *method;
	char *url;      /* absolute, http or https, normalised */
	char *host;     /* "name:port", the politeness key */
	char **headers; /* "Name: value", NULL-terminated; secrets in them: never logged */
	char *body;     /* NULL: none */
	size_t body_len;
	bool away;     /* to another origin than the job's: no credentials go with it */
	bool keep_raw; /* `try`: the parcel keeps the body */

	/* of jobs whose token or session must be fetched (grant.h) */
	bool errand;     /* this is the request that fetches it */
	bool renewed;    /* its answer doubted the grant once already */
	uint64_t serial; /* of the grant it carries */
	char *token;     /* that it carries, so that it can be hidden; NULL: none */
};

/* Where in its chain a page is; all zero for the first. */
struct request_chain {
	uint32_t page;
	const char *token;
	const char *paging;     /* JSON text of the settings recognised on the first page; NULL: the
			       job's hold */
	uint64_t records, last; /* as in struct request */
};
/* Makes the request for one page of one point; texts are copied. -EINVAL with a sentence when a
 * template cannot be filled or the URL is not http(s). Main loop; does not block. */
int request_build_page(const struct request_scope *scope, uint64_t index,
		       const struct request_chain *chain, struct request **request,
		       struct err *err);
/* The same of a page by its number and token alone. */
int request_build(const struct request_scope *scope, uint64_t index, uint32_t page,
		  const char *page_token, struct request **request, struct err *err);
/* Turns a request into the one its redirect asks for (RFC 9110 section 15.4: 303, and 301/302 after
 * POST, become GET without body). `location` may be relative. -EPERM with a sentence when it may
 * not be followed: another origin, another scheme than http(s), hop beyond request.max_redirects.
 */
int request_redirect(struct request *request, int status, const char *location, struct err *err);
/* Makes it conditional (RFC 9110 section 13): asked for is only what has changed since the server
 * said so of it. Either may be NULL. What cannot be a header is left out. */
void request_condition(struct request *request, const char *etag, const char *modified);
void request_free(struct request *request);

/* The frozen mark that the requests of a point ask from; "" when there is none. Borrowed. */
const char *request_mark(const struct request_scope *scope, uint64_t index);

/* The URL as it may be shown: userinfo, the api_key query value, and the secret wherever else it
 * stands (as it is or encoded; 4 bytes or more), replaced by "***". Caller frees. */
char *request_url_shown(const struct request *request, const char *url);
/* Any text, likewise: takes an allocated one and gives one. */
char *request_text_shown(const struct request_scope *scope, char *text);
/* {"Name": value}, likewise; Authorization, cookies and the api_key header are "***" whole. */
struct json *request_headers_shown(const struct request *request);

#endif
