/* Reading netrc: see netrc.h. */
#include "fetch/netrc.h"

#include <string.h>
#include <strings.h>

/* The next word; false at the end, or when one is too long to be one. Comments end with their line.
 */
static bool next_word(const char **text, char word[static NETRC_WORD_MAX])
{
	const char *at = *text + strspn(*text, " \t\r\n");
	bool quoted = *at == '"';
	size_t len = 0;

	while (*at == '#') {
		at += strcspn(at, "\n");
		at += strspn(at, " \t\r\n");
		quoted = *at == '"';
	}
	at += quoted;
	while (*at && len + 1 < NETRC_WORD_MAX && (quoted ? *at != '"' : !strchr(" \t\r\n", *at))) {
		if (quoted && *at == '\\' && at[1])
			at++;
		word[len++] = *at++;
	}
	word[len] = '\0';
	*text = at + (quoted && *at == '"');
	return len > 0 || quoted;
}

static const char *behind_macro(const char *text)
{
	const char *end = strstr(text, "\n\n");

	return end ? end + 2 : text + strlen(text);
}

bool netrc_find(const char *text, const char *host, struct netrc_entry *entry)
{
	char word[NETRC_WORD_MAX];
	bool ours = false, found = false;

	*entry = (struct netrc_entry) { 0 };
	while (next_word(&text, word)) {
		bool machine = strcmp(word, "machine") == 0, any = strcmp(word, "default") == 0;

		if ((machine || any) && found)
			break;
		if (machine)
			ours = next_word(&text, word) && strcasecmp(word, host) == 0;
		else if (any)
			ours = true;
		else if (strcmp(word, "macdef") == 0)
			text = behind_macro(text);
		else if (strcmp(word, "login") == 0)
			next_word(&text, ours ? entry->login : word);
		else if (strcmp(word, "password") == 0)
			found |= next_word(&text, ours ? entry->password : word) && ours;
	}
	explicit_bzero(word, sizeof(word));
	return found;
}
