/* Sizes, durations and rates: see units.h. Integers all the way, so that what is shown reads back
 * as the same number. */
#include "spec/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first, binary before decimal: size_format takes the first that divides. */
static const struct unit sizes[] = {
	{ "TiB", UINT64_C(1) << 40 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "TB", UINT64_C(1000000000000) },
	{ "GB", 1000000000 },
	{ "MB", 1000000 },
	{ "kB", 1000 },
	{ "B", 1 },
	{ NULL, 0 },
};

/* Largest first: the order in which duration_format writes them. */
static const struct unit durations[] = {
	{ "w", 604800000 }, { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
	{ "s", 1000 },      { "ms", 1 },       { NULL, 0 },
};

#define RATE_INTERVAL_MIN 1e3
#define RATE_INTERVAL_MAX 86400e9

static const struct unit rates[] = {
	{ "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { NULL, 0 },
};

static const struct unit *unit_named(const struct unit *units, const char *name, size_t len)
{
	for (; units->name; units++)
		if (strlen(units->name) == len && memcmp(units->name, name, len) == 0)
			return units;
	return NULL;
}

/* Reads digits; -EINVAL without any, -ERANGE beyond 64 bits. */
static int take_number(const char **at, uint64_t *number)
{
	const char *text = *at;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	*number = 0;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*text - '0'), number))
			return -ERANGE;
	*at = text;
	return 0;
}

int size_parse(const char *text, uint64_t *bytes, struct err *err)
{
	const char *at = text;
	const struct unit *unit = unit_named(sizes, "B", 1);
	uint64_t number = 0;
	int ret = take_number(&at, &number);

	if (ret == 0 && *at)
		unit = unit_named(sizes, at, strlen(at));
	if (ret == -EINVAL || !unit)
		return err_set(err, -EINVAL,
			       "expected a size, \"64MiB\" for example "
			       "(units: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)");
	if (ret < 0 || __builtin_mul_overflow(number, unit->factor, &number))
		return err_set(err, -EINVAL, "the size %.40s is too large", text);
	*bytes = number;
	return 0;
}

static int take_duration(const char **at, uint64_t *ms)
{
	const struct unit *unit;
	uint64_t number = 0;
	size_t len;
	int ret = take_number(at, &number);

	if (ret < 0)
		return ret;
	len = strspn(*at, "abcdefghijklmnopqrstuvwxyz");
	unit = unit_named(durations, *at, len);
	if (!unit)
		return -EINVAL;
	*at += len;
	if (__builtin_mul_overflow(number, unit->factor, &number) ||
	    __builtin_add_overflow(*ms, number, ms) || *ms > INT64_MAX)
		return -ERANGE;
	return 0;
}

int duration_parse(const char *text, int64_t *ms, struct err *err)
{
	const char *at = text;
	uint64_t total = 0;
	int ret = *text ? 0 : -EINVAL;

	if (strcmp(text, "0") == 0) {
		*ms = 0;
		return 0;
	}
	while (ret == 0 && *at)
		ret = take_duration(&at, &total);
	if (ret == -ERANGE)
		return err_set(err, -EINVAL, "the duration %.40s is too long", text);
	if (ret < 0)
		return err_set(
			err, -EINVAL,
			"expected a duration with its unit, \"30s\" or \"1h30m\" for example "
			"(units: w, d, h, m, s, ms)");
	*ms = (int64_t)total;
	return 0;
}

int rate_parse(const char *text, int64_t *interval_ns, struct err *err)
{
	size_t len = strspn(text, "0123456789.");
	const struct unit *unit = NULL;
	char *end;
	double number = strtod(text, &end), interval;

	if (len > 0 && end == text + len && text[len] == '/')
		unit = unit_named(rates, text + len + 1, strlen(text + len + 1));
	if (!unit || !(number > 0))
		return err_set(err, -EINVAL,
			       "expected a rate, \"20/s\" for example (per s, m, h or d)");
	interval = (double)unit->factor * 1e9 / number;
	if (interval < RATE_INTERVAL_MIN || interval > RATE_INTERVAL_MAX)
		return err_set(err, -EINVAL, "expected a rate from 1/d to 1000000/s");
	*interval_ns = (int64_t)(interval + 0.5);
	return 0;
}

/* In the unit that gives at least one. Seven digits hide what the rounding to nanoseconds did. */
void rate_format(int64_t interval_ns, char text[static UNITS_TEXT_MAX])
{
	const struct unit *unit = rates;

	while (unit[1].name && (double)interval_ns > (double)unit->factor * 1e9)
		unit++;
	snprintf(text, UNITS_TEXT_MAX, "%.7g/%s", (double)unit->factor * 1e9 / (double)interval_ns,
		 unit->name);
}

void size_format(uint64_t bytes, char text[static UNITS_TEXT_MAX])
{
	const struct unit *unit = sizes;

	if (bytes == 0) {
		strcpy(text, "0");
		return;
	}
	while (bytes % unit->factor != 0)
		unit++;
	snprintf(text, UNITS_TEXT_MAX, "%llu%s", (unsigned long long)(bytes / unit->factor),
		 unit->name);
}

void duration_format(int64_t ms, char text[static UNITS_TEXT_MAX])
{
	uint64_t left = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	size_t len = 0;

	if (ms == 0) {
		strcpy(text, "0");
		return;
	}
	if (ms < 0)
		text[len++] = '-';
	for (const struct unit *unit = durations + 1; unit->name; unit++) {
		if (left >= unit->factor)
			len += (size_t)snprintf(text + len, UNITS_TEXT_MAX - len, "%llu%s",
						(unsigned long long)(left / unit->factor),
						unit->name);
		left %= unit->factor;
	}
}
