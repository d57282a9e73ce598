/* Pages that an earlier run has landed: see recalled.h. */
#include "run/recalled.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "data/format.h"
#include "data/pack.h"
#include "data/recast.h"
#include "data/unpack.h"
#include "io/file.h"
#include "run/context.h"
#include "store/files.h"
#include "store/snapshots.h"

void recalled_free(struct recalled *recalled)
{
	if (!recalled)
		return;
	validator_record_done(&recalled->validator);
	free(recalled->file);
	json_unref(recalled->columns);
	free(recalled);
}

void recalled_files_done(struct recalled_files *files)
{
	for (unsigned i = 0; i < RECALLED_OPEN_MAX; i++) {
		if (files->open[i].name)
			close(files->open[i].fd);
		free(files->open[i].name);
	}
	*files = (struct recalled_files) { 0 };
}

/* Finding. */

struct finding {
	struct recalled *recalled;
	bool found;
};

static void note_part(const struct file_record *record, void *arg)
{
	struct finding *finding = arg;
	struct recalled *recalled = finding->recalled;

	if (record->sequence != recalled->validator.sequence)
		return;
	finding->found = true;
	recalled->file = xstrdup(record->name);
	recalled->bytes = record->bytes;
	recalled->raw_bytes = record->raw_bytes ? record->raw_bytes : record->bytes;
	recalled->compress = pack_by_name(json_str(json_get(record->policy, "compress")));
	recalled->columns = json_copy(record->columns);
}

/* The part is as it was published: in the ledger, and as long as it says. */
static bool find_part(struct db *db, struct recalled *recalled, int root)
{
	struct finding finding = { recalled, false };
	struct stat st;
	int fd;

	if (files_each(db, recalled->validator.output, 1u << FILE_LISTED, note_part, &finding,
		       NULL) < 0 ||
	    !finding.found)
		return false;
	fd = file_open_beneath(root, recalled->file, O_RDONLY | O_NOFOLLOW, 0, NULL);
	if (fd < 0)
		return false;
	finding.found = fstat(fd, &st) == 0 && (uint64_t)st.st_size == recalled->bytes;
	close(fd);
	return finding.found;
}

static bool is_published(struct db *db, const struct validator_record *validator)
{
	struct snapshot_record record = { 0 };
	const char *slashes = strstr(validator->output, "//");
	char *path;
	bool published;

	if (!slashes)
		return false;
	path = xstrndup(validator->output, (size_t)(slashes - validator->output));
	published = snapshots_get(db, path, strtoull(slashes + 2, NULL, 10), &record, NULL) == 0 &&
		    record.state == SNAPSHOT_PUBLISHED;
	snapshot_record_done(&record);
	free(path);
	return published;
}

/* Rows can only be taken over where they can be written under today's columns. */
static bool may_carry(const struct job *job)
{
	return job->format != JOB_FORMAT_CSV || !job->columns_auto ||
	       job->new_columns == JOB_NEW_ROTATE;
}

static bool is_usable(struct db *db, const struct job *job, struct recalled *recalled, int root)
{
	const struct validator_record *validator = &recalled->validator;

	if (validator->definition != job->hash || (!validator->etag && !validator->modified))
		return false;
	if (job->mode == JOB_MODE_APPEND || validator->rows == 0)
		return true;
	return may_carry(job) && validator->output && is_published(db, validator) &&
	       find_part(db, recalled, root);
}

struct recalled *recalled_find(struct db *db, const struct job *job, const char *request,
			       uint32_t page, int root)
{
	struct recalled *recalled = xcalloc(1, sizeof(*recalled));

	if (validators_get(db, job->name, request, page, &recalled->validator, NULL) == 0 &&
	    is_usable(db, job, recalled, root))
		return recalled;
	recalled_free(recalled);
	return xcalloc(1, sizeof(*recalled));
}

/* Reading. */

static int expand(const struct recalled_place *place, const struct recalled *recalled, int from,
		  struct err *err)
{
	struct unpack unpack = {
		.from = from,
		.to = open(place->scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
		.bytes = recalled->bytes,
		.raw_bytes = recalled->raw_bytes,
		.compress = recalled->compress,
	};
	int rc;

	if (unpack.to < 0)
		return err_sys(err, -errno, "cannot make a temporary file in %s", place->scratch);
	rc = unpack_file(&unpack, err);
	if (rc == 0)
		return unpack.to;
	close(unpack.to);
	return rc;
}

/* A descriptor of what the part was before it was compressed; the set's. */
static int open_part(const struct recalled_place *place, struct recalled_files *files,
		     const struct recalled *recalled, struct err *err)
{
	unsigned slot = files->next;
	int fd;

	for (unsigned i = 0; i < RECALLED_OPEN_MAX; i++)
		if (files->open[i].name && strcmp(files->open[i].name, recalled->file) == 0)
			return files->open[i].fd;
	fd = file_open_beneath(place->root, recalled->file, O_RDONLY | O_NOFOLLOW, 0, err);
	if (fd >= 0 && recalled->compress != JOB_COMPRESS_NONE) {
		int packed = fd;

		fd = expand(place, recalled, packed, err);
		close(packed);
	}
	if (fd < 0)
		return fd;
	if (files->open[slot].name)
		close(files->open[slot].fd);
	free(files->open[slot].name);
	files->open[slot].name = xstrdup(recalled->file);
	files->open[slot].fd = fd;
	files->next = (slot + 1) % RECALLED_OPEN_MAX;
	return fd;
}

/* As the digest leaves rows: each with what parts it from the one before. */
static int read_rows(int fd, const struct recalled *recalled, const struct format *format,
		     struct buf *rows)
{
	const struct validator_record *validator = &recalled->validator;
	struct slice bytes;
	char *to;
	int rc;

	for (size_t i = 0; i < format->lead; i++)
		buf_add_char(rows, ',');
	to = buf_reserve(rows, (size_t)validator->length);
	if (!to)
		return -E2BIG;
	rc = file_pread_all(fd, to, (size_t)validator->length, (off_t)validator->offset);
	if (rc < 0)
		return rc;
	buf_grew(rows, (size_t)validator->length);
	bytes = (struct slice) { rows->data + format->lead, (size_t)validator->length };
	return hash_bytes(bytes.ptr, bytes.len) == validator->sum ? 0 : -EUCLEAN;
}

int recalled_read(const struct recalled_place *place, struct recalled_files *files,
		  struct parcel *parcel, struct err *err)
{
	const struct request *request = parcel->request;
	const struct recalled *recalled = request->recalled;
	const struct job *job = request->scope->job;
	struct colset *set = NULL;
	int fd = open_part(place, files, recalled, err);
	int rc = fd;

	if (fd >= 0)
		rc = read_rows(fd, recalled, request->context->format, &parcel->rows.bytes);
	if (rc >= 0 && request->context->format->uses_colset) {
		set = colset_from_json(job, recalled->columns);
		rc = set ? 0 : -EUCLEAN;
	}
	if (rc < 0) {
		buf_clear(&parcel->rows.bytes);
		colset_unref(set);
		return err_set(err, -EUCLEAN, "the rows of an earlier run in %s cannot be read",
			       recalled->file);
	}
	colset_unref(parcel->colset);
	parcel->colset = set ? set : colset_ref(request->context->colset);
	parcel->rows.count = recalled->validator.rows;
	parcel->carried = true;
	return 0;
}

/* Landing. */

int recalled_widen(const struct parcel *parcel, struct colset **wider)
{
	size_t n = colset_len(parcel->colset);
	struct slice *names = xcalloc(n + 1, sizeof(*names));
	struct colset *grown = NULL;
	bool all = true, known;
	size_t column;

	for (size_t i = 0; i < n; i++) {
		names[i] = colset_name(parcel->colset, i);
		known = colset_find(*wider, names[i], &column);
		all = all && known;
	}
	if (!all)
		grown = colset_extend(*wider, names, n);
	free(names);
	if (all)
		return 0;
	if (!grown)
		return -E2BIG;
	colset_unref(*wider);
	*wider = grown;
	return 0;
}

int recalled_encode(struct parcel *parcel, const struct colset *set, struct err *err)
{
	struct buf rows;
	int rc;

	buf_init(&rows, parcel->rows.bytes.ceiling);
	rc = recast_rows(parcel->request->scope->job, buf_slice(&parcel->rows.bytes),
			 parcel->colset, set, &rows);
	if (rc < 0) {
		buf_done(&rows);
		return err_set(err, rc, "rows of an earlier run do not fit the columns");
	}
	buf_done(&parcel->rows.bytes);
	parcel->rows.bytes = rows;
	colset_unref(parcel->colset);
	parcel->colset = colset_ref(set);
	return 0;
}
