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
#include "io/file.h"

#define STEP ((uint64_t)64 << 10) /* read first; then as much again as there is */

/* How far the search has come. */
struct search {
	size_t at;      /* everything from here on is searched */
	unsigned ends;  /* row ends found, the last row's own included */
	unsigned quote; /* parity of quotes */
	size_t begins;  /* where the earliest whole row begins */
};

/* Goes on backwards; true when the n-th row from the end has been found whole. */
static bool search_back(const struct buf *text, unsigned n, bool quotes, struct search *search)
{
	while (search->at > 0) {
		char c = text->data[--search->at];

		search->quote ^= quotes && c == '"';
		if (c != '\n' || search->quote)
			continue;
		if (search->at + 1 < text->len)
			search->begins = search->at + 1;
		if (++search->ends > n)
			return true;
	}
	return false;
}

/* Puts the `more` bytes of the file before what is there in front of it. */
static int read_before(const struct tail *tail, uint64_t more, struct buf *text)
{
	uint64_t from = tail->bytes - text->len - more;
	struct buf whole;
	char *to;
	int code;

	buf_init(&whole, TAIL_BYTES_MAX);
	to = buf_reserve(&whole, more + text->len);
	if (!to)
		return -E2BIG;
	code = file_pread_all(tail->fd, to, more, (off_t)from);
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

int tail_window(const struct tail *tail, uint64_t first, bool quotes, struct buf *text,
		size_t *where, struct err *err)
{
	uint64_t all = tail->bytes - first, more = STEP;
	struct search search = { 0 };
	int code = 0;

	buf_init(text, TAIL_BYTES_MAX);
	*where = 0;
	while (text->len < all) {
		more = smaller(smaller(more, all - text->len), TAIL_BYTES_MAX - text->len);
		code = more ? read_before(tail, more, text) : -E2BIG;
		if (code < 0)
			break;
		search.at += more;
		search.begins += more;
		if (search_back(text, tail->n, quotes, &search)) {
			*where = search.begins;
			return 0;
		}
		more = text->len;
	}
	if (code == 0) /* all the rows there are */
		return 0;
	*where = search.begins;
	if (code == -E2BIG && search.ends > 1)
		return 0; /* fewer than asked, but whole ones */
	buf_done(text);
	if (code == -E2BIG)
		return err_set(err, code, "the last row is longer than %d MiB",
			       (int)(TAIL_BYTES_MAX >> 20));
	return err_sys(err, code, "cannot read the last rows");
}

int tail_read(const struct tail *tail, struct err *err)
{
	return tail->format == JOB_FORMAT_CSV ? tail_csv(tail, err) : tail_jsonl(tail, err);
}
