/**
 * @file test_conference.c  The life of a conference, with a fake mixer
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "focus/mixers/mixers.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static int number(const json_t *o, const char *key)
{
	return (int)json_integer_value(json_object_get(o, key));
}


static const char *word(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}


static void is_made_by_the_first_and_ends_with_the_last(void)
{
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "Demo", "sip:a@x", "Alice"), 0);
	CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:b@x", NULL), 0);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.create"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.add"), 2);
	CU_ASSERT_STRING_EQUAL(word(mixer_last(&r.mixer, "leg.add"), "name"),
			       "b");
	CU_ASSERT_EQUAL(event_count(&r, "created"), 1);
	CU_ASSERT_EQUAL(event_count(&r, "connected"), 2);

	focus_leave(a.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 0);
	focus_leave(b.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(event_count(&r, "left"), 2);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.remove"), 2);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.remove"), 1);
	room_close(&r);
}


static void undial_h(void *arg, const char *conference)
{
	unsigned *n = arg;

	CU_ASSERT_STRING_EQUAL(conference, "demo");
	(*n)++;
}


/** Those who still ring when the last one leaves are called off */
static void who_rings_is_called_off_with_the_last(void)
{
	unsigned undials = 0;
	const struct signaling_ops ops = {.undial = undial_h, .arg = &undials};
	struct party ann, bob, carl, dora;
	struct focus_room r;

	room_open(&r);
	focus_set_signaling(r.focus, &ops);
	CU_ASSERT_EQUAL(room_join(&r, &ann, "demo", "sip:a@x", "Ann"), 0);
	CU_ASSERT_EQUAL(room_join(&r, &bob, "demo", "sip:b@x", "Bob"), 0);
	r.dialled_out = true;
	CU_ASSERT_EQUAL(room_join_begin(&r, &carl, "demo", "sip:c@x", "C"), 0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &dora, "demo", "sip:d@x", "D"), 0);
	room_turn(5);
	focus_progress(dora.ep, "alerting");
	focus_leave(ann.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(carl.ends + dora.ends, 0);

	focus_leave(bob.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(carl.ends + dora.ends, 0);
	room_turn(5);
	CU_ASSERT_EQUAL(carl.ends, 1);
	CU_ASSERT_EQUAL(dora.ends, 1);
	CU_ASSERT_EQUAL(dora.end_reason, REASON_ENDED);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(undials, 1);
	CU_ASSERT_FALSE(focus_exists(r.focus, "demo"));
	room_close(&r);
}


static const char *last_said(const struct focus_room *r)
{
	const json_t *msg = mixer_last(&r->mixer, "leg.announce");

	return json_string_value(
		json_array_get(json_object_get(msg, "say"), 0));
}


/** At a telephone nothing else says that nobody is there. A page sees it */
static void who_is_alone_at_a_telephone_is_told(void)
{
	struct party ann, bob, carl;
	struct focus_room r;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &ann, "demo", "sip:a@x", "Ann"), 0);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 1);
	CU_ASSERT_STRING_EQUAL(last_said(&r), "first");

	r.webrtc = true;
	CU_ASSERT_EQUAL(room_join(&r, &bob, "demo", "sip:b@x", "Bob"), 0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &carl, "demo", "sip:c@x", "C"), 0);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 1);

	/* whoever rings may be in at any time, and is no loss */
	focus_leave(carl.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 1);
	focus_leave(bob.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 2);
	CU_ASSERT_STRING_EQUAL(last_said(&r), "alone");

	CU_ASSERT_EQUAL(room_join(&r, &bob, "demo", "sip:b@x", "Bob"), 0);
	focus_leave(ann.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 2);
	focus_leave(bob.ep, REASON_LEFT);

	/* who came together is not first */
	r.webrtc = false;
	CU_ASSERT_EQUAL(room_join_begin(&r, &ann, "duo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &bob, "duo", "sip:b@x", "B"), 0);
	room_turn(5);
	focus_connected(ann.ep);
	focus_connected(bob.ep);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 2);
	room_close(&r);
}


/** Where nobody has been in they are what it waits for, however many fail */
static void who_rings_is_waited_for_where_nobody_was_in(void)
{
	struct party ann, bob, carl;
	struct focus_room r;

	room_open(&r);
	r.dialled_out = true;
	CU_ASSERT_EQUAL(room_join_begin(&r, &ann, "demo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &bob, "demo", "sip:b@x", "B"), 0);
	room_turn(5);
	focus_leave(ann.ep, REASON_BUSY);
	room_turn(5);
	CU_ASSERT_EQUAL(bob.ends, 0);

	/* one who hangs up before he was in does not count */
	r.dialled_out = false;
	CU_ASSERT_EQUAL(room_join_begin(&r, &carl, "demo", "sip:c@x", "C"), 0);
	room_turn(5);
	focus_leave(carl.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(bob.ends, 0);

	/* the last leaves, but the next is at the door */
	CU_ASSERT_EQUAL(room_join(&r, &ann, "demo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &carl, "demo", "sip:c@x", "C"), 0);
	focus_leave(ann.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(bob.ends, 0);
	focus_connected(carl.ep);
	focus_connected(bob.ep);
	focus_leave(carl.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(bob.ends, 0);
	room_close(&r);
}


/** Ann is called and declines while another call is not in the focus yet: that
 *  one goes on, unless the conference was told to end */
static void a_refusal_calls_nobody_else_off(void)
{
	unsigned undials = 0;
	const struct signaling_ops ops = {.undial = undial_h, .arg = &undials};
	struct focus_room r;
	struct party ann;

	room_open(&r);
	focus_set_signaling(r.focus, &ops);
	r.dialled_out = true;
	CU_ASSERT_EQUAL(room_join_begin(&r, &ann, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	focus_leave(ann.ep, REASON_BUSY);
	room_turn(5);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(undials, 0);

	CU_ASSERT_EQUAL(room_join_begin(&r, &ann, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	room_command(&r, "{\"verb\":\"end\",\"conference\":\"demo\"}");
	CU_ASSERT(room_ok(&r));
	room_turn(5);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 2);
	CU_ASSERT_EQUAL(undials, 1);
	room_close(&r);
}


static bool is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}


/* S4: early media of a callee, or of a caller without ACK, stays outside */
static void a_leg_is_early_until_it_is_connected(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	CU_ASSERT_TRUE(is(mixer_last(&r.mixer, "leg.add"), "early"));
	focus_progress(a.ep, "alerting");
	room_command(&r, "{\"verb\":\"mute\",\"conference\":\"demo\","
			 "\"target\":\"a\"}");
	CU_ASSERT(room_ok(&r));
	room_turn(5);
	CU_ASSERT_TRUE(is(mixer_last(&r.mixer, "leg.set"), "early"));
	CU_ASSERT_TRUE(is(mixer_last(&r.mixer, "leg.set"), "muted"));

	focus_connected(a.ep);
	room_turn(5);
	CU_ASSERT_FALSE(is(mixer_last(&r.mixer, "leg.set"), "early"));
	CU_ASSERT_TRUE(is(mixer_last(&r.mixer, "leg.set"), "muted"));
	room_close(&r);
}


/* Before it is connected nothing is sent to it, so nothing is said of it */
static void the_mixer_hears_where_the_far_end_is(void)
{
	struct focus_room r;
	struct party a;
	struct sa host;

	CU_ASSERT_EQUAL(sa_set_str(&host, "192.0.2.7", 5060), 0);
	room_open(&r);
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	focus_proved(a.ep, &host, false);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.set"), 0);
	focus_connected(a.ep);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			mixer_last(&r.mixer, "leg.set"), "proven")),
		"192.0.2.7");
	CU_ASSERT_FALSE(is(mixer_last(&r.mixer, "leg.set"), "vouched"));

	focus_proved(a.ep, &host, false);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.set"), 1);
	focus_proved(a.ep, &host, true);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.set"), 2);
	CU_ASSERT_TRUE(is(mixer_last(&r.mixer, "leg.set"), "vouched"));
	room_close(&r);
}


static void events_are_numbered_without_gaps(void)
{
	struct focus_room r;
	struct party a;
	json_t *e;
	size_t i;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_command(&r, "{\"verb\":\"lock\",\"conference\":\"demo\"}");
	focus_leave(a.ep, REASON_LEFT);

	CU_ASSERT(json_array_size(r.events) >= 6);
	json_array_foreach (r.events, i, e)
		CU_ASSERT_EQUAL(number(e, "seq"), (int)i + 1);
	CU_ASSERT_STRING_EQUAL(word(json_array_get(r.events, 0), "type"),
			       "created");
	CU_ASSERT_STRING_EQUAL(word(json_array_get(r.events, i - 1), "type"),
			       "ended");
	room_close(&r);
}


static void keep_h(const json_t *event, void *arg)
{
	json_array_append_new(arg, json_deep_copy(event));
}


static void a_late_watcher_gets_a_snapshot(void)
{
	struct event_subscription *late;
	json_t *events = json_array(), *first;
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	CU_ASSERT_EQUAL(
		focus_subscribe(&late, r.focus, "DEMO", keep_h, events), 0);
	CU_ASSERT_EQUAL(json_array_size(events), 1);
	first = json_array_get(events, 0);
	CU_ASSERT_STRING_EQUAL(word(first, "type"), "snapshot");
	CU_ASSERT_EQUAL(
		number(json_object_get(first, "state"), "participants"), 1);

	/* what follows begins with the next number, of this one only */
	room_join(&r, &b, "other", "sip:b@x", "B");
	focus_held(a.ep, true);
	CU_ASSERT_EQUAL(json_array_size(events), 2);
	CU_ASSERT_EQUAL(number(json_array_get(events, 1), "seq"),
			number(first, "seq") + 1);
	mem_deref(late);
	json_decref(events);
	room_close(&r);
}


static void a_refused_leg_undoes_everything(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	r.mixer.refuse_legs = ENOTSUP;
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"),
			REASON_NO_CODEC);
	room_turn(5);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.remove"), 1);
	room_command(&r, "{\"verb\":\"list\"}");
	CU_ASSERT_EQUAL(
		json_array_size(json_object_get(r.answer, "conferences")), 0);

	/* and the next one is welcome */
	r.mixer.refuse_legs = 0;
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_close(&r);
}


/** Who is in stays and goes on, and so does who leaves */
static void nobody_comes_in_where_the_mixer_has_too_much_to_do(void)
{
	enum { TOO_MANY = 2000 };
	struct focus_room r;
	struct party a, b, c;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	r.mixer.silent = true;
	for (unsigned i = 0; i < TOO_MANY; i++)
		CU_ASSERT_EQUAL(
			mixer_request(mixers_at(focus_mixers(r.focus), 0),
				      json_pack("{s:s}", "op", "ping"), NULL,
				      NULL),
			0);
	CU_ASSERT_EQUAL(room_join_begin(&r, &b, "demo", "sip:b@x", "B"),
			REASON_OVERLOAD);
	CU_ASSERT_EQUAL(room_join_begin(&r, &c, "other", "sip:c@x", "C"),
			REASON_OVERLOAD);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.create"), 1);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.add"), 1);
	CU_ASSERT_EQUAL(event_count(&r, "left"), 0);

	focus_leave(a.ep, REASON_LEFT);
	for (unsigned i = 0; i < 1000 && !mixer_count(&r.mixer, "leg.remove");
	     i++)
		room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.remove"), 1);
	room_close(&r);
}


static void a_leg_without_media_is_a_bad_request(void)
{
	struct focus_room r;
	struct party a;
	const struct join join = {.conference = "demo", .aor = "sip:a@x"};
	struct leg_description *leg;

	room_open(&r);
	CU_ASSERT_EQUAL_FATAL(leg_description_alloc(&leg, 1, 0), 0);
	CU_ASSERT_EQUAL(focus_join(r.focus, &a.ep, &join, leg, NULL, NULL),
			REASON_BAD_REQUEST);
	room_turn(5);
	CU_ASSERT_EQUAL(json_array_size(r.events), 0);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.remove"), 1);
	mem_deref(leg);
	room_close(&r);
}


static void who_leaves_while_waiting_is_not_called_back(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join_begin(&r, &a, "demo", "sip:a@x", "A"), 0);
	focus_leave(a.ep, REASON_LEFT);
	room_turn(10);
	CU_ASSERT_EQUAL(r.replies, 0);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.remove"), 1);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	room_close(&r);
}


static void limits_hold(void)
{
	static const struct {
		const char *conference;
		enum reason reason;
	} rows[] = {
		{"one", REASON_NONE},       {"one", REASON_NONE},
		{"one", REASON_NONE},       {"one", REASON_NONE},
		{"one", REASON_FULL},       {"two", REASON_NONE},
		{"three", REASON_OVERLOAD}, {"api", REASON_NOT_FOUND},
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct party p[ROWS];
	struct focus_room r;

	room_open(&r);
	for (size_t i = 0; i < ROWS; i++)
		CU_ASSERT_EQUAL(room_join(&r, &p[i], rows[i].conference,
					  "sip:a@x", "A"),
				rows[i].reason);
	room_close(&r);
}


static void two_devices_of_a_user_are_one_user(void)
{
	struct focus_room r;
	struct party a, b;
	json_t *users;

	room_open(&r);
	r.known = true;
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_join(&r, &b, "demo", "sip:A@x", "A");
	room_command(&r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(json_object_get(r.answer, "conference"),
				"users");
	CU_ASSERT_EQUAL(json_array_size(users), 1);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(
				json_array_get(users, 0), "endpoints")),
			2);
	room_close(&r);
}


static void done_h(void *arg)
{
	*(bool *)arg = true;
}


static void shutdown_ends_all_and_says_so(void)
{
	struct focus_room r;
	struct party a, b;
	bool done = false;

	room_open(&r);
	room_join(&r, &a, "one", "sip:a@x", "A");
	room_join(&r, &b, "two", "sip:b@x", "B");
	focus_shutdown(r.focus, done_h, &done);
	CU_ASSERT_FALSE(done);
	CU_ASSERT_EQUAL(a.end_reason, REASON_SHUTDOWN);
	CU_ASSERT_EQUAL(b.end_reason, REASON_SHUTDOWN);
	room_turn(10);
	CU_ASSERT_TRUE(done);
	CU_ASSERT_EQUAL(room_join(&r, &a, "one", "sip:a@x", "A"),
			REASON_SHUTDOWN);
	room_close(&r);
}


static void a_secret_is_its_own_endpoints(void)
{
	struct focus_room r;
	struct party a;
	char secret[SECRET_SIZE], other[SECRET_SIZE];

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	CU_ASSERT_PTR_NULL(focus_secret_endpoint(r.focus, ""));
	focus_secret(a.ep, other);
	focus_secret(a.ep, secret);
	CU_ASSERT_PTR_EQUAL(focus_secret_endpoint(r.focus, secret), a.ep);
	CU_ASSERT_STRING_EQUAL(focus_endpoint_conference(a.ep), "demo");
	CU_ASSERT_PTR_NULL(focus_secret_endpoint(r.focus, other));
	secret[0] ^= 1;
	CU_ASSERT_PTR_NULL(focus_secret_endpoint(r.focus, secret));
	secret[0] ^= 1;
	focus_leave(a.ep, REASON_LEFT);
	CU_ASSERT_PTR_NULL(focus_secret_endpoint(r.focus, secret));
	room_close(&r);
}


static void hostile_names_are_made_harmless(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:\x1b[2J\xff@x",
				  "\x1b]0;x\x07\xe2\x80\xae"
				  "Eve\xc3"),
			0);
	CU_ASSERT_STRING_EQUAL(word(mixer_last(&r.mixer, "leg.add"), "name"),
			       " ]0;x  Eve?");
	CU_ASSERT_STRING_EQUAL(word(event_last(&r, "joined"), "user"),
			       "sip: [2J?@x");
	room_close(&r);
}


/* F12, S8: nothing that is told after the answer names it, its tile neither;
 * another telephone of the same user stays what it is */
static void whom_we_called_may_become_anonymous(void)
{
	static const struct callee named = {"desk/7", "Bob", false},
				   hidden = {"desk/7", "Bob", true};
	json_t *state, *users;
	struct focus_room r;
	struct party a, b, other;
	size_t i, n;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	r.known = true;
	r.dialled_out = true;
	room_join(&r, &other, "demo", "sip:b@x", "b");
	room_join(&r, &b, "demo", "sip:b@x", "b");
	focus_answered(b.ep, &named);
	room_turn(5);
	state = json_object_get(event_last(&r, "renamed"), "state");
	CU_ASSERT_STRING_EQUAL(word(state, "agent"), "desk/7");
	CU_ASSERT_STRING_EQUAL(word(state, "display"), "Bob");
	CU_ASSERT_STRING_EQUAL(word(state, "user"), "sip:b@x");
	CU_ASSERT_STRING_EQUAL(word(mixer_last(&r.mixer, "leg.set"), "name"),
			       "Bob");

	n = json_array_size(r.events);
	focus_answered(b.ep, &hidden);
	focus_answered(b.ep, &named);
	CU_ASSERT_EQUAL(json_array_size(r.events), n + 1);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(word(mixer_last(&r.mixer, "leg.set"), "name"),
			       "Anonymous");
	room_command(&r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(json_object_get(r.answer, "conference"),
				"users");
	CU_ASSERT_EQUAL(json_array_size(users), 3);
	focus_leave(b.ep, REASON_LEFT);
	for (i = n; i < json_array_size(r.events); i++) {
		char *text = json_dumps(json_array_get(r.events, i), 0);

		CU_ASSERT_PTR_NULL(strcasestr(text, "bob"));
		CU_ASSERT_PTR_NULL(strstr(text, "sip:b@x"));
		CU_ASSERT_PTR_NULL(strstr(text, "desk"));
		free(text);
	}
	CU_ASSERT_STRING_EQUAL(word(event_last(&r, "left"), "user"),
			       "sip:anonymous3@anonymous.invalid");
	room_close(&r);
}


/** How many conferences there are, asked as an operator does */
static size_t conferences(struct focus_room *r)
{
	room_command(r, "{\"verb\":\"list\"}");

	return json_array_size(json_object_get(r->answer, "conferences"));
}


/** Who cannot come in for lack of memory leaves no conference behind */
static int come_in(void *arg)
{
	struct focus_room *r = arg;
	struct party p;
	enum reason reason =
		room_join_begin(r, &p, "demo", "sip:a@x", "Alice");

	failing_pause();
	CU_ASSERT_EQUAL(reason == REASON_NONE, p.ep != NULL);
	if (p.ep)
		focus_leave(p.ep, REASON_LEFT);
	/* the mixer reads, the focus reads what it answered */
	room_turn(1);
	room_turn(1);
	CU_ASSERT_EQUAL(conferences(r), 0);
	json_array_clear(r->events);
	json_array_clear(r->mixer.requests);
	json_decref(r->answer);
	r->answer = NULL;
	failing_resume();

	return reason ? ENOMEM : 0;
}


static void memory_that_is_missing_leaves_no_conference(void)
{
	struct focus_room r;

	room_open(&r);
	failing_each(come_in, &r);
	/* all is as it was */
	CU_ASSERT_EQUAL(come_in(&r), 0);
	room_close(&r);
}

static CU_TestInfo tests[] = {
	{"who rings is called off with the last",
	 who_rings_is_called_off_with_the_last},
	{"who is alone at a telephone is told",
	 who_is_alone_at_a_telephone_is_told},
	{"who rings is waited for where nobody was in",
	 who_rings_is_waited_for_where_nobody_was_in},
	{"a refusal calls nobody else off", a_refusal_calls_nobody_else_off},
	{"is made by the first and ends with the last",
	 is_made_by_the_first_and_ends_with_the_last},
	{"a leg is early until it is connected (S4)",
	 a_leg_is_early_until_it_is_connected},
	{"the mixer hears where the far end is",
	 the_mixer_hears_where_the_far_end_is},
	{"events are numbered without gaps", events_are_numbered_without_gaps},
	{"a late watcher gets a snapshot", a_late_watcher_gets_a_snapshot},
	{"nobody comes in where the mixer has too much to do",
	 nobody_comes_in_where_the_mixer_has_too_much_to_do},
	{"a refused leg undoes everything", a_refused_leg_undoes_everything},
	{"a leg without media is a bad request",
	 a_leg_without_media_is_a_bad_request},
	{"who leaves while waiting is not called back",
	 who_leaves_while_waiting_is_not_called_back},
	{"limits hold", limits_hold},
	{"two devices of a user are one user",
	 two_devices_of_a_user_are_one_user},
	{"shutdown ends all and says so", shutdown_ends_all_and_says_so},
	{"a secret is its own endpoint's", a_secret_is_its_own_endpoints},
	{"hostile names are made harmless", hostile_names_are_made_harmless},
	{"whom we called may become anonymous (F12)",
	 whom_we_called_may_become_anonymous},
	{"memory that is missing leaves no conference",
	 memory_that_is_missing_leaves_no_conference},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(conference, tests)
