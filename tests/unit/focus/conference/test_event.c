/**
 * @file test_event.c  What every event has
 */
#include <errno.h>
#include "focus/conference/event.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


static void has_number_time_name_and_type(void)
{
	json_t *event =
		event_make("joined", "demo", (uint64_t)1 << 40, 1700000000123);

	CU_ASSERT_EQUAL(json_object_size(event), 4);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(event, "seq")),
			(json_int_t)1 << 40);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(event, "time")),
			1700000000123);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(event, "conference")),
		"demo");
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(event, "type")), "joined");
	json_decref(event);
}


static int make(void *arg)
{
	json_t *event = event_make("joined", arg, 1, 2);
	int err = event ? 0 : ENOMEM;

	if (event)
		CU_ASSERT_EQUAL(json_object_size(event), 4);
	json_decref(event);

	return err;
}


static void is_whole_or_not_at_all(void)
{
	failing_each(make, "demo");
}


static CU_TestInfo tests[] = {
	{"has number, time, name and type", has_number_time_name_and_type},
	{"is whole or not at all", is_whole_or_not_at_all},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(event, tests)
