/* The log: levels, fields, no forged lines, and complaints that do not repeat themselves. */
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"

/* What the sink saw last. Globals, for a sink has no argument of its own. */
static char seen_line[4096], seen_fields[512];
static enum log_level seen_level;
static int seen_times;

static void remember(enum log_level level, const char *line, const char *const *fields)
{
	seen_times++;
	seen_level = level;
	snprintf(seen_line, sizeof(seen_line), "%s", line);
	seen_fields[0] = '\0';
	for (; fields && *fields; fields++) {
		strcat(seen_fields, *fields);
		strcat(seen_fields, ";");
	}
}

START_TEST(lines_below_the_level_are_not_said)
{
	log_set_sink(remember);
	log_debug("not at first");
	ck_assert_int_eq(seen_times, 0);
	log_set_level(LOG_LEVEL_WARNING);
	log_info("no");
	ck_assert_int_eq(seen_times, 0);
	log_warning("yes %d", 1);
	ck_assert_str_eq(seen_line, "yes 1");
	ck_assert_int_eq(seen_level, LOG_LEVEL_WARNING);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("now");
	ck_assert_str_eq(seen_line, "now");
}
END_TEST

START_TEST(a_line_cannot_be_forged)
{
	log_set_sink(remember);
	log_error("body: %s", "x\nerror: forged\x1b[2J\x7f");
	ck_assert_str_eq(seen_line, "body: x\\x0aerror: forged\\x1b[2J\\x7f");
}
END_TEST

START_TEST(a_long_line_is_cut)
{
	char text[5000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_set_sink(remember);
	log_info("%s", text);
	ck_assert_uint_lt(strlen(seen_line), 2048);
	log_run(LOG_LEVEL_INFO, text, 1, "%s", text);
	ck_assert_uint_lt(strlen(seen_line), 2048);
}
END_TEST

START_TEST(a_run_is_named_in_the_line_and_in_fields)
{
	log_set_sink(remember);
	log_run(LOG_LEVEL_INFO, "weather", 12, "%d requests failed", 3);
	ck_assert_str_eq(seen_line, "weather run 12: 3 requests failed");
	ck_assert_str_eq(seen_fields, "FETCHD_JOB=weather;FETCHD_RUN=12;");
	log_run(LOG_LEVEL_INFO, "weather", 0, "added");
	ck_assert_str_eq(seen_line, "weather: added");
	ck_assert_str_eq(seen_fields, "FETCHD_JOB=weather;");
	log_run(LOG_LEVEL_INFO, NULL, 7, "gone");
	ck_assert_str_eq(seen_line, "run 7: gone");
	ck_assert_str_eq(seen_fields, "FETCHD_RUN=7;");
}
END_TEST

/* What log_warning writes to a stderr that is a file, with $JOURNAL_STREAM as given. */
static void expect_on_stderr(const char *stream, const char *expected)
{
	char path[] = "log_test-XXXXXX", text[64], own[64];
	int file = mkstemp(path), was = dup(STDERR_FILENO);
	struct stat st;
	ssize_t len;

	ck_assert_int_ge(file, 0);
	unlink(path);
	ck_assert_int_eq(fstat(file, &st), 0);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream ? stream : own, 1);
	dup2(file, STDERR_FILENO);
	log_warning("look out");
	dup2(was, STDERR_FILENO);
	len = pread(file, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	ck_assert_str_eq(text, expected);
	close(file);
	close(was);
}

START_TEST(stderr_gets_the_journals_prefix_only_when_it_is_the_journal)
{
	expect_on_stderr(NULL, "<4>look out\n");
	expect_on_stderr("1:2", "warning: look out\n");
	expect_on_stderr("", "warning: look out\n");
	expect_on_stderr("nonsense", "warning: look out\n");
}
END_TEST

START_TEST(a_fault_that_repeats_is_spoken_of_ever_more_rarely)
{
	struct complaint complaint = { 0 };

	log_set_sink(remember);
	ck_assert(complain(&complaint, "the disk is full"));
	ck_assert_str_eq(seen_line, "the disk is full");
	ck_assert_int_eq(seen_level, LOG_LEVEL_WARNING);
	ck_assert_int_eq(complaint.pause_ms, 10000);
	ck_assert(!complain(&complaint, "the disk is full"));
	ck_assert_int_eq(seen_times, 1);
	for (int64_t pause = 20000; pause < 3600000; pause *= 2) {
		complaint.next_ms = 0; /* the pause is over */
		ck_assert(complain(&complaint, "the disk is full"));
		ck_assert_int_eq(complaint.pause_ms, pause);
	}
	ck_assert_str_eq(seen_line, "the disk is full (10 times so far)");
	complaint.next_ms = 0;
	complain(&complaint, "the disk is full");
	ck_assert_int_eq(complaint.pause_ms, 3600000);
}
END_TEST

START_TEST(the_end_of_a_fault_is_said_once)
{
	struct complaint complaint = { 0 };

	log_set_sink(remember);
	complaint_release(&complaint, "all is well");
	ck_assert_int_eq(seen_times, 0);
	complain(&complaint, "oh");
	complain(&complaint, "oh");
	complaint_release(&complaint, "all is %s", "well");
	ck_assert_str_eq(seen_line, "all is well (after 2 failures)");
	ck_assert_int_eq(complaint.times, 0);
	complaint_release(&complaint, "all is well");
	ck_assert_int_eq(seen_times, 2);
	ck_assert(complain(&complaint, "again"));
}
END_TEST

UNIT_MAIN("log", lines_below_the_level_are_not_said, a_line_cannot_be_forged, a_long_line_is_cut,
	  a_run_is_named_in_the_line_and_in_fields,
	  stderr_gets_the_journals_prefix_only_when_it_is_the_journal,
	  a_fault_that_repeats_is_spoken_of_ever_more_rarely, the_end_of_a_fault_is_said_once)
