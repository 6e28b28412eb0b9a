/**
 * @file test_offer_groups.c  Several groups, several lines of a kind
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define KEYS(n)                                                               \
	"a=ice-ufrag:abc" n "\r\na=ice-pwd:0123456789012345678901\r\n"        \
	"a=fingerprint:sha-1 "                                                \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33\r\n"     \
	"a=setup:actpass\r\na=rtcp-mux\r\n"
#define AUDIO(port, mid, keys)                                                \
	"m=audio " port " UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n"      \
	"a=rtpmap:111 opus/48000/2\r\na=mid:" mid "\r\n" KEYS(keys)
#define VIDEO(port, mid, keys)                                                \
	"m=video " port " UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"       \
	"a=rtpmap:96 VP8/90000\r\na=mid:" mid "\r\n" KEYS(keys)
#define DATA(port, mid, keys)                                                 \
	"m=application " port " UDP/DTLS/SCTP webrtc-datachannel\r\n"         \
	"c=IN IP4 0.0.0.0\r\na=mid:" mid "\r\n" KEYS(keys) "a=sctp-port:"     \
							   "5000\r\n"
#define HEAD(groups) SDP_HEAD "t=0 0\r\n" groups

enum { STEPS_MAX = 4 };

/** Offers one after the other in one session; what must stand in the
 *  description and the answer of each ("!": must not) */
static const struct script {
	const char *name;
	struct {
		const char *sdp;
		const char *leg[6], *answer[8];
	} steps[STEPS_MAX];
} scripts[] = {
	{"two BUNDLE groups",
	 {{HEAD("a=group:BUNDLE 0 1\r\na=group:BUNDLE 2 3\r\n")
		   AUDIO("9", "0", "1") VIDEO("9", "1", "1")
			   AUDIO("9", "2", "2") VIDEO("9", "3", "2"),
	   {"\"mid\":\"0\",\"off\":false,\"ptime\":20,\"recv\":true,\"rtx\":"
	    "[],\"send\":true,\"ssrcs\":[],\"transport\":0}",
	    "\"mid\":\"2\",\"off\":false,\"ptime\":20,\"recv\":true,\"rtx\":"
	    "[],\"send\":false,\"ssrcs\":[],\"transport\":1}",
	    "\"ufrag\":\"abc1\"", "\"ufrag\":\"abc2\""},
	   {"a=group:BUNDLE 0 1\r\na=group:BUNDLE 2 3\r\n",
	    "a=mid:0\r\na=sendrecv\r\na=label:",
	    "a=mid:1\r\na=sendrecv\r\na=label:",
	    "a=mid:2\r\na=recvonly\r\na=ice-ufrag",
	    "a=mid:3\r\na=recvonly\r\na=ice-ufrag", "!m=audio 0",
	    "!m=video 0"}}}},
	{"a second camera in the group of the first",
	 {{HEAD("a=group:BUNDLE 0 1 2\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1") VIDEO("9", "2", "1"),
	   {"!\"transport\":1", "!\"mid\":\"2\""},
	   {"a=group:BUNDLE 0 1\r\n", "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
				      "a=mid:2\r\n"}}}},
	{"an unbundled second sound",
	 {{HEAD("a=group:BUNDLE 0 1\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1") AUDIO("9", "2", "2"),
	   {"\"send\":false,\"ssrcs\":[],\"transport\":1}",
	    "\"ufrag\":\"abc2\""},
	   {"a=group:BUNDLE 0 1\r\n", "!a=group:BUNDLE 2",
	    "a=mid:2\r\na=recvonly\r\n"}}}},
	{"no groups at all: a transport each",
	 {{HEAD("") AUDIO("9", "0", "1") VIDEO("9", "1", "2"),
	   {"\"send\":true,\"ssrcs\":[],\"transport\":0}",
	    "\"transport\":1,\"width\":1280"},
	   {"!a=group", "a=mid:0\r\na=sendrecv\r\n",
	    "a=mid:1\r\na=sendrecv\r\n"}}}},
	{"a second group that only listens is sent nothing",
	 {{HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n")
		   AUDIO("9", "0", "1") AUDIO("9", "1", "2") "a=recvonly\r\n",
	   {"\"recv\":false,\"rtx\":[],\"send\":false"},
	   {"a=mid:1\r\na=inactive\r\n"}}}},
	{"the second group goes and comes back",
	 {{HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n")
		   AUDIO("9", "0", "1") AUDIO("9", "1", "2"),
	   {"\"send\":false,\"ssrcs\":[],\"transport\":1}"},
	   {"a=mid:1\r\na=recvonly\r\n"}},
	  {HEAD("a=group:BUNDLE 0\r\n") AUDIO("9", "0", "1")
		   AUDIO("0", "1", "2"),
	   {"\"mid\":\"1\",\"off\":true",
	    "\"send\":true,\"ssrcs\":[],\"transport\":0}"},
	   {"a=group:BUNDLE 0\r\n", "!a=group:BUNDLE 1", "m=audio 0 "}},
	  {HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n")
		   AUDIO("9", "0", "1") AUDIO("9", "1", "3"),
	   {"!\"transport\":2", "\"ufrag\":\"abc3\"",
	    "\"send\":false,\"ssrcs\":[],\"transport\":1}"},
	   {"a=mid:1\r\na=recvonly\r\n"}}}},
	{"a second group is added in mid-call",
	 {{HEAD("a=group:BUNDLE 0 1\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1"),
	   {"!\"transport\":1"},
	   {"a=group:BUNDLE 0 1\r\n"}},
	  {HEAD("a=group:BUNDLE 0 1\r\na=group:BUNDLE 2 3\r\n")
		   AUDIO("9", "0", "1") VIDEO("9", "1", "1")
			   AUDIO("9", "2", "2") VIDEO("9", "3", "2"),
	   {"\"mid\":\"2\",\"off\":false", "\"mid\":\"3\",\"off\":false",
	    "\"send\":false,\"ssrcs\":[],\"transport\":1}"},
	   {"a=group:BUNDLE 0 1\r\na=group:BUNDLE 2 3\r\n"}}}},
	{"the first is dropped: the second takes its place in the mix, and "
	 "keeps it",
	 {{HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n")
		   AUDIO("9", "0", "1") AUDIO("9", "1", "2"),
	   {"\"send\":false,\"ssrcs\":[],\"transport\":1}"},
	   {"a=mid:1\r\na=recvonly\r\n"}},
	  {HEAD("a=group:BUNDLE 1\r\n") AUDIO("0", "0", "1")
		   AUDIO("9", "1", "2"),
	   {"\"send\":true,\"ssrcs\":[],\"transport\":1}",
	    "\"mid\":\"0\",\"off\":true"},
	   {"m=audio 0 ", "a=mid:1\r\na=sendrecv\r\n"}},
	  {HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n")
		   AUDIO("9", "0", "1") AUDIO("9", "1", "2"),
	   {"\"send\":true,\"ssrcs\":[],\"transport\":1}"},
	   {"a=mid:0\r\na=recvonly\r\n", "a=mid:1\r\na=sendrecv\r\n"}}}},
	{"a data channel in a group of its own, audio beside it",
	 {{HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n") DATA("9", "0", "1")
		   AUDIO("9", "1", "2"),
	   {"\"ufrag\":\"abc2\"", "!\"ufrag\":\"abc1\""},
	   {"m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n",
	    "a=group:BUNDLE 1\r\n"}}}},
	{"an end-to-end group that is held, and the mixer's beside it",
	 {{HEAD("a=group:BUNDLE 0 1\r\na=group:BUNDLE 2\r\n")
		   AUDIO("9", "0", "1") "a=inactive\r\n" DATA("9", "1", "1")
			   AUDIO("9", "2", "2"),
	   {"\"transport\":0", "\"transport\":1"},
	   {"a=mid:0\r\na=inactive\r\n", "m=application 0 ",
	    "a=mid:2\r\na=sendrecv\r\n"}}}},
	{"what is sent keeps its names while it is held",
	 {{HEAD("a=group:BUNDLE 0 1\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1"),
	   {"\"send\":true"},
	   {"a=msid:parley audio0\r\n", "a=ssrc:1000 cname:cn\r\n",
	    "a=msid:parley video0\r\n", "a=ssrc:1001 cname:cn\r\n"}},
	  {HEAD("a=group:BUNDLE 0 1\r\n")
		   AUDIO("9", "0", "1") "a=sendonly\r\n" VIDEO(
			   "9", "1", "1") "a=inactive\r\n",
	   {"!\"send\":true"},
	   {"a=mid:0\r\na=recvonly\r\n", "a=mid:1\r\na=inactive\r\n",
	    "a=msid:parley audio0\r\n", "a=ssrc:1000 cname:cn\r\n",
	    "a=msid:parley video0\r\n", "a=ssrc:1001 cname:cn\r\n"}},
	  {HEAD("a=group:BUNDLE 0 1\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1"),
	   {"\"send\":true"},
	   {"a=msid:parley audio0\r\n", "a=ssrc:1000 cname:cn\r\n",
	    "a=msid:parley video0\r\n", "a=ssrc:1001 cname:cn\r\n"}}}},
	{"what was never sent has no names",
	 {{HEAD("a=group:BUNDLE 0 1\r\n") AUDIO("9", "0", "1")
		   VIDEO("9", "1", "1") "a=sendonly\r\n",
	   {"\"send\":true"},
	   {"a=msid:parley audio0\r\n", "a=ssrc:1000 cname:cn\r\n",
	    "!a=msid:parley video0\r\n", "!a=ssrc:1001"}}}},
	{"telephones that offer RTP with and without keys",
	 {{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nm=audio 5004 RTP/AVP 8\r\n",
	   {"!\"transport\":1"},
	   {"m=audio 0 RTP/AVP 8\r\n"}}}},
	{"two cameras of a room, without WebRTC",
	 {{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n"
		     "m=video 5006 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
		     "m=video 5008 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
		     "a=content:slides\r\n",
	   {"\"remote\":\"192.0.2.9:5008\""},
	   {"m=video 20002 RTP/AVP 96\r\n", "m=video 20004 RTP/AVP 96\r\n"}}}},
};


static bool check_all(const char *where, const char *text,
		      const char *const *rows, size_t count)
{
	bool ok = true;

	for (size_t i = 0; i < count && rows[i]; i++)
		ok &= offer_world_check(where, text, rows[i]);
	return ok;
}


static void groups_come_and_go(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct offer *o = offer_world_make(false);

		for (size_t k = 0; k < STEPS_MAX && scripts[i].steps[k].sdp;
		     k++) {
			char *leg, *answer;

			CU_ASSERT_EQUAL_FATAL(
				offer_world_exchange(o,
						     scripts[i].steps[k].sdp,
						     &leg, &answer),
				REASON_NONE);
			CU_ASSERT_TRUE(check_all(scripts[i].name, leg,
						 scripts[i].steps[k].leg, 6));
			CU_ASSERT_TRUE(check_all(scripts[i].name, answer,
						 scripts[i].steps[k].answer,
						 8));
			free(leg);
			free(answer);
		}
		mem_deref(o);
	}
}


/** A recorded offer with its own lines once more, as a group of their own */
static char *twice(const char *file)
{
	char *sdp = offer_world_load(file), *media = strstr(sdp, "m=audio");
	char *both = calloc(1, 2 * strlen(sdp) + 256), *end;
	const char *group = strstr(sdp, "a=group:BUNDLE 0 1\n");

	if (!group)
		group = strstr(sdp, "a=group:BUNDLE 0 1\r\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(group);
	memcpy(both, sdp, (size_t)(group - sdp));
	strcat(both, "a=group:BUNDLE 2 3\n");
	strcat(both, group);
	end = both + strlen(both);
	strcat(both, media);
	for (char *p = end; (p = strstr(p, "a=mid:")); p++)
		p[6] = (char)(p[6] + 2);
	for (char *p = end; (p = strstr(p, "a=ice-ufrag:")); p++)
		p[12] = '2';
	free(sdp);
	return both;
}


/* The group that is named first need not be the one of the first lines */
static void browsers_have_two_groups_in_one_dialog(void)
{
	static const char *const files[] = {
		"chromium-audio-video.sdp",
		"firefox-audio-video.sdp",
		"firefox-h264.sdp",
	};
	static const char *const leg[] = {
		"\"mid\":\"0\"", "\"mid\":\"3\"",    "\"transport\":1",
		"\"ufrag\":\"2", "!\"transport\":2",
	};
	static const char *const answer[] = {
		"a=group:BUNDLE 0 1\r\n",    "a=group:BUNDLE 2 3\r\n",
		"a=mid:0\r\na=sendrecv\r\n", "a=mid:1\r\na=sendrecv\r\n",
		"a=mid:2\r\na=recvonly\r\n", "a=mid:3\r\na=recvonly\r\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct offer *o = offer_world_make(false);
		char *sdp = twice(files[i]), *legs, *answers;
		size_t prints = 0;

		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, sdp, &legs, &answers),
			REASON_NONE);
		CU_ASSERT_TRUE(check_all(files[i], legs, leg, 5));
		CU_ASSERT_TRUE(check_all(files[i], answers, answer, 6));
		/* Firefox wants one in each section */
		for (const char *p = answers; (p = strstr(p, "a=fingerprint"));
		     p++)
			++prints;
		CU_ASSERT_EQUAL(prints, 4);
		CU_ASSERT_EQUAL(offer_group_count(o), 2);
		CU_ASSERT_EQUAL(offer_bearer(o, 0), OFFER_BEARER_MIXER);
		CU_ASSERT_EQUAL(offer_bearer(o, 1), OFFER_BEARER_MIXER);
		CU_ASSERT_EQUAL(offer_bearer(o, 2), OFFER_BEARER_NONE);
		free(legs);
		free(answers);
		free(sdp);
		mem_deref(o);
	}
}


static const char two_groups[] =
	HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n") AUDIO("9", "0", "1")
		AUDIO("9", "1", "2");


/* Our re-offer has both groups as they are; an answer may drop the second */
static void our_reoffer_has_both_groups(void)
{
	static const char *const ours[] = {
		"a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n",
		"a=mid:0\r\na=sendrecv\r\n",
		"a=mid:1\r\na=recvonly\r\n",
		"!m=audio 0 ",
	};
	struct offer *o = offer_world_make(false);
	struct leg_description *d = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, two_groups, &leg, &answer),
		REASON_NONE);
	free(leg);
	free(answer);
	CU_ASSERT_EQUAL_FATAL(offer_begin(o, true, false, &d), 0);
	local = offer_world_mixer(d);
	CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	answer = offer_world_text(mb);
	CU_ASSERT_TRUE(check_all("ours", answer, ours, ARRAY_SIZE(ours)));
	free(answer);
	mem_deref(local);
	d = mem_deref(d);

	CU_ASSERT_EQUAL_FATAL(
		offer_remote_answer(
			o,
			HEAD("a=group:BUNDLE 0\r\n") AUDIO("9", "0", "1")
				AUDIO("0", "1", "2"),
			strlen(HEAD("a=group:BUNDLE 0\r\n") AUDIO(
				"9", "0", "1") AUDIO("0", "1", "2")),
			&d),
		REASON_NONE);
	CU_ASSERT_EQUAL(d->transport_count, 2);
	CU_ASSERT_FALSE(d->media[0].off);
	CU_ASSERT_TRUE(d->media[1].off);
	CU_ASSERT_EQUAL(offer_bearer(o, 1), OFFER_BEARER_NONE);
	mem_deref(d);
	mem_deref(o);
}


/* Whether one is on hold is told by what is in the mix */
static void a_second_group_does_not_hide_a_hold(void)
{
	static const char hold[] =
		HEAD("a=group:BUNDLE 0\r\na=group:BUNDLE 1\r\n") AUDIO(
			"9", "0", "1") "a=inactive\r\n" AUDIO("9", "1", "2");
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, two_groups, &leg, &answer),
		REASON_NONE);
	CU_ASSERT_FALSE(offer_held(o));
	free(leg);
	free(answer);
	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, hold, &leg, &answer),
			      REASON_NONE);
	CU_ASSERT_TRUE(offer_held(o));
	free(leg);
	free(answer);
	mem_deref(o);
}


static CU_TestInfo tests[] = {
	{"groups come and go", groups_come_and_go},
	{"browsers have two groups in one dialog",
	 browsers_have_two_groups_in_one_dialog},
	{"our re-offer has both groups", our_reoffer_has_both_groups},
	{"a second group does not hide a hold",
	 a_second_group_does_not_hide_a_hold},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_groups, tests)
