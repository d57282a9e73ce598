/* Replays a fuzz target's corpus without a fuzzer: a crash is a failed test.
 *
 * Linked with one target; `make check` gives it the corpus folder's name in $top_srcdir by the
 * program's own name: tests/fuzz/scan_fuzz reads tests/fuzz/corpus/scan. With arguments it replays
 * those files instead. Prints TAP, a line a file, before what may crash comes next.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *path, int number)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		printf("not ok %d - cannot open %s\n", number, path);
		return;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	fprintf(stderr, "%s\n", path); /* after a crash, the last one in the log did it */
	LLVMFuzzerTestOneInput(data, size);
	printf("ok %d - %s\n", number, path);
	fflush(stdout);
}

/* From the program's name, ".../scan_fuzz", to "TOP/tests/fuzz/corpus/scan". */
static void corpus_of(const char *program, char *folder, size_t room)
{
	const char *top = getenv("top_srcdir"), *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	snprintf(folder, room, "%s/tests/fuzz/corpus/%.*s", top ? top : ".",
		 (int)strcspn(name, "_"), name);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, visible, alphasort);
	char path[4096];

	if (n <= 0) {
		printf("1..1\nnot ok 1 - no corpus in %s\n", folder);
		return EXIT_FAILURE;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		replay(path, i + 1);
		free(entries[i]);
	}
	free(entries);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	char folder[2048];

	if (argc < 2) {
		corpus_of(argv[0], folder, sizeof(folder));
		return replay_folder(folder);
	}
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		replay(argv[i], i);
	return EXIT_SUCCESS;
}
