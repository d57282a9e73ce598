/* From a request that has arrived to the handler that answers it. Private to this floor. */
#ifndef CONTROL_DISPATCH_H
#define CONTROL_DISPATCH_H

struct conn;
struct evhttp_request;
struct route;

/* Finds the row of the route table, checks access and query, and calls the handler; answers 400,
 * 403, 404, 405 and 501 itself. */
void dispatch(struct conn *conn, struct evhttp_request *req, const struct route *routes,
	      void *daemon);

#endif
