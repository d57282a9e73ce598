/* Values from files: see values.h. The forms are read by values_csv.c and values_json.c. */
#include "spec/values.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "spec/values_internal.h"

int values_peek(struct values *values)
{
	while (values->at == values->len && values->code == 0) {
		ssize_t got = values->input->read(values->input->arg, values->block,
						  sizeof(values->block));

		if (got <= 0) {
			values->code = got < 0 ? (int)got : 0;
			return VALUES_END;
		}
		values->at = 0;
		values->len = (size_t)got;
	}
	return values->code ? VALUES_END : (unsigned char)values->block[values->at];
}

int values_next(struct values *values)
{
	int byte = values_peek(values);

	if (byte != VALUES_END)
		values->at++;
	if (byte == '\n')
		values->line++;
	return byte;
}

int values_fault(const struct values *values, struct err *err, const char *sentence)
{
	return err_set(err, -EINVAL, "%s:%" PRIu64 ": %s", values->input->name, values->line,
		       sentence);
}

int values_check(const struct values *values, const struct buf *text, struct err *err)
{
	if (text->full)
		return err_set(err, -EINVAL, "%s:%" PRIu64 ": a value has more than %d bytes",
			       values->input->name, values->line, VALUES_MAX_BYTES);
	if (text->len && memchr(text->data, 0, text->len))
		return values_fault(values, err, "a NUL byte");
	return utf8_valid(buf_text(text), text->len) ? 0 : values_fault(values, err, "not UTF-8");
}

int values_trouble(const struct values *values, struct err *err)
{
	return err_sys(err, values->code, "cannot read %s", values->input->name);
}

static void skip_mark(struct values *values)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (values_peek(values) != VALUES_END && values->len >= 3 &&
	    memcmp(values->block, mark, 3) == 0)
		values->at = 3;
}

int values_scan(const struct values_input *input, const struct values_form *form, values_fn *each,
		void *arg, struct err *err)
{
	struct values values = { .input = input, .form = form, .line = 1, .last = true };
	int code;

	values.each = each;
	values.arg = arg;
	buf_init(&values.field, form->pointer ? VALUES_RECORD_MAX : VALUES_MAX_BYTES);
	buf_init(&values.text, VALUES_MAX_BYTES);
	skip_mark(&values);
	code = form->pointer ? values_json(&values, err) : values_csv(&values, err);
	buf_done(&values.field);
	buf_done(&values.text);
	return code;
}

static ssize_t read_file(void *arg, char *to, size_t room)
{
	const int *fd = arg;
	ssize_t got;

	do
		got = read(*fd, to, room);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static int open_file(const char *path, int *fd, struct err *err)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO must not keep us waiting before fstat can refuse it */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0)
		return err_sys(err, -errno, "cannot open %s", path);
	if (fstat(*fd, &st) < 0)
		return err_sys(err, -errno, "cannot read %s", path);
	return S_ISREG(st.st_mode) ? 0 : err_set(err, -EINVAL, "%s is not a regular file", path);
}

int values_read(const char *path, const struct values_form *form, values_fn *each, void *arg,
		struct err *err)
{
	int fd = -1;
	struct values_input input = { .name = path, .read = read_file, .arg = &fd };
	int code = open_file(path, &fd, err);

	if (code == 0)
		code = values_scan(&input, form, each, arg, err);
	if (fd >= 0)
		close(fd);
	return code;
}
