/* The workers and files of a run, see report.h. */
#include "fetchd/report.h"

#include <inttypes.h>

#include "base/human.h"

#define CREW_MAX 50 /* lines: more workers than a person reads are counted */

void report_crew(const struct json *run, struct buf *out)
{
	const struct json *crew = json_get(run, "crew");
	size_t n = json_len(crew);

	if (n == 0)
		return;
	buf_addf(out, "  %8s %8s %8s %10s %12s\n", "worker", "PID", "TID", "requests",
		 "connections");
	for (size_t i = 0; i < n && i < CREW_MAX; i++) {
		const struct json *worker = json_at(crew, i);

		buf_addf(out,
			 "  %8" PRId64 " %8" PRId64 " %8" PRId64 " %10" PRId64 " %12" PRId64 "\n",
			 json_int(json_get(worker, "worker"), 0),
			 json_int(json_get(worker, "pid"), 0), json_int(json_get(worker, "tid"), 0),
			 json_int(json_get(worker, "requests"), 0),
			 json_int(json_get(worker, "connections"), 0));
	}
	if (n > CREW_MAX)
		buf_addf(out, "  and %zu more workers\n", n - CREW_MAX);
}

void report_files(const struct json *run, const char *data_dir, struct buf *out)
{
	const struct json *files = json_get(run, "files");

	for (size_t i = 0; i < json_len(files); i++) {
		const struct json *file = json_at(files, i);
		char size[HUMAN_TEXT_MAX];

		human_size((uint64_t)json_int(json_get(file, "bytes"), 0), size);
		buf_addf(out, "  %s/%s: %" PRId64 " rows of this run, %s\n", data_dir,
			 json_str(json_get(file, "name")), json_int(json_get(file, "rows"), 0),
			 size);
	}
}
