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
		{'A', 7400, MENU_NOTHING},
		{'7', 7500, MENU_NOTHING},
		{'*', 7600, MENU_NOTHING},
		{'7', 7700, MENU_QUIETER},
		{'*', 7800, MENU_NOTHING},
		{'8', 7900, MENU_NORMAL},
	};
	struct menu m = {.keys = ""};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(menu_key(&m, rows[i].key, rows[i].at_ms),
				rows[i].action);
}


static void each_sequence_has_its_meaning(void)
{
	static const struct {
		char key;
		enum menu_action action;
		bool hosts;
	} rows[] = {
		{'0', MENU_HELP, false},        {'1', MENU_COUNT, false},
		{'2', MENU_LOCK_TOGGLE, true},  {'3', MENU_MUTE_OTHERS, true},
		{'4', MENU_ADMIT, true},        {'5', MENU_HAND, false},
		{'6', MENU_MUTE_TOGGLE, false}, {'7', MENU_QUIETER, false},
		{'8', MENU_NORMAL, false},      {'9', MENU_LOUDER, false},
		{'#', MENU_CONFIRM_END, true},
	};
	struct menu m = {.keys = ""};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(menu_key(&m, '*', 1000), MENU_NOTHING);
		CU_ASSERT_EQUAL(menu_key(&m, rows[i].key, 1000),
				rows[i].action);
		CU_ASSERT_EQUAL(menu_is_of_hosts(rows[i].action),
				rows[i].hosts);
	}
	CU_ASSERT_TRUE(menu_is_of_hosts(MENU_END));
}


static enum menu_action press(struct menu *m, const char *keys,
			      uint64_t now_ms)
{
	enum menu_action action = MENU_NOTHING;

	while (*keys)
		action = menu_key(m, *keys++, now_ms);

	return action;
}


/** Soon after, with nothing done in between, and once */
static void an_end_is_confirmed(void)
{
	struct menu m = {.keys = ""};

	CU_ASSERT_EQUAL(press(&m, "*#", 1000), MENU_CONFIRM_END);
	CU_ASSERT_EQUAL(press(&m, "*#", 1000 + MENU_CONFIRM_MS), MENU_END);
	CU_ASSERT_EQUAL(press(&m, "*#", 20000), MENU_CONFIRM_END);
	CU_ASSERT_EQUAL(press(&m, "*#", 20001 + MENU_CONFIRM_MS),
			MENU_CONFIRM_END);
	CU_ASSERT_EQUAL(press(&m, "*6", 40000), MENU_MUTE_TOGGLE);
	CU_ASSERT_EQUAL(press(&m, "*#", 40100), MENU_CONFIRM_END);
}


/** Neither length nor time wraps around */
static void any_keys_are_survived(void)
{
	static const char keys[] = "0123456789*#ABCD";
	struct menu m = {.keys = ""};
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
	struct menu m = {.keys = ""};

	CU_ASSERT_EQUAL(menu_key(&m, '*', 1000), MENU_NOTHING);
	CU_ASSERT_EQUAL(menu_key(&m, '6', 1000 + MENU_KEY_GAP_MS),
			MENU_MUTE_TOGGLE);
	CU_ASSERT_EQUAL(menu_key(&m, '*', 10000), MENU_NOTHING);
	CU_ASSERT_EQUAL(menu_key(&m, '6', 10001 + MENU_KEY_GAP_MS),
			MENU_NOTHING);
}

static CU_TestInfo tests[] = {
	{"keys make sequences", keys_make_sequences},
	{"each sequence has its meaning", each_sequence_has_its_meaning},
	{"an end is confirmed", an_end_is_confirmed},
	{"any keys are survived", any_keys_are_survived},
	{"a pause of just so long still counts",
	 a_pause_of_just_so_long_still_counts},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(menu, tests)
