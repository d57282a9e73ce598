/* Reading forward, line by line: see whole.h.
 *
 * In CSV a line feed ends a row if and only if the quotes before it are even in number; in the
 * other formats no row holds a line feed.
 */
#include "data/whole.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/scan.h"
#include "base/xalloc.h"

#define BLOCK          131072
#define LINE_MAX_BYTES ((size_t)256 << 20) /* a longer row is none of ours */

struct measuring {
	struct whole found;
	uint64_t at;     /* bytes seen */
	bool begun;      /* behind the header, or the array's bracket */
	bool quoted;     /* CSV: inside quotes */
	struct buf line; /* JSON: the line so far */
};

bool whole_json(struct slice text)
{
	enum scan_token token;
	struct slice whole;
	struct scan scan;

	scan_init(&scan, text.ptr, text.len, SCAN_DEPTH_MAX);
	token = scan_next(&scan);
	return token > SCAN_END && scan_skip(&scan, token, &whole) == 0 &&
	       scan_next(&scan) == SCAN_END && whole.ptr == text.ptr && whole.len == text.len;
}

/* A row ends at `bytes`; the first one of CSV is the header. */
static void count_row(struct measuring *measuring, uint64_t bytes)
{
	if (measuring->begun)
		measuring->found.rows++;
	measuring->begun = true;
	measuring->found.bytes = bytes;
}

/* False: here the whole rows end. */
static bool take_csv(struct measuring *measuring, const char *block, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (block[i] == '\0')
			return false;
		measuring->quoted ^= block[i] == '"';
		if (block[i] == '\n' && !measuring->quoted)
			count_row(measuring, measuring->at + i + 1);
	}
	measuring->at += len;
	return true;
}

static bool end_jsonl(struct measuring *measuring)
{
	struct slice line = buf_slice(&measuring->line);

	if (measuring->line.full || !whole_json(line))
		return false;
	count_row(measuring, measuring->found.bytes + line.len + 1);
	return true;
}

/* "[" first, then a record and its comma a line; the last one has none. A row's bytes are those of
 * the line feed and the comma before it, and its own. */
static bool end_json(struct measuring *measuring)
{
	struct slice line = buf_slice(&measuring->line);

	if (!measuring->begun) {
		measuring->begun = line.len == 1 && line.ptr[0] == '[';
		measuring->found.bytes = measuring->begun;
		return measuring->begun;
	}
	if (line.len > 0 && line.ptr[line.len - 1] == ',')
		line.len--;
	if (measuring->line.full || !whole_json(line))
		return false;
	count_row(measuring, measuring->at - measuring->line.len + line.len);
	return true;
}

/* `at` moves on with each line, so that a row knows where it stands. */
static bool take_lines(struct measuring *measuring, const char *block, size_t len,
		       bool (*end)(struct measuring *measuring))
{
	while (len > 0) {
		const char *feed = memchr(block, '\n', len);
		size_t piece = feed ? (size_t)(feed - block) : len;

		buf_add(&measuring->line, block, piece);
		measuring->at += piece;
		if (feed) {
			if (!end(measuring))
				return false;
			buf_clear(&measuring->line);
			measuring->at++;
			piece++;
		}
		block += piece;
		len -= piece;
	}
	return true;
}

static bool take(struct measuring *measuring, enum job_format format, const char *block, size_t len)
{
	switch (format) {
	case JOB_FORMAT_CSV:
		return take_csv(measuring, block, len);
	case JOB_FORMAT_JSONL:
	case JOB_FORMAT_REJECTS:
		measuring->begun = true; /* no header */
		return take_lines(measuring, block, len, end_jsonl);
	case JOB_FORMAT_JSON:
		return take_lines(measuring, block, len, end_json);
	}
	return false;
}

int whole_measure(int fd, enum job_format format, struct whole *found, struct err *err)
{
	struct measuring measuring = { 0 };
	char *block = xmalloc(BLOCK);
	off_t at = 0;
	ssize_t got;

	buf_init(&measuring.line, LINE_MAX_BYTES);
	do {
		got = pread(fd, block, BLOCK, at);
		if (got > 0 && !take(&measuring, format, block, (size_t)got))
			break;
		at += got > 0 ? got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got >= 0)
		*found = measuring.found;
	buf_done(&measuring.line);
	free(block);
	return got < 0 ? err_sys(err, -errno, "cannot read it") : 0;
}
