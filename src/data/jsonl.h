/* JSON lines as this program writes them; the rules stand in jsonl.c. Private to this floor. */
#ifndef DATA_JSONL_H
#define DATA_JSONL_H

#include "data/format.h"

int jsonl_header(const struct job *job, const struct colset *set, struct buf *out);
int jsonl_encode(const struct job *job, const struct colset *set, const struct extract *extract,
		 const struct row_meta *meta, struct rows *rows, struct err *err);

#endif
