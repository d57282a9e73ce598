/* What went wrong, in one sentence for a person.
 *
 * A function that can fail for outside reasons returns 0 or a negative errno and fills the caller's
 * `struct err`. Sentences are built from the inside out: the reader says "expected a number", its
 * caller adds "output.rotate.rows: ", the file's owner adds "jobs.d/a.yaml:14:12: ". Nothing here
 * logs; the floor `run` and the programs decide where a sentence goes.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 768

struct err {
	char text[ERR_TEXT_MAX]; /* always NUL-terminated; cut with "..." when too long */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		.text = ""                                                                         \
	}

/* Stores the sentence and returns `code` (a negative errno), so that `return err_set(...)` reads
 * well. `err` may be NULL. Control bytes of the sentence are shown as \xNN. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* err_set with ": " and strerror(-code) appended. */
int err_sys(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts a place before the sentence that is there: err_within(e, "jobs.%s", name) makes "jobs.x:
 * ...". A NULL err is fine. */
void err_within(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
