/**
 * @file test_speaker.c  Who is heard, who talks, who is the speaker
 */
#include <string.h>
#include "mixer/audio/speaker.h"
#include "tests/unit/unit.h"


enum { COUNT = 20, QUIET = 90 };

struct room {
	struct speaker states[COUNT];
	struct speaker *speakers[COUNT];
	uint8_t levels[COUNT];
	int active;
	uint64_t now_us;
};


static void enter(struct room *r)
{
	memset(r, 0, sizeof(*r));
	for (int i = 0; i < COUNT; i++)
		r->speakers[i] = &r->states[i];
	memset(r->levels, QUIET, sizeof(r->levels));
	r->active = -1;
	r->now_us = 1000000;
}


static void pass(struct room *r, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		r->now_us += 20000;
		r->active = speaker_rank(r->speakers, r->levels, COUNT,
					 r->active, NULL, r->now_us);
	}
}


static unsigned heard(const struct room *r)
{
	unsigned n = 0;

	for (int i = 0; i < COUNT; i++)
		n += r->states[i].audible;

	return n;
}


static void silence_has_no_speaker(void)
{
	struct room r;

	enter(&r);
	pass(&r, 3000);
	CU_ASSERT(r.active == -1);
	CU_ASSERT(heard(&r) == 0);
}


static void heard_at_once_and_held_for_a_while(void)
{
	struct room r;

	enter(&r);
	r.levels[4] = 30;
	pass(&r, 20);
	CU_ASSERT(r.states[4].audible);
	pass(&r, 200);
	r.levels[4] = QUIET;
	pass(&r, 1900);
	CU_ASSERT(r.states[4].audible);
	pass(&r, 200);
	CU_ASSERT(!r.states[4].audible);
}


static void only_the_loudest_are_decoded(void)
{
	struct room r;

	enter(&r);
	for (int i = 0; i < COUNT; i++)
		r.levels[i] = (uint8_t)(50 - i);
	pass(&r, 1000);
	CU_ASSERT(heard(&r) == speaker_config_default.audible_max);
	for (int i = 0; i < COUNT; i++)
		CU_ASSERT(r.states[i].audible ==
			  (i >=
			   COUNT - (int)speaker_config_default.audible_max));

	/* one who begins to shout is let in at once */
	r.levels[0] = 5;
	pass(&r, 60);
	CU_ASSERT(r.states[0].audible);
	CU_ASSERT(heard(&r) == speaker_config_default.audible_max);
}


static void talking_needs_100_ms_and_lasts_600(void)
{
	struct room r;

	enter(&r);
	r.levels[1] = 30;
	pass(&r, 80);
	CU_ASSERT(!r.states[1].talking);
	pass(&r, 60);
	CU_ASSERT(r.states[1].talking);
	r.levels[1] = QUIET;
	pass(&r, 560);
	CU_ASSERT(r.states[1].talking);
	pass(&r, 100);
	CU_ASSERT(!r.states[1].talking);
}


static void a_cough_does_not_take_the_floor(void)
{
	struct room r;

	enter(&r);
	r.levels[0] = 35;
	pass(&r, 1000);
	CU_ASSERT(r.active == 0);
	r.levels[1] = 20;
	pass(&r, 240);
	CU_ASSERT(r.active == 0);
	r.levels[1] = QUIET;
	pass(&r, 500);
	CU_ASSERT(r.active == 0);

	r.levels[1] = 20;
	pass(&r, 600);
	CU_ASSERT(r.active == 1);
}


static void equally_loud_does_not_take_the_floor(void)
{
	struct room r;

	enter(&r);
	r.levels[0] = 35;
	pass(&r, 1000);
	r.levels[1] = 33;
	pass(&r, 5000);
	CU_ASSERT(r.active == 0);

	/* it does when the other stops */
	r.levels[0] = QUIET;
	pass(&r, 1200);
	CU_ASSERT(r.active == 1);
}


static void the_last_speaker_stays_in_silence(void)
{
	struct room r;

	enter(&r);
	r.levels[2] = 30;
	pass(&r, 500);
	r.levels[2] = QUIET;
	pass(&r, 10000);
	CU_ASSERT(r.active == 2);
}


static CU_TestInfo tests[] = {
	{"silence has no speaker", silence_has_no_speaker},
	{"heard at once and held for a while",
	 heard_at_once_and_held_for_a_while},
	{"only the loudest are decoded", only_the_loudest_are_decoded},
	{"talking needs 100 ms and lasts 600",
	 talking_needs_100_ms_and_lasts_600},
	{"a cough does not take the floor", a_cough_does_not_take_the_floor},
	{"equally loud does not take the floor",
	 equally_loud_does_not_take_the_floor},
	{"the last speaker stays in silence",
	 the_last_speaker_stays_in_silence},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(speaker, tests)
