/* A job: what to fetch, how, and where its records land. The first noun of the chain
 * job -> run -> request -> response -> record -> row -> file.
 *
 * Made from a document by the field table in job_fields.c; every default stands there as the user
 * would write it. Immutable once made, shared by reference between the threads (the one counted
 * object).
 */
#ifndef SPEC_JOB_H
#define SPEC_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/pointer.h"
#include "spec/doc.h"
#include "spec/field.h"
#include "spec/mark.h"
#include "spec/matrix.h"
#include "spec/paging.h"
#include "spec/problem.h"
#include "spec/secret.h"
#include "spec/template.h"

#define JOB_NAME_MAX    64
#define JOB_COLUMNS_MAX 1024
#define JOB_PATH_MAX    190 /* bytes of job_output, so that every file name made of it fits */

enum job_body { JOB_BODY_NONE, JOB_BODY_TEXT, JOB_BODY_JSON, JOB_BODY_FORM, JOB_BODY_GRAPHQL };
enum job_auth {
	JOB_AUTH_NONE,
	JOB_AUTH_BASIC,
	JOB_AUTH_DIGEST,
	JOB_AUTH_BEARER,
	JOB_AUTH_API_KEY,
	JOB_AUTH_OAUTH2,
	JOB_AUTH_SESSION,
	JOB_AUTH_SIGV4,
	JOB_AUTH_NETRC
};
enum job_key_place { JOB_KEY_HEADER, JOB_KEY_QUERY, JOB_KEY_COOKIE };
/* What a job may keep secret, each by reference. */
enum job_secret {
	JOB_SECRET_AUTH,    /* password, token, key, client's secret: what `auth` is about */
	JOB_SECRET_REFRESH, /* oauth2: the refresh token as configured */
	JOB_SECRET_ROTATED, /* and the one that took its place; kept by fetchd, in no job */
	JOB_SECRET_PROXY,
	JOB_SECRET_TLS_KEY, /* PEM, of many lines */
	JOB_SECRET_TLS_PASSWORD,
	JOB_SECRET_ID,      /* sigv4: the access key's name */
	JOB_SECRET_SESSION, /* sigv4: the session token */
	JOB_SECRET__COUNT
};
enum job_format {
	JOB_FORMAT_CSV,
	JOB_FORMAT_JSONL,
	JOB_FORMAT_JSON,
	JOB_FORMAT_REJECTS /* of no job that is written down: job_rejects */
};
enum job_mode { JOB_MODE_APPEND, JOB_MODE_SNAPSHOT };
enum job_compress { JOB_COMPRESS_NONE, JOB_COMPRESS_GZIP, JOB_COMPRESS_ZSTD };
enum job_order { JOB_ORDER_COMPLETED, JOB_ORDER_REQUESTED };
/* What happens to a key that is not among the columns (`columns: auto`). */
enum job_new_columns {
	JOB_NEW_ROTATE, /* a new file with a wider header */
	JOB_NEW_EXTRA,  /* one last column, JOB_EXTRA_COLUMN, holds them as a JSON object */
	JOB_NEW_DROP,
	JOB_NEW_FAIL /* the request fails */
};
#define JOB_EXTRA_COLUMN "_extra"
enum job_column_type {
	JOB_TYPE_ANY,
	JOB_TYPE_TEXT,
	JOB_TYPE_INT,
	JOB_TYPE_UINT,
	JOB_TYPE_NUMBER,  /* as it was sent */
	JOB_TYPE_DECIMAL, /* written without an exponent */
	JOB_TYPE_FLOAT,   /* as it was sent, within what a double can hold */
	JOB_TYPE_BOOL,
	JOB_TYPE_TIME,
	JOB_TYPE_JSON
};
/* What happens to a record with a value that is not of its column's type. */
enum job_on_error {
	JOB_ERROR_FAIL,   /* the request fails */
	JOB_ERROR_NULL,   /* the value becomes null */
	JOB_ERROR_REJECT, /* the record goes to the rejects */
	JOB_ERROR_INHERIT /* of a column: as the job says */
};
enum job_meta {
	JOB_META_NONE,
	JOB_META_FETCHED_AT,
	JOB_META_URL,
	JOB_META_STATUS,
	JOB_META_RUN,
	JOB_META_REQUEST,
	JOB_META_PARAM,
	JOB_META_SCHEDULED,
	JOB_META_PAGE
};

/* Classes of failure that `retry.on` may name; bits. fetch/outcome.c maps each outcome to one. */
enum {
	RETRY_CONNECT = 1 << 0, /* also DNS, reset, TLS handshake cut, incomplete bodies */
	RETRY_TIMEOUT = 1 << 1,
	RETRY_408 = 1 << 2,
	RETRY_425 = 1 << 3,
	RETRY_429 = 1 << 4,
	RETRY_5XX = 1 << 5,
};

struct job_pair { /* a header, a query parameter or a form field */
	char *name;
	struct template *value;
};

enum job_http { JOB_HTTP_1_1, JOB_HTTP_2, JOB_HTTP_AUTO };

struct job_tls {
	char *ca, *cert; /* files; NULL: the system's, none */
	bool verify;
	char *pin; /* NULL: none */
};

struct job_proxy {
	char *url; /* NULL: none */
	char *user;
};

/* OAuth 2.0 (RFC 6749): a token is fetched with the client's secret or a refresh token. */
enum job_client_auth { JOB_CLIENT_BASIC, JOB_CLIENT_BODY };
struct job_oauth2 {
	char *token_url, *client_id;
	char *scope;             /* NULL: none asked for */
	struct job_pair *params; /* further fields of the token request */
	size_t nparams;
	enum job_client_auth client_auth;
};

/* A session: what the answer to a login gives, cookies or a token, goes with every request. */
struct job_session {
	char *url;
	struct template *json; /* of the login; ${user} and ${password} are its only names */
	struct job_pair *form; /* or this */
	size_t nform;
	struct pointer *token; /* where the token is in the answer; NULL: its cookies count */
	char *header;          /* that carries the token; NULL: Authorization, as a bearer token */
	int64_t life_ms;       /* 0: until the server refuses it */
};

struct job_column {
	char *name;
	struct pointer *from; /* NULL for metadata and constants */
	enum job_column_type type;
	enum job_meta meta;
	char *param;    /* for JOB_META_PARAM */
	char *format;   /* of JOB_TYPE_TIME; NULL: RFC 3339 */
	char *value;    /* a constant, as JSON; NULL: none */
	char *fallback; /* what stands for null, as JSON; NULL: nothing */
	enum job_on_error on_error;
};

#define JOB_WORKERS_MAX 100000

enum job_decode_as { JOB_DECODE_AUTO, JOB_DECODE_JSON, JOB_DECODE_NDJSON, JOB_DECODE_CSV };

/* How bodies are read. */
struct job_decode {
	enum job_decode_as as;
	char *charset;   /* NULL: as the answer says */
	char *delimiter; /* of CSV, one byte; NULL: by the Content-Type */
	bool header;     /* of CSV */
};

struct job_names {
	char **at;
	size_t n;
};

/* What a run must bring to count as complete. */
struct job_expect {
	struct pointer *total; /* where the API says how many records there are; NULL: nowhere */
	uint64_t min_rows, max_rows; /* 0: no limit */
	unsigned max_drop;           /* percent and 1 more; 0: not asked */
	struct job_names required, unique;
};

/* How CSV is written; RFC 4180 unless told otherwise. */
struct job_csv {
	char *delimiter; /* one byte */
	bool crlf, bom;
	bool guard; /* texts that a spreadsheet would take for a formula get a leading "'" */
	char *null; /* what stands for null; "" */
};

/* Whose mark it is: that of each combination of parameters, or one of the whole job. */
enum job_mark_per { JOB_MARK_PER_REQUEST, JOB_MARK_PER_JOB };

/* Only what is new since the run before. */
struct job_incremental {
	struct pointer *cursor; /* where a record says how new it is; NULL: not incremental */
	enum mark_type type;
	char *param; /* the query parameter that carries the mark; NULL: ${mark} may */
	char *start; /* the first mark; NULL: none */
	int64_t lookback_ms;
	struct pointer **key; /* what tells records at the mark apart; none: all of the record */
	size_t nkey;
	enum job_mark_per per;
};

/* What of the closed files (append) or of the published snapshots is kept; 0: no limit. */
struct job_keep {
	uint64_t files, bytes;
	int64_t age_ms;
};

struct job {
	/* what the field table fills */
	char *name;
	char *description; /* "" when none */
	bool enabled;
	char *engine; /* a name of the engine table: "async", "threads" (checked by the fetch
			 floor's table) */
	unsigned workers;

	struct template *url;
	char *method;
	struct job_pair *headers, *query, *form;
	size_t nheaders, nquery, nform;
	enum job_body body_kind;
	struct template *body; /* text, or the JSON value's text with holes inside its strings */
	char *graphql;         /* as written, JSON; NULL: no such body */
	int64_t timeout_ms, connect_timeout_ms, stall_timeout_ms; /* stall 0: none */
	uint64_t max_body_bytes;                                  /* of the decoded body */
	unsigned max_redirects;

	char *after; /* a job: this one runs whenever that has run to its end; NULL: none */
	struct matrix matrix;

	struct paging paging; /* `pages:` */

	enum job_auth auth;
	char *auth_user; /* basic, digest, session */
	struct secret_ref secrets[JOB_SECRET__COUNT];
	enum job_key_place key_place;
	char *key_name; /* api_key: the header, query parameter or cookie */
	struct job_oauth2 oauth2;
	struct job_session session;
	char *sigv4_region, *sigv4_service;

	enum job_http http;
	char *unix_socket; /* NULL: TCP */
	bool cookies;      /* kept for the run */
	struct job_proxy proxy;
	struct job_tls tls;

	struct job_decode decode;
	struct pointer *records; /* "" the document */
	struct pointer *explode; /* in each record; NULL: none */
	bool columns_auto;
	struct job_column *columns;
	size_t ncolumns;
	enum job_on_error on_error;

	struct job_incremental incremental;
	bool conditional; /* ETag and Last-Modified are kept and sent back */

	unsigned per_host; /* 0: no cap */
	int64_t rate_ns;   /* from one request to the next; 0: no limit */
	unsigned burst;
	unsigned retry_attempts;
	int64_t retry_first_ms, retry_max_ms, retry_budget_ms;
	unsigned retry_on; /* RETRY_* bits */

	enum job_format format;
	enum job_mode mode;
	struct template *path;              /* under data_dir, without extension */
	uint64_t rotate_bytes, rotate_rows; /* 0: never */
	int64_t rotate_every_ms;            /* of whole seconds, counted from the epoch; 0: never */
	enum job_compress compress;
	enum job_order order;
	enum job_new_columns new_columns;
	struct job_expect expect;
	struct job_csv csv;
	struct job_keep keep;

	/* where it comes from */
	char *source; /* the file that defines it, absolute; "<request>" before it is stored */
	struct json *document; /* the job's own part with `defaults:` merged: what a run stores,
				  what PUT persists */
	uint64_t hash;         /* of the canonical document: equal hashes mean an unchanged job */
	unsigned refs;         /* atomic */
};

/* Every setting of a job, one row each (field.h). */
extern const struct field job_fields[];

/* One job from its JSON form (a stored run's definition, a socket's PUT). `doc` gives places, may
 * be NULL; `base` is the pointer of `definition` in it. Relative paths are meant against the file
 * of `doc`; without one, or when its name is no file's ("<request>"), they are a problem. Problems
 * are added; NULL when there was any. */
struct job *job_new(const char *name, const struct json *definition, const struct doc *doc,
		    const char *base, struct problems *problems);
struct job *job_ref(const struct job *job);
void job_unref(struct job *job);

/* Every setting with its default filled in and secrets as references only: what `show` prints. */
struct json *job_show(const struct job *job);

/* {"KIND": {...}}: how it authenticates, secrets as references; NULL: it does not. */
struct json *job_auth_shown(const struct job *job);

/* Where the rows of a point land, relative to data_dir and without extension. The slot (UNIX ms)
 * fills strftime directives, UTC; `point` may be NULL when job_output_varies says no. At most
 * JOB_PATH_MAX bytes. The caller frees; NULL with a sentence, which only values that were not known
 * when the job was read can cause. */
char *job_output(const struct job *job, int64_t slot_ms, const struct point *point,
		 struct err *err);
/* Where the first point of a run of 1970 lands, to see whether two jobs share files: whether a set
 * of jobs is accepted must not depend on the day. NULL: not known before a run begins. */
char *job_output_sample(const struct job *job);
/* What lands at the path `inner` lies among the snapshots that this job has at `path`. */
bool job_output_holds(const struct job *job, const char *path, const char *inner);
bool job_output_varies(const struct job *job); /* the path holds parameters */
bool job_output_moves(const struct job *job);  /* the path holds the time of the slot */

/* Records that are no rows stand beside the rows, at their path with this behind it. */
#define JOB_REJECTS_SUFFIX ".rejects"
bool job_can_reject(const struct job *job); /* some column says on_error: reject */
/* A job whose files are those of the rejected records of `job`: only name, format, and what closes,
 * packs and keeps its files mean anything. The caller's. */
struct job *job_rejects(const struct job *job);

/* Every parameter that comes from a file was given its values (matrix_attach): closes the matrix
 * and checks that the path takes them. Only for a job that is not shared yet. -EINVAL with a
 * sentence. */
int job_inputs_known(struct job *job, struct err *err);
bool job_has_inputs(const struct job *job); /* some come from files: points are not known before */
const char *job_type_name(enum job_column_type type); /* as in columns.type */

/* What the requests of an incremental job carry as the mark: `frozen` (mark_thaw; "": none yet)
 * less the look back, or the start. Nothing is appended when there is neither. -EINVAL, -E2BIG. */
int job_mark_sent(const struct job *job, const char *frozen, struct buf *out, struct err *err);

/* ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ */
bool job_name_valid(const char *name);

#endif
