/* A curl command line as a job: see curl.h. Options are read first, then the job's parts are made
 * of all of them, because curl lets them stand in any order. */
#include "import/curl.h"

#include <errno.h>
#include <string.h>

#include "import/curl_line.h"

static void put_method(const struct curl_line *line, struct json *request)
{
	if (line->method)
		json_put_str(request, "method", line->method);
	else if (line->has_body && !line->get)
		json_put_str(request, "method", "POST");
}

/* The time limits and the like, behind what the address made. */
static void put_settings(const struct curl_line *line)
{
	for (struct json_member m = json_first(line->job); m.key; m = json_next(m)) {
		struct json *map = draft_map(line->draft->job, m.key);

		for (struct json_member s = json_first(m.value); s.key; s = json_next(s))
			json_put(map, s.key, json_ref(s.value));
	}
}

/* -u and --oauth2-bearer. */
static void put_credentials(struct curl_line *line)
{
	struct draft *draft = line->draft;
	struct json *auth = json_new_object();

	if (line->bearer) {
		json_put(auth, "bearer", draft_secret(draft, "token", line->bearer));
		curl_auth(line, "--oauth2-bearer", auth);
	} else if (line->user) {
		struct json *basic = json_put(auth, "basic", json_new_object());
		size_t len = strcspn(line->user, ":");
		const char *password = line->user[len] ? line->user + len + 1 : "";

		json_put(basic, "user", json_new_string_len(line->user, len));
		json_put(basic, "password", draft_secret(draft, "password", password));
		curl_auth(line, "-u", auth);
	} else {
		json_unref(auth);
	}
}

static int make_job(struct curl_line *line, struct err *err)
{
	struct json *request = draft_map(line->draft->job, "request");
	int r;

	if (!line->url)
		return err_set(err, -EINVAL, "there is no address in the command");
	json_put(request, "url", NULL); /* it reads best as the first */
	put_method(line, request);
	r = curl_address(line, err);
	if (r < 0)
		return r;
	put_credentials(line);
	r = curl_body(line, err);
	if (r < 0)
		return r;
	curl_headers(line);
	put_settings(line);
	return 0;
}

int curl_import(const struct words *words, struct draft *draft, struct err *err)
{
	size_t first = words->len > 0 && strcmp(words->words[0], "curl") == 0;
	struct curl_line line;
	int r;

	curl_line_init(&line, draft);
	r = curl_line_read(&line, words, first, err);
	if (r == 0)
		r = make_job(&line, err);
	curl_line_done(&line);
	return r;
}
