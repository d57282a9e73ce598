#include "spec/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "base/xalloc.h"

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static char *scratch(void)
{
	char *dir = xstrdup("/tmp/secret-test-XXXXXX");

	ck_assert_ptr_nonnull(mkdtemp(dir));
	return dir;
}

/* Writes `bytes` to DIR/key, resolves it and tidies up. */
static int from_file(const char *bytes, size_t len, char **value, struct err *err)
{
	char *dir = scratch(), *path = xasprintf("%s/key", dir);
	struct secret_ref ref = { SECRET_FILE, path };
	int ret;

	write_file(path, bytes, len);
	ret = secret_resolve(&ref, value, err);
	unlink(path);
	rmdir(dir);
	free(path);
	free(dir);
	return ret;
}

START_TEST(a_file_gives_its_text_without_the_last_line_end)
{
	char *value = NULL;

	ck_assert_int_eq(from_file("s3cret\r\n", 8, &value, NULL), 0);
	ck_assert_str_eq(value, "s3cret");
	secret_free(value);
	ck_assert_int_eq(from_file("plain", 5, &value, NULL), 0);
	ck_assert_str_eq(value, "plain");
	secret_free(value);
}
END_TEST

START_TEST(what_no_header_can_carry_is_refused_without_showing_it)
{
	struct err err = ERR_INIT;
	char *value = NULL, *big = xcalloc(1, SECRET_MAX + 1);

	ck_assert_int_eq(from_file("one\ntwo\n", 8, &value, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "a control byte or a second line"));
	ck_assert_ptr_null(strstr(err.text, "one"));
	ck_assert_int_eq(from_file("\n", 1, &value, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "is empty"));
	ck_assert_int_eq(from_file("a\0b", 3, &value, &err), -EINVAL);
	memset(big, 'x', SECRET_MAX + 1);
	ck_assert_int_eq(from_file(big, SECRET_MAX + 1, &value, &err), -EINVAL);
	ck_assert_int_eq(from_file(big, SECRET_MAX, &value, &err), 0);
	secret_free(value);
	free(big);
}
END_TEST

START_TEST(a_missing_file_or_a_directory_is_told)
{
	struct secret_ref missing = { SECRET_FILE, (char *)"/nonexistent/key" };
	struct secret_ref directory = { SECRET_FILE, (char *)"/tmp" };
	struct err err = ERR_INIT;
	char *value = NULL;

	ck_assert_int_eq(secret_resolve(&missing, &value, &err), -ENOENT);
	ck_assert_str_eq(err.text, "the secret's file /nonexistent/key cannot be read: No such "
				   "file or directory");
	ck_assert_int_eq(secret_resolve(&directory, &value, &err), -EINVAL);
	ck_assert_ptr_null(value);
}
END_TEST

START_TEST(a_variable_of_the_environment)
{
	struct secret_ref ref = { SECRET_ENV, (char *)"FETCHD_TEST_SECRET" };
	struct err err = ERR_INIT;
	char *value = NULL;

	unsetenv("FETCHD_TEST_SECRET");
	ck_assert_int_eq(secret_resolve(&ref, &value, &err), -ENOENT);
	setenv("FETCHD_TEST_SECRET", "abc", 1);
	ck_assert_int_eq(secret_resolve(&ref, &value, &err), 0);
	ck_assert_str_eq(value, "abc");
	secret_free(value);
}
END_TEST

START_TEST(a_credential_of_systemd)
{
	char *dir = scratch(), *path = xasprintf("%s/api", dir), *value = NULL;
	struct secret_ref ref = { SECRET_CREDENTIAL, (char *)"api" };
	struct secret_ref outside = { SECRET_CREDENTIAL, (char *)"../api" };
	struct err err = ERR_INIT;

	unsetenv("CREDENTIALS_DIRECTORY");
	ck_assert_int_eq(secret_resolve(&ref, &value, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "LoadCredential="));
	write_file(path, "cred\n", 5);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	ck_assert_int_eq(secret_resolve(&ref, &value, &err), 0);
	ck_assert_str_eq(value, "cred");
	secret_free(value);
	ck_assert_int_eq(secret_resolve(&outside, &value, &err), -EINVAL);
	unlink(path);
	rmdir(dir);
	free(path);
	free(dir);
}
END_TEST

START_TEST(nothing_configured_resolves_to_nothing)
{
	struct secret_ref ref = { 0 };
	char *value = NULL;

	ck_assert_int_eq(secret_resolve(&ref, &value, NULL), -EINVAL);
	secret_free(NULL);
	secret_ref_done(&ref);
}
END_TEST

UNIT_MAIN("secret", a_file_gives_its_text_without_the_last_line_end,
	  what_no_header_can_carry_is_refused_without_showing_it,
	  a_missing_file_or_a_directory_is_told, a_variable_of_the_environment,
	  a_credential_of_systemd, nothing_configured_resolves_to_nothing)
