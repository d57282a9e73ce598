/* The parcel: see parcel.h. */
#include "run/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "run/context.h"

void parcel_free(struct parcel *parcel)
{
	if (!parcel)
		return;
	if (parcel->request && parcel->request->errand && parcel->body.len > 0)
		explicit_bzero(parcel->body.data, parcel->body.len);
	if (parcel->cookies)
		explicit_bzero(parcel->cookies, strlen(parcel->cookies));
	free(parcel->cookies);
	context_drop_request(parcel->request);
	buf_done(&parcel->rows.bytes);
	buf_done(&parcel->rows.rejects);
	buf_done(&parcel->rows.keys);
	colset_unref(parcel->colset);
	extract_done(&parcel->extract);
	buf_done(&parcel->body);
	increment_free(parcel->increment);
	free(parcel->error);
	free(parcel->etag);
	free(parcel->modified);
	free(parcel->next_token);
	free(parcel->page.recognised);
	free(parcel->location);
	free(parcel->content_type);
	free(parcel);
}

size_t parcel_memory(const struct parcel *parcel)
{
	return sizeof(*parcel) + increment_memory(parcel->increment) + parcel->rows.bytes.room +
	       parcel->rows.rejects.room + parcel->rows.keys.room + parcel->body.room +
	       parcel->extract.made.room + parcel->extract.room * sizeof(*parcel->extract.records);
}
