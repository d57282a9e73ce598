/* Prints the part of a manual page that is made from a table of the code.
 *
 * `docgen routes` prints the rows of routes[] as mdoc(7). The manual pages hold such parts between
 * two comments that name them, and a test compares the pages with what is printed here, so that a
 * table and its manual cannot drift apart. Run by hand (or by the test), never installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/route.h"
#include "fetch/engine.h"
#include "fetchd/routes.h"

struct fragment {
	const char *name;
	void (*print)(void);
};

/* Text in which roff must not find requests or escapes. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
}

/* "limit after": each name a literal, the sentence ended. */
static void print_parameters(const char *names)
{
	puts("query:");
	while (*names) {
		size_t len = strcspn(names, " ");
		const char *next = names + len + strspn(names + len, " ");

		printf(".Ql %.*s %s\n", (int)len, names, *next ? "," : ".");
		names = next;
	}
}

static void print_routes(void)
{
	puts(".Bl -tag -width Ds");
	for (const struct route *route = routes; route->method; route++) {
		printf(".It Ic %s Pa ", route->method);
		print_text(route->path);
		puts(route->access == ACCESS_WRITE ? " Pq write" : "");
		print_text(route->summary);
		printf("\nReply: %s%s\n", route->replies, route->query[0] ? ";" : ".");
		if (route->query[0])
			print_parameters(route->query);
	}
	puts(".El");
}

static void print_engines(void)
{
	puts(".Bl -tag -width Ds");
	for (const struct engine_type *engine = engines; engine->name; engine++) {
		printf(".It Cm %s\n", engine->name);
		print_text(engine->summary);
		putchar('\n');
	}
	puts(".El");
}

static const struct fragment fragments[] = {
	{ "routes", print_routes },
	{ "engines", print_engines },
	{ 0 },
};

int main(int argc, char **argv)
{
	for (const struct fragment *fragment = fragments; fragment->name; fragment++) {
		if (argc == 2 && strcmp(argv[1], fragment->name) == 0) {
			fragment->print();
			return EXIT_SUCCESS;
		}
	}
	fputs("usage: docgen NAME, where NAME is one of:", stderr);
	for (const struct fragment *fragment = fragments; fragment->name; fragment++)
		fprintf(stderr, " %s", fragment->name);
	fputc('\n', stderr);
	return 2;
}
