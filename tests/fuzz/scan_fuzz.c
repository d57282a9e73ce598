/* Any bytes at the scanner, and what must hold for those it accepts.
 *
 * The bytes live in a block of exactly their size, so that a sanitizer sees one read too many.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Whether it is one document; every slice on the way must lie inside it. */
static bool accepts(struct slice text)
{
	enum scan_token token;
	struct scan scan;
	struct buf out;

	buf_init(&out, text.len + 1);
	scan_init(&scan, text.ptr, text.len, SCAN_DEPTH_MAX);
	while ((token = scan_next(&scan)) > SCAN_END) {
		must(scan.value.ptr >= text.ptr);
		must(scan.value.ptr + scan.value.len <= text.ptr + text.len);
		if (token != SCAN_KEY && token != SCAN_STRING)
			continue;
		buf_clear(&out);
		must(scan_unescape(scan.value, &out) == 0); /* never longer than its source */
		must(utf8_valid(out.data, out.len));
		must(scan_means(scan.value, buf_slice(&out)));
		must(scan.escaped || slice_equal(scan.value, buf_slice(&out)));
	}
	buf_done(&out);
	must(scan_next(&scan) == token);
	must(scan_fail(&scan, NULL) < 0 && scan.at <= text.ptr + text.len);
	return token == SCAN_END;
}

/* Skipping proves the same, and gives the document without the white space around it. */
static bool skips(struct slice text, struct slice *whole)
{
	enum scan_token token;
	struct scan scan;

	scan_init(&scan, text.ptr, text.len, SCAN_DEPTH_MAX);
	token = scan_next(&scan);
	return token > SCAN_END && scan_skip(&scan, token, whole) == 0 &&
	       scan_next(&scan) == SCAN_END;
}

static void check_compact(struct slice text)
{
	struct buf once, twice;

	buf_init(&once, text.len);
	buf_init(&twice, text.len);
	must(scan_compact(text, &once) == 0);
	must(accepts(buf_slice(&once)));
	must(scan_compact(buf_slice(&once), &twice) == 0);
	must(slice_equal(buf_slice(&once), buf_slice(&twice)));
	buf_done(&once);
	buf_done(&twice);
}

static void check_tree(struct slice text, bool accepted)
{
	struct json *doc = NULL, *back = NULL;
	char *written;

	if (json_parse(text.ptr, text.len, &doc, NULL) < 0)
		return;
	must(accepted);
	written = json_text(doc, text.len % 2);
	must(accepts(slice_of(written)));
	must(json_parse(written, strlen(written), &back, NULL) == 0);
	must(json_equal(doc, back));
	free(written);
	json_unref(doc);
	json_unref(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct slice text = { copy, size }, whole = { NULL, 0 };
	bool accepted;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	accepted = accepts(text);
	must(skips(text, &whole) == accepted);
	if (accepted) {
		must(accepts(whole));
		check_compact(text);
	}
	check_tree(text, accepted);
	free(copy);
	return 0;
}
