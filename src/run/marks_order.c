/* Marks by hand: see marks_order.h. */
#include "run/marks_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/inputs.h"
#include "run/marks_frozen.h"
#include "run/query.h"
#include "spec/problem.h"
#include "store/marks.h"
#include "store/runs.h"
#include "store/runs_number.h"
#include "store/validators.h"

void marks_order_free(struct marks_order *order)
{
	if (!order)
		return;
	for (size_t i = 0; i < order->nparts; i++)
		free(order->parts[i]);
	free(order->parts);
	free(order->job);
	free(order->cursor);
	free(order->type);
	free(order->value);
	free(order->rank);
	free(order);
}

static int narrow(struct job *job, const struct json *params, struct err *err)
{
	for (struct json_member m = json_first(params); m.key; m = json_next(m))
		if (matrix_narrow(&job->matrix, m.key, json_str(m.value) ? json_str(m.value) : "",
				  err) < 0)
			return -EINVAL;
	return 0;
}

static int name_parts(const struct job *job, struct marks_order *order, struct err *err)
{
	uint64_t n = job->incremental.per == JOB_MARK_PER_JOB ? 1 : job->matrix.points;

	if (n > MARKS_ORDER_MAX)
		return err_set(err, -ERANGE,
			       "that is %llu marks, more than %d; name parameters to set fewer",
			       (unsigned long long)n, MARKS_ORDER_MAX);
	order->parts = xcalloc(n, sizeof(*order->parts));
	for (; order->nparts < n; order->nparts++)
		order->parts[order->nparts] = marks_part(job, order->nparts);
	return 0;
}

/* Which marks: those of the points that the job has now. */
static int find_parts(struct db *db, struct job *job, const struct marks_wish *wish,
		      struct marks_order *order, struct err *err)
{
	struct json *definition = json_copy(job->document);
	struct inputs inputs = { .data_dir = wish->data_dir };
	int rc = 0;

	if (job_has_inputs(job))
		rc = inputs_freeze(db, job, definition, &inputs, err);
	if (rc == 0)
		rc = narrow(job, wish->params, err);
	if (rc == 0)
		rc = name_parts(job, order, err);
	inputs_done(&inputs);
	json_unref(definition);
	return rc;
}

static int take_value(const struct job *job, const char *mark, struct marks_order *order,
		      struct err *err)
{
	struct buf rank;
	int rc;

	buf_init(&rank, MARK_RANK_MAX);
	rc = mark_rank(job->incremental.type, slice_of(mark), &rank, err);
	if (rc < 0) {
		err_within(err, "mark");
	} else {
		order->value = xstrdup(mark);
		order->rank_len = rank.len;
		order->rank = buf_take(&rank);
	}
	buf_done(&rank);
	return rc;
}

static int fill(struct db *db, const struct marks_wish *wish, struct marks_order *order,
		struct err *err)
{
	const struct job *job = wish->job;
	struct problems problems = { 0 };
	struct job *own;
	int rc;

	if (!db)
		return query_refuse(err);
	if (!job->incremental.cursor)
		return err_set(err, -EINVAL, "job \"%s\" has no marks: it is not incremental",
			       job->name);
	rc = take_value(job, wish->mark, order, err);
	if (rc < 0)
		return rc;
	order->cursor = xstrdup(pointer_text(job->incremental.cursor));
	order->type = xstrdup(marks_type(job));
	own = job_new(job->name, job->document, NULL, "", &problems);
	rc = own ? find_parts(db, own, wish, order, err)
		 : err_set(err, -EINVAL, "the job cannot be used");
	job_unref(own);
	problems_done(&problems);
	return rc;
}

struct marks_order *marks_order_new(struct db *db, const struct marks_wish *wish, int *code,
				    struct err *err)
{
	struct marks_order *order = xcalloc(1, sizeof(*order));

	order->job = xstrdup(wish->job->name);
	*code = wish->mark ? fill(db, wish, order, err) : 0;
	if (*code == 0)
		return order;
	marks_order_free(order);
	return NULL;
}

/* Marks of another cursor are of no use beside these. */
static bool is_other_kind(const struct marks_order *order, struct db *db)
{
	struct mark_kind kind = { 0 };
	bool other =
		marks_kind(db, order->job, &kind, NULL) == 0 &&
		(strcmp(kind.cursor, order->cursor) != 0 || strcmp(kind.type, order->type) != 0);

	mark_kind_done(&kind);
	return other;
}

static void set(const struct marks_order *order, struct db *db)
{
	struct mark_record record = {
		.stands = true,
		.value = order->value,
		.rank = order->rank,
		.rank_len = order->rank_len,
	};

	if (is_other_kind(order, db))
		marks_drop_all(db, order->job);
	for (size_t i = 0; i < order->nparts; i++) {
		marks_drop_before(db, order->job, order->parts[i], INT64_MAX);
		marks_put(db, order->job, order->parts[i], &record);
	}
}

static void reset(const struct marks_order *order, struct db *db)
{
	marks_drop_all(db, order->job);
	validators_drop_all(db, order->job);
}

int marks_order_commit(const struct marks_order *order, struct db *db, struct err *err)
{
	struct mark_kind kind = {
		.cursor = order->cursor ? order->cursor : xstrdup(""),
		.type = order->type ? order->type : xstrdup(""),
	};
	int rc = db_begin(db, err);

	if (rc == 0) {
		if (order->value)
			set(order, db);
		else
			reset(order, db);
		kind.since = runs_highest(db);
		marks_put_kind(db, order->job, &kind);
		rc = db_commit(db, err);
	}
	if (!order->cursor)
		mark_kind_done(&kind);
	return rc;
}

struct json *marks_shown(struct db *db, const struct job *job, unsigned limit, const char *after,
			 struct err *err)
{
	const struct job_incremental *incremental = &job->incremental;
	struct json *page = marks_json(db, job->name, limit, after, err);
	uint64_t validators = 0;

	if (!page)
		return NULL;
	if (validators_count(db, job->name, &validators, err) < 0) {
		json_unref(page);
		return NULL;
	}
	json_put_str(page, "job", job->name);
	json_put_str(page, "cursor",
		     incremental->cursor ? pointer_text(incremental->cursor) : NULL);
	json_put_str(page, "type", incremental->cursor ? marks_type(job) : NULL);
	json_put_str(page, "per",
		     !incremental->cursor                   ? NULL
		     : incremental->per == JOB_MARK_PER_JOB ? "job"
							    : "request");
	json_put_int(page, "validators", (int64_t)validators);
	return page;
}
