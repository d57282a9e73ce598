/* Policies of outputs: see policy.h. */
#include "run/policy.h"

#include "data/format.h"
#include "data/pack.h"

static void put_limit(struct json *keep, const char *name, uint64_t limit)
{
	if (limit > 0)
		json_put_int(keep, name, (int64_t)limit);
}

struct json *policy_of(const struct job *job)
{
	struct json *policy = json_new_object(), *keep = json_new_object();
	struct json *csv = format_policy(job);

	put_limit(keep, "files", job->keep.files);
	put_limit(keep, "bytes", job->keep.bytes);
	put_limit(keep, "age_ms", (uint64_t)job->keep.age_ms);
	if (json_len(keep) > 0)
		json_put(policy, "keep", json_ref(keep));
	json_unref(keep);
	if (job->compress != JOB_COMPRESS_NONE)
		json_put_str(policy, "compress", pack_name(job->compress));
	if (csv)
		json_put(policy, "csv", csv);
	if (json_len(policy) > 0)
		return policy;
	json_unref(policy);
	return NULL;
}

enum job_compress policy_compress(const struct json *policy)
{
	return pack_by_name(json_str(json_get(policy, "compress")));
}

static uint64_t limit_of(const struct json *keep, const char *name)
{
	int64_t limit = json_int(json_get(keep, name), 0);

	return limit > 0 ? (uint64_t)limit : 0;
}

bool policy_keep(const struct json *policy, struct job_keep *keep)
{
	const struct json *limits = json_get(policy, "keep");

	*keep = (struct job_keep) {
		.files = limit_of(limits, "files"),
		.bytes = limit_of(limits, "bytes"),
		.age_ms = (int64_t)limit_of(limits, "age_ms"),
	};
	return keep->files > 0 || keep->bytes > 0 || keep->age_ms > 0;
}

bool policy_same_dialect(const struct json *a, const struct json *b)
{
	return json_equal(json_get(a, "csv"), json_get(b, "csv"));
}
