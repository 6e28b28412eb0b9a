/**
 * @file test_menu.c  What keys do in a conference
 */
#include "focus/conference/menu.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"


static void keys_make_sequences(void)
{
	static const struct {
		char key;
		uint64_t at_ms;
		enum menu_action action;
	} rows[] = {
		{'6', 1000, MENU_NOTHING},
		{'*', 1100, MENU_NOTHING},
		{'6', 1200, MENU_MUTE_TOGGLE},
		{'6', 1300, MENU_NOTHING},
		{'*', 2000, MENU_NOTHING},
		{'6', 6000, MENU_NOTHING}, /* too late */
		{'*', 7000, MENU_NOTHING},
		{'*', 7100, MENU_NOTHING}, /* begins anew */
		{'9', 7200, MENU_LOUDER},
		{'*', 7300, MENU_NOTHING},
		{'1', 7400, MENU_NOTHING},
		{'7', 7500, MENU_NOTHING},
		{'*', 7600, MENU_NOTHING},
		{'7', 7700, MENU_QUIETER},
		{'*', 7800, MENU_NOTHING},
		{'8', 7900, MENU_NORMAL},
	};
	struct menu m = {"", 0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(menu_key(&m, rows[i].key, rows[i].at_ms),
				rows[i].action);
}


/** Neither length nor time wraps around */
static void any_keys_are_survived(void)
{
	static const char keys[] = "0123456789*#ABCD";
	struct menu m = {"", 0};
	uint32_t seed = 1;

	for (unsigned i = 0; i < 10000; i++) {
		seed = seed * 1664525u + 1013904223u;
		(void)menu_key(&m, keys[seed >> 28], i);
		CU_ASSERT(m.keys[MENU_KEYS_MAX] == '\0');
	}
	CU_ASSERT_EQUAL(menu_key(&m, '*', UINT64_MAX), MENU_NOTHING);
	CU_ASSERT_EQUAL(menu_key(&m, '6', UINT64_MAX), MENU_MUTE_TOGGLE);
}


static void a_pause_of_just_so_long_still_counts(void)
{
	struct menu m = {"", 0};

	CU_ASSERT_EQUAL(menu_key(&m, '*', 1000), MENU_NOTHING);
	CU_ASSERT_EQUAL(menu_key(&m, '6', 1000 + MENU_KEY_GAP_MS),
			MENU_MUTE_TOGGLE);
	CU_ASSERT_EQUAL(menu_key(&m, '*', 10000), MENU_NOTHING);
	CU_ASSERT_EQUAL(menu_key(&m, '6', 10001 + MENU_KEY_GAP_MS),
			MENU_NOTHING);
}

static CU_TestInfo tests[] = {
	{"keys make sequences", keys_make_sequences},
	{"any keys are survived", any_keys_are_survived},
	{"a pause of just so long still counts",
	 a_pause_of_just_so_long_still_counts},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(menu, tests)
