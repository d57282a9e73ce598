/* One hole of a template: what is between ${ and }. Only body.c uses it. */
#ifndef FETCHMOCK_HOLE_H
#define FETCHMOCK_HOLE_H

#include <stdbool.h>

#include "fetchmock/body.h"
#include "fetchmock/fake.h"

struct hole_kind;

struct hole {
	const struct hole_kind *kind;
	char *name;  /* of the path variable, parameter or header; NULL for the others */
	bool as_int; /* ":int" was asked for */
	struct fake_call fake;
};

/* Where the hole stands decides how its value is written. */
enum hole_place {
	HOLE_IN_TEXT,   /* as it is */
	HOLE_IN_STRING, /* inside a JSON string, escaped */
	HOLE_ALONE,     /* instead of a whole JSON value */
};

int hole_parse(struct slice text, struct hole *hole, struct err *err);
void hole_done(struct hole *hole);
bool hole_alone_only(const struct hole *hole);           /* page.records: never inside a text */
const char *hole_path_variable(const struct hole *hole); /* its name; NULL for other holes */
bool hole_of_page(const struct hole *hole);
void hole_write(const struct hole *hole, enum hole_place place, struct fill *fill, struct buf *out);

/* Appends `text` as the inside of a JSON string; bytes that are not UTF-8 become U+FFFD. */
void hole_escape(struct slice text, struct buf *out);

#endif
