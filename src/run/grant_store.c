/* Kept refresh tokens: see grant_store.h. */
#include "run/grant_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/random.h"
#include "base/xalloc.h"
#include "data/sum.h"
#include "io/file.h"
#include "spec/secret.h"

#define FILE_MAX_BYTES 262144

static char *path_of(const char *state_dir, const struct grant_name *name)
{
	char sum[SUM_TEXT_MAX];

	sum_bytes(slice_of(name->settings), sum);
	return xasprintf("%s/tokens/%.32s.json", state_dir, sum);
}

/* A digest: whoever reads the file learns nothing of the configured token. */
static void describe_origin(const struct grant_name *name, char sum[static SUM_TEXT_MAX])
{
	sum_bytes(slice_of(name->origin), sum);
}

static char *token_in(const struct json *doc, const char *origin)
{
	const char *from = json_str(json_get(doc, "origin"));
	const char *token = json_str(json_get(doc, "refresh_token"));

	return from && token && strcmp(from, origin) == 0 ? secret_keep(token) : NULL;
}

char *grant_store_load(const char *state_dir, const struct grant_name *name)
{
	char *path = path_of(state_dir, name), *token = NULL;
	char origin[SUM_TEXT_MAX];
	struct json *doc = NULL;
	struct buf text;

	describe_origin(name, origin);
	buf_init(&text, FILE_MAX_BYTES);
	if (file_read(path, &text, NULL) == 0 &&
	    json_parse(buf_text(&text), text.len, &doc, NULL) == 0)
		token = token_in(doc, origin);
	if (text.len > 0)
		explicit_bzero(text.data, text.len);
	buf_done(&text);
	json_unref(doc);
	free(path);
	return token;
}

int grant_store_save(const char *state_dir, const struct grant_name *name, const char *refresh,
		     struct err *err)
{
	char *path = path_of(state_dir, name), *dir = xasprintf("%s/tokens", state_dir);
	char origin[SUM_TEXT_MAX], *text;
	struct json *doc = json_new_object();
	int rc;

	describe_origin(name, origin);
	json_put_str(doc, "origin", origin);
	json_put_str(doc, "refresh_token", refresh);
	text = json_text(doc, true);
	rc = file_mkdir_p(dir, 0700, err);
	if (rc == 0)
		rc = file_replace(path, text, strlen(text), 0600, err);
	explicit_bzero(text, strlen(text));
	free(text);
	json_unref(doc);
	free(dir);
	free(path);
	return rc;
}
