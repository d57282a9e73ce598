#include "run/grant_store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/xalloc.h"
#include "spec/secret.h"

static char dir[] = "/tmp/fetchd-grant.XXXXXX";
static const struct grant_name first = { "{\"oauth2\":1}", "configured-token" };

START_TEST(a_kept_token_is_found_by_settings_and_origin)
{
	const struct grant_name other = { "{\"oauth2\":2}", "configured-token" };
	const struct grant_name newer = { "{\"oauth2\":1}", "another-token" };
	struct err err = ERR_INIT;
	char *token;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_ptr_null(grant_store_load(dir, &first));
	ck_assert_int_eq(grant_store_save(dir, &first, "r1", &err), 0);
	ck_assert_int_eq(grant_store_save(dir, &first, "r2", &err), 0);
	token = grant_store_load(dir, &first);
	ck_assert_str_eq(token, "r2");
	secret_free(token);
	ck_assert_ptr_null(grant_store_load(dir, &other));
	ck_assert_ptr_null(grant_store_load(dir, &newer));
}
END_TEST

static void spoil(const char *command)
{
	char *line = xasprintf("cd %s/tokens && %s", dir, command);

	ck_assert_int_eq(system(line), 0);
	free(line);
}

START_TEST(only_its_user_may_read_it_and_a_broken_file_is_none)
{
	struct err err = ERR_INIT;
	struct stat st;
	char *path;

	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(grant_store_save(dir, &first, "r1", &err), 0);
	path = xasprintf("%s/tokens", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	spoil("test \"$(stat -c %a *)\" = 600");
	spoil("! grep -q configured-token *");
	spoil("for f in *; do printf '{\"origin\":' > $f; done");
	ck_assert_ptr_null(grant_store_load(dir, &first));
	spoil("for f in *; do printf '[]' > $f; done");
	ck_assert_ptr_null(grant_store_load(dir, &first));
	free(path);
}
END_TEST

UNIT_MAIN("grant_store", a_kept_token_is_found_by_settings_and_origin,
	  only_its_user_may_read_it_and_a_broken_file_is_none)
