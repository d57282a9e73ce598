/* Gathering jobs: see loader.h. */
#include "spec/loader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/field.h"
#include "spec/job_parts.h"
#include "spec/lineage.h"

struct loader_entry {
	struct job *job;
	const struct doc *doc;
	char *base; /* of the job in it */
	char *path; /* where it lands; NULL: that is not known before a run begins */
	size_t order;
};

/* A file's own rows: both maps are read by the loader. */

static void read_map(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at)
{
	walk_wrong_type(walk, at, value, JSON_OBJECT, "a map");
}

const struct field_custom job_file_map = { "map", read_map, NULL, NULL };

static const struct field file_fields[] = {
	{ .name = "defaults",
	  .type = FIELD_CUSTOM,
	  .custom = &job_file_map,
	  .help = "settings merged under each job of this file" },
	{ .name = "jobs", .type = FIELD_CUSTOM, .custom = &job_file_map, .help = "jobs by name" },
	{ .name = NULL },
};

/* Merging: maps into maps, everything else is replaced. */

static struct json *merged(const struct json *under, const struct json *over)
{
	struct json *out;

	if (json_type(under) != JSON_OBJECT || json_type(over) != JSON_OBJECT)
		return json_copy(over);
	out = json_copy(under);
	for (struct json_member m = json_first(over); m.key; m = json_next(m))
		json_put(out, m.key, merged(json_get(under, m.key), m.value));
	return out;
}

/* Loading. */

void loader_init(struct loader *loader, struct problems *problems, bool strict_paths)
{
	*loader = (struct loader) { .problems = problems,
				    .strict_paths = strict_paths,
				    .raised = problems->raised };
}

static void add_entry(struct loader *loader, struct job *job, const struct doc *doc, char *base)
{
	if (loader->len == loader->room) {
		loader->room = loader->room ? loader->room * 2 : 16;
		loader->entries =
			xreallocarray(loader->entries, loader->room, sizeof(loader->entries[0]));
	}
	loader->entries[loader->len] = (struct loader_entry) { .job = job,
							       .doc = doc,
							       .base = base,
							       .path = job_output_sample(job),
							       .order = loader->len };
	loader->len++;
}

static char *pointer_to(const char *key)
{
	struct buf out;

	buf_init(&out, 2 * strlen(key) + 8);
	buf_add_text(&out, "/jobs/");
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_add_text(&out, *key == '~' ? "~0" : "~1");
		else
			buf_add_char(&out, *key);
	}
	return buf_take(&out);
}

static void load_job(struct loader *loader, const struct doc *doc, struct json_member member)
{
	const struct json *defaults = json_get(doc_root(doc), "defaults");
	bool none = json_type(member.value) == JSON_NULL;
	struct json *definition = none ? json_copy(defaults) : merged(defaults, member.value);
	char *base = pointer_to(member.key);
	struct job_source source = { .name = member.key,
				     .definition = definition,
				     .doc = doc,
				     .base = base,
				     .fallback = "/defaults",
				     .strict_paths = loader->strict_paths };
	struct job *job = job_read(&source, loader->problems);

	json_unref(definition);
	if (job)
		add_entry(loader, job, doc, base);
	else
		free(base);
}

void loader_add_jobs(struct loader *loader, const struct doc *doc)
{
	const struct json *root = doc_root(doc), *jobs = json_get(root, "jobs");

	if (json_type(json_get(root, "defaults")) == JSON_OBJECT)
		job_check_defaults(doc, "/defaults", loader->strict_paths, loader->problems);
	if (json_type(jobs) != JSON_OBJECT)
		return; /* said already, or there are none */
	for (struct json_member m = json_first(jobs); m.key; m = json_next(m))
		load_job(loader, doc, m);
}

void loader_add_doc(struct loader *loader, struct doc *doc)
{
	struct walk walk = { .doc = doc, .base = "", .problems = loader->problems };
	char nothing; /* the rows of a file fill no struct */

	loader->docs = xreallocarray(loader->docs, loader->ndocs + 1, sizeof(struct doc *));
	loader->docs[loader->ndocs++] = doc;
	fields_read(file_fields, doc_root(doc), &nothing, &walk, NULL);
	loader_add_jobs(loader, doc);
}

void loader_add_file(struct loader *loader, const char *file)
{
	struct doc *doc = NULL;

	if (doc_read_checked(file, loader->problems, &doc) == 0)
		loader_add_doc(loader, doc);
}

static int is_job_file(const struct dirent *entry)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };
	size_t len = strlen(entry->d_name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t end = strlen(endings[i]);

		if (*entry->d_name != '.' && len > end &&
		    strcmp(entry->d_name + len - end, endings[i]) == 0)
			return 1;
	}
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

void loader_add_dir(struct loader *loader, const char *dir, bool must_exist)
{
	struct dirent **names = NULL;
	int len = scandir(dir, &names, is_job_file, by_name);

	if (len < 0 && (errno != ENOENT || must_exist))
		problems_add_at(loader->problems, dir, (struct place) { 0 },
				"the directory cannot be read: %s", strerror(errno));
	for (int i = 0; i < len; i++) {
		char *file = xasprintf("%s/%s", dir, names[i]->d_name);

		loader_add_file(loader, file);
		free(file);
		free(names[i]);
	}
	free(names);
}

/* What no file shows by itself: a name or a path that two jobs have. */

static int compare(const char *a, const char *b, const struct loader_entry *x,
		   const struct loader_entry *y)
{
	int order = strcmp(a, b);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int by_path(const void *a, const void *b)
{
	const struct loader_entry *x = a, *y = b;

	return compare(x->path ? x->path : "", y->path ? y->path : "", x, y);
}

static int by_job_name(const void *a, const void *b)
{
	const struct loader_entry *x = a, *y = b;

	return compare(x->job->name, y->job->name, x, y);
}

static void refuse_path(struct loader *loader, const struct loader_entry *first,
			const struct loader_entry *second)
{
	char *pointer = xasprintf("%s/output/path", second->base);

	problems_add(loader->problems, second->doc, pointer,
		     "jobs.%s.output.path: the job \"%s\" (%s) lands in \"%s\" too",
		     second->job->name, first->job->name, doc_file(first->doc), first->path);
	free(pointer);
}

/* A snapshot's directory holds its runs and nothing else: they are published, renamed and removed
 * as a whole. */
static void refuse_inside(struct loader *loader, const struct loader_entry *outer,
			  const struct loader_entry *inner)
{
	char *pointer = xasprintf("%s/output/path", inner->base);

	problems_add(loader->problems, inner->doc, pointer,
		     "jobs.%s.output.path: \"%s\" lies in \"%s\", where the job \"%s\" (%s) keeps "
		     "its snapshots",
		     inner->job->name, inner->path, outer->path, outer->job->name,
		     doc_file(outer->doc));
	free(pointer);
}

/* The snapshots at the first `len` bytes of the entry's path; entries are sorted by path. */
static void check_above(struct loader *loader, const struct loader_entry *entry, size_t len)
{
	char *above = xstrndup(entry->path, len);
	struct loader_entry wanted = { .path = above };
	size_t low = 0, high = loader->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_path(&loader->entries[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < loader->len; low++) {
		const struct loader_entry *outer = &loader->entries[low];

		if (!outer->path || strcmp(outer->path, above) != 0)
			break;
		if (job_output_holds(outer->job, outer->path, entry->path) &&
		    strcmp(outer->job->name, entry->job->name) != 0)
			refuse_inside(loader, outer, entry);
	}
	free(above);
}

static void check_inside(struct loader *loader)
{
	for (size_t i = 0; i < loader->len; i++) {
		const struct loader_entry *entry = &loader->entries[i];
		const char *slash = entry->path ? strchr(entry->path, '/') : NULL;

		for (; slash; slash = strchr(slash + 1, '/'))
			check_above(loader, entry, (size_t)(slash - entry->path));
	}
}

static void sort(struct loader *loader, int (*order)(const void *, const void *))
{
	if (loader->len)
		qsort(loader->entries, loader->len, sizeof(loader->entries[0]), order);
}

static void check_pairs(struct loader *loader)
{
	sort(loader, by_path);
	for (size_t i = 1, first = 0; i < loader->len; i++) {
		const struct loader_entry *a = &loader->entries[first], *b = &loader->entries[i];

		if (!a->path || strcmp(a->path, b->path) != 0)
			first = i;
		else if (strcmp(a->job->name, b->job->name) != 0)
			refuse_path(loader, a, b);
	}
	check_inside(loader);
	sort(loader, by_job_name);
	for (size_t i = 1, first = 0; i < loader->len; i++) {
		const struct loader_entry *a = &loader->entries[first], *b = &loader->entries[i];

		if (strcmp(a->job->name, b->job->name) != 0)
			first = i;
		else
			problems_add_key(loader->problems, b->doc, b->base,
					 "jobs: a second job named \"%s\"; %s has the first",
					 b->job->name, doc_file(a->doc));
	}
}

/* Entries are sorted by name. */
static const struct job *find_job(const char *name, void *arg)
{
	const struct loader *loader = arg;
	size_t low = 0, high = loader->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(loader->entries[middle].job->name, name);

		if (order == 0)
			return loader->entries[middle].job;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A file with problems lacks jobs that others may name. */
static void check_lineage(struct loader *loader)
{
	bool whole = loader->whole && loader->problems->raised == loader->raised;

	for (size_t i = 0; i < loader->len; i++) {
		const struct loader_entry *entry = &loader->entries[i];
		char *fault = lineage_fault(entry->job, find_job, loader, whole);
		char *pointer = xasprintf("%s/after", entry->base);

		if (fault)
			problems_add(loader->problems, entry->doc, pointer, "jobs.%s.after: %s",
				     entry->job->name, fault);
		free(pointer);
		free(fault);
	}
}

struct jobset *loader_end(struct loader *loader)
{
	struct jobset *set = xcalloc(1, sizeof(*set));
	bool good;

	check_pairs(loader);
	check_lineage(loader);
	problems_sort(loader->problems);
	good = loader->problems->raised == loader->raised;
	set->jobs = xcalloc(loader->len + 1, sizeof(struct job *));
	for (size_t i = 0; i < loader->len; i++) {
		if (good)
			set->jobs[set->len++] = loader->entries[i].job;
		else
			job_unref(loader->entries[i].job);
		free(loader->entries[i].base);
		free(loader->entries[i].path);
	}
	for (size_t i = 0; i < loader->ndocs; i++)
		doc_free(loader->docs[i]);
	free(loader->docs);
	free(loader->entries);
	return set;
}
