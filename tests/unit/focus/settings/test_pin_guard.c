/**
 * @file test_pin_guard.c  How often somebody may try a PIN
 */
#include "focus/settings/pin_guard.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"


static void the_pause_grows(void)
{
	static const unsigned pauses_ms[] = {1000,  2000,  10000, 20000,
					     40000, 80000, 160000};
	struct pin_guard *g;
	uint64_t now = 1000;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pauses_ms); i++) {
		CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, now), 0);
		pin_guard_wrong(g, "demo", 7, now);
		CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, now),
				pauses_ms[i]);
		/* neither others there nor he elsewhere wait */
		CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 8, now), 0);
		CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "other", 7, now), 0);
		now += pauses_ms[i];
	}
	mem_deref(g);
}


static void who_was_right_has_slipped(void)
{
	struct pin_guard *g;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (int i = 0; i < 5; i++)
		pin_guard_wrong(g, "demo", 7, 0);
	pin_guard_right(g, "demo", 7);
	CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, 0), 0);
	pin_guard_wrong(g, "demo", 7, 100000);
	CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, 100000), 1000);
	mem_deref(g);
}


/** However many hosts they call from, and behind a trunk */
static void all_together_are_bounded(void)
{
	enum { HOUR_MS = 3600000 };
	struct pin_guard *g;
	unsigned tried = 0;
	uint64_t origin = 1;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (uint64_t now = 0; now < HOUR_MS; now += 100) {
		/* half of them are not known at all */
		const uint64_t who = ++origin % 2 ? origin : 0;

		if (!pin_guard_wait_ms(g, "demo", who, now)) {
			pin_guard_wrong(g, "demo", who, now);
			tried++;
		}
	}
	CU_ASSERT(tried <= PIN_GUARD_BURST + HOUR_MS / PIN_GUARD_EVERY_MS);
	CU_ASSERT(tried >= HOUR_MS / PIN_GUARD_EVERY_MS);
	/* in another one nobody waits */
	CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "other", 1, HOUR_MS), 0);
	mem_deref(g);
}


/** Somebody of an office slips every two minutes, all day, and nobody there is
 *  ever right for the guard to know it */
static void slips_of_an_office_lock_nobody_out(void)
{
	enum { DAY_MS = 36000000, EVERY_MS = 120000 };
	struct pin_guard *g;
	uint64_t longest = 0;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (uint64_t now = 1; now < DAY_MS; now += EVERY_MS) {
		CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, now), 0);
		pin_guard_wrong(g, "demo", 7, now);
		longest = MAX(longest, pin_guard_wait_ms(g, "demo", 7, now));
	}
	CU_ASSERT(longest < EVERY_MS);
	mem_deref(g);
}


/** ...and who goes on trying from one address gets no further for that */
static void who_tries_all_day_is_slow(void)
{
	enum { DAY_MS = 86400000 };
	struct pin_guard *g;
	unsigned tried = 0;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (uint64_t now = 1; now < DAY_MS; now += 1000) {
		if (pin_guard_wait_ms(g, "demo", 7, now))
			continue;
		pin_guard_wrong(g, "demo", 7, now);
		tried++;
	}
	CU_ASSERT(tried < 1300);
	mem_deref(g);
}


static void what_is_long_ago_is_forgotten(void)
{
	struct pin_guard *g;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (int i = 0; i < 4; i++)
		pin_guard_wrong(g, "demo", 7, 0);
	pin_guard_wrong(g, "other", 8, PIN_GUARD_KEPT_MS);
	pin_guard_wrong(g, "demo", 7, PIN_GUARD_KEPT_MS + 1);
	CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 7, PIN_GUARD_KEPT_MS + 1),
			1000);
	mem_deref(g);
}


/** A stranger who has many addresses uses up what is bounded: what he did
 *  first is forgotten, what a conference has seen last is not */
static void there_is_room_for_so_many(void)
{
	struct pin_guard *g;
	uint64_t now = 0;

	CU_ASSERT_EQUAL_FATAL(pin_guard_alloc(&g), 0);
	for (unsigned i = 1; i <= PIN_GUARD_ROWS + 100; i++)
		pin_guard_wrong(g, "demo", i, now);
	CU_ASSERT_EQUAL(pin_guard_wait_ms(g, "demo", 0, now),
			(uint64_t)PIN_GUARD_EVERY_MS *
				(PIN_GUARD_ROWS + 100 - PIN_GUARD_BURST + 1));
	mem_deref(g);
}


static CU_TestInfo tests[] = {
	{"the pause grows", the_pause_grows},
	{"who was right has slipped", who_was_right_has_slipped},
	{"all together are bounded", all_together_are_bounded},
	{"slips of an office lock nobody out",
	 slips_of_an_office_lock_nobody_out},
	{"who tries all day is slow", who_tries_all_day_is_slow},
	{"what is long ago is forgotten", what_is_long_ago_is_forgotten},
	{"there is room for so many", there_is_room_for_so_many},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(pin_guard, tests)
