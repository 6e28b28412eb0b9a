/**
 * @file test_identity.c  Who is who in a conference, and whose rights are his
 *
 * "Alice" made the conference, with a right to end it, in one of these ways:
 * by a mere claim, by a proved address, or as a page that was given a secret.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "focus/conference/focus.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

#define ALICE "sip:alice@x"

static bool moderates(struct focus_room *r, const struct party *p)
{
	const json_t *user;

	(void)room_line(r, p, &user);

	return !strcmp(json_string_value(json_object_get(user, "role")),
		       "host");
}


/** Does the roster name it so? */
static bool is_shown_as(struct focus_room *r, const struct party *p,
			const char *aor)
{
	const json_t *user;

	(void)room_line(r, p, &user);

	return !strcasecmp(json_string_value(json_object_get(user, "user")),
			   aor);
}


static void read_aor(struct focus_room *r, const struct party *p, char *dst,
		     size_t size)
{
	const json_t *user;

	(void)room_line(r, p, &user);
	(void)str_ncpy(dst, json_string_value(json_object_get(user, "user")),
		       size);
}


static bool are_one(struct focus_room *r, const struct party *a,
		    const struct party *b)
{
	char aor[64];

	read_aor(r, a, aor, sizeof(aor));

	return is_shown_as(r, b, aor);
}


static void come(struct focus_room *r, struct party *p, const char *aor,
		 bool known, const char *secret)
{
	r->known = known;
	r->secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(r, p, "demo", aor, "Alice"), 0);
	focus_connected(p->ep);
	r->known = false;
	r->secret = NULL;
}


enum proof { CLAIMS, PROVES, SHOWS_SECRET, SHOWS_WRONG };

/** How she made it, how somebody of her name comes while she is in, whether it
 *  is she, and whether one who comes when she has left is */
static const struct {
	enum proof made, comes;
	bool one, again;
} meetings[] = {
	{CLAIMS, CLAIMS, false, false},
	{CLAIMS, PROVES, false, false},
	{CLAIMS, SHOWS_WRONG, false, false},
	{PROVES, CLAIMS, false, false},
	{PROVES, PROVES, true, true},
	{PROVES, SHOWS_WRONG, false, false},
	{SHOWS_SECRET, CLAIMS, false, false},
	{SHOWS_SECRET, PROVES, false, false},
	{SHOWS_SECRET, SHOWS_WRONG, false, false},
	{SHOWS_SECRET, SHOWS_SECRET, true, true},
};

static void make(struct focus_room *r, struct party *alice, struct party *bob,
		 enum proof how, char *secret)
{
	room_open(r);
	come(r, alice, ALICE, how == PROVES, NULL);
	secret_make(&(struct secret_sum){.given = false}, secret);
	if (how == SHOWS_SECRET)
		focus_secret(alice->ep, secret);
	come(r, bob, "sip:bob@x", false, NULL);
	CU_ASSERT_TRUE(moderates(r, alice));
	CU_ASSERT_FALSE(moderates(r, bob));
}


static void come_as(struct focus_room *r, struct party *p, enum proof how,
		    char *secret)
{
	if (how == SHOWS_WRONG)
		secret[3] ^= 1;
	come(r, p, ALICE, how == PROVES,
	     how == SHOWS_SECRET || how == SHOWS_WRONG ? secret : NULL);
}


static void a_claimed_name_is_a_label(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(meetings); i++) {
		struct party alice, bob, other;
		char secret[SECRET_SIZE];
		struct focus_room r;
		bool one;

		make(&r, &alice, &bob, meetings[i].made, secret);
		come_as(&r, &other, meetings[i].comes, secret);
		one = are_one(&r, &alice, &other);
		CU_ASSERT_EQUAL(one, meetings[i].one);
		CU_ASSERT_EQUAL(moderates(&r, &other), meetings[i].one);
		CU_ASSERT_TRUE(moderates(&r, &alice));

		/* who proves an address has it; the other yields */
		if (meetings[i].comes == PROVES ||
		    meetings[i].made == PROVES) {
			const struct party *proved =
				meetings[i].made == PROVES ? &alice : &other;

			CU_ASSERT_TRUE(is_shown_as(&r, proved, ALICE));
		}
		room_close(&r);
	}
}


static void who_comes_back_proves_it(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(meetings); i++) {
		struct party alice, bob, again;
		char secret[SECRET_SIZE];
		struct focus_room r;

		make(&r, &alice, &bob, meetings[i].made, secret);
		focus_leave(alice.ep, REASON_LEFT);
		come_as(&r, &again, meetings[i].comes, secret);
		CU_ASSERT_EQUAL(moderates(&r, &again), meetings[i].again);
		CU_ASSERT_TRUE(is_shown_as(&r, &again, ALICE));
		CU_ASSERT_FALSE(moderates(&r, &bob));
		room_close(&r);
	}
}


static void who_was_thrown_out_comes_back_as_anybody(void)
{
	struct party alice, bob, again;
	char secret[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, SHOWS_SECRET, secret);
	room_command(&r, "{\"verb\":\"kick\",\"target\":1,"
			 "\"conference\":\"demo\"}");
	come(&r, &again, ALICE, false, secret);
	CU_ASSERT_FALSE(moderates(&r, &again));
	room_close(&r);
}


/** Whom the mixer cannot take just now, or who hangs up before, is who he was
 *  when he comes again */
static void who_does_not_get_in_keeps_his_rights(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(meetings); i++) {
		struct party alice, bob, again;
		char secret[SECRET_SIZE];
		struct focus_room r;

		if (!meetings[i].again)
			continue;
		make(&r, &alice, &bob, meetings[i].made, secret);
		focus_leave(alice.ep, REASON_LEFT);
		for (int how = 0; how < 2; how++) {
			r.mixer.refuse_legs = how ? 0 : ENOSPC;
			r.known = meetings[i].comes == PROVES;
			r.secret = secret;
			CU_ASSERT_EQUAL(room_join_begin(&r, &again, "demo",
							ALICE, "Alice"),
					0);
			if (how)
				focus_leave(again.ep, REASON_LEFT);
			room_turn(5);
		}
		come_as(&r, &again, meetings[i].comes, secret);
		CU_ASSERT_TRUE(moderates(&r, &again));
		CU_ASSERT_FALSE(moderates(&r, &bob));
		room_close(&r);
	}
}


/** But not who is thrown out then */
static void who_is_thrown_out_at_the_door_has_none(void)
{
	struct party alice, bob, again;
	char secret[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, SHOWS_SECRET, secret);
	focus_leave(alice.ep, REASON_LEFT);
	r.secret = secret;
	CU_ASSERT_EQUAL(room_join_begin(&r, &again, "demo", ALICE, "Alice"),
			0);
	r.secret = NULL;
	/* by the number that she had */
	room_command(&r, "{\"verb\":\"kick\",\"target\":1,"
			 "\"conference\":\"demo\"}");
	CU_ASSERT_TRUE(room_ok(&r));
	come(&r, &again, ALICE, false, secret);
	CU_ASSERT_FALSE(moderates(&r, &again));
	room_close(&r);
}


/** Alice comes and goes while Bob is there */
struct visit {
	struct focus_room *room;
	struct party bob;
	bool known;
	char secret[SECRET_SIZE];
};

static int come_and_go(void *arg)
{
	struct visit *v = arg;
	struct focus_room *r = v->room;
	struct party alice;
	enum reason reason;

	r->known = v->known;
	r->secret = v->secret;
	reason = room_join_begin(r, &alice, "demo", ALICE, "Alice");
	if (alice.ep) {
		focus_connected(alice.ep);
		if (!v->known)
			focus_secret(alice.ep, v->secret);
		focus_leave(alice.ep, REASON_LEFT);
	}

	failing_pause();
	CU_ASSERT_EQUAL(reason == REASON_NONE, alice.ep != NULL);
	come(r, &alice, ALICE, v->known, v->secret);
	CU_ASSERT_TRUE(moderates(r, &alice));
	CU_ASSERT_TRUE(is_shown_as(r, &alice, ALICE));
	CU_ASSERT_FALSE(moderates(r, &v->bob));
	if (!v->known)
		focus_secret(alice.ep, v->secret);
	focus_leave(alice.ep, REASON_LEFT);
	room_turn(1);
	room_turn(1);
	json_array_clear(r->events);
	json_array_clear(r->mixer.requests);
	json_decref(r->answer);
	r->answer = NULL;
	failing_resume();

	return reason ? ENOMEM : 0;
}


static void memory_that_is_missing_costs_no_rights(void)
{
	for (int known = 0; known < 2; known++) {
		struct visit v = {.known = known};
		struct focus_room r;
		struct party alice;

		v.room = &r;
		make(&r, &alice, &v.bob, known ? PROVES : SHOWS_SECRET,
		     v.secret);
		focus_leave(alice.ep, REASON_LEFT);
		failing_each(come_and_go, &v);
		room_close(&r);
	}
}


/** Another name is nobody else's person */
static void a_secret_is_hers_by_whatever_name(void)
{
	struct party alice, bob, also, again;
	char secret[SECRET_SIZE], second[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, SHOWS_SECRET, secret);
	come(&r, &also, "sip:ally@x", false, secret);
	CU_ASSERT_TRUE(moderates(&r, &also));
	CU_ASSERT_TRUE(is_shown_as(&r, &also, "sip:ally@x"));
	focus_secret(also.ep, second);
	focus_leave(alice.ep, REASON_LEFT);
	focus_leave(also.ep, REASON_LEFT);
	come(&r, &again, "sip:al@x", false, second);
	CU_ASSERT_TRUE(moderates(&r, &again));
	room_close(&r);
}


/** A secret of one conference opens no other */
static void a_secret_is_of_its_conference(void)
{
	struct party alice, bob, there, also;
	char secret[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, SHOWS_SECRET, secret);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&r, &there, "other", "sip:zoe@x", "Zoe"), 0);
	r.secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &also, "other", ALICE, "A"), 0);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			json_object_get(event_last(&r, "joined"), "state"),
			"role")),
		"guest");
	room_close(&r);
}


/** The roster keys users by address: no two are alike, whoever comes and goes
 *  (RFC 4575 section 5.6) */
static void no_two_have_one_address(void)
{
	struct party p[5];
	struct focus_room r;

	room_open(&r);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		come(&r, &p[i], i & 1 ? "sip:Alice@x" : ALICE, i == 3, NULL);
		if (i == 2) {
			focus_leave(p[0].ep, REASON_LEFT);
			p[0].ep = NULL;
		}
		for (size_t a = 0; a <= i; a++) {
			for (size_t b = 0; b < a && p[a].ep; b++) {
				if (p[b].ep)
					CU_ASSERT_FALSE(
						are_one(&r, &p[a], &p[b]));
			}
		}
	}
	CU_ASSERT_TRUE(is_shown_as(&r, &p[3], ALICE));
	room_close(&r);
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

	told = REASON_INTERNAL;
	focus_ask(&ask, r->focus, &q, told_h, NULL);

	return told;
}


/** What rings at one address is one user (forks, and who is called again), and
 *  none of those who claim to be called so */
static void whom_we_call_is_one_user(void)
{
	struct party claims, first, second;
	struct focus_room r;

	room_open(&r);
	come(&r, &claims, ALICE, false, NULL);
	r.dialled_out = true;
	come(&r, &first, ALICE, false, NULL);
	CU_ASSERT_FALSE(are_one(&r, &claims, &first));
	focus_leave(claims.ep, REASON_LEFT);
	come(&r, &second, "sip:bob@x", false, NULL);
	focus_leave(first.ep, REASON_LEFT);
	come(&r, &first, "sip:bob@x", false, NULL);
	CU_ASSERT_TRUE(are_one(&r, &first, &second));
	CU_ASSERT_FALSE(moderates(&r, &first));
	room_close(&r);
}


/** As the roster names them they are meant, one by one */
static void one_of_a_name_is_removed_by_address(void)
{
	struct party alice, a, b;
	char secret[SECRET_SIZE], target[64];
	struct focus_room r;
	struct asker asker;

	make(&r, &alice, &a, CLAIMS, secret);
	come(&r, &b, "sip:bob@x", false, NULL);
	asker = (struct asker){.leg = focus_leg(alice.ep)};
	read_aor(&r, &b, target, sizeof(target));
	CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker, target), 0);
	CU_ASSERT_EQUAL(b.ends, 1);
	CU_ASSERT_EQUAL(a.ends, 0);
	CU_ASSERT_EQUAL(focus_remove(r.focus, "demo", &asker, target),
			REASON_NOBODY);
	room_close(&r);
}


/** Whoever had somebody called may call it off: the one who did, not who has
 *  his name */
static enum reason may_call_off(struct focus_room *r,
				const struct party *asker, const char *target)
{
	return may_remove(r, &(struct asker){.leg = focus_leg(asker->ep)},
			  target);
}


static void who_had_it_called_is_more_than_a_name(void)
{
	struct party alice, bob, bob2, carol, heir;
	char secret[SECRET_SIZE];
	struct focus_room r;

	make(&r, &alice, &bob, CLAIMS, secret);
	come(&r, &bob2, "sip:bob@x", false, NULL);
	r.dialled_out = true;
	r.referrer = (struct referrer){.aor = "sip:bob@x",
				       .leg = focus_leg(bob.ep)};
	come(&r, &carol, "sip:carol@x", false, NULL);
	r.dialled_out = false;
	r.referrer = (struct referrer){.leg = 0};
	CU_ASSERT_EQUAL(may_call_off(&r, &bob, "sip:carol@x"), REASON_NONE);
	CU_ASSERT_EQUAL(may_call_off(&r, &bob2, "sip:carol@x"),
			REASON_FORBIDDEN);
	CU_ASSERT_EQUAL(
		may_remove(&r,
			   &(struct asker){.aor = "sip:bob@x", .known = true},
			   "sip:carol@x"),
		REASON_NOBODY);

	/* his heir has the call, too */
	focus_leave(bob2.ep, REASON_LEFT);
	r.replaces_leg = focus_leg(bob.ep);
	r.inherits = true;
	come(&r, &heir, "sip:bob@x", false, NULL);
	focus_leave(bob.ep, REASON_REPLACED);
	CU_ASSERT_EQUAL(may_call_off(&r, &heir, "sip:carol@x"), REASON_NONE);
	room_close(&r);
}


/** Who asked from outside, and proved who he was, is who proves it now */
static void who_proved_it_may_call_off_from_inside(void)
{
	struct party alice, dora, claims;
	struct focus_room r;

	room_open(&r);
	r.dialled_out = true;
	r.referrer = (struct referrer){.aor = "sip:dora@x", .known = true};
	come(&r, &alice, ALICE, false, NULL);
	r.dialled_out = false;
	r.referrer = (struct referrer){.leg = 0};
	come(&r, &claims, "sip:dora@x", false, NULL);
	CU_ASSERT_EQUAL(may_call_off(&r, &claims, ALICE), REASON_FORBIDDEN);
	come(&r, &dora, "sip:dora@x", true, NULL);
	CU_ASSERT_EQUAL(may_call_off(&r, &dora, ALICE), REASON_NONE);
	CU_ASSERT_EQUAL(may_call_off(&r, &claims, ALICE), REASON_FORBIDDEN);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"a claimed name is a label", a_claimed_name_is_a_label},
	{"who comes back proves it", who_comes_back_proves_it},
	{"who was thrown out comes back as anybody",
	 who_was_thrown_out_comes_back_as_anybody},
	{"who does not get in keeps his rights",
	 who_does_not_get_in_keeps_his_rights},
	{"who is thrown out at the door has none",
	 who_is_thrown_out_at_the_door_has_none},
	{"memory that is missing costs no rights",
	 memory_that_is_missing_costs_no_rights},
	{"a secret is hers by whatever name",
	 a_secret_is_hers_by_whatever_name},
	{"a secret is of its conference", a_secret_is_of_its_conference},
	{"no two have one address", no_two_have_one_address},
	{"whom we call is one user", whom_we_call_is_one_user},
	{"one of a name is removed by address",
	 one_of_a_name_is_removed_by_address},
	{"who had it called is more than a name",
	 who_had_it_called_is_more_than_a_name},
	{"who proved it may call off from inside",
	 who_proved_it_may_call_off_from_inside},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(identity, tests)
