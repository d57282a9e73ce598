/* The list of ailing outputs: see ailing.h. */
#include "run/ailing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/output.h"

int64_t ailing_pause_ms(int64_t pause_ms)
{
	if (pause_ms == 0)
		return AILING_FIRST_MS;
	return pause_ms * 2 < AILING_MAX_MS ? pause_ms * 2 : AILING_MAX_MS;
}

static struct ailing *find(struct ailing *list, const struct account *account, const char *key)
{
	for (; list; list = list->next)
		if (list->account == account && strcmp(list->key, key) == 0)
			return list;
	return NULL;
}

/* The output of a landing that has no rows, or was not looked for yet: by its point. */
static struct ailing *find_by_point(struct ailing *list, const struct landing *landing)
{
	struct account *account = landing->account;
	const char *path = account_path(account, landing_point(landing), NULL);
	const struct output_use use = { account->job, path, account->run, account->slot_ms };
	struct ailing *found;
	char *key;

	if (!path)
		return NULL;
	key = output_key_of(&use);
	found = find(list, account, key);
	free(key);
	return found;
}

struct ailing *ailing_of(struct ailing *list, const struct landing *landing)
{
	struct ailing *found;

	if (landing->account->ailing == 0)
		return NULL;
	found = landing->kind == LANDING_PAGE && landing->output
			? find(list, landing->account, output_key(landing->output))
			: find_by_point(list, landing);
	return found && !found->trying ? found : NULL;
}

static struct ailing *append(struct ailing **list, struct account *account, const char *key)
{
	struct ailing *ailing = xcalloc(1, sizeof(*ailing));

	ailing->account = account;
	ailing->key = xstrdup(key);
	account->ailing++;
	while (*list)
		list = &(*list)->next;
	*list = ailing;
	return ailing;
}

struct ailing *ailing_add(struct ailing **list, struct account *account, const char *key,
			  int64_t now_ms, const struct err *why)
{
	struct ailing *ailing = find(*list, account, key);

	if (!ailing)
		ailing = append(list, account, key);
	ailing->trying = false;
	free(ailing->why);
	ailing->why = xstrdup(why->text);
	ailing->pause_ms = ailing_pause_ms(ailing->pause_ms);
	ailing->due_ms = now_ms + ailing->pause_ms;
	complain(&ailing->trouble, "%s: nothing can be landed there now, trying again: %s", key,
		 why->text);
	return ailing;
}

void ailing_park(struct ailing *ailing, struct landing *landing)
{
	if (ailing->n == ailing->room) {
		ailing->room = ailing->room ? ailing->room * 2 : 16;
		ailing->at = xreallocarray(ailing->at, ailing->room, sizeof(struct landing *));
	}
	ailing->at[ailing->n++] = landing;
}

struct landing **ailing_take(struct ailing *ailing, size_t *n)
{
	struct landing **taken = ailing->at;

	*n = ailing->n;
	ailing->at = NULL;
	ailing->n = ailing->room = 0;
	return taken;
}

void ailing_remove(struct ailing **list, struct ailing *ailing)
{
	assert(ailing->n == 0);
	while (*list != ailing)
		list = &(*list)->next;
	*list = ailing->next;
	ailing->account->ailing--;
	free(ailing->key);
	free(ailing->why);
	free(ailing->at);
	free(ailing);
}

void ailing_forget(struct ailing **list, const struct account *account)
{
	struct ailing *ailing = *list, *next;

	for (; ailing; ailing = next) {
		next = ailing->next;
		if (ailing->account == account)
			ailing_remove(list, ailing);
	}
}

struct ailing *ailing_due(struct ailing *list, int64_t now_ms)
{
	while (list && (list->n == 0 || list->due_ms > now_ms))
		list = list->next;
	return list;
}

int64_t ailing_next_ms(const struct ailing *list)
{
	int64_t next = INT64_MAX;

	for (; list; list = list->next)
		if (list->n > 0 && list->due_ms < next)
			next = list->due_ms;
	return next;
}

const char *ailing_why(const struct ailing *list, const struct account *account)
{
	for (; list && account->ailing > 0; list = list->next)
		if (list->account == account)
			return list->why;
	return NULL;
}
