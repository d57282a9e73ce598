/* What the end of an exchange means: see transfer_end in transfer.h.
 *
 * libcurl's "OK" is where doubt begins: it is also said for an answer that broke off within its
 * headers. All else is put into our own closed table of ends.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "fetch/transfer.h"
#include "spec/units.h"

/* Codes that mean the same whether or not the answer had begun. All others are a connection that
 * broke: RESET before the first byte of the answer, TRUNCATED after it. */
static const struct {
	CURLcode code;
	enum outcome outcome;
} ends[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, OUTCOME_RESOLVE },
	{ CURLE_COULDNT_RESOLVE_PROXY, OUTCOME_RESOLVE },
	{ CURLE_COULDNT_CONNECT, OUTCOME_CONNECT },
	{ CURLE_PROXY, OUTCOME_CONNECT },
	{ CURLE_SSL_CONNECT_ERROR, OUTCOME_CONNECT },
	{ CURLE_PEER_FAILED_VERIFICATION, OUTCOME_TLS },
	{ CURLE_SSL_CERTPROBLEM, OUTCOME_TLS },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, OUTCOME_TLS },
	{ CURLE_SSL_CIPHER, OUTCOME_TLS },
	{ CURLE_SSL_ISSUER_ERROR, OUTCOME_TLS },
	{ CURLE_SSL_CACERT_BADFILE, OUTCOME_TLS },
	{ CURLE_SSL_INVALIDCERTSTATUS, OUTCOME_TLS },
	{ CURLE_PARTIAL_FILE, OUTCOME_TRUNCATED },
	{ CURLE_BAD_CONTENT_ENCODING, OUTCOME_NOT_HTTP }, /* of a transfer coding */
	{ CURLE_WEIRD_SERVER_REPLY, OUTCOME_NOT_HTTP },
	{ CURLE_UNSUPPORTED_PROTOCOL, OUTCOME_NOT_HTTP }, /* "HTTP/0.9" */
	{ CURLE_FILESIZE_EXCEEDED, OUTCOME_TOO_BIG },
	{ CURLE_URL_MALFORMAT, OUTCOME_BUILD },
};

static enum outcome of_good(const struct transfer *transfer)
{
	if (transfer->headers_done)
		return OUTCOME_OK;
	return transfer->response.status ? OUTCOME_TRUNCATED : OUTCOME_NOT_HTTP;
}

/* libcurl does not say which of its two clocks ran out. */
static enum outcome of_timeout(const struct transfer *transfer)
{
	const struct job *job = transfer->request->scope->job;
	int64_t took_ms = (clock_monotonic_us() - transfer->begun_us) / 1000;

	if (transfer->connected || (job->timeout_ms > 0 && took_ms >= job->timeout_ms))
		return OUTCOME_TIMEOUT;
	return OUTCOME_CONNECT;
}

static enum outcome judge(const struct transfer *transfer, CURLcode code)
{
	if (transfer->refused != OUTCOME_OK)
		return transfer->refused;
	if (code == CURLE_OK)
		return of_good(transfer);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return of_timeout(transfer);
	if (code == CURLE_OUT_OF_MEMORY && transfer->connected && !transfer->headers_done)
		return OUTCOME_TOO_BIG; /* so it speaks of a header line beyond its own limit */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].code == code)
			return ends[i].outcome;
	return transfer->response.status ? OUTCOME_TRUNCATED : OUTCOME_RESET;
}

static void say_limit(struct err *err, const char *what, const char *setting, int64_t ms)
{
	char limit[UNITS_TEXT_MAX];

	duration_format(ms, limit);
	err_set(err, 0, "%s within %s (%s)", what, limit, setting);
}

/* A Content-Length beyond the limit ends it before libcurl has told that the headers are over. */
static void say_too_big(const struct transfer *transfer, CURLcode code, struct err *err)
{
	if (!transfer->headers_done && code != CURLE_FILESIZE_EXCEEDED)
		err_set(err, 0, "the answer's headers are larger than %d bytes",
			TRANSFER_HEADERS_MAX);
	else
		err_set(err, 0, "the answer is larger than request.max_body (%zu bytes)",
			transfer->response.body.ceiling);
}

static void say_curl(const struct transfer *transfer, CURLcode code, struct err *err)
{
	const char *text = transfer->error[0] ? transfer->error : curl_easy_strerror(code);

	if (code == CURLE_OK)
		err_set(err, 0, "%s", outcomes[transfer->response.transfer].sentence);
	else
		err_set(err, 0, "%s: %s", outcomes[transfer->response.transfer].sentence, text);
}

static void explain(const struct transfer *transfer, CURLcode code, bool timed, struct err *err)
{
	const struct job *job = transfer->request->scope->job;

	switch (transfer->response.transfer) {
	case OUTCOME_TIMEOUT:
		say_limit(err, "no complete answer", "request.timeout", job->timeout_ms);
		break;
	case OUTCOME_STALL:
		say_limit(err, "no byte arrived", "request.stall_timeout", job->stall_timeout_ms);
		break;
	case OUTCOME_TOO_BIG:
		say_too_big(transfer, code, err);
		break;
	case OUTCOME_CONNECT:
		if (timed) {
			say_limit(err, "no connection", "request.connect_timeout",
				  job->connect_timeout_ms);
			break;
		}
		/* fall through */
	default:
		say_curl(transfer, code, err);
	}
}

static void read_info(struct transfer *transfer)
{
	long connections = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
	transfer->response.connections = (unsigned)connections;
	/* libcurl counts its silent resends on a handle for ever and gives up at five; a reset is
	 * the one way to clear that, and such a resend always comes with a new connection. */
	transfer->worn = connections > 0;
}

void transfer_end(struct transfer *transfer, int curl_code, enum outcome forced)
{
	struct response *response = &transfer->response;
	CURLcode code = (CURLcode)curl_code;
	bool timed = forced == OUTCOME_CONNECT || transfer->refused == OUTCOME_CONNECT ||
		     code == CURLE_OPERATION_TIMEDOUT;
	struct err err = ERR_INIT;

	response->taken_us = clock_monotonic_us() - transfer->begun_us;
	response->transfer = forced != OUTCOME_OK ? forced : judge(transfer, code);
	read_info(transfer);
	if (response->transfer == OUTCOME_OK)
		return;
	explain(transfer, code, timed, &err);
	snprintf(response->error, sizeof(response->error), "%.*s", (int)sizeof(response->error) - 1,
		 err.text);
}
