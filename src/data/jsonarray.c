/* A JSON array a file: one compact record a line between its brackets. What a record becomes
 * stands in jsonrow.h.
 *
 * The file can be parsed whenever nobody is just writing to it, because the end of the array
 * stands behind the last row from the beginning, and every append writes over it. For that the
 * pieces are cut so that rows join by mere appending:
 *
 *   header [     row ,\nRECORD  (the first row of a file without its comma)     footer \n]\n
 *
 * No compact record holds a line feed, so the last line of the file is its footer, and a reader
 * that looks for rows from the end finds them by their line feeds.
 */
#include "data/jsonarray.h"

#include "data/jsonrow.h"

int jsonarray_header(const struct job *job, const struct colset *set, struct buf *out)
{
	return buf_add_char(out, '[');
}

int jsonarray_encode(const struct job *job, const struct colset *set, const struct extract *extract,
		     const struct row_meta *meta, struct rows *rows, struct err *err)
{
	static const struct jsonrow_frame frame = { ",\n", "" };
	const struct encoding encoding = { job, set, extract, meta, NULL, NULL };

	return jsonrow_encode(&encoding, &frame, rows, err);
}
