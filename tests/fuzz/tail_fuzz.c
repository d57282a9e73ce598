/* Any bytes as a file whose last rows are asked for: head must survive files that others have been
 * at.
 *
 * The first two bytes choose format, dialect, compression and how many rows; the others are the
 * file. What is answered must be a table: as many cells in each row as there are columns, except
 * where a CSV row itself has others.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/tail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct json *policy_of(unsigned choice)
{
	static const char *const nulls[] = { "", "NULL", "-", "\"" };
	static const char *const delimiters[] = { ",", ";", "\t", "." };
	struct json *policy = json_new_object();

	json_put_str(policy, "delimiter", delimiters[choice % 4]);
	json_put_str(policy, "null", nulls[choice / 4 % 4]);
	json_put_bool(policy, "crlf", choice & 16);
	json_put_bool(policy, "bom", choice & 32);
	return policy;
}

static void check(const struct tail *tail)
{
	must(json_len(tail->rows) <= tail->n);
	for (size_t i = 0; i < json_len(tail->rows); i++) {
		size_t cells = json_len(json_at(tail->rows, i));

		must(cells > 0);
		must(tail->format == JOB_FORMAT_CSV || cells == json_len(tail->columns));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct tail tail = { .raw_bytes = size * 2 };

	if (size < 2)
		return 0;
	tail.format = (enum job_format)(data[0] % 3);
	tail.compress = (enum job_compress)(data[0] / 3 % 3);
	tail.n = data[0] / 9;
	tail.policy = policy_of(data[1]);
	tail.bytes = size - 2;
	tail.columns = json_new_array();
	tail.rows = json_new_array();
	tail.fd = memfd_create("tail_fuzz", MFD_CLOEXEC);
	must(write(tail.fd, data + 2, size - 2) == (ssize_t)(size - 2));
	if (tail_read(&tail, &err) == 0)
		check(&tail);
	else
		must(err.text[0] && json_len(tail.rows) == 0 && json_len(tail.columns) == 0);
	close(tail.fd);
	json_unref(tail.columns);
	json_unref(tail.rows);
	json_unref((struct json *)tail.policy);
	return 0;
}
