/* The rows of a job's `decode`: how the body of an answer is read. */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, decode.member)

static const char *const readings[] = {
	[JOB_DECODE_AUTO] = "auto",
	[JOB_DECODE_JSON] = "json",
	[JOB_DECODE_NDJSON] = "ndjson",
	[JOB_DECODE_CSV] = "csv",
	NULL,
};

static int check_charset(const char *text, struct err *err)
{
	/* Behind a "/" glibc reads options of its own. */
	iconv_t conversion = strchr(text, '/') ? (iconv_t)-1 : iconv_open("UTF-8", text);

	if (conversion == (iconv_t)-1)
		return err_set(err, -EINVAL,
			       "expected a character set such as \"windows-1252\" or \"UTF-16\", "
			       "found \"%.40s\"",
			       text);
	iconv_close(conversion);
	return 0;
}

static int check_delimiter(const char *text, struct err *err)
{
	if (strlen(text) == 1 &&
	    (*text == '\t' ||
	     (isgraph((unsigned char)*text) && !isalnum((unsigned char)*text) && *text != '"')))
		return 0;
	return err_set(err, -EINVAL,
		       "expected one character, \",\" or \";\" or a tab (\"\\t\") for example; no "
		       "letter, digit, space or quote");
}

const struct field job_decode_fields[] = {
	{ .name = "as",
	  .type = FIELD_CHOICE,
	  .offset = AT(as),
	  .choices = readings,
	  .def = "auto",
	  .help = "what the body is: one JSON document, a document a line, or rows of CSV; auto: "
		  "what the Content-Type says, JSON when in doubt",
	  .example = "ndjson" },
	{ .name = "charset",
	  .type = FIELD_TEXT,
	  .offset = AT(charset),
	  .check = check_charset,
	  .help = "what the body is written in, whatever the answer says",
	  .example = "windows-1252" },
	{ .name = "delimiter",
	  .type = FIELD_TEXT,
	  .offset = AT(delimiter),
	  .check = check_delimiter,
	  .help = "csv: what parts the fields; a comma when not given, a tab for "
		  "text/tab-separated-values",
	  .example = "\";\"" },
	{ .name = "header",
	  .type = FIELD_BOOL,
	  .offset = AT(header),
	  .def = "true",
	  .help = "csv: the first row names the columns; without one they are column1, column2 and "
		  "so on",
	  .example = "false" },
	{ .name = NULL },
};
