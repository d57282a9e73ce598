#include "fetch/netrc.h"

#include "../unit.h"

static void finds(const char *text, const char *host, const char *login, const char *password)
{
	struct netrc_entry entry;

	ck_assert_int_eq(netrc_find(text, host, &entry), password != NULL);
	if (!password)
		return;
	ck_assert_str_eq(entry.login, login);
	ck_assert_str_eq(entry.password, password);
}

START_TEST(the_hosts_own_entry_or_the_default)
{
	static const char text[] = "# mine\nmachine a.example login anna password p1\n"
				   "machine b.example\n\tlogin bert\n\tpassword \"p 2\\\"#\"\n"
				   "macdef init\nmachine c.example login x password y\n\n"
				   "default login d password p3\n";

	finds(text, "a.example", "anna", "p1");
	finds(text, "B.example", "bert", "p 2\"#");
	finds(text, "c.example", "d", "p3");
	finds("machine a login x", "a", NULL, NULL);
	finds("machine a login x password", "a", NULL, NULL);
	finds("machine ab login x password y", "a", NULL, NULL);
	finds("", "a", NULL, NULL);
	finds("machine a password only", "a", "", "only");
}
END_TEST

UNIT_MAIN("netrc", the_hosts_own_entry_or_the_default)
