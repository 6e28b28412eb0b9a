/**
 * @file test_offer.c  Their offers, recorded and written, and our answers
 *
 * sdp/chromium-*: recorded from Chromium 156; sdp/baresip-*: from baresip
 * 1.0.0; sdp/firefox-audio-video: Firefox ESR 153, without its
 * H.264 plugin; sdp/firefox-h264 (with it) and sdp/volte-*: written, after
 * Firefox's form and the examples of TS 26.114 annex A.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

/** A recorded offer, what must (or with '!' must not) be in the description
 *  and in the answer */
static const struct recorded {
	const char *file;
	bool sdes;
	const char *leg[20], *answer[28];
} recorded[] = {
	{"chromium-audio-video-data.sdp",
	 false,
	 {"\"kind\":\"webrtc\"", "\"role\":\"server\"", "\"ufrag\":\"kvHj\"",
	  "{\"channels\":2,\"clock\":48000,\"dtx\":false,\"fec\":true,"
	  "\"name\":\"opus\",\"pt\":111,\"stereo\":false},{\"clock\":8000,"
	  "\"name\":\"G722\",\"pt\":9},{\"clock\":8000,\"name\":\"PCMU\","
	  "\"pt\":0},{\"clock\":8000,\"name\":\"PCMA\",\"pt\":8}]",
	  "\"events\":[{\"clock\":48000,\"pt\":110},"
	  "{\"clock\":8000,\"pt\":126}]",
	  "\"cn_pt\":13",
	  "\"extensions\":{\"abs_send_time\":2,\"audio_level\":1,"
	  "\"colour_space\":0,\"mid\":4}",
	  "\"extensions\":{\"abs_send_time\":2,\"audio_level\":0,"
	  "\"colour_space\":8,\"mid\":4}",
	  "\"rtx\":[{\"apt\":96,\"pt\":97},{\"apt\":108,\"pt\":109}]",
	  "\"profile_level_id\":\"42e01f\"", "\"packetization_mode\":1",
	  "\"feedback\":{\"fir\":true,\"nack\":true,\"pli\":true,"
	  "\"remb\":true}",
	  "\"ssrcs\":[3466094187]", "\"ssrcs\":[156348674,639803499]",
	  "\"width\":1280", "!\"transport\":1", "!application"},
	 {"a=group:BUNDLE 0 1\r\n",
	  "a=ice-lite\r\n",
	  "m=audio 10000 UDP/TLS/RTP/SAVPF 111 9 0 8 13 110 126\r\n",
	  "m=video 10000 UDP/TLS/RTP/SAVPF 96 97 108 109\r\n",
	  "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n",
	  "a=setup:passive\r\n",
	  "a=rtcp-mux\r\n",
	  "a=rtpmap:111 opus/48000/2\r\n",
	  "a=fmtp:111 minptime=10;useinbandfec=1\r\n",
	  "a=rtpmap:110 telephone-event/48000\r\n",
	  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
	  "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n",
	  "a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/"
	  "color-space\r\n",
	  "a=rtcp-fb:96 nack pli\r\n",
	  "a=rtcp-fb:96 goog-remb\r\n",
	  "a=fmtp:97 apt=96\r\n",
	  "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;"
	  "profile-level-id=42e01f\r\n",
	  "a=msid:parley audio0\r\n",
	  "a=msid:parley video0\r\n",
	  "a=ssrc-group:FID 1001 2001\r\n",
	  "a=ssrc:1000 cname:cn\r\n",
	  "a=candidate:1 1 udp 2130706431 203.0.113.5 10000 typ host\r\n",
	  "a=end-of-candidates\r\n",
	  "a=fingerprint:sha-256 AA:BB\r\n",
	  "!transport-cc",
	  "!VP9",
	  "!red/",
	  "!a=rtcp-rsize"}},
	{"chromium-audio.sdp",
	 false,
	 {"\"kind\":\"audio\"", "!\"kind\":\"video\""},
	 {"a=group:BUNDLE 0\r\n", "!m=video"}},
	{"firefox-audio-video.sdp",
	 false,
	 {"\"max_playback_rate\":48000", "\"stereo\":true",
	  "\"extensions\":{\"abs_send_time\":0,\"audio_level\":1,"
	  "\"colour_space\":0,\"mid\":3}",
	  "\"events\":[{\"clock\":8000,\"pt\":101}]", "\"pt\":109",
	  "\"rtx\":[{\"apt\":120,\"pt\":124}]", "\"value\":\"FD:36:F4:31"},
	 {"a=group:BUNDLE 0 1\r\n",
	  "m=audio 10000 UDP/TLS/RTP/SAVPF 109 9 0 8 101\r\n",
	  "m=video 10000 UDP/TLS/RTP/SAVPF 120 124\r\n"}},
	{"firefox-h264.sdp",
	 false,
	 {"\"max_playback_rate\":48000", "\"stereo\":true",
	  "\"extensions\":{\"abs_send_time\":0,\"audio_level\":1,"
	  "\"colour_space\":0,\"mid\":3}",
	  "\"events\":[{\"clock\":8000,\"pt\":101}]", "\"pt\":109",
	  "\"pt\":126",
	  "\"rtx\":[{\"apt\":120,\"pt\":124},{\"apt\":126,\"pt\":127}]",
	  "\"value\":\"2B:7C:07:92"},
	 {"a=group:BUNDLE 0 1\r\n",
	  "m=audio 10000 UDP/TLS/RTP/SAVPF 109 9 0 8 101\r\n",
	  "m=video 10000 UDP/TLS/RTP/SAVPF 120 124 126 127\r\n"}},
	{"baresip-av.sdp",
	 false,
	 {"\"kind\":\"plain\"", "\"remote\":\"10.9.9.1:20018\"",
	  "\"remote_rtcp\":\"10.9.9.1:20019\"",
	  "\"remote\":\"10.9.9.1:20008\"", "\"rtcp_mux\":false",
	  "\"octet_align\":true", "\"transport\":1",
	  "\"packetization_mode\":1", "\"pli\":true", "\"nack\":false",
	  "\"ptime\":20", "!sdes", "!\"ice\"", "!H263"},
	 {"m=audio 20000 RTP/AVP 96 97 9 98 0 8 101\r\n",
	  "m=video 20002 RTP/AVP 97 100\r\n", "a=fmtp:97 octet-align=1\r\n",
	  "a=rtcp-fb:97 nack pli\r\n",
	  "a=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\n",
	  "c=IN IP4 203.0.113.5\r\n", "a=ptime:20\r\n", "!a=rtcp-mux",
	  "!a=msid", "!a=ice", "!BUNDLE", "!a=crypto", "!a=mid"}},
	{"baresip-amr.sdp",
	 false,
	 {"\"name\":\"AMR-WB\",\"octet_align\":true,\"pt\":96"},
	 {"m=audio 20000 RTP/AVP 96 97 8 101\r\n",
	  "a=rtpmap:96 AMR-WB/16000\r\n"}},
	{"baresip-sdes.sdp",
	 true,
	 {"\"sdes\":{\"remote_key\":"
	  "\"Xkjr+gEBvnH6POqhHhuYxmQmNuq216s+WeLINF2W\","
	  "\"suite\":\"AES_CM_128_HMAC_SHA1_80\"}"},
	 {"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:T1VSS0VZ\r\n"}},
	{"baresip-sdes.sdp", false, {"!sdes"}, {"!a=crypto"}},
	{"baresip-dtls.sdp",
	 false,
	 {"\"kind\":\"webrtc\"", "\"transport\":1", "\"hash\":\"sha-256\""},
	 {"!BUNDLE", "m=video 10000 UDP/TLS/RTP/SAVPF 96\r\n", "!a=rtcp-mux"}},
	{"volte-audio.sdp",
	 false,
	 {"\"remote\":\"[2001:db8:1::aaaa]:50010\"", "\"kbps\":38",
	  "\"name\":\"AMR-WB\",\"octet_align\":false,\"pt\":104",
	  "\"mode_change_neighbor\":true,\"mode_change_period\":2,"
	  "\"mode_set\":[0,2,4,7],\"name\":\"AMR\"",
	  "\"events\":[{\"clock\":16000,\"pt\":107},"
	  "{\"clock\":8000,\"pt\":97}]",
	  "!\"pt\":102"},
	 {"m=audio 20000 RTP/AVP 104 105 107 97\r\n",
	  "a=fmtp:105 octet-align=0;mode-set=0,2,4,7;"
	  "mode-change-capability=2\r\n",
	  "a=maxptime:120\r\n"}},
	{"volte-audio-video.sdp",
	 false,
	 {"\"mode_set\":[0,1,2],\"name\":\"AMR-WB\",\"octet_align\":true,"
	  "\"pt\":97",
	  "\"kbps\":512", "\"width\":320", "\"height\":240",
	  "\"profile_level_id\":\"42e00c\"", "\"nack\":true", "\"fir\":true",
	  "!\"pt\":101", "!\"pt\":98"},
	 {"m=audio 20000 RTP/AVP 97 100\r\n", "m=video 20002 RTP/AVPF 99\r\n",
	  "a=fmtp:97 octet-align=1;mode-set=0,1,2\r\n",
	  "a=fmtp:99 packetization-mode=0;profile-level-id=42e00c\r\n"}},
};


static void answers_recorded_offers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		const struct recorded *r = &recorded[i];
		char *sdp = offer_world_load(r->file), *leg, *answer;
		struct offer *o = offer_world_make(r->sdes);

		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, sdp, &leg, &answer),
			REASON_NONE);
		for (size_t k = 0; k < 20 && r->leg[k]; k++)
			CU_ASSERT_TRUE(
				offer_world_check(r->file, leg, r->leg[k]));
		for (size_t k = 0; k < 28 && r->answer[k]; k++)
			CU_ASSERT_TRUE(offer_world_check(r->file, answer,
							 r->answer[k]));
		free(leg);
		free(answer);
		free(sdp);
		mem_deref(o);
	}
}

/** A written offer, the reason and one thing in leg and answer */
static const struct written {
	const char *sdp;
	bool sdes;
	enum reason reason;
	const char *leg, *answer;
} written[] = {
	{SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n", false, REASON_NONE,
	 "\"remote_rtcp\":\"192.0.2.9:5005\"", "m=audio 20000 RTP/AVP 0\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 192.0.2.8"
		   "\r\n",
	 false, REASON_NONE, "\"remote_rtcp\":\"192.0.2.8:6000\"", "PCMU"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\na=rtcp-mux\r\n", false,
	 REASON_NONE, "\"remote_rtcp\":\"192.0.2.9:5004\",\"rtcp_mux\":true",
	 "a=rtcp-mux\r\n"},
	{SDP_PLAIN "a=sendonly\r\nm=audio 5004 RTP/AVP 0\r\n", false,
	 REASON_NONE, "\"recv\":true,\"rtx\":[],\"send\":false",
	 "a=recvonly\r\n"},
	{SDP_PLAIN "a=sendonly\r\nm=audio 5004 RTP/AVP 0\r\na=recvonly\r\n",
	 false, REASON_NONE, "\"recv\":false,\"rtx\":[],\"send\":true",
	 "a=sendonly\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\na=inactive\r\n", false,
	 REASON_NONE, "\"send\":false", "a=inactive\r\n"},
	{SDP_HEAD "c=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n",
	 false, REASON_NONE, "\"send\":false", "a=recvonly\r\n"},
	{SDP_PLAIN "m=audio 5004/2 RTP/AVP 8\r\na=ptime:45\r\n", false,
	 REASON_NONE, "\"ptime\":40", "a=ptime:40\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nb=TIAS:64500\r\nb=AS:90\r\n",
	 false, REASON_NONE, "\"kbps\":64", "PCMA"},
	{SDP_PLAIN "m=text 5006 RTP/AVP 98\r\nm=audio 5004 RTP/AVP 8\r\n",
	 false, REASON_NONE, "\"transport\":0",
	 "m=text 0 RTP/AVP 98\r\nm=audio 20000 RTP/AVP 8\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nm=audio 5006 RTP/AVP 0\r\n",
	 false, REASON_NONE, "\"pt\":8",
	 "m=audio 20002 RTP/AVP 0\r\nc=IN IP4 203.0.113.5\r\na=recvonly\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nm=audio 5004 RTP/AVP 0\r\n",
	 false, REASON_NONE, "\"pt\":8", "m=audio 0 RTP/AVP 0\r\n"},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\nm=video 0 RTP/AVP 96\r\n",
	 false, REASON_NO_CODEC, NULL, NULL},
	{SDP_PLAIN "m=audio 5004 RTP/SAVP 0\r\na=crypto:1 "
		   "AES_CM_128_HMAC_SHA1_80 "
		   "inline:Xkjr+gEBvnH6POqhHhuYxmQmNuq216s+WeLINF2W\r\n",
	 false, REASON_NO_KEYS, NULL, NULL},
	{SDP_PLAIN "m=audio 5004 RTP/SAVP 0\r\na=crypto:1 "
		   "AES_CM_128_HMAC_SHA1_80 "
		   "inline:Xkjr+gEBvnH6POqhHhuYxmQmNuq216s+WeLINF2W\r\n"
		   "a=crypto:7 AEAD_AES_128_GCM "
		   "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==|2^31 "
		   "WSH=128\r\n",
	 true, REASON_NONE, "\"suite\":\"AEAD_AES_128_GCM\"",
	 "a=crypto:7 AEAD_AES_128_GCM inline:"},
	{SDP_PLAIN "m=audio 5004 RTP/SAVP 0\r\na=crypto:1 "
		   "AES_CM_128_HMAC_SHA1_80 "
		   "inline:Xkjr+gEBvnH6POqhHhuYxmQmNuq216s+WeLINF2W|2^20|1:4"
		   "\r\n",
	 true, REASON_NO_KEYS, NULL, NULL},
	{SDP_PLAIN "m=audio 5004 RTP/SAVP 0\r\na=crypto:1 "
		   "AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n",
	 true, REASON_NO_KEYS, NULL, NULL},
	{SDP_HEAD "c=IN IP4 239.1.2.3/127\r\nm=audio 5004 RTP/AVP 0\r\n",
	 false, REASON_NO_ADDRESS, NULL, NULL},
	{SDP_HEAD "m=audio 5004 RTP/AVP 0\r\n", false, REASON_NO_ADDRESS, NULL,
	 NULL},
	{SDP_HEAD "c=IN IP4 0.0.0.0\r\n" ICE_DTLS
		  "a=setup:active\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
	 false, REASON_NONE,
	 "\"role\":\"server\"},\"ice\":{\"pwd\":\"0123456789012345678901\"",
	 "a=setup:passive\r\n"},
	{SDP_HEAD "c=IN IP4 0.0.0.0\r\n" ICE_DTLS
		  "a=setup:passive\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
	 false, REASON_NONE, "\"role\":\"client\"", "a=setup:active\r\n"},
	{SDP_HEAD "c=IN IP4 0.0.0.0\r\na=ice-lite\r\n" ICE_DTLS
		  "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
	 false, REASON_NO_PROFILE, NULL, NULL},
	{SDP_HEAD "c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:short"
		  "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
	 false, REASON_NO_PROFILE, NULL, NULL},
	{SDP_HEAD "a=group:BUNDLE a v\r\nc=IN IP4 0.0.0.0\r\n"
		  "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\n" ICE_DTLS
		  "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n"
		  "a=bundle-only\r\na=rtpmap:96 VP8/90000\r\n",
	 false, REASON_NONE, "\"mid\":\"v\"", "a=group:BUNDLE a v\r\n"},
	{SDP_HEAD "t=0 0\r\n", false, REASON_NO_MEDIA, NULL, NULL},
	{"", false, REASON_BAD_REQUEST, NULL, NULL},
	{"v=1\r\no=- 1 1 IN IP4 1.2.3.4\r\n", false, REASON_BAD_REQUEST, NULL,
	 NULL},
	{SDP_PLAIN "m=audio 99999 RTP/AVP 0\r\n", false, REASON_BAD_REQUEST,
	 NULL, NULL},
	{SDP_PLAIN "m=audio 5004 RTP/AVP\r\n", false, REASON_BAD_REQUEST, NULL,
	 NULL},
	{SDP_PLAIN "m=audio\r\n", false, REASON_BAD_REQUEST, NULL, NULL},
	{SDP_PLAIN "not a row\r\n", false, REASON_BAD_REQUEST, NULL, NULL},
	{SDP_PLAIN "m=audio 5004 RTP/AVP 0 0 999 -1 4294967296 x 8\r\n"
		   "a=rtpmap:\r\na=rtpmap:0\r\na=rtpmap:8 /\r\na=fmtp:8\r\n"
		   "a=rtcp:99999999999\r\na=ssrc:99999999999 x\r\n"
		   "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
		   "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
		   "b=AS:99999999999\r\na=ptime:0\r\n",
	 false, REASON_NONE, "\"mid\":0}", "m=audio 20000 RTP/AVP 0 8\r\n"},
};


static void answers_or_refuses_written_offers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		const struct written *w = &written[i];
		struct offer *o = offer_world_make(w->sdes);
		char *leg, *answer;
		enum reason reason =
			offer_world_exchange(o, w->sdp, &leg, &answer);

		CU_ASSERT_EQUAL(reason, w->reason);
		if (reason != w->reason)
			printf("\nreason %d, not %d: %s\n", reason, w->reason,
			       w->sdp);
		if (leg && w->leg)
			CU_ASSERT_TRUE(offer_world_check(w->sdp, leg, w->leg));
		if (answer && w->answer)
			CU_ASSERT_TRUE(
				offer_world_check(w->sdp, answer, w->answer));
		free(leg);
		free(answer);
		mem_deref(o);
	}
}


static void caps_hold_against_floods(void)
{
	static const char *const floods[] = {
		"a=x\r\n",
		"m=audio 5004 RTP/AVP 0\r\n",
		"\r\n",
		"a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		size_t n = strlen(floods[i]), size = 10000 * n + 512;
		char *sdp = calloc(1, size);
		struct offer *o = offer_world_make(false);
		size_t len = (size_t)snprintf(
			sdp, size, "%s", SDP_PLAIN "m=audio 1 RTP/AVP 0\r\n");
		struct leg_description *leg = NULL;

		for (int k = 0; k < 10000; k++, len += n)
			memcpy(sdp + len, floods[i], n);
		CU_ASSERT_EQUAL(offer_remote(o, sdp, len, &leg),
				REASON_BAD_REQUEST);
		CU_ASSERT_PTR_NULL(leg);
		mem_deref(o);
		free(sdp);
	}
}


static void lines_beyond_the_cap_are_answered_with_port_0(void)
{
	char sdp[4096] = SDP_PLAIN;
	struct offer *o = offer_world_make(false);
	char *leg, *answer;
	size_t lines = 0;

	for (int i = 0; i < 20; i++)
		strcat(sdp, i ? "m=video 5004 RTP/AVP 96\r\n"
			      : "m=audio 5004 RTP/AVP 0\r\n");
	strcat(sdp, "a=rtpmap:96 VP8/90000\r\n");
	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	for (const char *p = answer; (p = strstr(p, "m=video 0 ")); p++)
		++lines;
	CU_ASSERT_EQUAL(lines, 19);
	free(leg);
	free(answer);
	mem_deref(o);
}


static void origin_counts_up_and_reprints_are_equal(void)
{
	char *sdp = offer_world_load("chromium-audio-video.sdp"), *leg, *a, *b;
	struct offer *o = offer_world_make(false);
	char id[2][32], version[2][32];
	struct mbuf *mb = NULL;
	struct leg_description *desc = NULL;
	struct leg_local *local;

	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &a),
			      REASON_NONE);
	CU_ASSERT_EQUAL(offer_leg(o, &desc), 0);
	local = offer_world_mixer(desc);
	CU_ASSERT_EQUAL(offer_answer(o, local, &mb), 0);
	b = offer_world_text(mb);
	CU_ASSERT_STRING_EQUAL(a, b);
	free(b);
	free(leg);
	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &b),
			      REASON_NONE);
	offer_world_version(a, id[0], version[0]);
	offer_world_version(b, id[1], version[1]);
	CU_ASSERT_STRING_EQUAL(id[0], id[1]);
	CU_ASSERT_EQUAL(atoi(version[0]) + 1, atoi(version[1]));
	mem_deref(desc);
	mem_deref(local);
	free(leg);
	free(a);
	free(b);
	free(sdp);
	mem_deref(o);
}


static void reoffer_drops_and_adds_video(void)
{
	static const char *const offers[] = {
		SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n"
			  "m=video 5006 RTP/AVP 96\r\n"
			  "a=rtpmap:96 VP8/90000\r\n",
		SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n"
			  "m=video 0 RTP/AVP 96\r\n",
		SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n"
			  "m=video 5008 RTP/AVP 97\r\n"
			  "a=rtpmap:97 VP8/90000\r\n",
		SDP_PLAIN "m=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n",
	};
	static const char *const want[][2] = {
		{"\"kind\":\"video\",\"mid\":\"\",\"off\":false",
		 "m=video 20002 RTP/AVP 96\r\n"},
		{"\"kind\":\"video\",\"mid\":\"\",\"off\":true",
		 "m=video 0 RTP/AVP 96\r\n"},
		{"\"remote\":\"192.0.2.9:5008\"",
		 "m=video 20002 RTP/AVP 97\r\n"},
		{"\"kind\":\"audio\",\"mid\":\"\",\"off\":true",
		 "m=audio 0 RTP/AVP 0\r\n"},
	};
	struct offer *o = offer_world_make(false);

	for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
		char *leg, *answer;

		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, offers[i], &leg, &answer),
			REASON_NONE);
		CU_ASSERT_TRUE(offer_world_check(offers[i], leg, want[i][0]));
		CU_ASSERT_TRUE(
			offer_world_check(offers[i], answer, want[i][1]));
		free(leg);
		free(answer);
	}
	mem_deref(o);
}


static void hold_is_seen_and_keeps_the_address(void)
{
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, SDP_PLAIN "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	CU_ASSERT_FALSE(offer_held(o));
	free(leg);
	free(answer);
	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o,
				     SDP_HEAD "c=IN IP4 0.0.0.0\r\n"
					      "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	CU_ASSERT_TRUE(offer_held(o));
	CU_ASSERT_TRUE(offer_world_check("hold", leg,
					 "\"remote\":\"192.0.2.9:5004\""));
	CU_ASSERT_TRUE(offer_world_check("hold", leg, "\"recv\":false"));
	CU_ASSERT_TRUE(offer_world_check("hold", answer, "a=recvonly\r\n"));
	free(leg);
	free(answer);
	mem_deref(o);
}


/** A controller's first offer, before it knows the other party (RFC 3725) */
static void a_black_hole_is_hold(void)
{
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o,
				     SDP_HEAD "c=IN IP4 0.0.0.0\r\n"
					      "m=audio 5004 RTP/AVP 0\r\n",
				     &leg, &answer),
		REASON_NONE);
	CU_ASSERT_TRUE(offer_held(o));
	free(leg);
	free(answer);
	mem_deref(o);
}


static void who_never_listened_is_heard(void)
{
	static const char source[] = SDP_PLAIN "a=sendonly\r\n"
					       "m=audio 5004 RTP/AVP 0\r\n";
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, source, &leg, &answer),
			REASON_NONE);
		CU_ASSERT_TRUE(
			offer_world_check("source", leg, "\"recv\":true"));
		CU_ASSERT_FALSE(offer_held(o));
		free(leg);
		free(answer);
	}
	mem_deref(o);
}


/** An offer that there was no memory for leaves the exchange as it was: it
 *  can be made again, and answered */
static int answer_offer(void *arg)
{
	struct leg_description *leg = NULL;
	struct leg_local *local = NULL;
	struct offer_config config = {.sdes_allowed = true,
				      .video_width = 1280,
				      .video_height = 720,
				      .video_fps = 25};
	struct mbuf *mb = NULL;
	struct offer *o = NULL;
	const char *sdp = arg;
	enum reason reason;
	int err;

	sa_set_str(&config.address, "198.51.100.1", 0);
	err = offer_alloc(&o, &config);
	CU_ASSERT_EQUAL(!err, o != NULL);
	if (err)
		return err;

	reason = offer_remote(o, sdp, strlen(sdp), &leg);
	CU_ASSERT_EQUAL(reason == REASON_NONE, leg != NULL);
	err = reason ? ENOMEM : 0;
	failing_pause();
	if (err) {
		CU_ASSERT_EQUAL(reason, REASON_INTERNAL);
		reason = offer_remote(o, sdp, strlen(sdp), &leg);
		CU_ASSERT_EQUAL_FATAL(reason, REASON_NONE);
	}
	local = offer_world_mixer(leg);
	failing_resume();

	if (!err)
		err = offer_answer(o, local, &mb);
	failing_pause();
	if (!mb)
		CU_ASSERT_EQUAL_FATAL(offer_answer(o, local, &mb), 0);
	CU_ASSERT(mb->end > 100);
	mem_deref(mb);
	mem_deref(local);
	mem_deref(leg);
	mem_deref(o);
	failing_resume();

	return err;
}


static void memory_that_is_missing_undoes_the_offer(void)
{
	static const char *const files[] = {"volte-audio-video.sdp",
					    "chromium-audio-video.sdp",
					    "baresip-sdes.sdp"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *sdp = offer_world_load(files[i]);

		failing_each(answer_offer, sdp);
		free(sdp);
	}
}

static CU_TestInfo tests[] = {
	{"answers recorded offers", answers_recorded_offers},
	{"answers or refuses written offers",
	 answers_or_refuses_written_offers},
	{"caps hold against floods", caps_hold_against_floods},
	{"lines beyond the cap are answered with port 0",
	 lines_beyond_the_cap_are_answered_with_port_0},
	{"origin counts up and reprints are equal",
	 origin_counts_up_and_reprints_are_equal},
	{"re-offer drops and adds video", reoffer_drops_and_adds_video},
	{"a black hole is hold", a_black_hole_is_hold},
	{"who never listened is heard", who_never_listened_is_heard},
	{"hold is seen and keeps the address",
	 hold_is_seen_and_keeps_the_address},
	{"memory that is missing undoes the offer",
	 memory_that_is_missing_undoes_the_offer},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer, tests)
