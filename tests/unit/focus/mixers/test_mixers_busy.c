/**
 * @file test_mixers_busy.c  Media servers that have much to do, and those that
 * hang
 */
#include <errno.h>
#include "mixer/mp/protocol.h"
#include "tests/unit/clock.h"
#include "tests/unit/focus/mixers/mixers_world.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

/** The oldest request that waits */
static void answer_one(struct far_end *f)
{
	(void)link_reply(f->link, json_array_get(f->waiting, 0), NULL);
	(void)json_array_remove(f->waiting, 0);
	room_turn(1);
}


/** All its answers come later than anybody waits for them */
static void who_is_busy_is_not_taken_for_dead(void)
{
	struct far_end *f = &world.far[0];

	world_open(1, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	f->waiting = json_array();
	for (unsigned i = 0; i < 40; i++)
		CU_ASSERT_EQUAL(
			mixer_request(world_slot(0),
				      json_pack("{s:s}", "op", "leg.remove"),
				      NULL, NULL),
			0);
	for (unsigned i = 0; i < 40; i++) {
		world_pass(MIXER_PING_INTERVAL_MS);
		answer_one(f);
	}
	CU_ASSERT(json_array_size(f->waiting) > 20);
	CU_ASSERT_TRUE(mixer_is_up(world_slot(0)));

	/* and one that hangs in the middle of it is */
	for (unsigned i = 0; i < 5; i++)
		world_pass(MIXER_PING_INTERVAL_MS);
	CU_ASSERT_FALSE(mixer_is_up(world_slot(0)));
	CU_ASSERT_EQUAL(world.down, 1);
	world_close();
}


/** It talks, and obeys nothing any more */
static void who_answers_nothing_does_not_live_by_talking(void)
{
	unsigned ms;

	world_open(1, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	world.far[0].deaf = true;
	for (ms = 0; ms < 2 * MIXER_DEAF_MAX_MS && mixer_is_up(world_slot(0));
	     ms += 500) {
		/* it may be put down, and not be known to be yet */
		if (link_event(world.far[0].link,
			       json_loads("{\"event\":\"talking\"}", 0, NULL)))
			break;
		world_pass(500);
	}
	for (unsigned i = 0; i < 100 && mixer_is_up(world_slot(0)); i++)
		room_turn(5);
	CU_ASSERT(ms >= MIXER_DEAF_MAX_MS);
	CU_ASSERT(ms <= MIXER_DEAF_MAX_MS + 3000);
	CU_ASSERT_FALSE(mixer_is_up(world_slot(0)));
	world_close();
}


/** As many as it has the time for, by what those before took */
static void what_would_wait_too_long_is_known_before(void)
{
	enum { FEW = 16, SLOW_MS = 150, MANY = 4000 };
	struct far_end *f = &world.far[0];
	struct asked a = {0, 0};

	world_open(1, "/bin/false");
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));
	world_attach(0);
	world_say(0, HELLO);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));

	/* slow: it takes two seconds for what waits behind the few */
	f->waiting = json_array();
	for (unsigned i = 0; i < 2 * FEW; i++)
		CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	room_turn(2);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));
	for (unsigned i = 0; i < FEW; i++) {
		unit_clock.added_us += SLOW_MS * 1000;
		answer_one(f);
	}
	CU_ASSERT_TRUE(mixer_is_congested(world_slot(0)));
	/* which it is not as soon as fewer wait; pings do, too */
	while (json_array_size(f->waiting) >= FEW)
		answer_one(f);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));
	while (json_array_size(f->waiting))
		answer_one(f);

	/* fast again, which it shows by the few that are let in */
	for (unsigned n = 0; n < 20; n++) {
		for (unsigned i = 0; i < FEW; i++)
			(void)world_ask(0, &a);
		room_turn(1);
		while (json_array_size(f->waiting))
			answer_one(f);
	}
	for (unsigned i = 0; i < 5 * FEW; i++)
		CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));

	/* and as long as no end is seen of what waits, more may not */
	for (unsigned i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	CU_ASSERT_TRUE(mixer_is_congested(world_slot(0)));
	world_close();
}


/** Nothing is known of how long it takes, but that it takes long */
static void who_hangs_gets_no_more_work(void)
{
	struct asked a = {0, 0};

	world_open(1, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	world.far[0].deaf = true;
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	world_pass(MIXER_CONGESTED_MS - 100);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));
	world_pass(200);
	CU_ASSERT_TRUE(mixer_is_congested(world_slot(0)));
	/* also when nobody waits for it any more */
	world_pass(MP_REPLY_DEADLINE_MS - MIXER_CONGESTED_MS);
	CU_ASSERT_EQUAL(a.err, ETIMEDOUT);
	CU_ASSERT_TRUE(mixer_is_congested(world_slot(0)));

	world_kill(0);
	CU_ASSERT_FALSE(mixer_is_congested(world_slot(0)));
	world_close();
}


/** ... though it has the fewest legs */
static void a_congested_mixer_is_avoided(void)
{
	struct asked a = {0, 0};

	world_open(2, "/bin/false");
	for (unsigned i = 0; i < 2; i++) {
		world_attach(i);
		world_say(i, HELLO);
	}
	mixer_leg_added(world_slot(1));
	world.far[0].deaf = true;
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(0));
	world_pass(MIXER_CONGESTED_MS + 100);
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(1));
	world_close();
}


/** Whoever looks at the clock twice sees two times */
static void a_clock_that_goes_on_kills_nobody(void)
{
	world_open(1, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	unit_clock.look_us = 1000;
	for (unsigned i = 0; i < 20 && mixer_is_up(world_slot(0)); i++)
		world_pass(MIXER_PING_INTERVAL_MS);
	unit_clock.look_us = 0;
	CU_ASSERT_TRUE(mixer_is_up(world_slot(0)));
	CU_ASSERT_EQUAL(world.down, 0);
	world_close();
}


static CU_TestInfo tests[] = {
	{"who is busy is not taken for dead",
	 who_is_busy_is_not_taken_for_dead},
	{"who answers nothing does not live by talking",
	 who_answers_nothing_does_not_live_by_talking},
	{"what would wait too long is known before",
	 what_would_wait_too_long_is_known_before},
	{"who hangs gets no more work", who_hangs_gets_no_more_work},
	{"a clock that goes on kills nobody",
	 a_clock_that_goes_on_kills_nobody},
	{"a congested mixer is avoided", a_congested_mixer_is_avoided},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixers_busy, tests)
