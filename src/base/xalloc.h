/* Memory that is there or the process is not.
 *
 * A daemon that limps on without memory loses data in ways nobody tests, so these log one line and
 * abort; systemd starts us again and the ledger lets every run go on. That is safe only because
 * every size that comes from outside goes through `struct buf`, whose ceiling is set at birth.
 */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

/* Never return NULL. Free with free(). */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1)));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
void *xreallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *text, size_t len) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* For libraries that answer NULL: says so and aborts. */
_Noreturn void no_memory(void);

#endif
