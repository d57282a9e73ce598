/* Any bytes as the first answer of a chain: a line for the Link header, and the body behind it.
 *
 * Whatever is recognised must be settings that can be read again, and a target of a link lies
 * inside its header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/pick.h"
#include "fetch/link.h"
#include "fetch/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_link(const char *header)
{
	char *target = NULL;
	int found = link_next(header, &target);

	must(found <= 1 && (found == 1) == (target != NULL));
	must(!target || strstr(header, target));
	free(target);
}

static void check_pick(struct slice body)
{
	static const char *const texts[] = { "", "/a", "/next", "/items/0/id", "/a/b/c" };
	struct pointer *pointers[5] = { NULL };
	struct slice found[5];

	for (size_t i = 0; i < 5; i++)
		must(pointer_parse(texts[i], &pointers[i], NULL) == 0);
	if (pick((const struct pointer *const *)pointers, 5, body, found, NULL) == 0)
		for (size_t i = 0; i < 5; i++)
			must(!found[i].ptr || (found[i].ptr >= body.ptr &&
					       found[i].ptr + found[i].len <= body.ptr + body.len));
	for (size_t i = 0; i < 5; i++)
		pointer_free(pointers[i]);
}

static void check_recognised(const char *header, struct slice body)
{
	struct job job = { .paging = { .by = JOB_PAGES_AUTO } };
	struct request_scope scope = { .job = &job };
	struct request request = { .scope = &scope,
				   .url = (char *)"http://h/x?page=1",
				   .host = (char *)"h:80" };
	struct response response;
	struct err err = ERR_INIT;
	struct paging *paging;
	char *text = NULL;

	response_init(&response, 0);
	page_want(&request, &response);
	response.headers[HEADER_LINK] = *header ? strdup(header) : NULL;
	if (page_recognise(&request, &response, body, 3, &text, &err) == OUTCOME_OK) {
		paging = paging_parse(text, &err);
		must(paging != NULL);
		paging_free(paging);
	} else {
		must(!text && *err.text);
	}
	free(text);
	response_done(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t head = end ? (size_t)(end - data) : 0, from = end ? head + 1 : 0;
	char *header = strndup((const char *)data, head);
	char *body = malloc(size - from ? size - from : 1);

	if (!header || !body)
		abort();
	memcpy(body, data + from, size - from);
	check_link(header);
	check_pick((struct slice) { body, size - from });
	check_recognised(header, (struct slice) { body, size - from });
	free(header);
	free(body);
	return 0;
}
