/* Marks as values: see mark.h. Times are in mark_time.c. */
#include "spec/mark.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "spec/mark_time.h"

/* Numbers.
 *
 * A decimal is 0.DIGITS * 10^EXPONENT, without zeros at either end of the digits. Its rank is one
 * byte for the sign, the exponent, and the digits; of a negative number all bytes are turned over
 * and one 0xff stands behind, so that -0.51 comes before -0.5.
 */

#define EXPONENT_MAX INT64_C(1000000000000)

enum { NEGATIVE, ZERO, POSITIVE };

struct decimal {
	bool negative;
	int64_t exponent;
	const char *digits, *end; /* of the mantissa as written: a point may stand among them */
};

static const char *digits_from(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* "e-17"; false when it is none, or out of all proportion. */
static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
	bool negative;
	int64_t value = 0;

	if (at == end)
		return true;
	if (*at != 'e' && *at != 'E')
		return false;
	at++;
	negative = at < end && *at == '-';
	at += at < end && (*at == '-' || *at == '+');
	if (at == end || digits_from(at, end) != end)
		return false;
	for (; at < end; at++) {
		value = value * 10 + (*at - '0');
		if (value > EXPONENT_MAX)
			return false;
	}
	*exponent += negative ? -value : value;
	return true;
}

/* RFC 8259 section 6, and zeros or a "+" in front, as people write them. */
static bool read_decimal(struct slice text, struct decimal *decimal)
{
	const char *at = text.ptr, *end = at + text.len, *whole, *point;

	decimal->negative = at < end && *at == '-';
	at += at < end && (*at == '-' || *at == '+');
	whole = at;
	at = point = digits_from(at, end);
	if (at == whole)
		return false;
	if (at < end && *at == '.') {
		at = digits_from(point + 1, end);
		if (at == point + 1)
			return false;
	}
	decimal->digits = whole;
	decimal->end = at;
	decimal->exponent = point - whole;
	return read_exponent(at, end, &decimal->exponent);
}

/* Takes zeros off both ends; false when nothing is left. */
static bool strip(struct decimal *decimal)
{
	for (; decimal->digits < decimal->end; decimal->digits++) {
		if (*decimal->digits != '0' && *decimal->digits != '.')
			break;
		decimal->exponent -= *decimal->digits == '0';
	}
	while (decimal->end > decimal->digits &&
	       (decimal->end[-1] == '0' || decimal->end[-1] == '.'))
		decimal->end--;
	return decimal->digits < decimal->end;
}

/* Most exponents fit one byte; others have 0x00 or 0xff before eight. */
static void add_exponent(int64_t exponent, struct buf *rank)
{
	uint64_t biased = (uint64_t)exponent ^ (UINT64_C(1) << 63);

	if (exponent > -120 && exponent < 120) {
		buf_add_char(rank, (char)(exponent + 128));
		return;
	}
	buf_add_char(rank, (char)(exponent < 0 ? 0x00 : 0xff));
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_add_char(rank, (char)(biased >> shift & 0xff));
}

static int rank_number(struct slice text, struct buf *rank, struct err *err)
{
	struct decimal decimal;
	size_t from;

	if (!read_decimal(text, &decimal))
		return err_set(err, -EINVAL, "expected a number, found \"%.*s\"",
			       (int)(text.len > 40 ? 40 : text.len), text.ptr);
	if (!strip(&decimal)) {
		buf_add_char(rank, ZERO);
		return 0;
	}
	buf_add_char(rank, decimal.negative ? NEGATIVE : POSITIVE);
	from = rank->len;
	add_exponent(decimal.exponent, rank);
	for (; decimal.digits < decimal.end; decimal.digits++)
		if (*decimal.digits != '.')
			buf_add_char(rank, *decimal.digits);
	for (size_t i = from; decimal.negative && i < rank->len; i++)
		rank->data[i] = (char)~rank->data[i];
	if (decimal.negative)
		buf_add_char(rank, (char)0xff);
	return 0;
}

static int rank_text(struct slice text, struct buf *rank, struct err *err)
{
	buf_add_slice(rank, text);
	return 0;
}

static int rank_time(struct slice text, struct buf *rank, struct err *err)
{
	struct mark_time time;
	uint64_t biased;

	if (mark_time_read(text, &time) < 0)
		return err_set(err, -EINVAL,
			       "expected a time, \"2026-01-01T00:00:00Z\" for example, found "
			       "\"%.*s\"",
			       (int)(text.len > 40 ? 40 : text.len), text.ptr);
	biased = (uint64_t)time.seconds ^ (UINT64_C(1) << 63);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_add_char(rank, (char)(biased >> shift & 0xff));
	while (time.fraction.len > 0 && time.fraction.ptr[time.fraction.len - 1] == '0')
		time.fraction.len--;
	buf_add_slice(rank, time.fraction);
	return 0;
}

int mark_rank(enum mark_type type, struct slice text, struct buf *rank, struct err *err)
{
	static int (*const ranks[])(struct slice text, struct buf * rank, struct err * err) = {
		[MARK_TIME] = rank_time,
		[MARK_NUMBER] = rank_number,
		[MARK_TEXT] = rank_text,
	};
	int rc;

	if (text.len == 0)
		return err_set(err, -EINVAL, "it is empty");
	if (text.len > MARK_MAX)
		return err_set(err, -EINVAL, "it has more than %d bytes", MARK_MAX);
	if (memchr(text.ptr, '\0', text.len))
		return err_set(err, -EINVAL, "it holds a NUL byte");
	rc = ranks[type](text, rank, err);
	return rc < 0 ? rc : rank->full ? err_set(err, -EINVAL, "it is too long") : 0;
}

int mark_back(enum mark_type type, struct slice text, int64_t back_ms, struct buf *out,
	      struct err *err)
{
	struct mark_time time;

	if (type != MARK_TIME || back_ms == 0)
		return buf_add_slice(out, text);
	if (mark_time_read(text, &time) < 0)
		return err_set(err, -EINVAL, "\"%.*s\" is not a time",
			       (int)(text.len > 40 ? 40 : text.len), text.ptr);
	mark_time_write(&time, back_ms, out);
	return out->full ? -E2BIG : 0;
}

int mark_compare(struct slice rank, struct slice other)
{
	size_t least = rank.len < other.len ? rank.len : other.len;
	int order = least ? memcmp(rank.ptr, other.ptr, least) : 0;

	return order ? order : (rank.len > other.len) - (rank.len < other.len);
}

/* "LENGTH:VALUE" and the digits. */
struct mark_frozen mark_thaw(const char *frozen)
{
	struct mark_frozen mark = { { NULL, 0 }, { NULL, 0 } };
	char *colon;
	size_t len = strtoul(frozen, &colon, 10), left;

	if (colon == frozen || *colon != ':')
		return mark;
	left = strlen(colon + 1);
	if (len > left)
		return mark;
	mark.value = (struct slice) { colon + 1, len };
	mark.keys = (struct slice) { colon + 1 + len, left - len };
	return mark;
}
