/**
 * @file test_placement.c  May it go to another mixer, and when?
 */
#include "focus/conference/placement.h"
#include "tests/unit/unit.h"


/** A life of one conference: what happens at which time, and where it may go
 *  then */
struct placement_step {
	char what; /**< 'b' begin, 'l' lost, 'o' joins others, 0 end */
	uint64_t ms;
	enum placement_choice choice;
};


static void play_placement(const struct placement_step *step)
{
	struct placement p = {.placed = false};

	for (; step->what; step++) {
		if (step->what == 'b')
			placement_begin(&p, step->ms);
		else if (step->what == 'l')
			placement_lost(&p, step->ms);
		else if (step->what == 'o')
			placement_joins_others(&p);
		if (step->what != 'b')
			CU_ASSERT_EQUAL(placement_choose(&p, step->ms),
					step->choice);
	}
}


static void waits_for_its_slot(void)
{
	static const struct placement_step life[] = {
		{'b', 1000, 0},
		{'l', 60000, PLACEMENT_STAY},
		{'.', 60999, PLACEMENT_STAY},
		{'.', 61000, PLACEMENT_ANY},
		{'o', 61000, PLACEMENT_ANY},
		{0, 0, 0},
	};

	play_placement(life);
}


static void goes_to_an_idle_one_when_mixers_die_under_it(void)
{
	static const struct placement_step life[] = {
		{'b', 1000, 0},
		{'l', 5999, PLACEMENT_IDLE},
		{'.', 9999, PLACEMENT_IDLE},
		{'b', 10000, 0},
		{'l', 14999, PLACEMENT_IDLE},
		{'b', 20000, 0},
		/* once to others */
		{'l', 20001, PLACEMENT_ANY},
		{'o', 20001, PLACEMENT_IDLE},
		{'b', 20002, 0},
		{'l', 20003, PLACEMENT_IDLE},
		{'b', 20004, 0},
		{'l', 20005, PLACEMENT_IDLE},
		{'b', 20006, 0},
		{'l', 20007, PLACEMENT_IDLE},
		{'b', 20008, 0},
		{'l', 20009, PLACEMENT_STAY},
		{'b', 20010, 0},
		/* it has lived: all is forgotten */
		{'l', 25010, PLACEMENT_STAY},
		{'.', 26010, PLACEMENT_ANY},
		{'b', 26010, 0},
		{'l', 26011, PLACEMENT_IDLE},
		{0, 0, 0},
	};

	play_placement(life);
}


/** A slot that dies while it is not in it says nothing of it */
static void is_not_blamed_for_what_it_was_not_in(void)
{
	static const struct placement_step life[] = {
		{'b', 1000, 0},
		{'l', 60000, PLACEMENT_STAY},
		{'l', 60500, PLACEMENT_STAY},
		{'.', 61500, PLACEMENT_ANY},
		{0, 0, 0},
	};

	play_placement(life);
}


static CU_TestInfo tests[] = {
	{"waits for its slot", waits_for_its_slot},
	{"goes to an idle one when mixers die under it",
	 goes_to_an_idle_one_when_mixers_die_under_it},
	{"is not blamed for what it was not in",
	 is_not_blamed_for_what_it_was_not_in},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(placement, tests)
