/**
 * @file test_end_to_end.c  Two who speak with nobody between them
 */
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static struct focus_room room;
static struct party ana, ben, tel;


static void join(struct party *p, const char *aor, bool page)
{
	room.webrtc = page;
	CU_ASSERT_EQUAL_FATAL(room_join(&room, p, "demo", aor, aor), 0);
	room_turn(20);
}


static void leave(struct party *p)
{
	focus_leave(p->ep, REASON_LEFT);
	p->ep = NULL;
	p->passed = mem_deref(p->passed);
	room_turn(5);
}


static void open_room(void)
{
	room_open(&room);
	room.config->end_to_end = true;
	room.config->end_to_end_kbps = 700;
	room.passable = true;
	ana.passed = ben.passed = NULL;
	join(&ana, "sip:ana@x", true);
	join(&ben, "sip:ben@x", true);
}


static struct media_shape shape_of(const struct party *p)
{
	struct media_shape shape;

	focus_shape(p->ep, &shape);
	return shape;
}


static bool is(const struct party *p, bool mixed, bool passed, bool passing)
{
	const struct media_shape shape = shape_of(p);

	return shape.mixed == mixed && (shape.passed != NULL) == passed &&
	       (!passed || shape.passing == passing);
}


/** What it was offered is agreed; it says `said` of it */
static void agree(struct party *p)
{
	const struct media_shape shape = shape_of(p);

	if (!p->passed)
		p->passed = mem_zalloc(1, NULL);
	focus_shaped(p->ep, shape.serial, REASON_NONE, false);
}


static void refuse(struct party *p)
{
	focus_shaped(p->ep, shape_of(p).serial, REASON_MEDIA_FAILED, false);
}


static void carried(const struct party *p, bool is_carried)
{
	json_t *e = json_pack("{s:s,s:i,s:i,s:b}", "event", "relay", "leg",
			      (int)p->ep->leg, "relay", (int)shape_of(p).relay,
			      "carried", is_carried);

	mixer_say(&room.mixer, e);
	room_turn(5);
}


/** The mixer hears it again */
static void heard(const struct party *p)
{
	json_t *e = json_pack("{s:s,s:i,s:s}", "event", "leg.state", "leg",
			      (int)p->ep->leg, "state", "connected");

	mixer_say(&room.mixer, e);
	room_turn(5);
}


static const char *bearer(const struct party *p)
{
	const json_t *user;

	return json_string_value(
		json_object_get(room_line(&room, p, &user), "bearer"));
}


static void close_room(void)
{
	mem_deref(ana.passed);
	mem_deref(ben.passed);
	room_close(&room);
}


/** So many steps on the way there; 8: nobody is between them */
static void rise(unsigned steps)
{
	for (unsigned i = 0; i < steps; i++) {
		struct party *p = i % 2 ? &ben : &ana;

		if (i == 2 || i == 3)
			carried(p, true);
		else
			agree(p);
	}
}


static void two_pages_go_end_to_end(void)
{
	open_room();
	CU_ASSERT_EQUAL(ana.reshapes, 1);
	CU_ASSERT_EQUAL(ben.reshapes, 0);
	CU_ASSERT_FALSE(ben.all);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	CU_ASSERT_TRUE(is(&ben, true, false, false));
	CU_ASSERT_EQUAL(shape_of(&ana).kbps, 700);

	agree(&ana);
	CU_ASSERT_EQUAL(ben.reshapes, 1);
	CU_ASSERT_PTR_EQUAL(shape_of(&ben).passed, ana.passed);
	CU_ASSERT_EQUAL(shape_of(&ben).relay, shape_of(&ana).relay);
	agree(&ben);
	CU_ASSERT_PTR_EQUAL(shape_of(&ana).passed, ben.passed);

	/* sound and pictures join when there is a way for them */
	carried(&ben, true);
	CU_ASSERT_EQUAL(ana.reshapes, 1);
	carried(&ana, true);
	CU_ASSERT_EQUAL(ana.reshapes, 2);
	CU_ASSERT_EQUAL(ben.reshapes, 1);
	CU_ASSERT_TRUE(ben.all);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ana);
	CU_ASSERT_EQUAL(ben.reshapes, 2);
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "mixed");

	agree(&ben);
	CU_ASSERT_EQUAL(ana.reshapes, 3);
	CU_ASSERT_EQUAL(ben.reshapes, 3);
	CU_ASSERT_TRUE(is(&ana, false, true, true));
	CU_ASSERT_TRUE(is(&ben, false, true, true));
	agree(&ben);
	CU_ASSERT_STRING_EQUAL(bearer(&ben), "relayed");
	agree(&ana);
	CU_ASSERT_STRING_EQUAL(bearer(&ben), "end-to-end");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       event_last(&room, "bearer"), "bearer")),
			       "end-to-end");
	close_room();
}


static void a_third_brings_the_mix_and_takes_it_along(void)
{
	unsigned before;

	open_room();
	rise(8);
	join(&tel, "sip:tel@x", false);
	CU_ASSERT_EQUAL(ana.reshapes, 4);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "relayed");
	agree(&ana);
	heard(&ana);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ben);
	/* that is not enough: the others hear him by the mix from then on */
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	heard(&ben);
	CU_ASSERT_TRUE(is(&ana, true, true, false));
	CU_ASSERT_TRUE(is(&ben, true, true, false));
	CU_ASSERT_STRING_EQUAL(bearer(&ben), "mixed");
	agree(&ana);
	agree(&ben);
	before = ana.reshapes;

	/* he may come back in a moment */
	leave(&tel);
	room_pass(4);
	CU_ASSERT_EQUAL(ana.reshapes, before);
	room_pass(2);
	CU_ASSERT_EQUAL(ana.reshapes, before + 1);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ana);
	agree(&ben);
	CU_ASSERT_TRUE(is(&ana, false, true, true));
	agree(&ana);
	agree(&ben);
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "end-to-end");
	close_room();
}


/* At every step: who is there is heard */
static void a_third_comes_at_any_step(void)
{
	for (unsigned steps = 0; steps < 9; steps++) {
		open_room();
		rise(steps);
		join(&tel, "sip:tel@x", false);
		for (unsigned i = 0; i < 4; i++) {
			CU_ASSERT_TRUE(shape_of(&ana).mixed);
			CU_ASSERT_TRUE(shape_of(&ben).mixed);
			agree(&ana);
			agree(&ben);
			heard(&ana);
			/* one who says nothing keeps nobody waiting */
			if (steps % 2)
				room_pass(4);
			else
				heard(&ben);
		}
		CU_ASSERT_FALSE(shape_of(&ana).passed &&
				shape_of(&ana).passing);
		CU_ASSERT_STRING_EQUAL(bearer(&ana), "mixed");
		CU_ASSERT_STRING_EQUAL(bearer(&ben), "mixed");
		close_room();
	}
}


static void who_is_left_is_in_the_mix(void)
{
	for (unsigned steps = 0; steps < 9; steps++) {
		unsigned before;

		open_room();
		rise(steps);
		before = ana.reshapes;
		leave(&ben);
		CU_ASSERT_EQUAL(ana.reshapes, before + 1);
		CU_ASSERT_TRUE(is(&ana, true, false, false));
		CU_ASSERT_STRING_EQUAL(bearer(&ana), "mixed");

		/* ...and goes on with the next, by lines of their own, once
		 * she has dropped those of before */
		join(&tel, "sip:ben1@x", true);
		room_pass(6);
		CU_ASSERT_EQUAL(ana.reshapes, before + 1);
		leave(&tel);
		agree(&ana);
		join(&ben, "sip:ben2@x", true);
		room_pass(6);
		CU_ASSERT_EQUAL(ana.reshapes, before + 2);
		CU_ASSERT_TRUE(is(&ana, true, true, true));
		close_room();
	}
}


static void what_fails_is_not_tried_again(void)
{
	open_room();
	refuse(&ana);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	CU_ASSERT_EQUAL(ben.reshapes, 0);
	room_pass(30);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	close_room();

	open_room();
	agree(&ana);
	refuse(&ben);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	CU_ASSERT_TRUE(is(&ben, true, false, false));
	CU_ASSERT_EQUAL(ana.reshapes, 2);
	close_room();

	/* the way between them is blocked, say */
	open_room();
	rise(3);
	room_pass(31);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	CU_ASSERT_TRUE(is(&ben, true, false, false));
	agree(&ana);
	agree(&ben);
	room_pass(17);
	CU_ASSERT_TRUE(is(&ana, true, false, false));

	/* only for a while, perhaps */
	room_pass(4);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	rise(2);
	room_pass(31);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	agree(&ana);
	agree(&ben);
	room_pass(41);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	rise(2);
	room_pass(300);
	CU_ASSERT_TRUE(is(&ben, true, false, false));
	close_room();
}


/* ...until it does again */
static void the_mix_is_there_when_the_relay_fails(void)
{
	open_room();
	rise(8);
	carried(&ben, false);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ana);
	agree(&ben);
	heard(&ana);
	heard(&ben);
	CU_ASSERT_TRUE(is(&ana, true, true, false));
	agree(&ana);
	agree(&ben);
	room_pass(6);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ana);
	agree(&ben);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	carried(&ben, true);
	CU_ASSERT_TRUE(is(&ana, false, true, true));
	close_room();
}


static void what_one_says_anew_the_other_hears(void)
{
	unsigned before;

	open_room();
	rise(8);
	before = ben.reshapes;
	mem_deref(ana.passed);
	ana.passed = mem_zalloc(1, NULL);
	focus_passed(ana.ep);
	CU_ASSERT_EQUAL(ben.reshapes, before + 1);
	CU_ASSERT_PTR_EQUAL(shape_of(&ben).passed, ana.passed);
	/* an answer to what was offered before is none to this */
	focus_shaped(ben.ep, shape_of(&ben).serial - 1, REASON_MEDIA_FAILED,
		     false);
	CU_ASSERT_TRUE(is(&ben, false, true, true));
	close_room();
}


/** It agrees, and says something else of it than before */
static void agree_anew(struct party *p)
{
	mem_deref(p->passed);
	p->passed = mem_zalloc(1, NULL);
	focus_shaped(p->ep, shape_of(p).serial, REASON_NONE, true);
}


/* Who was offered more now sends more, too: a camera that came on later */
static void what_one_answers_anew_the_other_hears(void)
{
	unsigned before;

	open_room();
	rise(7);
	before = ben.reshapes;
	agree_anew(&ana);
	CU_ASSERT_EQUAL(ben.reshapes, before + 1);
	CU_ASSERT_PTR_EQUAL(shape_of(&ben).passed, ana.passed);
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "relayed");
	agree(&ben);
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "end-to-end");
	close_room();

	/* and while the other one is asked for the first time */
	open_room();
	rise(5);
	mem_deref(ana.passed);
	ana.passed = mem_zalloc(1, NULL);
	focus_passed(ana.ep);
	agree(&ben);
	CU_ASSERT_PTR_EQUAL(shape_of(&ben).passed, ana.passed);
	close_room();
}


/* Nor does an offer that has nothing to do with it */
static void what_was_not_asked_does_not_fail(void)
{
	open_room();
	focus_shaped(ben.ep, 0, REASON_MEDIA_FAILED, false);
	CU_ASSERT_TRUE(is(&ana, true, true, true));
	agree(&ana);
	focus_shaped(ben.ep, 0, REASON_NONE, false);
	CU_ASSERT_EQUAL(ben.reshapes, 1);
	agree(&ben);
	close_room();
}


static void who_held_is_paired_then(void)
{
	room_open(&room);
	room.config->end_to_end = true;
	room.passable = true;
	ana.passed = ben.passed = NULL;
	join(&ana, "sip:ana@x", true);
	focus_held(ana.ep, true);
	join(&ben, "sip:ben@x", true);
	CU_ASSERT_EQUAL(ana.reshapes, 0);
	focus_held(ana.ep, false);
	room_turn(20);
	CU_ASSERT_EQUAL(ana.reshapes, 1);
	close_room();
}


static void others_are_mixed(void)
{
	room_open(&room);
	room.passable = true;
	join(&ana, "sip:ana@x", true);
	join(&ben, "sip:ben@x", true);
	CU_ASSERT_EQUAL(ana.reshapes + ben.reshapes, 0);
	room_close(&room);

	room_open(&room);
	room.config->end_to_end = true;
	room.passable = true;
	join(&ana, "sip:ana@x", true);
	join(&ben, "sip:ben@x", false);
	CU_ASSERT_EQUAL(ana.reshapes + ben.reshapes, 0);
	room_close(&room);

	room_open(&room);
	room.config->end_to_end = true;
	join(&ana, "sip:ana@x", true);
	join(&ben, "sip:ben@x", true);
	CU_ASSERT_EQUAL(ana.reshapes + ben.reshapes, 0);
	room_close(&room);
}


static void it_dies_with_the_mixer(void)
{
	open_room();
	rise(8);
	room_mixer_kill(&room);
	CU_ASSERT_TRUE(is(&ana, true, false, false));
	CU_ASSERT_TRUE(is(&ben, true, false, false));
	CU_ASSERT_STRING_EQUAL(bearer(&ana), "mixed");
	close_room();
}


static CU_TestInfo tests[] = {
	{"two pages go end to end", two_pages_go_end_to_end},
	{"a third brings the mix and takes it along",
	 a_third_brings_the_mix_and_takes_it_along},
	{"a third comes at any step", a_third_comes_at_any_step},
	{"who is left is in the mix", who_is_left_is_in_the_mix},
	{"what fails is not tried again", what_fails_is_not_tried_again},
	{"the mix is there when the relay fails",
	 the_mix_is_there_when_the_relay_fails},
	{"what one says anew the other hears",
	 what_one_says_anew_the_other_hears},
	{"what one answers anew the other hears",
	 what_one_answers_anew_the_other_hears},
	{"what was not asked does not fail", what_was_not_asked_does_not_fail},
	{"who held is paired then", who_held_is_paired_then},
	{"others are mixed", others_are_mixed},
	{"it dies with the mixer", it_dies_with_the_mixer},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(end_to_end, tests)
