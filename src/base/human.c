/* Rounded numbers: see human.h. */
#include "base/human.h"

#include <stdio.h>

void human_duration(int64_t ms, char text[static HUMAN_TEXT_MAX])
{
	long long seconds = (long long)(ms / 1000);

	if (ms < 1000)
		snprintf(text, HUMAN_TEXT_MAX, "%lld ms", (long long)ms);
	else if (ms < 60000)
		snprintf(text, HUMAN_TEXT_MAX, "%lld.%lld s", seconds,
			 (long long)(ms % 1000 / 100));
	else if (seconds < 3600)
		snprintf(text, HUMAN_TEXT_MAX, "%lld min %lld s", seconds / 60, seconds % 60);
	else if (seconds < 86400)
		snprintf(text, HUMAN_TEXT_MAX, "%lld h %lld min", seconds / 3600,
			 seconds % 3600 / 60);
	else
		snprintf(text, HUMAN_TEXT_MAX, "%lld d %lld h", seconds / 86400,
			 seconds % 86400 / 3600);
}

void human_size(uint64_t bytes, char text[static HUMAN_TEXT_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double size = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(text, HUMAN_TEXT_MAX, "%d B", (int)bytes);
		return;
	}
	for (; size >= 1024 && i < sizeof(units) / sizeof(units[0]) - 1; i++)
		size /= 1024;
	snprintf(text, HUMAN_TEXT_MAX, "%.1f %s", size, units[i]);
}
