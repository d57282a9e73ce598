/* Invented values: the table of what can be invented, and how each is written.
 *
 * Every writer draws from the generator it is given and nowhere else; none looks at a clock.
 */
#include "fetchmock/fake.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fetchmock/words.h"

#define DAY_MS          (INT64_C(24) * 3600 * 1000)
#define YEAR_2020_MS    (INT64_C(1577836800) * 1000)
#define YEARS_SIX_DAYS  2192
#define FAKE_LARGEST    (INT64_C(1) << 53) /* what every JSON reader keeps exact */
#define FAKE_TEXT_LIMIT (INT64_C(1) << 24)

static const char *word(const struct words *words, struct random *random)
{
	return words->items[random_below(random, words->len)];
}

static int64_t between(int64_t low, int64_t high, struct random *random)
{
	return low + (int64_t)random_below(random, (uint64_t)(high - low) + 1);
}

static void add_word(const struct words *words, struct random *random, struct buf *out)
{
	buf_add_text(out, word(words, random));
}

/* printf(3) would take longer than all the rest of a small reply. */
static void add_number(int64_t value, struct buf *out)
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char text[24], *at = text + sizeof(text);

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

static void add_hundredths(uint64_t value, struct buf *out)
{
	const char text[3] = { '.', (char)('0' + value / 10), (char)('0' + value % 10) };

	buf_add(out, text, sizeof(text));
}

static void write_material(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_word(&words_substance, random, out);
	buf_add_char(out, ' ');
	add_word(&words_form, random, out);
	buf_add_char(out, ' ');
	add_word(&words_size, random, out);
}

static void write_product(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_word(&words_quality, random, out);
	buf_add_char(out, ' ');
	add_word(&words_article, random, out);
	buf_add_char(out, ' ');
	add_word(&words_model, random, out);
}

static void write_name(const struct fake_call *call, struct random *random, struct buf *out)
{
	if (random_below(random, 2))
		write_material(call, random, out);
	else
		write_product(call, random, out);
}

static void write_person(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_word(&words_given, random, out);
	buf_add_char(out, ' ');
	add_word(&words_family, random, out);
}

static void write_email(const struct fake_call *call, struct random *random, struct buf *out)
{
	const char *given = word(&words_given, random);

	for (; *given; given++)
		buf_add_char(out, *given >= 'A' && *given <= 'Z' ? (char)(*given + 32) : *given);
	add_number((int64_t)random_below(random, 1000), out);
	buf_add_char(out, '@');
	add_word(&words_plain, random, out);
	buf_add_text(out, ".example");
}

static void write_city(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_word(&words_city, random, out);
}

static void write_country(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_word(&words_country, random, out);
}

static void write_words(const struct fake_call *call, struct random *random, struct buf *out)
{
	for (int64_t i = 0; i < call->args[0]; i++) {
		if (i)
			buf_add_char(out, ' ');
		add_word(&words_plain, random, out);
	}
}

static void write_price(const struct fake_call *call, struct random *random, struct buf *out)
{
	int64_t cents = between(call->args[0] * 20, call->args[1] * 20, random) * 5;

	add_number(cents / 100, out);
	add_hundredths((uint64_t)cents % 100, out);
	buf_add_text(out, " EUR");
}

static void write_int(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_number(between(call->args[0], call->args[1], random), out);
}

static void write_number(const struct fake_call *call, struct random *random, struct buf *out)
{
	add_number(between(call->args[0], call->args[1] - 1, random), out);
	add_hundredths(random_below(random, 100), out);
}

static void write_bool(const struct fake_call *call, struct random *random, struct buf *out)
{
	buf_add_text(out, random_below(random, 2) ? "true" : "false");
}

static void write_hex(const struct fake_call *call, struct random *random, struct buf *out)
{
	for (int64_t i = 0; i < call->args[0]; i++)
		buf_add_char(out, "0123456789abcdef"[random_below(random, 16)]);
}

static void write_text(const struct fake_call *call, struct random *random, struct buf *out)
{
	for (int64_t i = 0; i < call->args[0]; i++)
		buf_add_char(out, (char)('a' + random_below(random, 26)));
}

/* RFC 9562 version 4, variant 10. */
static void write_uuid(const struct fake_call *call, struct random *random, struct buf *out)
{
	uint64_t a = random_next(random), b = random_next(random);

	buf_addf(out, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
		 a >> 32, (a >> 16) & 0xffff, a & 0xfff, ((b >> 48) & 0x3fff) | 0x8000,
		 b & UINT64_C(0xffffffffffff));
}

static void write_date(const struct fake_call *call, struct random *random, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(YEAR_2020_MS + (int64_t)random_below(random, YEARS_SIX_DAYS) * DAY_MS, text);
	buf_add(out, text, 10);
}

static void write_datetime(const struct fake_call *call, struct random *random, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];
	uint64_t second = random_below(random, (uint64_t)YEARS_SIX_DAYS * 86400);

	clock_format(YEAR_2020_MS + (int64_t)second * 1000, text);
	buf_add_text(out, text);
}

/* clang-format off */
const struct fake fakes[] = {
	{ "name", "", { 0 }, 0, 0, false, write_name,
	  "a material or a product" },
	{ "material", "", { 0 }, 0, 0, false, write_material,
	  "Copper pipe 15 mm" },
	{ "product", "", { 0 }, 0, 0, false, write_product,
	  "Cordless drill Oslo" },
	{ "person", "", { 0 }, 0, 0, false, write_person,
	  "Lena Peeters" },
	{ "email", "", { 0 }, 0, 0, false, write_email,
	  "lena42@cedar.example" },
	{ "city", "", { 0 }, 0, 0, false, write_city,
	  "Ghent" },
	{ "country", "", { 0 }, 0, 0, false, write_country,
	  "Belgium" },
	{ "words", "COUNT", { 3 }, 1, 100000, false, write_words,
	  "cedar river signal" },
	{ "price", "LOW:HIGH", { 1, 1500 }, 0, 1000000000, false, write_price,
	  "970.00 EUR" },
	{ "int", "LOW:HIGH", { 0, 1000 }, -FAKE_LARGEST, FAKE_LARGEST, true, write_int,
	  "a whole number, both ends included" },
	{ "number", "LOW:HIGH", { 0, 1000 }, 0, 1000000000, true, write_number,
	  "a number with two decimals, HIGH excluded" },
	{ "bool", "", { 0 }, 0, 0, true, write_bool,
	  "true or false" },
	{ "uuid", "", { 0 }, 0, 0, false, write_uuid,
	  "a version 4 UUID" },
	{ "date", "", { 0 }, 0, 0, false, write_date,
	  "2023-04-17" },
	{ "datetime", "", { 0 }, 0, 0, false, write_datetime,
	  "2023-04-17T09:12:44Z" },
	{ "hex", "COUNT", { 16 }, 1, FAKE_TEXT_LIMIT, false, write_hex,
	  "COUNT hexadecimal digits" },
	{ "text", "COUNT", { 100 }, 1, FAKE_TEXT_LIMIT, false, write_text,
	  "COUNT letters, for bodies of a wanted size" },
	{ NULL },
};
/* clang-format on */

static const struct fake *find(struct slice name)
{
	for (const struct fake *fake = fakes; fake->name; fake++)
		if (slice_is(name, fake->name))
			return fake;
	return NULL;
}

/* Takes what stands before the next ':' off `text`. */
static struct slice cut(struct slice *text)
{
	const char *colon = text->len ? memchr(text->ptr, ':', text->len) : NULL;
	struct slice head = { text->ptr, colon ? (size_t)(colon - text->ptr) : text->len };

	text->ptr += head.len + (colon ? 1 : 0);
	text->len -= head.len + (colon ? 1 : 0);
	return head;
}

static int number(struct slice text, int64_t *value)
{
	char copy[24], *end;

	if (text.len == 0 || text.len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	errno = 0;
	*value = strtoll(copy, &end, 10);
	return errno || *end ? -EINVAL : 0;
}

static int parse_args(struct slice rest, struct fake_call *call, struct err *err)
{
	const struct fake *fake = call->fake;
	size_t most = !*fake->args ? 0 : strchr(fake->args, ':') ? 2 : 1;
	size_t n = 0;

	for (; rest.len; n++) {
		struct slice arg = cut(&rest);

		if (n == most)
			return err_set(err, -EINVAL, "fake.%s takes %zu arguments%s%s", fake->name,
				       most, most ? ", as fake." : "", most ? fake->args : "");
		if (number(arg, &call->args[n]) || call->args[n] < fake->lowest ||
		    call->args[n] > fake->highest)
			return err_set(err, -EINVAL,
				       "fake.%s: expected a whole number in %" PRId64 "..%" PRId64
				       " and not \"%.*s\"",
				       fake->name, fake->lowest, fake->highest, (int)arg.len,
				       arg.ptr);
	}
	if (most == 2 && call->args[0] + (fake->write == write_number) > call->args[1])
		return err_set(err, -EINVAL, "fake.%s: LOW must be below HIGH", fake->name);
	return 0;
}

int fake_parse(struct slice text, struct fake_call *call, struct err *err)
{
	struct slice rest = text;
	struct slice name = cut(&rest);
	struct fake_call parsed = { .fake = find(name) };
	int rc;

	if (!parsed.fake)
		return err_set(err, -EINVAL,
			       "there is no fake.%.*s; try fake.name, fake.int:1:100 or fake.price",
			       (int)name.len, name.ptr);
	memcpy(parsed.args, parsed.fake->defaults, sizeof(parsed.args));
	rc = parse_args(rest, &parsed, err);
	if (rc == 0)
		*call = parsed;
	return rc;
}

void fake_write(const struct fake_call *call, struct random *random, struct buf *out)
{
	call->fake->write(call, random, out);
}
