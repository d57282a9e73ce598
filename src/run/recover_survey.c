/* What the names below data_dir say: the survey of recover_internal.h. Nothing is changed here. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/pack.h"
#include "io/tree.h"
#include "run/recover_internal.h"

#define UTC_LEN 16 /* "20261123T060000Z" */

static bool cut_suffix(const char *name, size_t *len, const char *suffix)
{
	size_t tail = strlen(suffix);

	if (*len <= tail || memcmp(name + *len - tail, suffix, tail) != 0)
		return false;
	*len -= tail;
	return true;
}

static bool cut_digits(const char *name, size_t *len, uint64_t *number)
{
	size_t at = *len;

	while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	if (at == *len || *len - at > 19 || at < 2 || name[at - 1] != '-')
		return false;
	*number = strtoull(name + at, NULL, 10);
	*len = at - 1;
	return true;
}

static bool cut_time(const char *name, size_t *len)
{
	const char *utc = name + *len - UTC_LEN;

	if (*len < UTC_LEN + 2 || utc[-1] != '-' || strspn(utc, "0123456789") != 8 ||
	    utc[8] != 'T' || strspn(utc + 9, "0123456789") != 6 || utc[15] != 'Z')
		return false;
	*len -= UTC_LEN + 1;
	return true;
}

static const struct format *cut_format(const char *name, size_t *len)
{
	for (const struct format *format = formats; format->name; format++)
		if (cut_suffix(name, len, format->extension))
			return format;
	return NULL;
}

/* ".csv", ".csv.gz", ".csv.gz.packing", ".csv.closed" */
static void parse_data(const char *name, size_t len, struct leaf *leaf)
{
	bool packing = cut_suffix(name, &len, ".packing");
	bool packed = cut_suffix(name, &len, pack_extension(JOB_COMPRESS_GZIP)) ||
		      cut_suffix(name, &len, pack_extension(JOB_COMPRESS_ZSTD));
	bool waiting = !packed && cut_suffix(name, &len, ".closed");

	leaf->stem = len;
	leaf->format = cut_format(name, &len);
	if (!leaf->format || !cut_digits(name, &len, &leaf->sequence) || !cut_time(name, &len))
		return;
	leaf->base = len;
	leaf->kind = packing   ? LEAF_PACKING
		     : packed  ? LEAF_PACKED
		     : waiting ? LEAF_WAITING
			       : LEAF_CLOSED;
}

void leaf_parse(const char *name, struct leaf *leaf)
{
	size_t len = strlen(name);

	*leaf = (struct leaf) { .kind = LEAF_OTHER };
	if (cut_suffix(name, &len, ".manifest"))
		leaf->kind = LEAF_MANIFEST;
	else if (cut_suffix(name, &len, ".manifest-new"))
		leaf->kind = LEAF_NEW_MANIFEST;
	else if (cut_suffix(name, &len, ".opening") && cut_digits(name, &len, &leaf->sequence))
		leaf->kind = LEAF_OPENING;
	leaf->base = len;
	if (leaf->kind == LEAF_OTHER)
		parse_data(name, strlen(name), leaf);
}

struct taking {
	struct recover *recover;
	struct survey *survey;
};

static void add_to_output(struct survey *survey, const char *name, size_t base)
{
	char *path = xstrndup(name, base);
	struct json *names = json_get(survey->outputs, path);

	if (!names)
		names = json_put(survey->outputs, path, json_new_array());
	json_push(names, json_new_string(name));
	free(path);
}

/* The run of ".7.staging", ".7.dropped", and of what they are called when they were put aside; 0:
 * it is none of these. *rest: behind the number. */
static uint64_t hidden_run(const char *leaf, const char **rest)
{
	uint64_t run;
	char *end;

	*rest = "";
	if (leaf[0] != '.' || leaf[1] < '1' || leaf[1] > '9')
		return 0;
	run = strtoull(leaf + 1, &end, 10);
	*rest = end;
	return *end == '.' || *end == '-' ? run : 0;
}

static enum tree_answer take_directory(struct taking *taking, const struct tree_item *item)
{
	size_t len = strlen(item->leaf);
	const char *rest;
	uint64_t run = hidden_run(item->leaf, &rest);
	bool staging = run > 0 && strcmp(rest, ".staging") == 0;
	bool dropped = run > 0 && strcmp(rest, ".dropped") == 0;

	recover_saw_run(taking->recover, run);
	if (staging)
		json_push(taking->survey->staging, json_new_string(item->name));
	if (dropped)
		json_push(taking->survey->dropped, json_new_string(item->name));
	return staging || dropped || cut_suffix(item->leaf, &len, ".quarantine") ? TREE_PAST
										 : TREE_ON;
}

static void take_file(struct taking *taking, const struct tree_item *item)
{
	size_t above = strlen(item->name) - strlen(item->leaf); /* with the slash */
	struct leaf leaf;

	leaf_parse(item->leaf, &leaf);
	if (strcmp(item->leaf, "_MANIFEST") == 0 && above > 0)
		json_push(taking->survey->snapshots, json_new_string_len(item->name, above - 1));
	else if (leaf.kind != LEAF_OTHER)
		add_to_output(taking->survey, item->name, above + leaf.base);
	else if (leaf.format)
		json_push(taking->survey->others, json_new_string(item->name));
}

static enum tree_answer take(const struct tree_item *item, void *arg)
{
	struct taking *taking = arg;

	if (S_ISDIR(item->st.st_mode))
		return take_directory(taking, item);
	if (S_ISLNK(item->st.st_mode) && strncmp(item->leaf, ".latest-", 8) == 0)
		json_push(taking->survey->links, json_new_string(item->name));
	else
		take_file(taking, item);
	return TREE_ON;
}

int survey_take(struct recover *recover, struct survey *survey, struct err *err)
{
	struct taking taking = { recover, survey };
	int code;

	*survey = (struct survey) {
		.outputs = json_new_object(),
		.snapshots = json_new_array(),
		.staging = json_new_array(),
		.dropped = json_new_array(),
		.links = json_new_array(),
		.others = json_new_array(),
	};
	code = tree_walk(recover->root, 0, take, &taking, err);
	return code < 0 ? code : 0;
}

void survey_done(struct survey *survey)
{
	json_unref(survey->outputs);
	json_unref(survey->snapshots);
	json_unref(survey->staging);
	json_unref(survey->dropped);
	json_unref(survey->links);
	json_unref(survey->others);
}
