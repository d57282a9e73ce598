/* Invented values that look real: names, prices, cities. Drawn from a seeded generator, so the same
 * seed gives the same value for ever; a bench or a test may rely on it.
 *
 * The table fakes[] is the only list: templates, sentences and the manual follow it.
 */
#ifndef FETCHMOCK_FAKE_H
#define FETCHMOCK_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/random.h"
#include "base/slice.h"

#define FAKE_ARGS_MAX 3

struct fake_call;
typedef void fake_write_fn(const struct fake_call *call, struct random *random, struct buf *out);

struct fake {
	const char *name;
	const char *args; /* as the manual shows them: "LOW:HIGH"; "" when it takes none */
	int64_t defaults[FAKE_ARGS_MAX];
	int64_t lowest, highest; /* what each argument may be */
	bool bare;               /* JSON writes it without quotes: a number or a boolean */
	fake_write_fn *write;
	const char *help;
};

extern const struct fake fakes[]; /* ends with a NULL name */

/* One use of a fake, arguments filled in. */
struct fake_call {
	const struct fake *fake;
	int64_t args[FAKE_ARGS_MAX];
};

/* "int:1:100". -EINVAL with a sentence: unknown name, too many arguments, LOW above HIGH. */
int fake_parse(struct slice text, struct fake_call *call, struct err *err);
/* Appends ASCII that needs no escape in JSON. */
void fake_write(const struct fake_call *call, struct random *random, struct buf *out);

#endif
