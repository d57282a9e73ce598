/* The digest's context: see context.h. */
#include "run/context.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "run/recalled.h"

struct digest_context *context_new(const struct request_scope *scope, const struct colset *colset)
{
	struct digest_context *context = xcalloc(1, sizeof(*context));

	context->refs = 1;
	context->scope = scope;
	context->colset = colset_ref(colset);
	context->format = format_of(scope->job->format);
	return context;
}

struct digest_context *context_ref(struct digest_context *context)
{
	__atomic_add_fetch(&context->refs, 1, __ATOMIC_RELAXED);
	return context;
}

void context_unref(struct digest_context *context)
{
	if (!context || __atomic_sub_fetch(&context->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	colset_unref(context->colset);
	free(context);
}

void context_drop_request(struct request *request)
{
	if (!request)
		return;
	context_unref(request->context);
	recalled_free(request->recalled);
	request_free(request);
}
