/* CSV as this program writes it; the rules stand in csv.c. Private to this floor. */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data/format.h"

#define CSV_BOM "\xef\xbb\xbf" /* U+FEFF in UTF-8 */

int csv_header(const struct job *job, const struct colset *set, struct buf *out);
int csv_encode(const struct job *job, const struct colset *set, const struct extract *extract,
	       const struct row_meta *meta, struct rows *rows, struct err *err);

#endif
