/**
 * @file test_factory.c  Conferences of the factory, and who hides in them
 */
#include <stdlib.h>
#include <string.h>
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


/** Alice makes one, Bob follows her into it */
static void make(struct focus_room *r, struct party *a, struct party *b)
{
	char *name = NULL;

	room_open(r);
	CU_ASSERT_EQUAL_FATAL(focus_new_name(r->focus, &name), 0);
	CU_ASSERT_EQUAL(focus_may_join(r->focus, name), REASON_NOT_FOUND);
	r->factory = true;
	CU_ASSERT_EQUAL_FATAL(room_join(r, a, name, "sip:a@x", "A"), 0);
	r->factory = false;
	CU_ASSERT_EQUAL_FATAL(room_join(r, b, name, "sip:b@x", "B"), 0);
	mem_deref(name);
}


/* F2 */
static void a_factory_is_no_conference(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_TRUE(focus_is_factory(r.focus, "mmtel"));
	CU_ASSERT_FALSE(focus_is_factory(r.focus, "demo"));
	CU_ASSERT_EQUAL(focus_may_join(r.focus, "mmtel"), REASON_NONE);
	CU_ASSERT_EQUAL(room_join(&r, &a, "mmtel", "sip:a@x", "A"),
			REASON_NOT_FOUND);
	room_close(&r);
}


/* F2: nobody revives it */
static void its_name_ends_with_it(void)
{
	struct focus_room r;
	struct party a, b;
	char *name = NULL;

	make(&r, &a, &b);
	CU_ASSERT_EQUAL(str_dup(&name, json_string_value(json_object_get(
					       event_last(&r, "joined"),
					       "conference"))),
			0);
	CU_ASSERT_EQUAL(focus_may_join(r.focus, name), REASON_NONE);
	focus_leave(a.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 0);
	focus_leave(b.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(room_join(&r, &a, name, "sip:a@x", "A"),
			REASON_NOT_FOUND);
	mem_deref(name);
	room_close(&r);
}


/* F14 */
static void it_may_end_with_its_creator(void)
{
	struct focus_room r;
	struct party a, b, c;

	make(&r, &a, &b);
	focus_leave(b.ep, REASON_LEFT);
	focus_leave(a.ep, REASON_LEFT);

	/* a second conference, of those that do */
	r.config->end_with_creator = true;
	r.factory = r.known = true;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&r, &a, "conf-aaaaaaaaaaaaaaaa", "sip:a@x", "A"), 0);
	r.factory = false;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &b, "conf-aaaaaaaaaaaaaaaa",
					"sip:a@x", "A on her other phone"),
			      0);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&r, &c, "conf-aaaaaaaaaaaaaaaa", "sip:c@x", "C"), 0);
	focus_leave(a.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(c.ends, 0);
	focus_leave(b.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(c.ends, 0);
	room_turn(5);
	CU_ASSERT_EQUAL(c.ends, 1);
	CU_ASSERT_EQUAL(c.end_reason, REASON_ENDED);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 2);

	/* one that has a name goes on */
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:b@x", "B"), 0);
	focus_leave(a.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(b.ends, 0);
	room_close(&r);
}


/** A bad network is not his will: he is waited for, and in again with what
 *  proves him */
static void a_creator_who_is_cut_off_is_waited_for(void)
{
	static const char name[] = "conf-aaaaaaaaaaaaaaaa";

	for (int back = 0; back < 2; back++) {
		char secret[SECRET_SIZE];
		struct focus_room r;
		struct party a, b;

		room_open(&r);
		r.config->end_with_creator = true;
		r.factory = true;
		CU_ASSERT_EQUAL_FATAL(room_join(&r, &a, name, "sip:a@x", "A"),
				      0);
		r.factory = false;
		CU_ASSERT_EQUAL_FATAL(room_join(&r, &b, name, "sip:b@x", "B"),
				      0);
		focus_secret(a.ep, secret);
		focus_leave(a.ep, REASON_MEDIA_TIMEOUT);
		room_turn(5);
		CU_ASSERT_EQUAL(b.ends, 0);
		room_pass(50);
		CU_ASSERT_EQUAL(b.ends, 0);
		/* nor is it over by a try that comes to nothing */
		r.secret = secret;
		CU_ASSERT_EQUAL_FATAL(
			room_join_begin(&r, &a, name, "sip:a@x", "A"), 0);
		r.secret = NULL;
		focus_leave(a.ep, REASON_UNAVAILABLE);
		room_turn(5);
		CU_ASSERT_EQUAL(b.ends, 0);
		if (back) {
			r.secret = secret;
			CU_ASSERT_EQUAL_FATAL(
				room_join(&r, &a, name, "sip:a@x", "A"), 0);
			r.secret = NULL;
		}
		room_pass(20);
		CU_ASSERT_EQUAL(b.ends, !back);
		if (back) {
			/* and goes of himself */
			focus_leave(a.ep, REASON_LEFT);
			room_turn(5);
			CU_ASSERT_EQUAL(b.ends, 1);
		}
		CU_ASSERT_EQUAL(b.end_reason, REASON_ENDED);
		room_close(&r);
	}
}


static void undial_h(void *arg, const char *conference)
{
	unsigned *n = arg;

	(void)conference;
	(*n)++;
}


/** ... of whom some are looked up yet, and in no roster */
static void a_creator_who_gives_up_calls_off_whom_he_had_called(void)
{
	unsigned undials = 0;
	const struct signaling_ops ops = {.undial = undial_h, .arg = &undials};
	struct focus_room r;
	struct party a;

	room_open(&r);
	focus_set_signaling(r.focus, &ops);
	r.config->end_with_creator = true;
	r.factory = true;
	CU_ASSERT_EQUAL_FATAL(room_join_begin(&r, &a, "conf-aaaaaaaaaaaaaaaa",
					      "sip:a@x", "A"),
			      0);
	room_turn(5);
	focus_leave(a.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(undials, 1);
	room_close(&r);
}


/** A creator who is anonymous, or not, and mute; Bob; both in one that ends
 *  with its creator */
static void make_ending(struct focus_room *r, struct party *a, struct party *b,
			bool anonymous)
{
	room_open(r);
	r->config->end_with_creator = true;
	r->factory = true;
	r->anonymous = anonymous;
	CU_ASSERT_EQUAL_FATAL(
		room_join(r, a, "conf-aaaaaaaaaaaaaaaa", "sip:a@x", "A"), 0);
	r->factory = r->anonymous = false;
	CU_ASSERT_EQUAL_FATAL(
		room_join(r, b, "conf-aaaaaaaaaaaaaaaa", "sip:b@x", "B"), 0);
	room_command(r, "{\"verb\":\"mute\",\"target\":1,"
			"\"conference\":\"conf-aaaaaaaaaaaaaaaa\"}");
	CU_ASSERT_TRUE(room_ok(r));
}


/** As it stands on the roster */
static const json_t *shown(struct focus_room *r, const struct party *p)
{
	const json_t *users, *u, *ep;
	size_t i, j;

	room_command(r, "{\"verb\":\"show\","
			"\"conference\":\"conf-aaaaaaaaaaaaaaaa\"}");
	users = json_object_get(json_object_get(r->answer, "conference"),
				"users");
	json_array_foreach (users, i, u) {
		json_array_foreach (json_object_get(u, "endpoints"), j, ep) {
			if (json_integer_value(json_object_get(
				    ep, "endpoint")) == p->ep->number)
				return ep;
		}
	}

	return NULL;
}


static const char *role_of(struct focus_room *r, const struct party *p)
{
	return json_string_value(json_object_get(shown(r, p), "role"));
}


/** F7 F14: whoever took its place is its creator, and as mute as it was */
static void the_creators_rights_move_with_its_leg(void)
{
	static const struct {
		bool anonymous, /**< the creator is */
			early;  /**< it is gone before the other is in */
	} rows[] = {
		{false, false}, {true, false}, {false, true}, {true, true}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct party a, b, desk;
		struct focus_room r;

		make_ending(&r, &a, &b, rows[i].anonymous);
		r.replaces_leg = focus_leg(a.ep);
		r.inherits = true;
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&r, &desk,
						      "conf-aaaaaaaaaaaaaaaa",
						      "sip:desk@y", "Desk"),
				      0);
		room_turn(5);
		if (!rows[i].early)
			focus_connected(desk.ep);
		focus_leave(a.ep, REASON_REPLACED);
		room_turn(5);
		CU_ASSERT_EQUAL_FATAL(desk.ends, 0);
		CU_ASSERT_EQUAL_FATAL(b.ends, 0);
		focus_connected(desk.ep);
		CU_ASSERT_STRING_EQUAL(role_of(&r, &desk), "host");
		CU_ASSERT_TRUE(json_is_true(
			json_object_get(shown(&r, &desk), "muted")));
		CU_ASSERT_EQUAL(event_count(&r, "renamed"), 1);
		CU_ASSERT_STRING_EQUAL(role_of(&r, &b), "guest");

		/* it ends with that one now */
		focus_leave(desk.ep, REASON_LEFT);
		room_turn(5);
		CU_ASSERT_EQUAL(b.ends, 1);
		CU_ASSERT_EQUAL(b.end_reason, REASON_ENDED);
		room_close(&r);
	}
}


/** It may have its place, but nothing proves that it is the same person */
static void a_place_alone_brings_no_rights(void)
{
	struct party a, b, desk;
	struct focus_room r;

	make_ending(&r, &a, &b, false);
	r.replaces_leg = focus_leg(a.ep);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &desk, "conf-aaaaaaaaaaaaaaaa",
					"sip:desk@y", "Desk"),
			      0);
	focus_connected(desk.ep);
	focus_leave(a.ep, REASON_REPLACED);
	CU_ASSERT_STRING_EQUAL(role_of(&r, &desk), "guest");
	CU_ASSERT_TRUE(
		json_is_true(json_object_get(shown(&r, &desk), "muted")));

	/* its creator is gone */
	room_turn(5);
	CU_ASSERT_EQUAL(desk.end_reason, REASON_ENDED);
	CU_ASSERT_EQUAL(b.end_reason, REASON_ENDED);
	room_close(&r);
}


static void who_is_thrown_out_bequeaths_nothing(void)
{
	struct party a, b, desk;
	struct focus_room r;

	make_ending(&r, &a, &b, false);
	r.replaces_leg = focus_leg(a.ep);
	r.inherits = true;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &desk, "conf-aaaaaaaaaaaaaaaa",
					"sip:desk@y", "Desk"),
			      0);
	room_command(&r, "{\"verb\":\"kick\",\"target\":1,"
			 "\"conference\":\"conf-aaaaaaaaaaaaaaaa\"}");
	room_turn(5);
	CU_ASSERT_EQUAL(desk.end_reason, REASON_ENDED);
	room_close(&r);
}


/* F12: nothing tells who they are, nor makes them one */
static void the_anonymous_stay_so(void)
{
	struct focus_room r;
	struct party a, b, c;
	const json_t *users;
	char *text;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "Alice"), 0);
	r.anonymous = true;
	CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:secret@x", "Secret"),
			0);
	CU_ASSERT_EQUAL(room_join(&r, &c, "demo", "sip:secret@x", "Secret"),
			0);
	room_command(&r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(json_object_get(r.answer, "conference"),
				"users");
	CU_ASSERT_EQUAL(json_array_size(users), 3);
	CU_ASSERT_FALSE(json_is_true(
		json_object_get(json_array_get(users, 0), "anonymous")));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       json_array_get(users, 1), "user")),
			       "sip:anonymous2@anonymous.invalid");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       json_array_get(users, 2), "user")),
			       "sip:anonymous3@anonymous.invalid");
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(json_array_get(users, 2), "anonymous")));

	text = json_dumps(r.answer, 0);
	CU_ASSERT_PTR_NULL(strcasestr(text, "secret"));
	free(text);
	text = json_dumps(r.events, 0);
	CU_ASSERT_PTR_NULL(strcasestr(text, "secret"));
	free(text);
	text = json_dumps(r.mixer.requests, 0);
	CU_ASSERT_PTR_NULL(strcasestr(text, "secret"));
	free(text);

	/* nor does asking for it */
	room_command(&r, "{\"verb\":\"mute\",\"conference\":\"demo\","
			 "\"target\":\"secret\"}");
	CU_ASSERT_FALSE(room_ok(&r));
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"a factory is no conference", a_factory_is_no_conference},
	{"a creator who gives up calls off whom he had called",
	 a_creator_who_gives_up_calls_off_whom_he_had_called},
	{"its name ends with it", its_name_ends_with_it},
	{"it may end with its creator", it_may_end_with_its_creator},
	{"a creator who is cut off is waited for",
	 a_creator_who_is_cut_off_is_waited_for},
	{"the creator's rights move with its leg",
	 the_creators_rights_move_with_its_leg},
	{"F7 a place alone brings no rights", a_place_alone_brings_no_rights},
	{"who is thrown out bequeaths nothing",
	 who_is_thrown_out_bequeaths_nothing},
	{"the anonymous stay so", the_anonymous_stay_so},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(factory, tests)
