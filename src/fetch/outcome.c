/* The table of ends: see outcome.h.
 *
 * An answer that is not proven complete may be tried again, like a broken connection; an answer
 * that is complete but unwanted may not, because the next one would be the same. */
#include "fetch/outcome.h"

#include <stddef.h>

const struct outcome_row outcomes[OUTCOME__COUNT] = {
	[OUTCOME_OK] = { "ok", COUNTS_LANDED, 0, "the answer is complete" },
	[OUTCOME_EMPTY] = { "empty", COUNTS_EMPTY, 0, "the answer holds no record" },
	[OUTCOME_UNCHANGED] = { "unchanged", COUNTS_UNCHANGED, 0,
				"nothing changed since it was last fetched" },
	[OUTCOME_FOLLOW] = { "follow", COUNTS_NOT, 0, "the server answered with a redirect" },
	[OUTCOME_CANCELLED] = { "cancelled", COUNTS_NOT, 0, "it was cancelled" },
	[OUTCOME_BUILD] = { "build", COUNTS_FAILED, 0, "the request could not be made" },
	[OUTCOME_RESOLVE] = { "resolve", COUNTS_FAILED, RETRY_CONNECT, "the name has no address" },
	[OUTCOME_CONNECT] = { "connect", COUNTS_FAILED, RETRY_CONNECT,
			      "no connection could be made" },
	[OUTCOME_TLS] = { "tls", COUNTS_FAILED, 0, "the server's certificate was refused" },
	[OUTCOME_RESET] = { "reset", COUNTS_FAILED, RETRY_CONNECT,
			    "the connection broke before the answer began" },
	[OUTCOME_TIMEOUT] = { "timeout", COUNTS_FAILED, RETRY_TIMEOUT,
			      "the answer was not complete within request.timeout" },
	[OUTCOME_STALL] = { "stall", COUNTS_FAILED, RETRY_TIMEOUT,
			    "no byte arrived for request.stall_timeout" },
	[OUTCOME_NOT_HTTP] = { "not_http", COUNTS_FAILED, RETRY_CONNECT,
			       "what came back is not an HTTP answer" },
	[OUTCOME_TRUNCATED] = { "truncated", COUNTS_FAILED, RETRY_CONNECT,
				"the answer ended before it was complete" },
	[OUTCOME_TOO_BIG] = { "too_big", COUNTS_FAILED, 0,
			      "the answer is larger than request.max_body" },
	[OUTCOME_ENCODING] = { "encoding", COUNTS_FAILED, RETRY_CONNECT,
			       "the answer's content coding is broken or was not asked for" },
	[OUTCOME_EMPTY_BODY] = { "empty_body", COUNTS_FAILED, RETRY_CONNECT,
				 "the answer has no body" },
	[OUTCOME_NOT_JSON] = { "not_json", COUNTS_FAILED, RETRY_CONNECT, "the answer is not JSON" },
	[OUTCOME_NOT_CSV] = { "not_csv", COUNTS_FAILED, RETRY_CONNECT, "the answer is not CSV" },
	[OUTCOME_NO_RECORDS] = { "no_records", COUNTS_FAILED, 0,
				 "the answer has nothing where `records` points" },
	[OUTCOME_BAD_VALUE] = { "bad_value", COUNTS_FAILED, 0,
				"a value is not of its column's type" },
	[OUTCOME_BAD_PAGE] = { "bad_page", COUNTS_FAILED, RETRY_CONNECT,
			       "the answer does not say properly what the next page is" },
	[OUTCOME_PAGE_LOOP] = { "page_loop", COUNTS_FAILED, 0,
				"the next page was fetched before: the pages go in a circle",
				true },
	[OUTCOME_PAGE_DRIFT] = { "page_drift", COUNTS_FAILED, 0,
				 "rows were added or removed while the pages were fetched", true },
	[OUTCOME_PAGES_MISSING] = { "pages_missing", COUNTS_FAILED, RETRY_CONNECT,
				    "the pages end before the API's own total is reached" },
	[OUTCOME_REDIRECT] = { "redirect", COUNTS_FAILED, 0, "the redirect may not be followed" },
	[OUTCOME_HTTP_408] = { "http_408", COUNTS_FAILED, RETRY_408,
			       "the server gave up waiting for the request" },
	[OUTCOME_HTTP_425] = { "http_425", COUNTS_FAILED, RETRY_425,
			       "the server wants the request again later" },
	[OUTCOME_HTTP_429] = { "http_429", COUNTS_FAILED, RETRY_429,
			       "the server asks for fewer requests" },
	[OUTCOME_HTTP_5XX] = { "http_5xx", COUNTS_FAILED, RETRY_5XX, "the server failed" },
	[OUTCOME_HTTP_OTHER] = { "http_status", COUNTS_FAILED, 0,
				 "the server answered with a status that is not success" },
	[OUTCOME_WORKER] = { "worker", COUNTS_FAILED, RETRY_CONNECT,
			     "the worker that had it is gone" },
};

/* The first row that holds the status says what it means. */
static const struct {
	int first, last;
	enum outcome outcome;
} statuses[] = {
	{ 204, 205, OUTCOME_EMPTY },    { 206, 206, OUTCOME_HTTP_OTHER },
	{ 200, 299, OUTCOME_OK },       { 300, 300, OUTCOME_HTTP_OTHER },
	{ 301, 303, OUTCOME_FOLLOW },   { 304, 304, OUTCOME_UNCHANGED },
	{ 307, 308, OUTCOME_FOLLOW },   { 408, 408, OUTCOME_HTTP_408 },
	{ 425, 425, OUTCOME_HTTP_425 }, { 429, 429, OUTCOME_HTTP_429 },
	{ 500, 599, OUTCOME_HTTP_5XX },
};

enum outcome outcome_of_status(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (status >= statuses[i].first && status <= statuses[i].last)
			return statuses[i].outcome;
	return OUTCOME_HTTP_OTHER;
}

bool outcome_retryable(enum outcome outcome, const struct job *job, unsigned tries)
{
	return (outcomes[outcome].retry & job->retry_on) != 0 && tries < job->retry_attempts;
}
