/**
 * @file test_replay.c  A mixer dies and the conference goes on
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/conference.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static unsigned replies;
static enum reason last_reason;


static void leg_h(enum reason reason, const struct leg_local *local, void *arg)
{
	(void)local;
	(void)arg;
	replies++;
	last_reason = reason;
}


/** What signaling does: an offer without remote parts, then the answer */
static void exchange(struct party *p)
{
	struct leg_description *leg = room_leg();

	for (int i = 0; i < 2; i++) {
		replies = 0;
		CU_ASSERT_EQUAL(focus_leg_modify(p->ep, leg, leg_h, NULL), 0);
		for (int turns = 0; !replies && turns < 400; turns++)
			room_turn(5);
		CU_ASSERT_EQUAL(replies, 1);
		CU_ASSERT_EQUAL(last_reason, REASON_NONE);
	}

	mem_deref(leg);
}


static void every_leg_is_offered_anew(void)
{
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_join(&r, &b, "demo", "sip:b@x", "B");
	room_mixer_kill(&r);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       event_last(&r, "mixer"), "state")),
			       "lost");
	CU_ASSERT_EQUAL(a.reoffers + b.reoffers, 0);
	CU_ASSERT_EQUAL(a.ends + b.ends, 0);

	json_array_clear(r.mixer.requests);
	room_mixer_start(&r);
	room_turn(60);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.create"), 1);
	CU_ASSERT_EQUAL(a.reoffers, 1);
	CU_ASSERT_EQUAL(b.reoffers, 1);

	exchange(&a);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.add"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.modify"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.set"), 0);
	room_close(&r);
}


static void what_was_set_is_set_again(void)
{
	struct focus_room r;
	struct party a;
	json_t *set;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_command(&r, "{\"verb\":\"mute\",\"conference\":\"demo\","
			 "\"target\":\"a\"}");
	room_command(&r, "{\"verb\":\"layout\",\"conference\":\"demo\","
			 "\"layout\":\"speaker\"}");
	room_mixer_kill(&r);
	room_command(&r, "{\"verb\":\"volume\",\"conference\":\"demo\","
			 "\"target\":1,\"direction\":\"in\",\"db\":-6}");
	CU_ASSERT(room_ok(&r));
	json_array_clear(r.mixer.requests);
	room_mixer_start(&r);
	room_turn(30);
	exchange(&a);

	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			mixer_last(&r.mixer, "mix.create"), "layout")),
		"speaker");
	set = mixer_last(&r.mixer, "leg.set");
	CU_ASSERT(json_is_true(json_object_get(set, "muted")));
	CU_ASSERT_EQUAL(
		json_integer_value(json_object_get(set, "volume_in_db")), -6);
	room_close(&r);
}


static void without_another_mixer_it_ends(void)
{
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	r.config->media_timeout_s = 1;
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_join(&r, &b, "demo", "sip:b@x", "B");
	room_mixer_kill(&r);
	room_turn(500);
	CU_ASSERT_EQUAL(a.ends + b.ends, 0);
	room_turn(700);
	CU_ASSERT_EQUAL(a.ends, 1);
	CU_ASSERT_EQUAL(b.ends, 1);
	CU_ASSERT_EQUAL(b.end_reason, REASON_NO_MIXER);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	room_close(&r);
}


static void who_waited_for_the_dead_mixer_is_told(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	r.mixer.silent = true;
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	room_mixer_kill(&r);
	CU_ASSERT_EQUAL(r.replies, 1);
	CU_ASSERT_EQUAL(r.reason, REASON_MIXER_LOST);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"),
			REASON_NO_MIXER);
	room_close(&r);
}


static void an_unconfirmed_dialog_is_offered_after_its_ack(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	room_mixer_kill(&r);
	room_mixer_start(&r);
	room_turn(30);
	CU_ASSERT_EQUAL(a.reoffers, 0);
	focus_connected(a.ep);
	room_turn(30);
	CU_ASSERT_EQUAL(a.reoffers, 1);
	room_close(&r);
}


static void a_leaver_while_it_is_down_is_not_replayed(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_mixer_kill(&r);
	focus_leave(a.ep, REASON_LEFT);
	json_array_clear(r.mixer.requests);
	room_mixer_start(&r);
	room_turn(30);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.create"), 0);
	CU_ASSERT_EQUAL(a.reoffers, 0);
	room_close(&r);
}


/** Two slots; the conference lives in the first */
static void open_two(struct focus_room *r, struct fake_mixer *second,
		     struct party *a)
{
	memset(second, 0, sizeof(*second));
	second->requests = json_array();
	room_open_with(r, 2);
	CU_ASSERT_EQUAL(room_join(r, a, "demo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(mixer_count(&r->mixer, "mix.create"), 1);
	room_mixer_attach(r, second);
}


static void close_two(struct focus_room *r, struct fake_mixer *second)
{
	mem_deref(second->link);
	room_close(r);
	json_decref(second->requests);
}


static void await_reoffers(const struct party *p, unsigned n)
{
	for (int turns = 0; p->reoffers < n && turns < 600; turns++)
		room_turn(5);
	CU_ASSERT_EQUAL(p->reoffers, n);
}


static void it_moves_when_no_mixer_comes_back(void)
{
	struct fake_mixer second;
	struct focus_room r;
	struct party a;

	open_two(&r, &second, &a);
	/* as if it had lived there for long */
	focus_conference(r.focus, "demo")->placement.placed_ms = 0;
	room_mixer_kill(&r);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 0);
	await_reoffers(&a, 1);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(
				event_last(&r, "mixer"), "mixer")),
			1);
	exchange(&a);
	CU_ASSERT_EQUAL(mixer_count(&second, "leg.add"), 1);

	/* what comes into the old slot has nothing to do with it any more */
	json_array_clear(r.mixer.requests);
	room_mixer_start(&r);
	room_turn(60);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.create"), 0);
	CU_ASSERT_EQUAL(a.reoffers, 1);
	focus_leave(a.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.remove"), 1);
	close_two(&r, &second);
}


/** Where processes die young one goes to a free mixer at once */
static void it_leaves_a_slot_where_mixers_die_young(void)
{
	struct fake_mixer second;
	struct focus_room r;
	struct party a;

	open_two(&r, &second, &a);
	room_mixer_kill(&r);
	await_reoffers(&a, 1);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 1);
	CU_ASSERT_EQUAL(a.ends, 0);
	close_two(&r, &second);
}


/** One that may have killed its mixer does not go where others are, unless it
 *  goes on like that */
static void it_does_not_endanger_others_soon(void)
{
	struct fake_mixer second;
	struct focus_room r;
	struct party a, b;

	open_two(&r, &second, &a);
	CU_ASSERT_EQUAL(room_join(&r, &b, "other", "sip:b@x", "B"), 0);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 1);
	for (unsigned deaths = 1; deaths < PLACEMENT_RISK; deaths++) {
		room_mixer_kill(&r);
		room_turn(300);
		CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 1);
		room_mixer_start(&r);
		await_reoffers(&a, deaths);
	}
	room_mixer_kill(&r);
	await_reoffers(&a, PLACEMENT_RISK);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 2);
	CU_ASSERT_EQUAL(a.ends + b.ends + b.reoffers, 0);
	close_two(&r, &second);
}


struct flight {
	struct focus_room room;
	struct conference *c;
	struct mixer *dead;
};


/** It looks for another slot, as from one that died long ago */
static int look(void *arg)
{
	struct flight *f = arg;
	bool moved;

	f->c->mixer = f->dead;
	f->c->placed = false;
	f->c->placement.placed = false;
	f->c->placement.lost_ms = 0;
	moved = conference_move(f->c);
	failing_pause();
	if (!moved)
		CU_ASSERT_TRUE(conference_move(f->c));
	CU_ASSERT_TRUE(f->c->placed);
	room_turn(1);
	json_array_clear(f->room.events);
	failing_resume();

	return moved ? 0 : ENOMEM;
}


/** The one where it has gone to may not be told at once */
static void a_move_that_cannot_be_told_is_tried_again(void)
{
	struct fake_mixer second;
	struct flight f;
	struct party a;

	open_two(&f.room, &second, &a);
	f.c = focus_conference(f.room.focus, "demo");
	f.dead = f.c->mixer;
	f.c->placement.placed_ms = 0;
	room_mixer_kill(&f.room);
	second.silent = true;
	failing_each(look, &f);
	close_two(&f.room, &second);
}


static CU_TestInfo tests[] = {
	{"every leg is offered anew", every_leg_is_offered_anew},
	{"what was set is set again", what_was_set_is_set_again},
	{"without another mixer it ends", without_another_mixer_it_ends},
	{"who waited for the dead mixer is told",
	 who_waited_for_the_dead_mixer_is_told},
	{"an unconfirmed dialog is offered after its ACK",
	 an_unconfirmed_dialog_is_offered_after_its_ack},
	{"a leaver while it is down is not replayed",
	 a_leaver_while_it_is_down_is_not_replayed},
	{"it moves when no mixer comes back",
	 it_moves_when_no_mixer_comes_back},
	{"it leaves a slot where mixers die young",
	 it_leaves_a_slot_where_mixers_die_young},
	{"it does not endanger others soon", it_does_not_endanger_others_soon},
	{"a move that cannot be told is tried again",
	 a_move_that_cannot_be_told_is_tried_again},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(replay, tests)
