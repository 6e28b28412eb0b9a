/**
 * @file test_lies.c  A mixer that was taken over
 *
 * It reads what strangers send, so it may be somebody else's one day. What
 * it says then is not believed: what no mixer says ends it, and another takes
 * its place; the rest concerns its own legs or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "focus/mixers/mixers.h"
#include "mixer/mp/protocol.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


#define HELLO "\"event\":\"hello\",\"version\":1"


/** '...' instead of "..." */
static size_t quoted(char *dst, size_t size, const char *text)
{
	size_t len = str_len(text);

	CU_ASSERT_FATAL(len < size);
	for (size_t i = 0; i <= len; i++)
		dst[i] = text[i] == '\'' ? '"' : text[i];

	return len;
}


static void say(struct focus_room *r, const char *text)
{
	char json[1024];

	mixer_say_bytes(&r->mixer, json, quoted(json, sizeof(json), text));
}


static const struct mixer *slot(const struct focus_room *r, unsigned i)
{
	return mixers_at(focus_mixers(r->focus), i);
}


/** It was put down, and its conference goes on with the next one */
static void is_replaced(struct focus_room *r, struct party *a)
{
	CU_ASSERT_FALSE(mixer_is_up(slot(r, 0)));
	CU_ASSERT_EQUAL(mixer_deaths(slot(r, 0)), 1);
	CU_ASSERT_EQUAL(a->ends, 0);
	room_mixer_kill(r);
	r->mixer.leg_answer = NULL;
	room_mixer_start(r);
	for (int i = 0; i < 400 && !a->reoffers; i++)
		room_turn(5);
	CU_ASSERT_EQUAL(a->reoffers, 1);
	CU_ASSERT_EQUAL(a->ends, 0);
	CU_ASSERT_TRUE(mixer_is_up(slot(r, 0)));
}


static void lies_in(const void *bytes, size_t len)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_turn(5);
	mixer_say_bytes(&r.mixer, bytes, len);
	room_turn(30);
	is_replaced(&r, &a);
	room_close(&r);
}


static void what_no_mixer_says_ends_it(void)
{
	static const char *const texts[] = {
		"talking",
		"[]",
		"{'event':'talking'",
		"{'event':'talking','event':'talking'}",
		"{'event':'talk\\u0000ing'}",
		"{'event':'\xff\xfe'}",
		"{'event':'\xc0\x80'}",
		"{'event':'\xed\xa0\x80'}",
		"{'event':'talking','leg':99999999999999999999}",
		"{'event':'talking','leg':1e999}",
		"{'event':'hello','version':1}",
		"{'event':'hello','version':1,'codecs':[]}",
		/* answers that nobody asked for, or has already */
		"{'id':1}",
		"{'id':0}",
		"{'id':-1}",
		"{'id':77}",
		"{'id':9223372036854775807}",
		"{'id':'1'}",
		"{'id':null}",
		"{'id':{}}",
		"{'id':1.0}",
		"{'id':77,'error':'no','code':-22}",
	};
	char json[128];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		lies_in(json, quoted(json, sizeof(json), texts[i]));
}


static void bytes_that_are_no_message_end_it(void)
{
	static char bytes[MP_MESSAGE_MAX + 1];

	lies_in(bytes, 0);
	lies_in(bytes, 1);
	lies_in(bytes, MP_MESSAGE_MAX);

	/* no end of it */
	memset(bytes, 'A', sizeof(bytes));
	lies_in(bytes, MP_MESSAGE_MAX);
	lies_in(bytes, sizeof(bytes));
	bytes[0] = '"';
	lies_in(bytes, MP_MESSAGE_MAX);

	/* as deep as it is long */
	memset(bytes, '[', sizeof(bytes));
	lies_in(bytes, MP_MESSAGE_MAX);
	for (size_t i = 0; i + 5 <= MP_MESSAGE_MAX; i += 5)
		memcpy(bytes + i, "{\"a\":", 5);
	lies_in(bytes, MP_MESSAGE_MAX);
}


static void a_lie_about_a_leg_ends_it(void)
{
	static const char *const answers[] = {
		"{}",
		"{\"transports\":1,\"media\":[]}",
		"{\"transports\":[1],\"media\":[]}",
		"{\"transports\":[{\"kind\":\"carrier pigeon\"}],"
		"\"media\":[]}",
		"{\"transports\":[],\"media\":[{},{},{},{},{},{},{},{},{},{},"
		"{},{},{},{},{},{},{}]}",
		"{\"transports\":[],\"media\":[{\"ssrc\":-1}]}",
		"{\"transports\":[],\"media\":[{\"ssrc\":4294967296}]}",
		"{\"transports\":[],\"media\":[{\"cname\":\"a\\r\\nb\"}]}",
		"{\"transports\":[{\"kind\":\"webrtc\",\"ice\":{\"pwd\":"
		"\"a\\r\\na=x\"}}],\"media\":[]}",
		"{\"transports\":[{\"kind\":\"plain\",\"address\":"
		"\"evil.example\",\"port\":1}],\"media\":[]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct focus_room r;
		struct party a, b;

		room_open(&r);
		CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
		r.mixer.leg_answer = answers[i];
		CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:b@x", "B"),
				REASON_INTERNAL);
		room_turn(30);
		is_replaced(&r, &a);
		room_close(&r);
	}
}


/** ETIMEDOUT, ECONNRESET: that is for the focus to say. Who believed it would
 *  wait for a mixer that is there */
static void a_refusal_cannot_say_that_the_link_is_gone(void)
{
	static const int codes[] = {ETIMEDOUT, ECONNRESET, -1, 0, 1 << 20};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		char answer[64];
		struct focus_room r;
		struct party a;

		room_open(&r);
		(void)snprintf(answer, sizeof(answer),
			       "{\"error\":\"\\u001b[2J\",\"code\":%d}",
			       codes[i]);
		r.mixer.leg_answer = answer;
		CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"),
				REASON_INTERNAL);
		CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.remove"), 0);
		CU_ASSERT_TRUE(mixer_is_up(slot(&r, 0)));
		room_close(&r);
	}
}


/** The first has "demo", mix 1 and leg 1; the second "other", 2 and 2 */
static void what_is_not_its_own_is_ignored(void)
{
	static const char *const texts[] = {
		"{'event':'talking','leg':2,'talking':true}",
		"{'event':'leg.state','leg':2,'state':'connected'}",
		"{'event':'leg.state','leg':2,'state':'failed'}",
		"{'event':'leg.state','leg':2,'state':'timeout'}",
		"{'event':'dtmf','leg':2,'digit':'1'}",
		"{'event':'video','leg':2,'receiving':true,'width':9}",
		"{'event':'speaker','mix':2,'leg':2}",
		"{'event':'speaker','mix':1,'leg':2}",
		"{'event':'speaker','mix':2,'leg':1}",
		/* nobody's */
		"{'event':'talking','leg':0,'talking':true}",
		"{'event':'talking','leg':-1,'talking':true}",
		"{'event':'talking','leg':3,'talking':true}",
		"{'event':'talking','leg':4294967297,'talking':true}",
		"{'event':'talking','leg':9223372036854775807,'talking':true}",
		"{'event':'talking','leg':'1','talking':true}",
		"{'event':'talking','leg':[1],'talking':true}",
		"{'event':'talking','leg':1.0,'talking':true}",
		"{'event':'talking','talking':true}",
		"{'event':'speaker','mix':4294967297,'leg':1}",
		"{'event':'speaker','mix':1,'leg':4294967297}",
		"{'event':'speaker','mix':1,'leg':3}",
		"{'event':'speaker','mix':1,'leg':-4294967295}",
		"{'event':'speaker','mix':1,'leg':'0'}",
		"{'event':'speaker','mix':1}",
		"{'event':'speaker'}",
		/* nothing that there is */
		"{'event':'talking','leg':1,'talking':'yes'}",
		"{'event':'leg.state','leg':1,'state':'enlightened'}",
		"{'event':'leg.state','leg':1,'state':7}",
		"{'event':'leg.state','leg':1,'state':'\\u001b[2J\\n'}",
		"{'event':'leg.state','leg':1}",
		"{'event':'dtmf','leg':1,'digit':'','duration_ms':1}",
		"{'event':'dtmf','leg':1,'digit':'55','duration_ms':1}",
		"{'event':'dtmf','leg':1,'digit':'\\n','duration_ms':1}",
		"{'event':'dtmf','leg':1,'digit':5}",
		"{'event':'video','leg':1,'receiving':true,'width':-1}",
		"{'event':'video','leg':1,'receiving':true,'height':16385}",
		"{'event':'said','mix':2,'leg':2,'number':1}",
		"{'event':'said','mix':2,'number':1}",
		"{'event':'said','mix':1,'leg':1,'number':-1}",
		"{'event':'said','mix':1,'number':4294967297}",
		"{'event':'said','leg':1,'number':'1'}",
		"{'event':'said'}",
		"{'event':'rapture','leg':1}",
		"{'event':7}",
		"{'event':['talking']}",
		"{'op':'leg.add','id':1}",
		"{}",
	};
	struct fake_mixer second = {.requests = json_array()};
	struct focus_room r;
	struct party a, b;
	size_t events;

	room_open_with(&r, 2);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_mixer_attach(&r, &second);
	CU_ASSERT_EQUAL(room_join(&r, &b, "other", "sip:b@x", "B"), 0);
	CU_ASSERT_EQUAL_FATAL(mixer_count(&second, "leg.add"), 1);
	say(&r, "{'event':'speaker','mix':1,'leg':1}");
	events = json_array_size(r.events);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		say(&r, texts[i]);
		CU_ASSERT_EQUAL(json_array_size(r.events), events);
		if (json_array_size(r.events) != events)
			fprintf(stderr, "told: %s\n", texts[i]);
		events = json_array_size(r.events);
	}

	CU_ASSERT_EQUAL(a.ends + b.ends, 0);
	CU_ASSERT_TRUE(mixer_is_up(slot(&r, 0)));
	room_close(&r);
	mem_deref(second.link);
	json_decref(second.requests);
}


/** Events as fast as they are taken, until it is put down.
 *  @return how many */
static unsigned flood(struct focus_room *r, const char *const texts[2],
		      unsigned most)
{
	char json[2][128];
	size_t len[2];
	unsigned n = 0;

	for (unsigned i = 0; i < 2; i++)
		len[i] = quoted(json[i], sizeof(json[i]), texts[i]);

	while (n < most && mixer_is_up(slot(r, 0))) {
		if (send(r->mixer.fd, json[n & 1], len[n & 1],
			 MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			n++;
		else
			room_turn(1);
	}
	room_turn(30);

	return n;
}


static void a_flood_ends_it(void)
{
	static const char *const floods[][2] = {
		{"{'event':'talking','leg':1,'talking':true}",
		 "{'event':'talking','leg':1,'talking':false}"},
		{"{'event':'dtmf','leg':1,'digit':'5'}",
		 "{'event':'dtmf','leg':1,'digit':'6'}"},
		{"{'event':'nothing'}", "{}"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		struct focus_room r;
		struct party a;

		room_open(&r);
		CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
		CU_ASSERT_TRUE(flood(&r, floods[i], 100000) < 100000);
		CU_ASSERT_TRUE(json_array_size(r.events) < 20000);
		is_replaced(&r, &a);
		room_close(&r);
	}
}


/** What a mixer may say: every key and size that it lets through, of all its
 *  legs, for the time that parleyd was stopped */
static void much_at_once_is_borne(void)
{
	static const char *const texts[] = {
		"{'event':'dtmf','leg':1,'digit':'5'}",
		"{'event':'dtmf','leg':2,'digit':'5'}"};
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:b@x", "B"), 0);
	CU_ASSERT_EQUAL(flood(&r, texts, 2 * 36 * 10), 2 * 36 * 10);
	CU_ASSERT_TRUE(mixer_is_up(slot(&r, 0)));
	room_close(&r);
}


static void an_absurd_hello_is_not_believed(void)
{
	static const char *const hellos[] = {
		"{" HELLO ",\"codecs\":7}",
		"{" HELLO ",\"codecs\":[7]}",
		"{" HELLO ",\"codecs\":[{}]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"a\\r\\nb\",\"kind\":"
		"\"audio\",\"clock\":8000}]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"PCMU\",\"kind\":"
		"\"smell\",\"clock\":8000}]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"PCMU\",\"kind\":"
		"\"audio\",\"clock\":-8000}]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"PCMU\",\"kind\":"
		"\"audio\",\"clock\":8000}],\"features\":7}",
		/* nobody could call while it is up */
		"{" HELLO ",\"codecs\":[]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"hum\",\"kind\":"
		"\"audio\",\"clock\":8000}]}",
		"{" HELLO ",\"codecs\":[{\"name\":\"VP8\",\"kind\":"
		"\"video\",\"clock\":90000}]}",
		"{\"event\":\"hello\",\"version\":4294967297}",
		"{\"event\":\"hello\",\"version\":\"1\"}",
		"{\"event\":\"hello\",\"version\":-1}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(hellos); i++) {
		struct mixer_capabilities capable, before;
		struct focus_room r;
		int fd;

		room_open_with(&r, 2);
		focus_capable(r.focus, &before);
		fd = room_mixer_socket(&r);
		CU_ASSERT_TRUE(send(fd, hellos[i], strlen(hellos[i]), 0) > 0);
		room_turn(30);
		CU_ASSERT_EQUAL(mixer_deaths(slot(&r, 1)), 1);
		CU_ASSERT_FALSE(mixer_is_up(slot(&r, 1)));
		focus_capable(r.focus, &capable);
		CU_ASSERT_EQUAL(capable.codec_count, before.codec_count);
		CU_ASSERT_TRUE(mixer_is_up(slot(&r, 0)));
		(void)close(fd);
		room_close(&r);
	}
}


static CU_TestInfo tests[] = {
	{"what no mixer says ends it", what_no_mixer_says_ends_it},
	{"bytes that are no message end it", bytes_that_are_no_message_end_it},
	{"a lie about a leg ends it", a_lie_about_a_leg_ends_it},
	{"a refusal cannot say that the link is gone",
	 a_refusal_cannot_say_that_the_link_is_gone},
	{"what is not its own is ignored", what_is_not_its_own_is_ignored},
	{"a flood ends it", a_flood_ends_it},
	{"much at once is borne", much_at_once_is_borne},
	{"an absurd hello is not believed", an_absurd_hello_is_not_believed},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(lies, tests)
