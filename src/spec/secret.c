/* Resolving secrets: see secret.h.
 *
 * A value lives in a mapping of its own, so that the kernel can leave it out of core dumps and it
 * can be wiped whole; its size stands in the words before the text.
 */
#include "spec/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

struct vault {
	size_t size; /* of the mapping */
	char text[];
};

static struct vault *vault_new(size_t room)
{
	size_t size = sizeof(struct vault) + room + 1;
	struct vault *vault =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (vault == MAP_FAILED)
		return NULL;
	madvise(vault, size, MADV_DONTDUMP); /* best effort: the value is no less valid */
	vault->size = size;
	return vault;
}

static void vault_free(struct vault *vault)
{
	size_t size = vault->size;

	explicit_bzero(vault, size);
	munmap(vault, size);
}

char *secret_keep(const char *text)
{
	struct vault *vault = vault_new(strlen(text));

	if (!vault)
		no_memory();
	strcpy(vault->text, text);
	return vault->text;
}

void secret_free(char *value)
{
	if (value)
		vault_free((struct vault *)(value - offsetof(struct vault, text)));
}

static ssize_t read_up_to(int fd, char *to, size_t room)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, to + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int open_regular(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static int read_file(const char *path, char **value, struct err *err)
{
	struct vault *vault;
	ssize_t len;
	int fd = open_regular(path);

	if (fd == -EINVAL)
		return err_set(err, -EINVAL, "the secret's file %s is not a regular file", path);
	if (fd < 0)
		return err_sys(err, fd, "the secret's file %s cannot be read", path);
	vault = vault_new(SECRET_MAX + 1);
	len = vault ? read_up_to(fd, vault->text, SECRET_MAX + 1) : -ENOMEM;
	close(fd);
	if (len >= 0 && (size_t)len <= SECRET_MAX && !memchr(vault->text, '\0', (size_t)len)) {
		*value = vault->text;
		return 0;
	}
	if (vault)
		vault_free(vault);
	if (len < 0)
		return err_sys(err, (int)len, "the secret's file %s cannot be read", path);
	return err_set(err, -EINVAL, "the secret's file %s is longer than 64 KiB or has NUL bytes",
		       path);
}

static int read_env(const char *name, char **value, struct err *err)
{
	const char *text = getenv(name);
	struct vault *vault;

	if (!text)
		return err_set(err, -ENOENT,
			       "the environment variable %s, which holds a secret, is not set",
			       name);
	if (strlen(text) > SECRET_MAX)
		return err_set(err, -EINVAL, "the secret in the variable %s is longer than 64 KiB",
			       name);
	vault = vault_new(strlen(text));
	if (!vault)
		return err_sys(err, -ENOMEM, "the secret in the variable %s", name);
	strcpy(vault->text, text);
	*value = vault->text;
	return 0;
}

static int read_credential(const char *name, char **value, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	int ret;

	if (strchr(name, '/') || strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
		return err_set(err, -EINVAL, "\"%s\" is not a credential's name", name);
	if (!dir)
		return err_set(err, -ENOENT,
			       "no credential \"%s\": CREDENTIALS_DIRECTORY is not set; "
			       "systemd sets it for a unit with LoadCredential=",
			       name);
	path = xasprintf("%s/%s", dir, name);
	ret = read_file(path, value, err);
	free(path);
	return ret;
}

/* Drops the line end that editors and `echo` add, and refuses what no header could carry. */
static int clean(char *value, const struct secret_ref *ref, struct err *err)
{
	size_t len = strlen(value);

	if (len && value[len - 1] == '\n')
		value[--len] = '\0';
	if (len && value[len - 1] == '\r')
		value[--len] = '\0';
	if (len == 0)
		return err_set(err, -EINVAL, "the secret in %s is empty", ref->name);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return err_set(err, -EINVAL,
				       "the secret in %s holds a control byte or a second line",
				       ref->name);
	return 0;
}

int secret_resolve_text(const struct secret_ref *ref, char **value, struct err *err)
{
	typedef int read_fn(const char *name, char **value, struct err *err);
	static read_fn *const readers[] = { [SECRET_FILE] = read_file,
					    [SECRET_ENV] = read_env,
					    [SECRET_CREDENTIAL] = read_credential };

	if (ref->kind == SECRET_NONE)
		return err_set(err, -EINVAL, "no secret is configured");
	return readers[ref->kind](ref->name, value, err);
}

int secret_resolve(const struct secret_ref *ref, char **value, struct err *err)
{
	char *found = NULL;
	int ret = secret_resolve_text(ref, &found, err);

	if (ret == 0)
		ret = clean(found, ref, err);
	if (ret < 0)
		secret_free(found);
	else
		*value = found;
	return ret;
}

void secret_ref_done(struct secret_ref *ref)
{
	free(ref->name);
	*ref = (struct secret_ref) { 0 };
}
