/**
 * @file test_leg_ufrag.c  What a mixer says of a leg is where connections of
 * ICE find it
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

#define ANSWER(ufrag)                                                         \
	"{\"transports\":[{\"kind\":\"webrtc\",\"ice\":{\"ufrag\":\"" ufrag   \
	"\",\"pwd\":\"0123456789012345678901\"},"                             \
	"\"fingerprint\":{\"hash\":\"sha-256\",\"value\":\"AB:CD\"},"         \
	"\"candidates\":[]}],\"media\":[{\"ssrc\":1}]}"


static int hand_over(struct focus_room *r, const char *ufrag)
{
	int err = mixers_hand_over(focus_mixers(r->focus), ufrag,
				   strlen(ufrag), 2);

	room_turn(5);

	return err;
}


static void reply_h(enum reason reason, const struct leg_local *local,
		    void *arg)
{
	(void)reason;
	(void)local;
	++*(unsigned *)arg;
}


/** Described anew, as by a restart of ICE */
static void modify(struct party *p, const char *answer, struct focus_room *r)
{
	struct leg_description *d = room_leg();
	unsigned answers = 0;

	r->mixer.leg_answer = answer;
	CU_ASSERT_EQUAL(focus_leg_modify(p->ep, d, reply_h, &answers),
			REASON_NONE);
	room_turn(20);
	CU_ASSERT_EQUAL(answers, 1);
	mem_deref(d);
}


static void it_is_known_while_the_leg_is_there(void)
{
	struct party p = {0};
	struct focus_room r;

	room_open(&r);
	r.mixer.leg_answer = ANSWER("first111");
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), ENOENT);
	CU_ASSERT_EQUAL(room_join(&r, &p, "a", "sip:a@x", "A"), REASON_NONE);
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), 0);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "ice.take"), 1);

	/* the one before is good until the restart is through, and no other */
	modify(&p, ANSWER("second22"), &r);
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), 0);
	CU_ASSERT_EQUAL(hand_over(&r, "second22"), 0);
	modify(&p, ANSWER("second22"), &r);
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), 0);
	modify(&p, ANSWER("third333"), &r);
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), ENOENT);
	CU_ASSERT_EQUAL(hand_over(&r, "second22"), 0);
	CU_ASSERT_EQUAL(hand_over(&r, "third333"), 0);

	focus_leave(p.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(hand_over(&r, "second22"), ENOENT);
	CU_ASSERT_EQUAL(hand_over(&r, "third333"), ENOENT);
	room_close(&r);
}


/** Another mixer has other legs */
static void it_goes_with_the_mixer(void)
{
	struct party p = {0};
	struct focus_room r;

	room_open(&r);
	r.mixer.leg_answer = ANSWER("first111");
	CU_ASSERT_EQUAL(room_join(&r, &p, "a", "sip:a@x", "A"), REASON_NONE);
	room_mixer_kill(&r);
	CU_ASSERT_NOT_EQUAL(hand_over(&r, "first111"), 0);
	room_mixer_start(&r);
	room_turn(20);
	CU_ASSERT_EQUAL(hand_over(&r, "first111"), ENOENT);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"it is known while the leg is there",
	 it_is_known_while_the_leg_is_there},
	{"it goes with the mixer", it_goes_with_the_mixer},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(leg_ufrag, tests)
