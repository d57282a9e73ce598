/* Any bytes as a file of values, and what must hold for the values it gives. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "spec/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

struct seen {
	size_t count, bytes, empty;
};

static int see(struct slice value, void *arg, struct err *err)
{
	struct seen *seen = arg;

	must(value.len <= VALUES_MAX_BYTES);
	must(value.len == 0 || !memchr(value.ptr, 0, value.len));
	must(utf8_valid(value.len ? value.ptr : "", value.len));
	seen->count++;
	seen->bytes += value.len;
	seen->empty += value.len == 0;
	return 0;
}

static int read_values(const char *path, const struct values_form *form, struct seen *seen)
{
	struct err err = ERR_INIT;
	int ret = values_read(path, form, see, seen, &err);

	must(ret == 0 || ret == -EINVAL);
	must((ret == 0) == (err.text[0] == 0));
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct values_form lines = { 0 }, table = { .column = "id" };
	struct values_form records = { 0 };
	struct seen text = { 0 }, csv = { 0 }, json = { 0 };
	struct pointer *pointer = NULL;
	char path[32];
	int fd = memfd_create("values", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (read_values(path, &lines, &text) == 0)
		must(text.empty == 0 && text.bytes + text.count <= size + 1);
	read_values(path, &table, &csv);
	must(csv.bytes <= size);
	must(pointer_parse("/id", &pointer, NULL) == 0);
	records.pointer = pointer;
	read_values(path, &records, &json);
	must(json.bytes <= size);
	pointer_free(pointer);
	close(fd);
	return 0;
}
