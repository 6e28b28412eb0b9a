/**
 * @file test_offer_ours.c  Our offers, their answers, re-offers, rollback
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"


/** Begin an offer and print it */
static char *our_offer(struct offer *o, bool webrtc, bool video, char **leg)
{
	struct leg_description *desc = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;

	CU_ASSERT_EQUAL_FATAL(offer_begin(o, webrtc, video, &desc), 0);
	local = offer_world_mixer(desc);
	CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	if (leg)
		*leg = offer_world_describe(desc);
	mem_deref(local);
	mem_deref(desc);
	return offer_world_text(mb);
}


static enum reason their_answer(struct offer *o, const char *sdp, char **leg)
{
	struct leg_description *desc = NULL;
	enum reason reason = offer_remote_answer(o, sdp, strlen(sdp), &desc);

	*leg = desc ? offer_world_describe(desc) : NULL;
	mem_deref(desc);
	return reason;
}

static const char plain_answer[] =
	SDP_PLAIN "m=audio 5004 RTP/AVP 8 101\r\n"
		  "a=rtpmap:101 telephone-event/8000\r\n"
		  "m=video 0 RTP/AVP 104\r\n";


static void our_plain_offer_is_answered(void)
{
	static const char *const lines[] = {
		"m=audio 20000 RTP/AVP 111 97 98 9 99 100 0 8 13 110 101 112",
		"a=fmtp:97 octet-align=1\r\n",
		"m=video 20002 RTP/AVP 104 106 102\r\n",
		"a=rtcp-fb:104 nack pli\r\n",
		"a=ptime:20\r\n",
		"!a=ice",
		"!a=setup",
		"!rtx/",
		"!a=mid",
		"!a=crypto",
		"!a=msid",
	};
	struct offer *o = offer_world_make(false);
	char *leg, *sdp = our_offer(o, false, true, &leg);

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_TRUE(offer_world_check("our offer", sdp, lines[i]));
	CU_ASSERT_TRUE(offer_world_check("our offer", leg, "!remote"));
	free(leg);
	free(sdp);
	CU_ASSERT_EQUAL(their_answer(o, plain_answer, &leg), REASON_NONE);
	CU_ASSERT_TRUE(offer_world_check(
		"answer", leg,
		"\"codecs\":[{\"clock\":8000,\"name\":\"PCMA\","
		"\"pt\":8}]"));
	CU_ASSERT_TRUE(offer_world_check(
		"answer", leg,
		"\"kind\":\"video\",\"mid\":\"\",\"off\":true"));
	CU_ASSERT_TRUE(offer_world_check("answer", leg,
					 "\"remote\":\"192.0.2.9:5004\""));
	CU_ASSERT_FALSE(offer_is_webrtc(o));
	free(leg);
	mem_deref(o);
}


static void sdes_is_offered_where_allowed(void)
{
	struct offer *o = offer_world_make(true);
	char *leg, *sdp = our_offer(o, false, false, &leg);

	CU_ASSERT_TRUE(offer_world_check("offer", leg,
					 "\"sdes\":{\"suite\":"
					 "\"AES_CM_128_HMAC_SHA1_80\"}"));
	CU_ASSERT_TRUE(
		offer_world_check("offer", sdp, "m=audio 20000 RTP/SAVP 111"));
	CU_ASSERT_TRUE(offer_world_check("offer", sdp,
					 "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
					 "inline:T1VSS0VZ\r\n"));
	free(leg);
	free(sdp);
	mem_deref(o);
}

static const char webrtc_answer[] =
	SDP_HEAD "t=0 0\r\na=group:BUNDLE 0 1\r\nc=IN IP4 0.0.0.0\r\n"
		 "m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\na=mid:0\r\n" ICE_DTLS
		 "a=setup:active\r\na=rtpmap:111 opus/48000/2\r\n"
		 "a=rtpmap:110 telephone-event/48000\r\n"
		 "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
		 "m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=mid:1\r\n" ICE_DTLS
		 "a=setup:active\r\na=rtpmap:102 VP8/90000\r\n"
		 "a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n";


static void our_webrtc_offer_is_answered(void)
{
	static const char *const lines[] = {
		"a=group:BUNDLE 0 1\r\n",
		"a=ice-lite\r\n",
		"m=audio 10000 UDP/TLS/RTP/SAVPF 111 9 0 8 13 110 101\r\n",
		"m=video 10000 UDP/TLS/RTP/SAVPF 102 103 104 105\r\n",
		"a=setup:actpass\r\n",
		"a=rtcp-mux\r\n",
		"a=mid:1\r\n",
		"a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
		"a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/"
		"color-space\r\n",
		"a=fmtp:105 apt=104\r\n",
		"a=msid:parley video0\r\n",
		"!AMR",
	};
	struct offer *o = offer_world_make(false);
	char *leg, *sdp = our_offer(o, true, true, &leg);

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_TRUE(offer_world_check("our offer", sdp, lines[i]));
	CU_ASSERT_TRUE(offer_world_check(
		"our offer", leg, "\"transports\":[{\"kind\":\"webrtc\"}]"));
	free(leg);
	free(sdp);
	CU_ASSERT_EQUAL(their_answer(o, webrtc_answer, &leg), REASON_NONE);
	CU_ASSERT_TRUE(
		offer_world_check("answer", leg, "\"role\":\"server\""));
	CU_ASSERT_TRUE(
		offer_world_check("answer", leg, "{\"apt\":102,\"pt\":103}"));
	CU_ASSERT_TRUE(offer_world_check("answer", leg, "\"audio_level\":1"));
	CU_ASSERT_TRUE(offer_world_check("answer", leg, "!H264"));
	CU_ASSERT_TRUE(offer_world_check("answer", leg, "!colour_space\":4"));
	CU_ASSERT_TRUE(offer_is_webrtc(o));
	free(leg);
	mem_deref(o);
}


static void answers_that_do_not_fit_are_refused(void)
{
	static const struct {
		const char *sdp;
		enum reason reason;
	} rows[] = {
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n"
			   "m=video 5006 RTP/AVP 104\r\n"
			   "m=audio 5008 RTP/AVP 8\r\n",
		 REASON_BAD_REQUEST},
		{SDP_PLAIN "m=video 5004 RTP/AVP 104\r\n"
			   "m=audio 5006 RTP/AVP 8\r\n",
		 REASON_BAD_REQUEST},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\n"
			   "m=video 0 RTP/AVP 104\r\n",
		 REASON_NO_CODEC},
		{SDP_PLAIN "m=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 104\r\n",
		 REASON_NO_MEDIA},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer *o = offer_world_make(false);
		char *leg;

		free(our_offer(o, false, true, NULL));
		CU_ASSERT_EQUAL(their_answer(o, rows[i].sdp, &leg),
				rows[i].reason);
		CU_ASSERT_PTR_NULL(leg);
		mem_deref(o);
	}
}


static void our_reoffer_keeps_their_numbers(void)
{
	static const char *const lines[] = {
		"m=audio 10000 UDP/TLS/RTP/SAVPF 111 9 0 8 13 110 126\r\n",
		"m=video 10000 UDP/TLS/RTP/SAVPF 96 97 108 109\r\n",
		"m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n",
		"a=setup:actpass\r\n",
		"a=group:BUNDLE 0 1\r\n",
	};
	char *sdp = offer_world_load("chromium-audio-video-data.sdp"), *leg,
	     *answer;
	struct offer *o = offer_world_make(false);
	char id[2][32], version[2][32];
	char *ours;

	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	free(leg);
	ours = our_offer(o, false, true, &leg);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_TRUE(offer_world_check("re-offer", ours, lines[i]));
	CU_ASSERT_TRUE(offer_world_check("re-offer", leg, "!\"ice\""));
	offer_world_version(answer, id[0], version[0]);
	offer_world_version(ours, id[1], version[1]);
	CU_ASSERT_STRING_EQUAL(id[0], id[1]);
	CU_ASSERT_EQUAL(atoi(version[0]) + 1, atoi(version[1]));
	free(ours);
	free(leg);
	free(answer);
	free(sdp);
	mem_deref(o);
}


static void our_reoffer_adds_and_drops_video(void)
{
	char *sdp = offer_world_load("chromium-audio.sdp"), *leg, *answer,
	     *ours;
	struct offer *o = offer_world_make(false);

	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	free(leg);
	free(answer);
	free(sdp);
	ours = our_offer(o, true, true, &leg);
	CU_ASSERT_TRUE(
		offer_world_check("add", ours, "a=group:BUNDLE 0 1\r\n"));
	CU_ASSERT_TRUE(offer_world_check(
		"add", ours, "m=video 10000 UDP/TLS/RTP/SAVPF 102 103"));
	CU_ASSERT_TRUE(offer_world_check("add", leg,
					 "\"kind\":\"video\",\"mid\":\"1\""));
	CU_ASSERT_FALSE(offer_has_video(o));
	free(leg);
	free(ours);
	/* Chromium offered the extensions of audio as 2 and 4 */
	CU_ASSERT_EQUAL(their_answer(o, webrtc_answer, &leg), REASON_NONE);
	CU_ASSERT_TRUE(offer_has_video(o));
	free(leg);
	ours = our_offer(o, true, false, &leg);
	CU_ASSERT_TRUE(
		offer_world_check("drop", ours, "a=group:BUNDLE 0\r\n"));
	CU_ASSERT_TRUE(offer_world_check("drop", ours,
					 "m=video 0 UDP/TLS/RTP/SAVPF"));
	CU_ASSERT_TRUE(
		offer_world_check("drop", leg, "\"mid\":\"1\",\"off\":true"));
	free(leg);
	free(ours);
	mem_deref(o);
}


static void rollback_returns_to_what_was_agreed(void)
{
	struct offer *o = offer_world_make(false);
	char *leg, *answer, *before, *after;
	struct leg_description *desc = NULL;

	CU_ASSERT_EQUAL(offer_leg(o, &desc), ENOENT);
	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	CU_ASSERT_EQUAL(offer_leg(o, &desc), 0);
	before = offer_world_describe(desc);
	mem_deref(desc);
	free(our_offer(o, false, true, NULL));
	offer_rollback(o);
	CU_ASSERT_EQUAL(offer_leg(o, &desc), 0);
	/* the mixer has a place for the video, which stays */
	CU_ASSERT_EQUAL(desc->transport_count, 2);
	CU_ASSERT_EQUAL(desc->media_count, 2);
	CU_ASSERT_TRUE(desc->media[1].off);
	CU_ASSERT_FALSE(desc->transports[1].known);
	desc->transport_count = desc->media_count = 1;
	after = offer_world_describe(desc);
	mem_deref(desc);
	CU_ASSERT_STRING_EQUAL(before, after);
	CU_ASSERT_STRING_EQUAL(before, leg);
	free(before);
	free(after);
	free(leg);
	free(answer);
	/* A version that was sent is not used again */
	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, " 3 IN IP4 203.0.113.5\r\n"));
	free(leg);
	free(answer);
	mem_deref(o);
}


static void refused_reoffer_leaves_the_agreed_state(void)
{
	struct offer *o = offer_world_make(false);
	char *leg, *answer, *again;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	free(leg);
	CU_ASSERT_EQUAL(offer_world_exchange(
				o, SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\n",
				&leg, &again),
			REASON_NO_CODEC);
	CU_ASSERT_FALSE(offer_held(o));
	free(our_offer(o, false, false, &leg));
	CU_ASSERT_TRUE(offer_world_check("after", leg, "PCMU"));
	free(leg);
	free(answer);
	mem_deref(o);
}


static void a_mixer_that_says_too_little_is_refused(void)
{
	static const char sdp[] = SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n";
	struct offer *o = offer_world_make(false);
	struct leg_description *leg = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;

	CU_ASSERT_EQUAL_FATAL(offer_remote(o, sdp, sizeof(sdp) - 1, &leg),
			      REASON_NONE);
	CU_ASSERT_EQUAL_FATAL(leg_local_alloc(&local, 1, 0), 0);
	CU_ASSERT_EQUAL(offer_answer(o, local, &mb), EINVAL);
	CU_ASSERT_PTR_NULL(mb);
	mem_deref(local);
	mem_deref(leg);
	mem_deref(o);
}

/** An offer, its answer, a re-offer that is rolled back; what fails can be
 *  done again, and what was agreed stays */
static int offer_and_roll_back(void *arg)
{
	struct leg_description *leg = NULL;
	struct leg_local *local = NULL;
	struct mbuf *mb = NULL;
	struct offer *o;
	int err;

	(void)arg;
	failing_pause();
	o = offer_world_make(false);
	failing_resume();
	err = offer_begin(o, false, true, &leg);
	CU_ASSERT_EQUAL(!err, leg != NULL);
	failing_pause();
	if (err)
		CU_ASSERT_EQUAL_FATAL(offer_begin(o, false, true, &leg), 0);
	local = offer_world_mixer(leg);
	leg = mem_deref(leg);
	failing_resume();

	if (!err)
		err = offer_local(o, local, &mb);
	failing_pause();
	if (!mb)
		CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	mb = mem_deref(mb);
	failing_resume();

	if (!err &&
	    offer_remote_answer(o, plain_answer, strlen(plain_answer), &leg))
		err = ENOMEM;
	leg = mem_deref(leg);
	failing_pause();
	if (err && offer_leg(o, &leg))
		CU_ASSERT_EQUAL(offer_remote_answer(o, plain_answer,
						    strlen(plain_answer),
						    &leg),
				REASON_NONE);
	leg = mem_deref(leg);
	failing_resume();

	if (!err) {
		err = offer_begin(o, false, true, &leg);
		leg = mem_deref(leg);
		offer_rollback(o);
	}
	failing_pause();
	CU_ASSERT_EQUAL(offer_leg(o, &leg), 0);
	mem_deref(leg);
	mem_deref(local);
	mem_deref(o);
	failing_resume();

	return err;
}


static void memory_that_is_missing_leaves_what_was_agreed(void)
{
	failing_each(offer_and_roll_back, NULL);
}

static CU_TestInfo tests[] = {
	{"our plain offer is answered", our_plain_offer_is_answered},
	{"SDES is offered where allowed", sdes_is_offered_where_allowed},
	{"our WebRTC offer is answered", our_webrtc_offer_is_answered},
	{"answers that do not fit are refused",
	 answers_that_do_not_fit_are_refused},
	{"our re-offer keeps their numbers", our_reoffer_keeps_their_numbers},
	{"our re-offer adds and drops video",
	 our_reoffer_adds_and_drops_video},
	{"rollback returns to what was agreed",
	 rollback_returns_to_what_was_agreed},
	{"a refused re-offer leaves the agreed state",
	 refused_reoffer_leaves_the_agreed_state},
	{"a mixer that says too little is refused",
	 a_mixer_that_says_too_little_is_refused},
	{"memory that is missing leaves what was agreed",
	 memory_that_is_missing_leaves_what_was_agreed},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_ours, tests)
