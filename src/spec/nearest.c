/* The nearest word by edit distance (Damerau-Levenshtein, adjacent swaps only). */
#include "spec/nearest.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 40

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], la = strlen(a), lb = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min(min(last[j], row[j - 1]) + 1,
				     last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = min(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[lb];
}

void nearest_init(struct nearest *nearest, const char *word)
{
	size_t len = strlen(word);

	/* Three wrong letters of nine are a misspelling, two of four another word. */
	*nearest =
		(struct nearest) { .word = word,
				   .distance = len > WORD_MAX ? 0 : 2 + (len ? len - 1 : 0) / 4 };
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t d;

	if (nearest->distance == 0 || strlen(candidate) > WORD_MAX)
		return;
	d = distance(nearest->word, candidate);
	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->best = candidate;
	}
}
