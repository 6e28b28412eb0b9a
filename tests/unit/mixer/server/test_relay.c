/**
 * @file test_relay.c  Two legs whose far ends hear each other over a relay
 *
 * Each has a section for sound, of a telephone, and beside it the transport
 * that the mixer does not look into.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "tests/lib/ice_far.c"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


enum {
	LEGS = 3,
	SOUND = 111,
	PICTURE = 96,
	RTCP = 200,
	DTLS = 23, /* first byte, all others are second ones */
	BYTES = 100,
};

struct caller {
	unsigned leg;
	struct ice_far far;
	unsigned relay;
	bool active; /**< its section is */
};


static json_t *described(const struct caller *c, const char *op,
			 const char *more)
{
	char text[1024];
	json_t *msg;
	int n;

	n = snprintf(text, sizeof(text),
		     "{\"op\":\"%s\",\"mix\":1,\"leg\":%u,\"name\":\"x\"%s,"
		     "\"transports\":[{\"kind\":\"plain\",\"remote\":"
		     "\"127.0.0.9:9\",\"rtcp_mux\":true},"
		     "{\"kind\":\"relay\",\"relay\":%u,\"ice\":{\"ufrag\":"
		     "\"%s\",\"pwd\":\"%s\"},\"sound\":[%d],\"picture\":[%d],"
		     "\"kbps\":1000}],\"media\":[{\"kind\":\"audio\","
		     "\"transport\":0,\"send\":%s,\"recv\":%s,\"codecs\":"
		     "[{\"name\":\"PCMU\",\"pt\":0,\"clock\":8000}]}]}",
		     op, c->leg, more, c->relay, c->far.ufrag, c->far.pwd,
		     SOUND, PICTURE, c->active ? "true" : "false",
		     c->active ? "true" : "false");
	CU_ASSERT_FATAL(n > 0 && (size_t)n < sizeof(text));
	msg = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);

	return msg;
}


/** What the reply says of the relay */
static const json_t *local(const struct world *w)
{
	return json_array_get(json_object_get(w->reply, "transports"), 1);
}


static const char *text_of(const json_t *o, const char *object,
			   const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(o, object), key));
}


/** Its far end learns the mixer's side of the reply */
static void learn(struct world *w, struct caller *c)
{
	const json_t *lt = local(w), *candidate;
	struct sa to;

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(lt, "kind")),
			       "relay");
	CU_ASSERT_PTR_NULL(json_object_get(lt, "fingerprint"));
	candidate = json_array_get(json_object_get(lt, "candidates"), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(candidate);
	CU_ASSERT_EQUAL_FATAL(
		sa_set_str(&to,
			   json_string_value(
				   json_object_get(candidate, "address")),
			   (uint16_t)json_integer_value(
				   json_object_get(candidate, "port"))),
		0);
	ice_far_set_remote(&c->far, &to, text_of(lt, "ice", "ufrag"),
			   text_of(lt, "ice", "pwd"));
}


static void turn(struct world *w, struct caller *c)
{
	for (unsigned i = 0; i < 3; i++) {
		world_run(w, 10);
		for (unsigned k = 0; k < LEGS; k++) {
			if (c[k].leg)
				ice_far_drain(&c[k].far);
		}
	}
}


/** Its address is valid, and proven */
static void check(struct world *w, struct caller *c, unsigned i)
{
	for (unsigned left = 50; left && !c[i].far.asked; left--) {
		ice_far_check(&c[i].far, NULL);
		turn(w, c);
	}
	CU_ASSERT_TRUE(c[i].far.asked > 0);
	turn(w, c);
}


static void join(struct world *w, struct caller *c, unsigned i,
		 const char *more)
{
	c[i].leg = i + 1;
	CU_ASSERT_EQUAL_FATAL(ice_far_open(&c[i].far, "127.0.0.1"), 0);
	world_ask(w, described(&c[i], "leg.add", more));
}


static void open_world(struct world *w, struct caller c[LEGS],
		       unsigned timeout_s, bool active)
{
	memset(c, 0, LEGS * sizeof(c[0]));
	world_open(w, timeout_s);
	for (unsigned i = 0; i < 2; i++) {
		c[i].relay = 7;
		c[i].active = active;
		join(w, c, i, "");
		CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
		learn(w, &c[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		check(w, c, i);
}


static void close_world(struct world *w, struct caller c[LEGS])
{
	for (unsigned i = 0; i < LEGS; i++) {
		if (c[i].leg)
			ice_far_close(&c[i].far);
	}
	world_close(w);
}


/** @param kind Second byte of RTP or RTCP, or DTLS
 *  @return It comes at the other one's, as it is */
static bool goes_over(struct world *w, struct caller c[LEGS], unsigned from,
		      uint8_t kind)
{
	const struct ice_far *to = &c[!from].far;
	const unsigned before = to->count;
	uint8_t buf[BYTES];

	rand_bytes(buf, sizeof(buf));
	buf[0] = 0x80;
	buf[1] = kind;
	if (kind == DTLS) {
		static const uint8_t record[13] = {
			23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 1, 0, BYTES - 13};

		memcpy(buf, record, sizeof(record));
	}
	ice_far_send(&c[from].far, buf, sizeof(buf));
	turn(w, c);

	return to->count == before + 1 && to->last_len == sizeof(buf) &&
	       !memcmp(to->last, buf, sizeof(buf));
}


/** The last that was told of it. -1: nothing was */
static int carried(const struct world *w, unsigned leg)
{
	const json_t *e = world_event(w, "relay", leg);

	return e ? json_is_true(json_object_get(e, "carried")) : -1;
}


static void await_carried(struct world *w, unsigned leg, int is)
{
	world_until(w, carried(w, leg) == is, 2000);
	CU_ASSERT_EQUAL(carried(w, leg), is);
}


static json_int_t counted(struct world *w, unsigned i, const char *what)
{
	const json_t *legs = json_object_get(
		world_ask(w, json_pack("{s:s}", "op", "stats")), "legs");

	return json_integer_value(json_object_get(
		json_object_get(json_array_get(legs, i), "relay"), what));
}


static void set(struct world *w, unsigned leg, const char *what, bool is)
{
	world_ask(w, json_pack("{s:s,s:i,s:b}", "op", "leg.set", "leg",
			       (int)leg, what, (int)is));
	CU_ASSERT_EQUAL(w->reply_err, 0);
}


static void modify(struct world *w, struct caller *c)
{
	world_ask(w, described(c, "leg.modify", ""));
}


/* ---------------------------------------------------------------- tests */

static void what_they_say_goes_over_and_is_told(void)
{
	static const uint8_t kinds[] = {DTLS, SOUND, PICTURE, RTCP};
	struct caller c[LEGS];
	struct world w;

	open_world(&w, c, 30, true);
	CU_ASSERT_TRUE(json_is_true(json_object_get(
		json_object_get(world_event(&w, "hello", 0), "features"),
		"relay")));
	CU_ASSERT_EQUAL(carried(&w, 1), -1);
	for (unsigned from = 0; from < 2; from++) {
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			CU_ASSERT_TRUE(goes_over(&w, c, from, kinds[i]));
		await_carried(&w, from + 1, true);
		CU_ASSERT_EQUAL(world_events(&w, "relay", from + 1), 1);
		CU_ASSERT_EQUAL(
			json_integer_value(json_object_get(
				world_event(&w, "relay", from + 1), "relay")),
			7);
	}
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(counted(&w, i, "relay"), 7);
		CU_ASSERT_EQUAL(counted(&w, i, "packets_in"), 4);
		CU_ASSERT_EQUAL(counted(&w, i, "bytes_in"), 4 * BYTES);
		CU_ASSERT_EQUAL(counted(&w, i, "packets_out"), 4);
	}
	/* of the section nothing has come, and that is what a state is of */
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 0), 0);

	/* it moves with all that is agreed with its far end */
	world_ask(&w, json_pack("{s:s,s:i,s:s}", "op", "mix.create", "mix", 2,
				"name", "other"));
	world_ask(&w, json_pack("{s:s,s:i,s:i}", "op", "leg.move", "leg", 1,
				"mix", 2));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_STRING_EQUAL(text_of(local(&w), "ice", "ufrag"),
			       c[0].far.to_ufrag);
	for (unsigned from = 0; from < 2; from++)
		CU_ASSERT_TRUE(goes_over(&w, c, from, SOUND));

	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 2));
	await_carried(&w, 1, false);
	CU_ASSERT_EQUAL(world_events(&w, "relay", 2), 1);
	close_world(&w, c);
}


/* Of what the first one sends, by what is set of which leg */
static void moderation_holds_it_back_and_lets_it_go(void)
{
	static const struct {
		const char *what;
		unsigned leg;
		bool sound, picture, rtcp;
	} rows[] = {
		{"muted", 1, 0, 1, 1},       {"muted", 2, 1, 1, 1},
		{"video_muted", 1, 1, 0, 1}, {"video_muted", 2, 1, 1, 1},
		{"deaf", 1, 1, 1, 1},        {"deaf", 2, 0, 1, 1},
		{"aside", 1, 0, 0, 0},       {"aside", 2, 0, 0, 0},
		{"early", 1, 0, 0, 0},       {"early", 2, 0, 0, 0},
	};
	struct caller c[LEGS];
	struct world w;

	open_world(&w, c, 30, true);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set(&w, rows[i].leg, rows[i].what, true);
		if (goes_over(&w, c, 0, SOUND) != rows[i].sound ||
		    goes_over(&w, c, 0, PICTURE) != rows[i].picture ||
		    goes_over(&w, c, 0, RTCP) != rows[i].rtcp)
			CU_FAIL(rows[i].what);
		CU_ASSERT_TRUE(goes_over(&w, c, 0, DTLS));
		set(&w, rows[i].leg, rows[i].what, false);
		CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
		CU_ASSERT_TRUE(goes_over(&w, c, 0, PICTURE));
	}
	CU_ASSERT_EQUAL(counted(&w, 0, "held"), 3 + 4 * 3);

	/* another description changes nothing of that */
	set(&w, 1, "muted", true);
	modify(&w, &c[0]);
	CU_ASSERT_FALSE(goes_over(&w, c, 0, SOUND));
	c[0].relay = c[1].relay = 8;
	for (unsigned i = 0; i < 2; i++) {
		modify(&w, &c[i]);
		learn(&w, &c[i]);
		c[i].far.asked = 0;
		check(&w, c, i);
	}
	CU_ASSERT_FALSE(goes_over(&w, c, 0, SOUND));
	CU_ASSERT_TRUE(goes_over(&w, c, 1, SOUND));
	close_world(&w, c);
}


/* Before it is set otherwise */
static void who_comes_early_is_held_back(void)
{
	struct caller c[LEGS];
	struct world w;

	memset(c, 0, sizeof(c));
	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++) {
		c[i].relay = 7;
		join(&w, c, i, i ? ",\"aside\":true" : ",\"early\":true");
		learn(&w, &c[i]);
		check(&w, c, i);
	}
	CU_ASSERT_TRUE(goes_over(&w, c, 0, DTLS));
	CU_ASSERT_FALSE(goes_over(&w, c, 0, SOUND));
	set(&w, 1, "early", false);
	CU_ASSERT_FALSE(goes_over(&w, c, 0, SOUND));
	set(&w, 2, "aside", false);
	CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
	close_world(&w, c);
}


static void a_third_is_refused(void)
{
	struct caller c[LEGS];
	struct world w;

	open_world(&w, c, 30, true);
	c[2].relay = 7;
	join(&w, c, 2, "");
	CU_ASSERT_EQUAL(w.reply_err, EBUSY);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(w.reply, "error")),
		"transport 1: its relay has two ends");
	CU_ASSERT_PTR_NULL(mixer_leg(w.mixer, 3));

	/* one that is there stays */
	c[2].relay = 0;
	world_ask(&w, described(&c[2], "leg.add", ""));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	c[2].relay = 7;
	modify(&w, &c[2]);
	CU_ASSERT_EQUAL(w.reply_err, EBUSY);
	CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 2));
	modify(&w, &c[2]);
	CU_ASSERT_EQUAL(w.reply_err, 0);
	close_world(&w, c);
}


static void another_number_is_another_transport(void)
{
	struct caller c[LEGS];
	char before[40];
	struct world w;

	open_world(&w, c, 30, true);
	CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
	CU_ASSERT_TRUE(goes_over(&w, c, 1, SOUND));
	await_carried(&w, 1, true);
	modify(&w, &c[1]);
	CU_ASSERT_STRING_EQUAL(text_of(local(&w), "ice", "ufrag"),
			       c[1].far.to_ufrag);
	CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));

	str_ncpy(before, c[1].far.to_ufrag, sizeof(before));
	c[1].relay = 9;
	modify(&w, &c[1]);
	CU_ASSERT_STRING_NOT_EQUAL(text_of(local(&w), "ice", "ufrag"), before);
	await_carried(&w, 1, false);
	CU_ASSERT_FALSE(goes_over(&w, c, 0, SOUND));

	/* of none it keeps its place */
	c[1].relay = 0;
	modify(&w, &c[1]);
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(local(&w), "kind")),
		"relay");
	CU_ASSERT_STRING_EQUAL(text_of(local(&w), "ice", "ufrag"), "");
	CU_ASSERT_EQUAL(
		json_array_size(json_object_get(local(&w), "candidates")), 0);
	CU_ASSERT_EQUAL(counted(&w, 1, "relay"), 0);
	turn(&w, c);

	c[1].relay = 7;
	modify(&w, &c[1]);
	learn(&w, &c[1]);
	CU_ASSERT_STRING_NOT_EQUAL(before, c[1].far.to_ufrag);
	c[1].far.asked = 0;
	check(&w, c, 1);
	CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
	CU_ASSERT_TRUE(goes_over(&w, c, 1, SOUND));
	await_carried(&w, 1, true);
	await_carried(&w, 2, true);
	close_world(&w, c);
}


/** It goes and comes back as fast as it can for a while. @return how often */
static unsigned flap(struct world *w, struct caller c[LEGS])
{
	unsigned n;

	for (n = 0; n < 20; n++) {
		c[1].relay = 8;
		modify(w, &c[1]);
		c[1].relay = 7;
		modify(w, &c[1]);
		learn(w, &c[1]);
		c[1].far.asked = 0;
		check(w, c, 1);
		CU_ASSERT_TRUE(goes_over(w, c, 0, SOUND));
	}

	return n;
}


/* The focus takes a mixer for a liar that says too much */
static void it_is_told_four_times_a_second_at_most(void)
{
	uint64_t begun_ms = tmr_jiffies(), ms;
	struct caller c[LEGS];
	struct world w;
	unsigned n;

	open_world(&w, c, 30, true);
	n = flap(&w, c);
	ms = tmr_jiffies() - begun_ms;
	CU_ASSERT_TRUE(world_events(&w, "relay", 1) <= 2 + ms / 250);
	CU_ASSERT_TRUE(ms / 250 > n || world_events(&w, "relay", 1) < n);
	/* however it was meanwhile */
	await_carried(&w, 1, true);
	CU_ASSERT_EQUAL(carried(&w, 2), -1);
	close_world(&w, c);
}


static bool has_timed_out(const struct world *w, unsigned leg)
{
	const json_t *e = world_event(w, "leg.state", leg);

	return e && !strcmp(json_string_value(json_object_get(e, "state")),
			    "timeout");
}


/* Nothing is mixed of it any more, and its far end has nothing to say to the
 * mixer */
static void who_is_carried_is_alive(void)
{
	struct caller c[LEGS];
	struct world w;

	open_world(&w, c, 1, false);
	/* of no relay, and on hold: nothing is waited for */
	c[2].relay = 0;
	join(&w, c, 2, "");
	for (unsigned i = 0; i < 60; i++) {
		CU_ASSERT_TRUE(goes_over(&w, c, 0, SOUND));
		/* the other one says by its checks alone that it is there */
		ice_far_check(&c[1].far, NULL);
	}
	for (unsigned leg = 1; leg <= LEGS; leg++)
		CU_ASSERT_FALSE(has_timed_out(&w, leg));

	world_until(&w, has_timed_out(&w, 1) && has_timed_out(&w, 2), 5000);
	CU_ASSERT_TRUE(has_timed_out(&w, 1) && has_timed_out(&w, 2));
	CU_ASSERT_FALSE(has_timed_out(&w, 3));
	close_world(&w, c);
}


static CU_TestInfo tests[] = {
	{"what they say goes over and is told",
	 what_they_say_goes_over_and_is_told},
	{"moderation holds it back and lets it go",
	 moderation_holds_it_back_and_lets_it_go},
	{"who comes early is held back", who_comes_early_is_held_back},
	{"a third is refused", a_third_is_refused},
	{"another number is another transport",
	 another_number_is_another_transport},
	{"it is told four times a second at most",
	 it_is_told_four_times_a_second_at_most},
	{"who is carried is alive", who_is_carried_is_alive},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(relay, tests)
