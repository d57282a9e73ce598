/* JSON lines: one compact record a line, LF at its end. What a record becomes stands in
 * jsonrow.h. */
#include "data/jsonl.h"

#include "data/jsonrow.h"

int jsonl_header(const struct job *job, const struct colset *set, struct buf *out)
{
	return 0;
}

int jsonl_encode(const struct job *job, const struct colset *set, const struct extract *extract,
		 const struct row_meta *meta, struct rows *rows, struct err *err)
{
	static const struct jsonrow_frame frame = { "", "\n" };
	const struct encoding encoding = { job, set, extract, meta, NULL, NULL };

	return jsonrow_encode(&encoding, &frame, rows, err);
}
