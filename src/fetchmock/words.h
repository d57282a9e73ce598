/* The words fakes are made of. */
#ifndef FETCHMOCK_WORDS_H
#define FETCHMOCK_WORDS_H

#include <stddef.h>

struct words {
	const char *const *items;
	size_t len;
};

extern const struct words words_substance, words_form, words_size;   /* "Copper pipe 15 mm" */
extern const struct words words_quality, words_article, words_model; /* "Folding chair Oslo" */
extern const struct words words_given, words_family, words_city, words_country, words_plain;

#endif
