/**
 * @file test_names.c  A name is only a name: who is told from others of it,
 * who is who he was, and whom an address means
 */
#include <string.h>
#include <strings.h>
#include "focus/conference/focus.h"
#include "mixer/base/utf8.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

#define ALICE "sip:alice@x"

static void come(struct focus_room *r, struct party *p, const char *aor,
		 bool known, const char *secret)
{
	r->known = known;
	r->secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(r, p, "demo", aor, "Alice"), 0);
	r->known = false;
	r->secret = NULL;
}


/** Alice makes it, Bob, who calls himself so, too, comes in */
static void make(struct focus_room *r, struct party *alice, struct party *bob,
		 char *secret)
{
	room_open(r);
	come(r, alice, ALICE, false, NULL);
	focus_secret(alice->ep, secret);
	come(r, bob, "sip:bob@x", false, NULL);
}


static const json_t *line(struct focus_room *r, const struct party *p)
{
	const json_t *user;

	return room_line(r, p, &user);
}


static bool moderates(struct focus_room *r, const struct party *p)
{
	return json_is_true(json_object_get(line(r, p), "moderator"));
}


static bool are_one(struct focus_room *r, const struct party *a,
		    const struct party *b)
{
	char aor[64];

	(void)str_ncpy(aor,
		       json_string_value(json_object_get(line(r, a), "user")),
		       sizeof(aor));

	return !strcasecmp(
		aor, json_string_value(json_object_get(line(r, b), "user")));
}


static enum reason told;

static void told_h(enum reason reason, void *arg)
{
	(void)arg;
	told = reason;
}


static enum reason may_remove(struct focus_room *r, const struct asker *asker,
			      const char *target)
{
	const struct question q = {.kind = QUESTION_REMOVE,
				   .conference = "demo",
				   .asker = *asker,
				   .target = target};
	struct ask *ask = NULL;

	focus_ask(&ask, r->focus, &q, told_h, NULL);

	return told;
}


static bool is_labelled(struct focus_room *r, const struct party *p,
			const char *label)
{
	return !strcmp(json_string_value(json_object_get(line(r, p), "label")),
		       label);
}


static int place_of(struct focus_room *r, const struct party *p)
{
	return (int)json_integer_value(json_object_get(line(r, p), "place"));
}


/** Two of one name are told apart by a number that they keep; what they said
 *  stays as it was */
static void two_of_one_name_are_told_apart(void)
{
	struct party ann, bob, second, third, typed, own;
	char secret[SECRET_SIZE], again[SECRET_SIZE];
	struct focus_room r;

	make(&r, &ann, &bob, secret);
	CU_ASSERT_TRUE(is_labelled(&r, &ann, "Alice"));
	CU_ASSERT_TRUE(is_labelled(&r, &bob, "Alice (2)"));
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(line(&r, &bob), "display")),
		"Alice");

	/* a second device is no second person */
	come(&r, &own, ALICE, false, secret);
	CU_ASSERT_TRUE(is_labelled(&r, &own, "Alice"));
	focus_leave(own.ep, REASON_LEFT);

	come(&r, &second, "sip:s@x", false, NULL);
	CU_ASSERT_TRUE(is_labelled(&r, &second, "Alice (3)"));
	focus_secret(ann.ep, again);
	focus_leave(ann.ep, REASON_LEFT);
	CU_ASSERT_TRUE(is_labelled(&r, &bob, "Alice (2)"));
	come(&r, &third, "sip:t@x", false, NULL);
	CU_ASSERT_TRUE(is_labelled(&r, &third, "Alice"));

	/* hers is taken; nobody is called like another */
	come(&r, &ann, ALICE, false, again);
	CU_ASSERT_TRUE(is_labelled(&r, &ann, "Alice (4)"));
	focus_leave(second.ep, REASON_LEFT);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&r, &typed, "demo", "sip:u@x", "alice (2)"), 0);
	CU_ASSERT_TRUE(is_labelled(&r, &typed, "alice (2) (2)"));
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			mixer_last(&r.mixer, "leg.add"), "name")),
		"alice (2) (2)");
	room_close(&r);
}


/** The number is whole however long the name */
static void a_long_name_is_cut_before_its_number(void)
{
	char name[UTF8_NAME_MAX + 1] = "";
	struct party ann, bob;
	struct focus_room r;
	const char *label;

	for (size_t i = 0; i < UTF8_NAME_MAX; i += 2)
		memcpy(name + i, "\xc3\xa9", 3);
	room_open(&r);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &ann, "demo", "sip:a@x", name), 0);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &bob, "demo", "sip:b@x", name), 0);
	label = json_string_value(json_object_get(line(&r, &bob), "label"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(label);
	CU_ASSERT_TRUE(strlen(label) <= UTF8_NAME_MAX);
	CU_ASSERT_STRING_EQUAL(label + strlen(label) - 6, "\xc3\xa9 (2)");
	room_close(&r);
}


/** By the secret it is the same participant: number, place, what was set. By
 *  the name it is another */
static void who_comes_back_is_where_he_was(void)
{
	for (int with = 0; with < 2; with++) {
		struct party alice, bob, carl, again;
		char none[SECRET_SIZE], secret[SECRET_SIZE];
		struct focus_room r;
		const json_t *seen;

		make(&r, &alice, &bob, none);
		focus_secret(bob.ep, secret);
		come(&r, &carl, "sip:carl@x", false, NULL);
		room_command(&r, "{\"verb\":\"mute\",\"target\":2,"
				 "\"conference\":\"demo\"}");
		room_command(&r, "{\"verb\":\"volume\",\"target\":2,"
				 "\"conference\":\"demo\",\"db\":-6,"
				 "\"direction\":\"out\"}");
		focus_leave(bob.ep, REASON_LEFT);
		come(&r, &again, "sip:bob@x", false, with ? secret : NULL);
		seen = line(&r, &again);
		CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), with ? 2 : 4);
		CU_ASSERT_EQUAL(json_is_true(json_object_get(seen, "muted")),
				with);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(
					seen, "volume_out_db")),
				with ? -6 : 0);
		CU_ASSERT_EQUAL(place_of(&r, &again), with ? 2 : 4);
		CU_ASSERT_FALSE(moderates(&r, &again));
		room_close(&r);
	}
}


/** He has a number of his own while the old leg is still there */
static void a_number_is_one_legs(void)
{
	struct party alice, bob, again;
	char none[SECRET_SIZE], secret[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, none);
	focus_secret(bob.ep, secret);
	come(&r, &again, "sip:bob@x", false, secret);
	CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 3);
	CU_ASSERT_EQUAL(place_of(&r, &again), 2);
	CU_ASSERT_TRUE(are_one(&r, &bob, &again));
	room_close(&r);
}


/** A user's address is all his devices, a Contact one of them */
static void a_user_is_removed_with_all_his_devices(void)
{
	struct party alice, desk, mobile, claims;
	struct focus_room r;
	struct asker asker;

	room_open(&r);
	come(&r, &alice, ALICE, true, NULL);
	asker = (struct asker){.leg = focus_leg(alice.ep)};
	for (int by = 0; by < 2; by++) {
		r.entity = "sip:bob@192.0.2.1:5060";
		come(&r, &desk, "sip:bob@x", true, NULL);
		r.entity = "sip:bob@192.0.2.2:5060;ob";
		come(&r, &mobile, "sip:bob@x", true, NULL);
		r.entity = "sip:c@192.0.2.3";
		come(&r, &claims, "sip:bob@x", false, NULL);
		r.entity = NULL;
		CU_ASSERT_TRUE(are_one(&r, &desk, &mobile));
		CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker,
					     "sip:bob@x;gr=urn:uuid:1"),
				REASON_NOBODY);
		CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker,
					     by ? "sip:bob@192.0.2.2:5060;ob"
						: "sip:bob@x"),
				REASON_NONE);
		CU_ASSERT_EQUAL(mobile.ends, 1);
		CU_ASSERT_EQUAL(desk.ends, by ? 0 : 1);
		CU_ASSERT_EQUAL(claims.ends, 0);
		if (by)
			focus_leave(desk.ep, REASON_LEFT);
		focus_leave(claims.ep, REASON_LEFT);
	}
	room_close(&r);
}


/** What names several is refused, and nobody goes */
static void what_could_be_several_removes_nobody(void)
{
	struct party alice, a, b;
	struct focus_room r;
	struct asker asker;

	room_open(&r);
	come(&r, &alice, ALICE, true, NULL);
	asker = (struct asker){.leg = focus_leg(alice.ep)};
	r.entity = "sip:phone@192.0.2.1:5060";
	come(&r, &a, "sip:a@x", false, NULL);
	come(&r, &b, "sip:b@x", false, NULL);
	r.entity = NULL;
	CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker,
				     "sip:phone@192.0.2.1:5060"),
			REASON_AMBIGUOUS);
	CU_ASSERT_EQUAL(may_remove(&r, &asker, "sip:phone@192.0.2.1:5060;ob"),
			REASON_AMBIGUOUS);
	CU_ASSERT_EQUAL(a.ends + b.ends, 0);

	/* one of them may go himself by it */
	asker = (struct asker){.leg = focus_leg(b.ep)};
	CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker,
				     "sip:phone@192.0.2.1:5060"),
			REASON_NONE);
	CU_ASSERT_EQUAL(a.ends, 0);
	CU_ASSERT_EQUAL(b.ends, 1);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"two of one name are told apart", two_of_one_name_are_told_apart},
	{"a long name is cut before its number",
	 a_long_name_is_cut_before_its_number},
	{"who comes back is where he was", who_comes_back_is_where_he_was},
	{"a number is one leg's", a_number_is_one_legs},
	{"a user is removed with all his devices",
	 a_user_is_removed_with_all_his_devices},
	{"what could be several removes nobody",
	 what_could_be_several_removes_nobody},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(names, tests)
