/* Documents: the bytes are proven here before a reader sees them; see doc.h. */
#include "spec/doc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "spec/problem.h"
#include "spec/reader.h"

struct doc {
	char *file;
	struct json *root;
	struct places places;
};

int reader_fail(struct reader *reader, struct place at, const char *fmt, ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	reader->at = at;
	return err_set(&reader->err, -EINVAL, "%s", sentence);
}

int reader_spend(struct reader *reader, struct place at, size_t cost)
{
	reader->cost += cost;
	if (reader->cost <= DOC_NODES_MAX)
		return 0;
	return reader_fail(reader, at,
			   "the document has more than %u values, counting what aliases repeat",
			   DOC_NODES_MAX);
}

size_t reader_text_cost(size_t len)
{
	return 1 + len / 256;
}

static struct place place_of(struct slice text, size_t offset)
{
	struct place place;

	scan_place(text.ptr, text.ptr + offset, &place.line, &place.column);
	return place;
}

/* The length of the UTF-8 character at `at`, 0 when there is none. */
static size_t character(const char *at, size_t left)
{
	for (size_t n = 1; n <= 4 && n <= left; n++)
		if (utf8_valid(at, n))
			return n;
	return 0;
}

static int refuse_bad_utf8(struct reader *reader)
{
	size_t at = 0, n;

	while ((n = character(reader->text.ptr + at, reader->text.len - at)) > 0)
		at += n;
	return reader_fail(reader, place_of(reader->text, at),
			   "byte 0x%02x is not UTF-8; save the file as UTF-8",
			   (unsigned char)reader->text.ptr[at]);
}

static bool is_utf16(struct slice text)
{
	return text.len >= 2 &&
	       (memcmp(text.ptr, "\xff\xfe", 2) == 0 || memcmp(text.ptr, "\xfe\xff", 2) == 0);
}

/* libyaml stops at nothing of this by itself, or says it without a place. */
static int check_bytes(struct reader *reader)
{
	struct slice *text = &reader->text;
	const char *nul;

	if (text->len > DOC_BYTES_MAX)
		return reader_fail(reader, (struct place) { 0 },
				   "the document is larger than 16 MiB");
	if (is_utf16(*text))
		return reader_fail(reader, (struct place) { 1, 1 },
				   "this is UTF-16; save the file as UTF-8");
	if (text->len >= 3 && memcmp(text->ptr, "\xef\xbb\xbf", 3) == 0)
		*text = (struct slice) { text->ptr + 3, text->len - 3 };
	nul = text->len ? memchr(text->ptr, '\0', text->len) : NULL;
	if (nul && utf8_valid(text->ptr, (size_t)(nul - text->ptr)))
		return reader_fail(reader, place_of(*text, (size_t)(nul - text->ptr)),
				   "a NUL byte; a text file has none");
	return utf8_valid(text->ptr, text->len) ? 0 : refuse_bad_utf8(reader);
}

static int read_text(struct reader *reader, enum doc_syntax syntax)
{
	int ret = check_bytes(reader);

	if (ret == 0)
		ret = syntax == DOC_JSON ? json_read(reader) : yaml_read(reader);
	if (ret < 0)
		places_done(&reader->places);
	return ret;
}

static struct doc *new_doc(const char *file, struct reader *reader)
{
	struct doc *doc = xcalloc(1, sizeof(*doc));

	doc->file = xstrdup(file);
	doc->root = reader->root;
	doc->places = reader->places;
	return doc;
}

enum doc_syntax doc_syntax_of(const char *file)
{
	size_t len = strlen(file);

	return len > 5 && strcmp(file + len - 5, ".json") == 0 ? DOC_JSON : DOC_YAML;
}

int doc_parse(const char *file, enum doc_syntax syntax, struct slice text, struct doc **doc,
	      struct err *err)
{
	struct reader reader = { .text = text };
	int ret = read_text(&reader, syntax);

	if (ret < 0 && reader.at.line)
		return err_set(err, ret, "%s:%u:%u: %s", file, reader.at.line, reader.at.column,
			       reader.err.text);
	if (ret < 0)
		return err_set(err, ret, "%s: %s", file, reader.err.text);
	*doc = new_doc(file, &reader);
	return 0;
}

int doc_parse_checked(const char *file, enum doc_syntax syntax, struct slice text,
		      struct problems *problems, struct doc **doc)
{
	struct reader reader = { .text = text };
	int ret = read_text(&reader, syntax);

	if (ret < 0)
		problems_add_at(problems, file, reader.at, "%s", reader.err.text);
	else
		*doc = new_doc(file, &reader);
	return ret;
}

int doc_read(const char *file, struct doc **doc, struct err *err)
{
	struct buf text;
	int ret;

	buf_init(&text, DOC_BYTES_MAX);
	ret = file_read(file, &text, err);
	if (ret == 0)
		ret = doc_parse(file, doc_syntax_of(file), buf_slice(&text), doc, err);
	buf_done(&text);
	return ret;
}

int doc_read_checked(const char *file, struct problems *problems, struct doc **doc)
{
	struct err err = ERR_INIT;
	struct buf text;
	int ret;

	buf_init(&text, DOC_BYTES_MAX);
	ret = file_read(file, &text, &err);
	if (ret < 0)
		problems_add_at(problems, file, (struct place) { 0 }, "cannot be read: %s",
				ret == -E2BIG ? "it is larger than 16 MiB" : strerror(-ret));
	else
		ret = doc_parse_checked(file, doc_syntax_of(file), buf_slice(&text), problems, doc);
	buf_done(&text);
	return ret;
}

void doc_free(struct doc *doc)
{
	if (!doc)
		return;
	free(doc->file);
	json_unref(doc->root);
	places_done(&doc->places);
	free(doc);
}

const char *doc_file(const struct doc *doc)
{
	return doc->file;
}

struct json *doc_root(const struct doc *doc)
{
	return doc->root;
}

bool doc_has(const struct doc *doc, const char *pointer)
{
	bool exact;

	places_find(&doc->places, pointer, &exact);
	return exact;
}

struct place doc_place(const struct doc *doc, const char *pointer)
{
	return places_find(&doc->places, pointer, NULL)->value;
}

struct place doc_key_place(const struct doc *doc, const char *pointer)
{
	bool exact;
	const struct spot *spot = places_find(&doc->places, pointer, &exact);

	return exact && spot->key.line ? spot->key : spot->value;
}
