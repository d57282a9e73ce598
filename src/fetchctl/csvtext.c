/* CSV cells: see csvtext.h. */
#include "fetchctl/csvtext.h"

/* *at stands after the opening quote. */
static void take_quoted(const char **at, struct buf *cell)
{
	const char *c = *at;

	for (; *c; c++) {
		if (*c == '"') {
			c++;
			if (*c != '"')
				break;
		}
		buf_add_char(cell, *c);
	}
	*at = c;
}

bool csvtext_cell(const char **at, char delimiter, struct buf *cell)
{
	buf_clear(cell);
	if (**at == '"') {
		(*at)++;
		take_quoted(at, cell);
	}
	while (**at && **at != delimiter && **at != '\n' && **at != '\r')
		buf_add_char(cell, *(*at)++);
	if (**at && **at == delimiter) {
		(*at)++;
		return true;
	}
	if (**at == '\r')
		(*at)++;
	if (**at == '\n')
		(*at)++;
	return false;
}
