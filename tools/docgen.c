/* Prints the part of a manual page that is made from a table of the code.
 *
 * `docgen routes` prints the rows of routes[] as mdoc(7), and so on; `docgen --list` the names of all
 * parts. The manual pages hold them between two comments, `make man-tables` makes them anew, and a
 * test compares the pages with what is printed here, so that a table and its manual cannot drift
 * apart. Never installed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/route.h"
#include "docgen.h"
#include "fetch/engine.h"
#include "fetch/outcome.h"
#include "fetchd/routes.h"

#define LINE_MAX_BYTES 76 /* room for the full stop and escapes */

struct fragment {
	const char *name;
	bool (*print)(const char *rest); /* what follows the name; false: nothing of that name */
	void (*list)(void);              /* NULL: there is only the name itself */
};

/* One word, in which roff must not find requests or escapes. */
static void print_word(const char *word, size_t len)
{
	if (len && (*word == '.' || *word == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(word[i]);
	}
}

/* A manual's source has lines of at most 80 bytes: mandoc(1) says so. */
void print_text(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > LINE_MAX_BYTES) {
			putchar('\n');
			column = 0;
		} else if (column > 0) {
			putchar(' ');
		}
		print_word(text, len);
		column += len + 1;
		text += len + strspn(text + len, " ");
	}
}

/* A first word that ends with ":" is a name, not the beginning of a sentence. */
void print_sentence(const char *text)
{
	size_t first = strcspn(text, " ");

	char line[1024];

	snprintf(line, sizeof(line), "%s.", text);
	if (first > 0 && text[first - 1] != ':')
		*line = (char)toupper((unsigned char)*line);
	print_text(line);
	putchar('\n');
}

void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			fputs("\\(dq", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
	putchar('"');
}

void print_words(const char *macro, const char *const *words, const char *end)
{
	printf(".%s", macro);
	for (; *words; words++)
		printf(" %s %s", *words, words[1] ? "," : end);
	putchar('\n');
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

static bool print_routes(const char *rest)
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
	return true;
}

static bool print_engines(const char *rest)
{
	puts(".Bl -tag -width Ds");
	for (const struct engine_type *engine = engines; engine->name; engine++) {
		printf(".It Cm %s\n", engine->name);
		print_text(engine->summary);
		putchar('\n');
	}
	puts(".El");
	return true;
}

/* The words of `retry.on`, in the order of its bits. */
static const char *const *retry_classes(void)
{
	const struct field *field = job_fields;

	while (strcmp(field->name, "retry") != 0)
		field++;
	for (field = field->fields; strcmp(field->name, "on") != 0;)
		field++;
	return field->choices;
}

static void print_outcome(const struct outcome_row *outcome)
{
	static const char *const counts[] = {
		[COUNTS_LANDED] = "counts as landed",
		[COUNTS_EMPTY] = "counts as empty",
		[COUNTS_UNCHANGED] = "counts as unchanged",
		[COUNTS_FAILED] = "a failure",
		[COUNTS_NOT] = "does not count",
	};
	const char *const *class = retry_classes();
	unsigned bits = outcome->retry;

	printf(".It Cm %s\n", outcome->name);
	print_sentence(outcome->sentence);
	if (!bits) {
		printf("%c%s%s.\n", toupper((unsigned char)*counts[outcome->counts]),
		       counts[outcome->counts] + 1,
		       outcome->counts == COUNTS_FAILED ? ", never tried again" : "");
		return;
	}
	for (; !(bits & 1); bits >>= 1)
		class ++;
	printf("Tried again under\n.Cm %s .\n", *class);
}

static bool print_outcomes(const char *rest)
{
	puts(".Bl -tag -width \"http_status\"");
	for (size_t i = 0; i < OUTCOME__COUNT; i++)
		print_outcome(&outcomes[i]);
	puts(".El");
	return true;
}

static const struct fragment fragments[] = {
	{ "routes", print_routes },
	{ "engines", print_engines },
	{ "outcomes", print_outcomes },
	{ "job-fields", print_job_fields, list_job_fields },
	{ "config-fields", print_config_fields },
	{ "verbs", print_verbs },
	{ 0 },
};

static int list_all(void)
{
	for (const struct fragment *fragment = fragments; fragment->name; fragment++) {
		puts(fragment->name);
		if (fragment->list)
			fragment->list();
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list_all();
	for (const struct fragment *fragment = fragments; argc == 2 && fragment->name; fragment++) {
		size_t len = strlen(fragment->name);
		const char *rest = argv[1] + len;

		if (strncmp(argv[1], fragment->name, len) == 0 && (!*rest || fragment->list) &&
		    fragment->print(rest))
			return EXIT_SUCCESS;
	}
	fputs("usage: docgen NAME; docgen --list prints the names\n", stderr);
	return 2;
}
