/**
 * @file test_offer_pass.c  Lines that pass from one far end to another
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "signaling/sdp/passed.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define REST ":11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33"
#define TRANSPORT(side, key, role)                                            \
	"a=ice-ufrag:" side key "\r\na=ice-pwd:" side                         \
	"123456789012345678901\r\na=candidate:1 1 udp 1 192.0.2.9 9 typ "     \
	"host\r\na=fingerprint:sha-1 " side side REST "\r\na=setup:" role     \
	"\r\na=rtcp-mux\r\n"
#define CODECS                                                                \
	"a=rtpmap:98 VP9/90000\r\na=rtcp-fb:98 transport-cc\r\na=fmtp:98 "    \
	"profile-id=0\r\na=rtpmap:96 VP8/90000\r\na=extmap:4 urn:x-of-its-"   \
	"own\r\n"
#define SOUND(port, mid, ...)                                                 \
	"m=audio " port " UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 "              \
	"0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 stereo=1\r\n"     \
	"a=rtpmap:63 red/48000/2\r\na=mid:" mid "\r\n" __VA_ARGS__
#define PICTURE(port, mid, ...)                                               \
	"m=video " port                                                       \
	" UDP/TLS/RTP/SAVPF 98 96\r\nc=IN IP4 0.0.0.0\r\n" CODECS             \
	"a=mid:" mid "\r\n" __VA_ARGS__
#define DATA(port, mid, ...)                                                  \
	"m=application " port " UDP/DTLS/SCTP webrtc-datachannel\r\n"         \
	"c=IN IP4 0.0.0.0\r\na=sctp-port:5000\r\na=mid:" mid                  \
	"\r\n" __VA_ARGS__
#define STREAM(n)    "a=msid:- t" n "\r\na=ssrc:" n " cname:c\r\n"
#define HEAD(groups) SDP_HEAD "t=0 0\r\n" groups "a=parley-end-to-end\r\n"
#define MIX(side, ...)                                                        \
	SOUND("9", "0",                                                       \
	      TRANSPORT(side, "mmm", "actpass") STREAM("1") __VA_ARGS__)      \
	PICTURE("9", "1",                                                     \
		TRANSPORT(side, "mmm", "actpass") STREAM("2") __VA_ARGS__)
#define OFFER(side) HEAD("a=group:BUNDLE 0 1\r\n") MIX(side, "")
#define BOTH        HEAD("a=group:BUNDLE 0 1\r\na=group:BUNDLE e7d e7a e7v\r\n")
#define PASSED(side, role, direction)                                         \
	DATA("9", "e7d", TRANSPORT(side, "eee", role))                        \
	SOUND("9", "e7a", direction TRANSPORT(side, "eee", role) STREAM("3")) \
	PICTURE("9", "e7v", direction TRANSPORT(side, "eee", role) STREAM("4"))


/** One of two far ends, which has called */
static struct offer *called(const char *sdp)
{
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	free(leg);
	free(answer);
	return o;
}


/** It is offered that; the offer. free() it */
static char *offered(struct offer *o, const struct offer_shape *shape)
{
	struct leg_description *leg = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;

	offer_set_shape(o, shape);
	CU_ASSERT_EQUAL_FATAL(offer_begin(o, true, true, &leg), 0);
	local = offer_world_mixer(leg);
	CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	mem_deref(local);
	mem_deref(leg);
	return offer_world_text(mb);
}


/** It answers; what the mixer is told. free() it */
static char *answered(struct offer *o, const char *sdp)
{
	struct leg_description *leg = NULL;
	char *text;

	CU_ASSERT_EQUAL_FATAL(offer_remote_answer(o, sdp, strlen(sdp), &leg),
			      REASON_NONE);
	text = offer_world_describe(leg);
	mem_deref(leg);
	return text;
}


static bool check(const char *where, char *text, const char *const *rows)
{
	bool ok = true;

	for (size_t i = 0; rows[i]; i++)
		ok &= offer_world_check(where, text, rows[i]);
	free(text);
	return ok;
}


/** A has been offered what B can, and has answered */
static struct offer *joined(struct offer *b)
{
	struct offer *a = called(OFFER("A"));
	struct offer_shape shape = {
		.mixed = true, .passing = true, .relay = 7, .kbps = 500};

	shape.passed = offer_passable(b, "e7", true);
	CU_ASSERT_PTR_NOT_NULL_FATAL(shape.passed);
	free(offered(a, &shape));
	mem_deref(shape.passed);
	free(answered(a, BOTH MIX("A", "") PASSED("A", "active", "")));
	return a;
}


static void what_one_can_is_offered_to_the_other(void)
{
	static const char *const rows[] = {
		"a=group:BUNDLE 0 1\r\na=group:BUNDLE e7d e7a e7v\r\n",
		"m=audio 10000 UDP/TLS/RTP/SAVPF 111 63\r\n"
		"c=IN IP4 203.0.113.5\r\na=mid:e7a\r\na=sendrecv\r\n"
		"a=ice-ufrag:RRRR\r\n",
		"a=end-of-candidates\r\na=fingerprint:sha-1 BB" REST "\r\n"
		"a=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\n"
		"a=fmtp:111 stereo=1\r\na=rtpmap:63 red/48000/2\r\n"
		"a=rtcp-mux\r\n",
		"a=fmtp:98 profile-id=0\r\n",
		"a=extmap:4 urn:x-of-its-own\r\n",
		"m=application 10000 UDP/DTLS/SCTP webrtc-datachannel\r\n",
		"a=sctp-port:5000\r\n",
		/* of B's way to us, and of its streams there */
		"!a=ssrc:1 ",
		"!a=msid:- ",
		"!192.0.2.9 9 typ",
		"!Bmmm",
		NULL,
	};
	static const char *const told[] = {
		"\"kbps\":500,\"kind\":\"relay\",\"no_data\":false,"
		"\"picture\":[98,96],"
		"\"relay\":7,\"sound\":[111,63]",
		"\"ufrag\":\"Aeee\"",
		"\"recv\":true,\"rtx\":[],\"send\":true",
		"!\"rest\"",
		NULL,
	};
	struct offer *a = called(OFFER("A")), *b = called(OFFER("B"));
	struct offer_shape shape = {
		.mixed = true, .passing = true, .relay = 7, .kbps = 500};

	shape.passed = offer_passable(b, "e7", true);
	CU_ASSERT_PTR_NOT_NULL_FATAL(shape.passed);
	CU_ASSERT_TRUE(check("offer", offered(a, &shape), rows));
	CU_ASSERT_TRUE(
		check("answer",
		      answered(a, BOTH MIX("A", "") PASSED("A", "active", "")),
		      told));
	CU_ASSERT_TRUE(offer_follows(a));
	CU_ASSERT_EQUAL(offer_bearer(a, 0), OFFER_BEARER_MIXER);
	CU_ASSERT_EQUAL(offer_bearer(a, 1), OFFER_BEARER_RELAY);
	mem_deref(shape.passed);
	mem_deref(a);
	mem_deref(b);
}


static void what_one_says_goes_to_the_other_untouched(void)
{
	static const char *const rows[] = {
		"a=mid:e7a\r\na=sendrecv\r\n",
		"a=fingerprint:sha-1 AA" REST "\r\na=setup:active\r\n"
		"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 stereo=1\r\n"
		"a=rtpmap:63 red/48000/2\r\na=rtcp-mux\r\n"
		"a=msid:- t3\r\na=ssrc:3 cname:c\r\n",
		CODECS "a=rtcp-mux\r\na=msid:- t4\r\na=ssrc:4 cname:c\r\n",
		"a=sctp-port:5000\r\n",
		"!Aeee",
		"!192.0.2.9 9 typ",
		NULL,
	};
	struct offer *b = called(OFFER("B")), *a = joined(b);
	const struct offer_shape shape = {.mixed = true,
					  .passing = true,
					  .relay = 7,
					  .passed = offer_passed(a)};

	CU_ASSERT_TRUE(check("offer", offered(b, &shape), rows));
	free(answered(b, BOTH MIX("B", "") PASSED("B", "passive", "")));
	CU_ASSERT_TRUE(offer_follows(b));
	mem_deref(a);
	mem_deref(b);
}


/* While they pass, the directions in the mix say nothing */
static void the_mix_rests_and_is_there_again(void)
{
	static const char *const rests[] = {
		"a=mid:0\r\na=inactive\r\n",
		"a=mid:1\r\na=inactive\r\n",
		"a=mid:e7a\r\na=sendrecv\r\n",
		NULL,
	};
	static const char *const told[] = {
		"\"recv\":true,\"rest\":true,\"rtx\":[],\"send\":true",
		"!\"send\":false",
		NULL,
	};
	static const char *const held[] = {
		"a=mid:0\r\na=inactive\r\n",
		"a=mid:e7a\r\na=inactive\r\n",
		"a=setup:passive\r\na=rtpmap:111",
		"!actpass",
		"!m=application 0",
		NULL,
	};
	static const char *const back[] = {
		"a=mid:0\r\na=sendrecv\r\n",
		"a=mid:e7a\r\na=inactive\r\n",
		"a=mid:e7v\r\na=inactive\r\n",
		"m=application 10000 ",
		NULL,
	};
	struct offer *b = called(OFFER("B")), *a = joined(b);
	struct offer_shape shape = {.passing = true, .relay = 7};
	char *leg, *answer;

	shape.passed = offer_passable(b, "e7", true);
	CU_ASSERT_TRUE(check("rest", offered(a, &shape), rests));
	CU_ASSERT_TRUE(check("rest",
			     answered(a, BOTH MIX("A", "a=inactive\r\n")
						 PASSED("A", "active", "")),
			     told));
	CU_ASSERT_TRUE(offer_follows(a));
	CU_ASSERT_FALSE(offer_held(a));

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(a,
				     BOTH MIX("A", "") PASSED(
					     "A", "actpass", "a=inactive\r\n"),
				     &leg, &answer),
		REASON_NONE);
	free(leg);
	CU_ASSERT_TRUE(check("hold", answer, held));
	CU_ASSERT_TRUE(offer_held(a));

	shape.mixed = true;
	shape.passing = false;
	CU_ASSERT_TRUE(check("back", offered(a, &shape), back));
	free(answered(a, BOTH MIX("A", "")
				 PASSED("A", "active", "a=inactive\r\n")));
	CU_ASSERT_FALSE(offer_held(a));
	mem_deref(shape.passed);
	mem_deref(a);
	mem_deref(b);
}


/* What passes next is what it said before it rested */
static void what_rests_is_no_answer(void)
{
	static const char *const again[] = {
		"a=mid:e7a\r\na=sendrecv\r\n",
		"a=mid:e7v\r\na=sendrecv\r\n",
		NULL,
	};
	struct offer *b = called(OFFER("B")), *a = joined(b);
	struct passed_group *before = mem_ref(offer_passed(a));
	struct offer_shape shape = {.mixed = true, .relay = 7};

	shape.passed = offer_passable(b, "e7", true);
	free(offered(a, &shape));
	free(answered(a, BOTH MIX("A", "")
				 PASSED("A", "active", "a=inactive\r\n")));
	CU_ASSERT_TRUE(passed_group_same(before, offer_passed(a)));
	mem_deref(shape.passed);

	shape.passed = offer_passed(a);
	shape.passing = true;
	CU_ASSERT_TRUE(check("again", offered(b, &shape), again));
	mem_deref(before);
	mem_deref(a);
	mem_deref(b);
}


/* It may say more codecs and another role then: what was agreed stays */
static void an_offer_anew_changes_streams_alone(void)
{
	struct offer *b = called(OFFER("B")), *a = joined(b);
	struct passed_group *before = mem_ref(offer_passed(a));
	const struct passed_line *line;
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(
			a,
			BOTH MIX("A", "") DATA(
				"9", "e7d", TRANSPORT("A", "eee", "actpass"))
				SOUND("9", "e7a",
				      "a=recvonly\r\na=rtpmap:9 "
				      "G722/8000\r\n" TRANSPORT("A", "eee",
								"actpass"))
					PICTURE("9", "e7v",
						TRANSPORT("A", "eee",
							  "actpass")
							STREAM("44")),
			&leg, &answer),
		REASON_NONE);
	free(leg);
	free(answer);
	CU_ASSERT_FALSE(passed_group_same(before, offer_passed(a)));
	line = passed_group_line(offer_passed(a), "audio");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT_FALSE(line->send);
	CU_ASSERT_PTR_NULL(strstr(line->rows, "G722"));
	CU_ASSERT_PTR_NULL(strstr(line->rows, "a=ssrc:3"));
	CU_ASSERT_PTR_NOT_NULL(strstr(line->rows, "a=setup:active"));
	line = passed_group_line(offer_passed(a), "video");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT_PTR_NOT_NULL(strstr(line->rows, "a=ssrc:44 "));
	mem_deref(before);
	mem_deref(a);
	mem_deref(b);
}


static void with_the_other_one_go_its_lines(void)
{
	static const char *const gone[] = {
		"a=group:BUNDLE 0 1\r\na=ice-lite",
		"m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:e7a\r\n",
		"m=video 0 UDP/TLS/RTP/SAVPF 98\r\na=mid:e7v\r\n",
		"m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n",
		"a=mid:0\r\na=sendrecv\r\n",
		NULL,
	};
	static const char *const another[] = {
		"a=group:BUNDLE e8d e8a e8v\r\n",
		"a=mid:e8a\r\na=sendrecv\r\n",
		"!a=mid:e7a",
		"!a=mid:e7v",
		NULL,
	};
	static const char *const told[] = {
		"\"kbps\":0,\"kind\":\"relay\",\"no_data\":false,\"picture\":["
		"],\"relay\":0,"
		"\"sound\":[]",
		NULL,
	};
	struct offer *b = called(OFFER("B")), *a = joined(b);
	struct offer_shape shape = {.mixed = true};

	CU_ASSERT_TRUE(check("gone", offered(a, &shape), gone));
	CU_ASSERT_TRUE(
		check("gone",
		      answered(a, HEAD("a=group:BUNDLE 0 1\r\n") MIX("A", "")
					  DATA("0", "e7d") SOUND("0", "e7a")
						  PICTURE("0", "e7v")),
		      told));
	CU_ASSERT_EQUAL(offer_bearer(a, 1), OFFER_BEARER_NONE);
	CU_ASSERT_PTR_NULL(offer_passed(a));

	shape.passed = offer_passable(b, "e8", true);
	shape.passing = true;
	shape.relay = 8;
	CU_ASSERT_TRUE(check("another", offered(a, &shape), another));
	mem_deref(shape.passed);
	mem_deref(a);
	mem_deref(b);
}


/* What a page without a handler answers, or one that has thought better */
static void who_does_not_follow_is_found_out(void)
{
	static const struct {
		const char *name, *sdp;
	} answers[] = {
		{"it refuses them",
		 HEAD("a=group:BUNDLE 0 1\r\n") MIX("A", "") DATA("0", "e7d")
			 SOUND("0", "e7a") PICTURE("0", "e7v")},
		{"it only listens",
		 BOTH MIX("A", "") PASSED("A", "active", "a=recvonly\r\n")},
		{"it leaves them out",
		 HEAD("a=group:BUNDLE 0 1\r\n") MIX("A", "")},
		{"it has no certificate",
		 BOTH MIX("A", "") DATA("0", "e7d") SOUND(
			 "9", "e7a",
			 "a=ice-ufrag:Aeee\r\na=ice-pwd:"
			 "0123456789012345678901\r\n") PICTURE("0", "e7v")},
		{"its password is none",
		 BOTH MIX("A", "") DATA("0", "e7d")
			 SOUND("9", "e7a",
			       "a=ice-ufrag:Aeee\r\na=ice-pwd:0\r\n"
			       "a=fingerprint:sha-1 AA" REST "\r\na=setup:"
			       "active\r\n") PICTURE("0", "e7v")},
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct offer *a = called(OFFER("A")), *b = called(OFFER("B"));
		struct offer_shape shape = {
			.mixed = true, .passing = true, .relay = 7};

		shape.passed = offer_passable(b, "e7", true);
		free(offered(a, &shape));
		free(answered(a, answers[i].sdp));
		if (offer_follows(a))
			CU_FAIL(answers[i].name);
		mem_deref(shape.passed);
		mem_deref(a);
		mem_deref(b);
	}
}


/* The way between them opens by a line for data, and the others join it */
static void data_go_first(void)
{
	static const char *const first[] = {
		"a=group:BUNDLE 0 1\r\na=group:BUNDLE e7d\r\n",
		"a=fingerprint:sha-1 BB" REST "\r\na=setup:actpass\r\n"
		"a=sctp-port:5000\r\n",
		"!a=mid:e7a",
		NULL,
	};
	static const char *const then[] = {
		"a=group:BUNDLE e7d e7a e7v\r\n",
		"a=fingerprint:sha-1 BB" REST "\r\na=setup:passive\r\n"
		"a=sctp-port:5000\r\n",
		"a=mid:e7a\r\na=sendrecv\r\n",
		NULL,
	};
	struct offer *a = called(OFFER("A")), *b = called(OFFER("B"));
	struct offer_shape shape = {
		.mixed = true, .passing = true, .relay = 7};

	shape.passed = offer_passable(b, "e7", false);
	CU_ASSERT_TRUE(check("first", offered(a, &shape), first));
	mem_deref(shape.passed);
	free(answered(
		a, HEAD("a=group:BUNDLE 0 1\r\n"
			"a=group:BUNDLE e7d\r\n") MIX("A", "")
			   DATA("9", "e7d", TRANSPORT("A", "eee", "active"))));
	CU_ASSERT_TRUE(offer_follows(a));

	shape.passed = offer_passed(a);
	free(offered(b, &shape));
	free(answered(b, HEAD("a=group:BUNDLE 0 1\r\n"
			      "a=group:BUNDLE e7d\r\n") MIX("B", "")
				 DATA("9", "e7d",
				      TRANSPORT("B", "eee", "passive"))));
	CU_ASSERT_TRUE(offer_follows(b));

	shape.passed = offer_passable(b, "e7", true);
	CU_ASSERT_TRUE(check("then", offered(a, &shape), then));
	mem_deref(shape.passed);
	mem_deref(a);
	mem_deref(b);
}


/* What the mixer was told of has its place there from then on */
static void a_refusal_leaves_the_places(void)
{
	static const char *const told[] = {
		"\"kind\":\"relay\",\"no_data\":false,\"picture\":[98,96],"
		"\"relay\":0",
		"\"ufrag\":\"Ammm\"",
		NULL,
	};
	struct offer *a = called(OFFER("A")), *b = called(OFFER("B"));
	struct offer_shape shape = {
		.mixed = true, .passing = true, .relay = 7};
	struct leg_description *leg = NULL;

	shape.passed = offer_passable(b, "e7", true);
	free(offered(a, &shape));
	offer_rollback(a);
	CU_ASSERT_EQUAL_FATAL(offer_leg(a, &leg), 0);
	CU_ASSERT_EQUAL(leg->transport_count, 2);
	CU_ASSERT_TRUE(check("restored", offer_world_describe(leg), told));
	CU_ASSERT_EQUAL(offer_bearer(a, 1), OFFER_BEARER_NONE);
	mem_deref(leg);

	shape.relay = 8;
	CU_ASSERT_TRUE(check("another", offered(a, &shape),
			     (const char *const[]){
				     "a=group:BUNDLE e7d e7a e7v\r\n", NULL}));
	mem_deref(shape.passed);
	mem_deref(a);
	mem_deref(b);
}


#define LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define MID   "urn:ietf:params:rtp-hdrext:sdes:mid"
#define NUMBERED(side, ...)                                                   \
	HEAD("a=group:BUNDLE 0\r\n")                                          \
	SOUND("9", "0", TRANSPORT(side, "mmm", "actpass") __VA_ARGS__)


/* Firefox lets no number mean anything else than it has meant in a session */
static void numbers_of_extensions_fit_both(void)
{
	static const struct {
		const char *a, *b, *rows[5];
	} cases[] = {
		{"a=extmap:1 " LEVEL "\r\na=extmap:3 " MID "\r\n",
		 "a=extmap:1 " LEVEL "\r\na=extmap:3 urn:twcc\r\n"
		 "a=extmap:4 " MID "\r\n",
		 /* 3 means the mid at A, 4 means it at B */
		 {"a=extmap:1 " LEVEL "\r\n", "a=extmap:3 " MID "\r\n",
		  "a=extmap:2 urn:twcc\r\n", "!a=extmap:4 "}},
		{"a=extmap:4 " LEVEL "\r\na=extmap:3 " MID "\r\n",
		 "a=extmap:3 " LEVEL "\r\na=extmap:4 " MID "\r\n",
		 /* neither's own is left */
		 {"a=extmap:1 " MID "\r\n", "a=extmap:2 " LEVEL "\r\n",
		  "!a=extmap:3 ", "!a=extmap:4 "}},
		{"",
		 "a=extmap:9/recvonly urn:x more of it\r\na=extmap:99 "
		 "urn:large\r\na=extmap:0 urn:none\r\na=extmap:\r\n",
		 {"a=extmap:9/recvonly urn:x more of it\r\n", "!urn:large",
		  "!urn:none", "!a=extmap:\r\n"}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char sdp[2048], name[32], *ours;
		struct offer *a, *b;
		struct offer_shape shape = {
			.mixed = true, .passing = true, .relay = 7};

		snprintf(sdp, sizeof(sdp), NUMBERED("A", "%s"), cases[i].a);
		a = called(sdp);
		snprintf(sdp, sizeof(sdp), NUMBERED("B", "%s"), cases[i].b);
		b = called(sdp);
		snprintf(name, sizeof(name), "numbers %zu", i);
		shape.passed = offer_passable(b, "e7", true);
		ours = offered(a, &shape);
		CU_ASSERT_TRUE(check(name, strdup(strstr(ours, "a=mid:e7a")),
				     cases[i].rows));
		free(ours);
		mem_deref(shape.passed);
		mem_deref(a);
		mem_deref(b);
	}
}


/* Who parses less strictly than we do is sent nowhere else, all the same */
static void nothing_of_other_ways_passes(void)
{
	static const char *const rows[] = {
		"a=sctp-port:5000\r\n",
		"!CANDIDATE",
		"!198.51.100.9",
		"!Ice-Ufrag",
		"!evil",
		"!inactive x",
		"!parley-no-data",
		"!remote-candidates",
		"!Fingerprint",
		NULL,
	};
	struct offer *b = called(OFFER("B")), *a = called(OFFER("A"));
	struct offer_shape shape = {
		.mixed = true, .passing = true, .relay = 7};
	char *ours;

	shape.passed = offer_passable(b, "e7", false);
	free(offered(a, &shape));
	mem_deref(shape.passed);
	free(answered(
		a,
		HEAD("a=group:BUNDLE 0 1\r\n"
		     "a=group:BUNDLE e7d\r\n") MIX("A", "")
			DATA("9", "e7d",
			     TRANSPORT("A", "eee",
				       "active") "a=CANDIDATE:1 1 udp 1 "
						 "198.51.100.9 9 typ host\r\n"
						 "a=candidate\t1 1 udp 1 "
						 "198.51.100.9 9 typ host\r\n"
						 "a=candidate 1 1 udp 1 "
						 "198.51.100.9 9 typ host\r\n"
						 "a=Ice-Ufrag:evil\r\na="
						 "Fingerprint:sha-1 evil\r\n"
						 "a=remote-candidates:1 "
						 "198.51.100.9 9\r\n"
						 "a=inactive "
						 "x\r\na=parley-no-data\r\n"
						 "b=AS:1\r\ni=evil\r\n")));
	shape.passed = offer_passed(a);
	ours = offered(b, &shape);
	CU_ASSERT_TRUE(
		check("offer", strdup(strstr(ours, "a=mid:e7d")), rows));
	free(ours);
	mem_deref(a);
	mem_deref(b);
}


/* Nor is a far end that says nothing of it, or too much */
static void who_does_not_say_so_is_not_asked(void)
{
	char *flood = calloc(1, 60000);
	struct offer *o =
		called(SDP_HEAD "t=0 0\r\n"
				"a=group:BUNDLE 0 1\r\n" MIX("A", ""));

	CU_ASSERT_PTR_NULL(offer_passable(o, "e7", true));
	mem_deref(o);

	strcpy(flood, OFFER("A"));
	for (int i = 0; i < 600; i++)
		strcat(flood, "a=fmtp:98 0123456789012345678901234567\r\n");
	o = called(flood);
	CU_ASSERT_PTR_NULL(offer_passable(o, "e7", true));
	mem_deref(o);
	free(flood);
}


static CU_TestInfo tests[] = {
	{"what one can is offered to the other",
	 what_one_can_is_offered_to_the_other},
	{"what one says goes to the other untouched",
	 what_one_says_goes_to_the_other_untouched},
	{"the mix rests and is there again", the_mix_rests_and_is_there_again},
	{"what rests is no answer", what_rests_is_no_answer},
	{"an offer anew changes streams alone",
	 an_offer_anew_changes_streams_alone},
	{"with the other one go its lines", with_the_other_one_go_its_lines},
	{"who does not follow is found out", who_does_not_follow_is_found_out},
	{"numbers of extensions fit both", numbers_of_extensions_fit_both},
	{"data go first", data_go_first},
	{"nothing of other ways passes", nothing_of_other_ways_passes},
	{"a refusal leaves the places", a_refusal_leaves_the_places},
	{"who does not say so is not asked", who_does_not_say_so_is_not_asked},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_pass, tests)
