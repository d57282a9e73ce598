/* The settings of a job that are more than one value: each a FIELD_CUSTOM of job_fields[], reading
 * into a struct job. And what job.c asks after the walk. Inner to job*.c, loader.c and
 * config_fields.c. */
#ifndef SPEC_JOB_PARTS_H
#define SPEC_JOB_PARTS_H

#include "spec/field.h"
#include "spec/job.h"

extern const struct field job_tls_fields[]; /* job_connect.c */
extern const struct field_custom job_proxy;
extern const struct field job_oauth2_fields[], job_session_fields[]; /* job_grants.c */
extern const struct field job_request_fields[], job_pages_fields[], job_auth_fields[],
	job_output_fields[], job_decode_fields[], job_expect_fields[], job_incremental_fields[];

extern const struct field_custom job_headers, job_query, job_form;               /* job_pairs.c */
extern const struct field_custom job_text_body, job_json_body, job_graphql_body; /* job_body.c */
extern const struct field_custom job_params;                                     /* job_params.c */
extern const struct field_custom job_exclude, job_include;                       /* job_matrix.c */
extern const struct field_custom job_columns;                                    /* job_columns.c */
extern const struct field_custom job_file_map; /* loader.c: `jobs`, `defaults` */

/* The text that a scalar stands for ("1.10", "true"); NULL for null, maps and lists. The caller
 * frees. */
char *job_scalar_text(const struct json *value);

int job_check_header(const char *name, struct err *err); /* of a field; job_auth.c */
int job_check_param(const char *name, struct err *err);  /* of a query parameter; job_request.c */
bool job_written(const struct json *definition, const char *pointer); /* and not null */

/* A rule over several settings. The predicate must bear members that were not filled. */
struct job_rule {
	const char *pointer; /* where the fault is shown; NULL: the table ends */
	bool (*broken)(const struct job *job, const struct json *definition);
	const char *sentence;
};
extern const struct job_rule job_auth_rules[]; /* job_auth.c */
/* After the walk: which of the ways to authenticate was written. */
void job_auth_settle(struct job *job);

/* A map of names to templates; `list` and `len` are the members that hold it. job_pairs.c */
struct job_pairs {
	struct job_pair **list;
	size_t *len;
};
void job_pairs_read(struct job_pairs pairs, const struct json *map, enum template_place place,
		    const struct walk *walk, const struct trail *at);
struct json *job_pairs_show(struct job_pairs pairs);
void job_pairs_done(struct job_pairs pairs);

/* What no single row can check; `definition` is what was written. job_rules.c */
void job_check_rules(const struct job *job, const struct json *definition, const struct walk *walk);
/* What of `pages:` goes with what; job_pages.c */
void job_check_pages(const struct job *job, const struct json *definition, const struct walk *walk);
/* The columns that `expect` names must be there. job_expect.c */
void job_check_expect(const struct job *job, const struct walk *walk);
/* Every ${name} must be declared, and stand where it may. job_templates.c */
void job_check_templates(const struct job *job, const struct walk *walk);
/* What `incremental:` and `conditional:` say must fit. job_incremental.c */
void job_check_incremental(const struct job *job, const struct walk *walk);
/* The output path must be one for every value that is known already; after matrix_close. job_path.c
 */
void job_check_path(const struct job *job, const struct walk *walk);

/* "/NAME", with what a pointer escapes escaped: where a record has the member NAME. The caller's.
 * job_columns.c */
struct pointer *job_pointer_to(const char *name);

struct job_source {
	const char *name;
	const struct json *definition; /* `defaults:` merged */
	const struct doc *doc;         /* NULL: none */
	const char *base, *fallback;   /* pointers in it: the job's, and its defaults' or NULL */
	bool strict_paths;             /* relative paths are a problem */
};

/* As job_new. */
struct job *job_read(const struct job_source *source, struct problems *problems);
/* Complains about a file's `defaults:` by itself, whether or not a job is there to take them. */
void job_check_defaults(const struct doc *doc, const char *pointer, bool strict_paths,
			struct problems *problems);

#endif
