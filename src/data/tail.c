/* Rows from the end of a file: see tail.h.
 *
 * A CSV file cannot be read backwards by lines, for a quoted field may hold line feeds. But the
 * committed end is the end of a row, so outside quotes, and every field's quotes are even in
 * number (a quote inside counts twice). Hence a line feed ends a row if and only if the number of
 * quotes between it and the end is even.
 */
#include "data/tail.h"

#include <errno.h>
#include <string.h>

#include "data/tail_internal.h"

#define STEP ((uint64_t)64 << 10) /* read first; then as much again as there is */

/* How far the search has come. */
struct search {
	size_t at;      /* everything from here on is searched */
	unsigned ends;  /* row ends found, the last row's own included */
	unsigned quote; /* parity of quotes */
	size_t begins;  /* where the earliest whole row begins */
};

/* Goes on backwards; true when the n-th row from the end has been found whole. */
static bool search_back(const struct buf *text, const struct tail_span *span, struct search *search)
{
	while (search->at > 0) {
		char c = text->data[--search->at];

		search->quote ^= span->quotes && c == '"';
		if (c != '\n' || search->quote)
			continue;
		if (search->at + 1 < text->len)
			search->begins = search->at + 1;
		if (++search->ends > span->n)
			return true;
	}
	return false;
}

/* Puts the `more` bytes of the file before what is there in front of it. */
static int read_before(const struct tail_source *source, uint64_t end, uint64_t more,
		       struct buf *text)
{
	uint64_t from = end - text->len - more;
	struct buf whole;
	char *to;
	int code;

	buf_init(&whole, TAIL_BYTES_MAX);
	to = buf_reserve(&whole, more + text->len);
	if (!to)
		return -E2BIG;
	code = tail_source_read(source, from, to, more);
	if (code < 0) {
		buf_done(&whole);
		return code;
	}
	if (text->len)
		memcpy(to + more, text->data, text->len);
	buf_grew(&whole, more + text->len);
	buf_done(text);
	*text = whole;
	return 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Reads on until enough rows are found; 0: all there are. -E2BIG: no more may be read. */
static int find_rows(const struct tail_source *source, const struct tail_span *span,
		     struct buf *text, struct search *search)
{
	uint64_t all = span->end - span->first, more = STEP;

	while (text->len < all) {
		int code;

		more = smaller(smaller(more, all - text->len), TAIL_BYTES_MAX - text->len);
		code = more ? read_before(source, span->end, more, text) : -E2BIG;
		if (code < 0)
			return code;
		search->at += more;
		search->begins += more;
		if (search_back(text, span, search))
			return 1;
		more = text->len;
	}
	return 0;
}

int tail_window(const struct tail_source *source, const struct tail_span *span, struct buf *text,
		size_t *where, struct err *err)
{
	struct search search = { .ends = span->open };
	int code;

	buf_init(text, TAIL_BYTES_MAX);
	code = find_rows(source, span, text, &search);
	*where = code == 0 ? 0 : search.begins;
	if (code >= 0 && !span->open && text->data[text->len - 1] != '\n') {
		buf_done(text);
		return err_set(err, -EINVAL, "the last row has no end");
	}
	if (code >= 0 || (code == -E2BIG && search.ends > 1))
		return 0; /* perhaps fewer than asked, but whole ones */
	buf_done(text);
	if (code == -E2BIG)
		return err_set(err, code, "the last row is longer than %d MiB",
			       (int)(TAIL_BYTES_MAX >> 20));
	return err_sys(err, code, "cannot read the last rows");
}

int tail_read(const struct tail *tail, struct err *err)
{
	struct tail_source source;
	int code = tail_source_open(tail, &source, err);

	if (code < 0)
		return code;
	code = tail->format == JOB_FORMAT_CSV ? tail_csv(tail, &source, err)
					      : tail_json(tail, &source, err);
	tail_source_done(&source);
	return code;
}
