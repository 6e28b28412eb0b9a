/**
 * @file test_offer_dtls.c  DTLS-SRTP without ICE in SDP (RFC 5763, 8842)
 */
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define OCTETS8     "00:11:22:33:44:55:66:77:"
#define FINGERPRINT "a=fingerprint:sha-256 " OCTETS8 OCTETS8 OCTETS8
#define ONE         FINGERPRINT "88:99:aa:bb:cc:dd:ee:ff\r\n"
#define TWO         FINGERPRINT "88:99:aa:bb:cc:dd:ee:00\r\n"
#define ICE         "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"

struct row {
	const char *name, *sdp;
	enum reason reason;
	const char *leg[6], *answer[8];
};

static const struct row rows[] = {
	{"the offerer would be either",
	 SDP_PLAIN "a=setup:actpass\r\n" ONE
		   "m=audio 5004 UDP/TLS/RTP/SAVP 0\r\n",
	 REASON_NONE,
	 {"\"kind\":\"plain\"", "\"role\":\"server\"",
	  "\"remote\":\"192.0.2.9:5004\"", "!\"sdes\"", "!\"ice\""},
	 {"m=audio 20000 UDP/TLS/RTP/SAVP 0\r\n", "a=setup:passive\r\n",
	  "a=fingerprint:sha-256 ", "!a=ice", "!a=candidate", "!a=crypto",
	  "!a=rtcp-mux", "c=IN IP4 203.0.113.5\r\n"}},
	{"it would be active",
	 SDP_PLAIN
	 "m=audio 5004 UDP/TLS/RTP/SAVPF 0\r\na=setup:active\r\n" ONE,
	 REASON_NONE,
	 {"\"role\":\"server\""},
	 {"UDP/TLS/RTP/SAVPF", "a=setup:passive\r\n"}},
	{"it would be passive, and shares the port",
	 SDP_PLAIN "m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:passive\r\n"
		   "a=rtcp-mux\r\n" ONE,
	 REASON_NONE,
	 {"\"role\":\"client\"", "\"rtcp_mux\":true"},
	 {"a=setup:active\r\n", "a=rtcp-mux\r\n"}},
	{"two lines, each with an association of its own",
	 SDP_PLAIN ONE "m=audio 5004 UDP/TLS/RTP/SAVP 0\r\n"
		       "m=video 5006 UDP/TLS/RTP/SAVPF 96\r\n"
		       "a=rtpmap:96 VP8/90000\r\n",
	 REASON_NONE,
	 {"\"remote\":\"192.0.2.9:5004\"", "\"remote\":\"192.0.2.9:5006\""},
	 {"m=audio 20000 UDP/TLS", "m=video 20002 UDP/TLS"}},
	{"without a fingerprint there is nothing to know it by",
	 SDP_PLAIN "m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\n",
	 REASON_NO_CODEC,
	 {NULL},
	 {NULL}},
	{"under the profile's older name",
	 SDP_PLAIN "m=audio 5004 RTP/SAVPF 0\r\na=setup:actpass\r\n" ONE,
	 REASON_NONE,
	 {"\"kind\":\"plain\"", "\"role\":\"server\"", "!\"sdes\""},
	 {"m=audio 20000 RTP/SAVPF 0\r\n", "a=setup:passive\r\n",
	  "!a=crypto"}},
	{"with ICE it is WebRTC as ever",
	 SDP_PLAIN "m=audio 5004 UDP/TLS/RTP/SAVP 0\r\n" ICE ONE,
	 REASON_NONE,
	 {"\"kind\":\"webrtc\""},
	 {"a=ice-ufrag", "a=setup:passive\r\n"}},
};


static void offers_are_taken_as_what_they_are(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct offer *o = offer_world_make(false);
		char *leg, *answer;
		enum reason reason =
			offer_world_exchange(o, r->sdp, &leg, &answer);

		CU_ASSERT_EQUAL(reason == REASON_NONE,
				r->reason == REASON_NONE);
		for (size_t k = 0; leg && r->leg[k]; k++)
			CU_ASSERT_TRUE(
				offer_world_check(r->name, leg, r->leg[k]));
		for (size_t k = 0; k < 8 && answer && r->answer[k]; k++)
			CU_ASSERT_TRUE(offer_world_check(r->name, answer,
							 r->answer[k]));
		free(leg);
		free(answer);
		mem_deref(o);
	}
}


/** The role of before stays while the certificate does (RFC 8842 sec. 5.3) */
static void a_role_stays_with_its_association(void)
{
	static const char passive[] = SDP_PLAIN
		"m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:passive\r\n" ONE;
	static const char again[] = SDP_PLAIN
		"m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\n" ONE;
	static const char other[] = SDP_PLAIN
		"m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\n" TWO;
	static const struct {
		const char *sdp, *setup;
	} steps[] = {
		{passive, "a=setup:active\r\n"},
		{again, "a=setup:active\r\n"},
		{other, "a=setup:passive\r\n"},
	};
	struct offer *o = offer_world_make(false);

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		char *leg, *answer;

		CU_ASSERT_EQUAL(
			offer_world_exchange(o, steps[i].sdp, &leg, &answer),
			REASON_NONE);
		CU_ASSERT_TRUE(
			offer_world_check("step", answer, steps[i].setup));
		free(leg);
		free(answer);
	}
	mem_deref(o);
}


/** Hold of RFC 2543: its sound goes nowhere, until there is a place again */
static void no_address_is_a_hold(void)
{
	static const char plain[] = SDP_PLAIN
		"m=audio 5004 UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\n" ONE;
	static const char hold[] = SDP_PLAIN
		"m=audio 5004 UDP/TLS/RTP/SAVP 0\r\nc=IN IP4 0.0.0.0\r\n"
		"a=setup:actpass\r\n" ONE;
	static const struct {
		const char *sdp, *leg, *answer;
	} steps[] = {
		{plain, "\"send\":true", "a=sendrecv\r\n"},
		{hold, "\"send\":false", "a=recvonly\r\n"},
		{plain, "\"send\":true", "a=sendrecv\r\n"},
	};
	struct offer *o = offer_world_make(false);

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		char *leg, *answer;

		CU_ASSERT_EQUAL(
			offer_world_exchange(o, steps[i].sdp, &leg, &answer),
			REASON_NONE);
		CU_ASSERT_TRUE(offer_world_check("leg", leg, steps[i].leg));
		CU_ASSERT_TRUE(offer_world_check(
			"leg", leg, "\"remote\":\"192.0.2.9:5004\""));
		CU_ASSERT_TRUE(
			offer_world_check("step", answer, steps[i].answer));
		free(leg);
		free(answer);
	}
	mem_deref(o);
}


/** A re-offer of ours is as secret as what was agreed, also in a new line */
static void our_reoffer_keeps_it(void)
{
	static const char *const lines[] = {
		"m=audio 20000 UDP/TLS/RTP/SAVP 0",
		"m=video 20002 UDP/TLS/RTP/SAVP ",
		"a=setup:actpass\r\n",
		"a=fingerprint:sha-256 ",
		"!a=ice",
		"!a=crypto",
		"!a=setup:passive",
	};
	struct offer *o = offer_world_make(true);
	struct leg_description *desc = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	char *leg, *text;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, rows[0].sdp, &leg, &text),
		REASON_NONE);
	free(leg);
	free(text);
	CU_ASSERT_EQUAL_FATAL(offer_begin(o, false, true, &desc), 0);
	leg = offer_world_describe(desc);
	CU_ASSERT_TRUE(offer_world_check("leg", leg, "\"dtls\":{"));
	CU_ASSERT_TRUE(offer_world_check("leg", leg, "!\"remote\""));
	local = offer_world_mixer(desc);
	CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	text = offer_world_text(mb);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_TRUE(offer_world_check("offer", text, lines[i]));
	free(leg);
	free(text);
	mem_deref(local);
	mem_deref(desc);
	mem_deref(o);
}

static CU_TestInfo tests[] = {
	{"offers are taken as what they are",
	 offers_are_taken_as_what_they_are},
	{"a role stays with its association",
	 a_role_stays_with_its_association},
	{"no address is a hold", no_address_is_a_hold},
	{"our re-offer keeps it", our_reoffer_keeps_it},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_dtls, tests)
