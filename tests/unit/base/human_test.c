#include "base/human.h"

#include "../unit.h"

START_TEST(people_get_rounder_figures)
{
	char text[HUMAN_TEXT_MAX];

	human_duration(6812, text);
	ck_assert_str_eq(text, "6.8 s");
	human_duration(123456, text);
	ck_assert_str_eq(text, "2 min 3 s");
	human_duration(350, text);
	ck_assert_str_eq(text, "350 ms");
	human_duration(3 * 3600000 + 5 * 60000, text);
	ck_assert_str_eq(text, "3 h 5 min");
	human_size(3565158, text);
	ck_assert_str_eq(text, "3.4 MiB");
	human_size(1023, text);
	ck_assert_str_eq(text, "1023 B");
}
END_TEST

UNIT_MAIN("human", people_get_rounder_figures)
