/* fetchctl import: a job file, on stdout, out of what people have at hand: a curl command line or
 * an API's OpenAPI document. It asks no daemon and changes nothing. */
#include "fetchctl/verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fetchctl/ctl.h"
#include "fetchctl/problems.h"
#include "fetchctl/say.h"
#include "fetchctl/yamltext.h"
#include "import/curl.h"
#include "import/openapi.h"
#include "spec/doc.h"

static void show_notes(const struct ctl *ctl, const struct json *notes)
{
	FILE *out = ctl->json ? stderr : stdout;

	for (size_t i = 0; i < json_len(notes); i++) {
		fputs(ctl->json ? "fetchctl: " : "# ", out);
		say_text(out, json_str(json_at(notes, i)), false);
		fputc('\n', out);
	}
}

static int show(const struct ctl *ctl, struct draft *draft)
{
	struct err err = ERR_INIT;
	struct json *file = draft_finish(draft, &err);

	if (!file) {
		say_error("no job can be made of it: %s", err.text);
		return CTL_FAILED;
	}
	show_notes(ctl, draft->notes);
	if (ctl->json)
		say_json(file, true);
	else
		yamltext_print(stdout, file, 0);
	json_unref(file);
	return CTL_DONE;
}

/* All of stdin, for a command line that is too long or too full of quotes for another one. */
static int read_stdin(struct buf *text, struct err *err)
{
	char chunk[4096];
	size_t got;

	while ((got = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		if (buf_add(text, chunk, got) < 0)
			return err_set(err, -E2BIG, "a command line of more than %u bytes",
				       WORDS_BYTES_MAX);
	return ferror(stdin) ? err_set(err, -EIO, "cannot read standard input") : 0;
}

/* One word is a whole command line, "-" says that it is on stdin; several are its words. */
static int curl_words(const struct ctl *ctl, struct words *words, struct err *err)
{
	struct buf text;
	int r = 0;

	buf_init(&text, WORDS_BYTES_MAX);
	if (strcmp(ctl->words[1], "-") == 0)
		r = read_stdin(&text, err);
	else
		r = buf_add_text(&text, ctl->words[1]);
	if (r == 0)
		r = words_split(buf_text(&text), words, err);
	buf_done(&text);
	return r;
}

static int import_curl(const struct ctl *ctl, struct draft *draft, struct err *err)
{
	struct words words = { ctl->words + 1, (size_t)ctl->nwords - 1 };
	int r;

	if (ctl->nwords != 2)
		return curl_import(&words, draft, err);
	r = curl_words(ctl, &words, err);
	if (r < 0)
		return r;
	r = curl_import(&words, draft, err);
	words_done(&words);
	return r;
}

static int import_openapi(const struct ctl *ctl, struct draft *draft, struct err *err)
{
	struct doc *doc;
	int r = doc_read(ctl->words[1], &doc, err);

	if (r < 0)
		return r;
	r = openapi_import(doc_root(doc), ctl->words[2], draft, err);
	doc_free(doc);
	return r;
}

/* Without a path: which there are. */
static int list_paths(const struct ctl *ctl)
{
	struct err err = ERR_INIT;
	struct json *paths;
	struct doc *doc;

	if (doc_read(ctl->words[1], &doc, &err) < 0) {
		say_error("%s", err.text);
		return CTL_FAILED;
	}
	paths = openapi_paths(doc_root(doc));
	doc_free(doc);
	if (ctl->json)
		say_list(paths);
	for (size_t i = 0; !ctl->json && i < json_len(paths); i++) {
		say_text(stdout, json_str(json_at(paths, i)), false);
		putchar('\n');
	}
	if (json_len(paths) == 0)
		say_error("%s names no path with a GET", ctl->words[1]);
	json_unref(paths);
	return CTL_DONE;
}

int verb_import(struct ctl *ctl)
{
	const char *kind = ctl->words[0];
	bool openapi = strcmp(kind, "openapi") == 0;
	struct err err = ERR_INIT;
	struct draft draft;
	int r;

	if (!openapi && strcmp(kind, "curl") != 0)
		return say_usage("import knows curl and openapi, not \"%s\"", kind);
	if (openapi && ctl->nwords > 3)
		return say_usage("import openapi takes a file and a path");
	if (openapi && ctl->nwords == 2)
		return list_paths(ctl);
	draft_init(&draft);
	r = openapi ? import_openapi(ctl, &draft, &err) : import_curl(ctl, &draft, &err);
	if (r < 0)
		say_error("%s", err.text);
	r = r < 0 ? CTL_FAILED : show(ctl, &draft);
	draft_done(&draft);
	return r;
}
