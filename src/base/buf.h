/* A growing byte buffer that cannot be used without a ceiling.
 *
 * Everything whose size an outsider decides (bodies, files, replies, lines) is gathered here. Once
 * an addition would pass the ceiling the buffer is `full`: that addition and all later ones change
 * nothing and return -E2BIG, so a caller may add many pieces and check once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf {
	char *data; /* NUL-terminated at data[len] once anything was added; may be NULL when empty
		     */
	size_t len;
	size_t room;    /* allocated bytes */
	size_t ceiling; /* most bytes `len` may reach */
	bool full;      /* an addition was refused */
};

/* Storage is the caller's. buf_done also takes a zeroed buf, and may be called twice. */
void buf_init(struct buf *buf, size_t ceiling);
void buf_done(struct buf *buf);

/* Return 0 or -E2BIG. */
int buf_add(struct buf *buf, const void *bytes, size_t len);
int buf_add_text(struct buf *buf, const char *text);
int buf_add_slice(struct buf *buf, struct slice slice);
int buf_add_char(struct buf *buf, char c);
int buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes sure `more` bytes fit and returns where to write them; NULL past the ceiling. The caller
 * then says with buf_grew how many it wrote. For readers that fill memory directly (inflate, read).
 */
char *buf_reserve(struct buf *buf, size_t more);
void buf_grew(struct buf *buf, size_t wrote);

void buf_clear(struct buf *buf);                /* empty, keeps the memory, clears `full` */
void buf_shrink(struct buf *buf, size_t keep);  /* empty, and gives memory beyond `keep` back */
void buf_cut(struct buf *buf, size_t len);      /* shortens to len (<= buf->len) */
void buf_drop_front(struct buf *buf, size_t n); /* removes the first n bytes */
char *
buf_take(struct buf *buf); /* the text, the caller's to free; buf is empty after. Never NULL */
const char *buf_text(const struct buf *buf); /* borrowed, NUL-terminated; "" when empty */
struct slice buf_slice(const struct buf *buf);

#endif
