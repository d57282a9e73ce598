/* Picking: see pick.h.
 *
 * All pointers that lead through the value at hand are as deep in themselves as it is in the
 * document, so a set of them and one depth say where the walk is. What no pointer leads through is
 * passed over in one call.
 */
#include "base/pick.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>

#include "base/scan.h"

struct picking {
	struct scan scan;
	const struct pointer *const *pointers;
	size_t n;
	struct slice *found;
};

static int visit(struct picking *picking, enum scan_token token, uint64_t alive, size_t depth);

static void forget(struct picking *picking, uint64_t set)
{
	for (size_t i = 0; i < picking->n; i++)
		if (set >> i & 1)
			picking->found[i] = (struct slice) { NULL, 0 };
}

/* Those that go on with the key just read. */
static uint64_t through_key(const struct picking *picking, uint64_t alive, size_t depth)
{
	const struct scan *scan = &picking->scan;
	uint64_t on = 0;

	for (size_t i = 0; i < picking->n; i++) {
		struct slice step;

		if (!(alive >> i & 1) || depth == pointer_steps(picking->pointers[i]))
			continue;
		step = pointer_step(picking->pointers[i], depth);
		if (scan->escaped ? scan_means(scan->value, step) : slice_equal(scan->value, step))
			on |= UINT64_C(1) << i;
	}
	return on;
}

static uint64_t through_index(const struct picking *picking, uint64_t alive, size_t depth,
			      uint64_t index)
{
	uint64_t on = 0;

	for (size_t i = 0; alive >> i && i < picking->n; i++)
		if (alive >> i & 1 && depth < pointer_steps(picking->pointers[i]) &&
		    pointer_index(picking->pointers[i], depth) == index)
			on |= UINT64_C(1) << i;
	return on;
}

static int visit_object(struct picking *picking, uint64_t alive, size_t depth)
{
	enum scan_token token;

	while ((token = scan_next(&picking->scan)) == SCAN_KEY) {
		uint64_t on = through_key(picking, alive, depth);

		forget(picking, on);
		if (visit(picking, scan_next(&picking->scan), on, depth + 1) < 0)
			return -EINVAL;
	}
	return token == SCAN_ERROR ? -EINVAL : 0;
}

static int visit_array(struct picking *picking, uint64_t alive, size_t depth)
{
	enum scan_token token;

	for (uint64_t i = 0;
	     (token = scan_next(&picking->scan)) > SCAN_END && token != SCAN_ARRAY_END; i++)
		if (visit(picking, token, through_index(picking, alive, depth, i), depth + 1) < 0)
			return -EINVAL;
	return token == SCAN_ERROR ? -EINVAL : 0;
}

/* Passes over the value whose first token was just returned. */
static int visit(struct picking *picking, enum scan_token token, uint64_t alive, size_t depth)
{
	const char *from = picking->scan.value.ptr;
	struct slice whole;
	int rc;

	if (token == SCAN_ERROR)
		return -EINVAL;
	if (alive && (token == SCAN_OBJECT || token == SCAN_ARRAY)) {
		rc = token == SCAN_OBJECT ? visit_object(picking, alive, depth)
					  : visit_array(picking, alive, depth);
		whole = (struct slice) { from, (size_t)(picking->scan.at - from) };
	} else {
		rc = scan_skip(&picking->scan, token, &whole);
	}
	for (size_t i = 0; rc == 0 && alive >> i && i < picking->n; i++)
		if (alive >> i & 1 && pointer_steps(picking->pointers[i]) == depth)
			picking->found[i] = whole;
	return rc;
}

int pick(const struct pointer *const *pointers, size_t n, struct slice json, struct slice *found,
	 struct err *err)
{
	struct picking picking = { .pointers = pointers, .n = n, .found = found };
	uint64_t alive = 0;
	int rc;

	assert(n <= PICK_MAX);
	for (size_t i = 0; i < n; i++) {
		found[i] = (struct slice) { NULL, 0 };
		alive |= (uint64_t)(pointers[i] != NULL) << i;
	}
	scan_init(&picking.scan, json.ptr, json.len, SCAN_DEPTH_MAX);
	rc = visit(&picking, scan_next(&picking.scan), alive, 0);
	if (rc == 0 && scan_next(&picking.scan) != SCAN_END)
		rc = -EINVAL;
	return rc < 0 ? scan_fail(&picking.scan, err) : 0;
}
