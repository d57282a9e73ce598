/* What a curl command line says, option by option, before it is made a job. Internal to import. */
#ifndef IMPORT_CURL_LINE_H
#define IMPORT_CURL_LINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "import/draft.h"
#include "import/words.h"

/* All texts are borrowed from the words. */
struct curl_line {
	const char *url;
	const char *method; /* -X */
	const char *user;   /* -u: "NAME:PASSWORD" */
	char *userinfo;     /* the same from the address, owned; NULL */
	const char *bearer;
	struct json *headers; /* list of texts, as -H has them */
	struct json *query; /* list of texts, complete: what goes behind the address's own query */
	struct json *job;   /* settings that an option gives directly */
	struct buf body;    /* all -d, joined by "&" */
	bool has_body, json, raw_body; /* --json; --data-binary */
	bool get, plain_url;           /* -G; -g */
	struct draft *draft;           /* for notes */
};

struct curl_option {
	const char *name; /* without "--" */
	char letter;      /* 0: none */
	bool value;       /* one follows */
	/* NULL: passed over when `lost` is NULL too */
	int (*take)(struct curl_line *line, const char *value, struct err *err);
	const char *lost; /* the note that is made instead */
};

/* NULL: curl has no such option. */
const struct curl_option *curl_option_long(const char *name);
const struct curl_option *curl_option_short(char letter);

void curl_line_init(struct curl_line *line, struct draft *draft);
void curl_line_done(struct curl_line *line);

/* Every option and the address of `words`, from `first` on. */
int curl_line_read(struct curl_line *line, const struct words *words, size_t first,
		   struct err *err);

/* The parts of a job, each from what the line says. The address first: it gives the name. */
int curl_address(struct curl_line *line, struct err *err);
int curl_body(struct curl_line *line, struct err *err);
void curl_headers(struct curl_line *line); /* after the body, which may make some needless */

/* The header of this name as the line has it, its value, borrowed; NULL. */
const char *curl_header(const struct curl_line *line, const char *name);

/* Whether a thing of this name carries a credential: "api_key", "X-Auth-Token". */
bool curl_is_secret(struct slice name);
/* `auth` (taken) becomes the job's; a job has one, so a second is only noted. */
void curl_auth(struct curl_line *line, const char *what, struct json *auth);

#endif
