/* The rows of a job that say how its connections are made: TLS, a proxy, a local socket. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "io/file.h"
#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

/* "sha256//BASE64", as curl and RFC 7469 write the digest of a public key; several with ";". */
static int check_pin(const char *pin, struct err *err)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (;;) {
		size_t len = strncmp(pin, "sha256//", 8) == 0 ? strspn(pin + 8, digits) : 0;

		if (len != 43 || pin[51] != '=')
			break;
		if (pin[52] == '\0')
			return 0;
		if (pin[52] != ';')
			break;
		pin += 53;
	}
	return err_set(err, -EINVAL,
		       "expected \"sha256//\" and the 44 characters of a public key's digest");
}

const struct field job_tls_fields[] = {
	{ .name = "ca",
	  .type = FIELD_PATH,
	  .offset = AT(tls.ca),
	  .help = "a file of the certificates to trust, PEM; the system's otherwise",
	  .example = "/etc/ssl/own-ca.pem" },
	{ .name = "cert",
	  .type = FIELD_PATH,
	  .offset = AT(tls.cert),
	  .help = "a client certificate to show, PEM",
	  .example = "client.pem" },
	{ .name = "key",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_TLS_KEY]),
	  .help = "where its private key is, PEM",
	  .example = "{credential: client-key}" },
	{ .name = "key_password",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_TLS_PASSWORD]),
	  .help = "where the password of that key is",
	  .example = "{credential: client-key-password}" },
	{ .name = "verify",
	  .type = FIELD_BOOL,
	  .offset = AT(tls.verify),
	  .def = "true",
	  .help = "false: whoever answers is believed, which is for tests only",
	  .example = "false" },
	{ .name = "pin",
	  .type = FIELD_TEXT,
	  .offset = AT(tls.pin),
	  .check = check_pin,
	  .help = "the server's public key must be this one, several with \";\" between them",
	  .example = "sha256//YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE=" },
	{ .name = NULL },
};

/* ---- proxy ---- */

static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://" };

static int check_proxy(const char *url, struct err *err)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(url, schemes[i], len) != 0)
			continue;
		if (strchr(url, '@'))
			return err_set(err, -EINVAL,
				       "a user or password does not stand in the address; use user "
				       "and password beside url");
		if (!url[len] || strpbrk(url + len, "?# ") || url[len] == '/' || url[len] == ':')
			break;
		return 0;
	}
	return err_set(err, -EINVAL,
		       "expected the address of a proxy, http://, https://, socks5:// or "
		       "socks5h:// (which resolves names itself)");
}

static const struct field proxy_fields[] = {
	{ .name = "url",
	  .type = FIELD_TEXT,
	  .offset = AT(proxy.url),
	  .flags = FIELD_REQUIRED,
	  .check = check_proxy,
	  .help = "the proxy's address",
	  .example = "http://proxy.example.com:3128" },
	{ .name = "user",
	  .type = FIELD_TEXT,
	  .offset = AT(proxy.user),
	  .help = "the user's name there",
	  .example = "anna" },
	{ .name = "password",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_PROXY]),
	  .help = "where the user's password is",
	  .example = "{credential: proxy-password}" },
	{ .name = NULL },
};

static void read_proxy(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	struct json *map;

	if (json_type(value) != JSON_STRING) {
		fields_read(proxy_fields, value, to, walk, at);
		return;
	}
	map = json_new_object();
	json_put_str(map, "url", json_str(value));
	fields_read(proxy_fields, map, to, walk, at);
	json_unref(map);
}

static struct json *show_proxy(const void *from)
{
	return ((const struct job *)from)->proxy.url ? fields_show(proxy_fields, from) : NULL;
}

static void done_proxy(void *to)
{
	fields_done(proxy_fields, to);
}

static void proxy_absolute(struct json *value, const char *beside)
{
	fields_absolute(proxy_fields, value, beside);
}

const struct field_custom job_proxy = { .shape = "address, or map",
					.read = read_proxy,
					.show = show_proxy,
					.done = done_proxy,
					.members = proxy_fields,
					.shares = true,
					.absolute = proxy_absolute };
