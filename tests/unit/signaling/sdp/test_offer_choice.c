/**
 * @file test_offer_choice.c  Every m-line is judged by itself and by all that
 * matters; what does no harm is taken
 */
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define KEY   "inline:Xkjr+gEBvnH6POqhHhuYxmQmNuq216s+WeLINF2W"
#define SDES  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n"
#define GOOD  "m=audio 5006 RTP/AVP 8\r\n"
#define TAKEN "m=audio 20000 RTP/AVP 8\r\n"
#define SHA1  "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33"
#define ICE(n)                                                                \
	"a=ice-ufrag:abc" n "\r\na=ice-pwd:0123456789012345678901\r\n"        \
	"a=setup:actpass\r\na=rtcp-mux\r\n"
#define PRINT  "a=fingerprint:sha-1 " SHA1 "\r\n"
#define BUNDLE SDP_HEAD "c=IN IP4 0.0.0.0\r\nt=0 0\r\na=group:BUNDLE a v\r\n"
#define BUNDLED_AUDIO                                                         \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n"                      \
	"a=rtpmap:111 opus/48000/2\r\n"
#define BUNDLED_VIDEO                                                         \
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n"                       \
	"a=rtpmap:96 VP8/90000\r\n"

/** An offer, and what must stand in the description and the answer ("!": must
 *  not) */
struct row {
	const char *sdp;
	const char *leg[4], *answer[4];
	bool sdes;
};


static void check(const char *sdp, const char *text, const char *const want[4])
{
	for (size_t i = 0; i < 4 && want[i]; i++)
		CU_ASSERT_TRUE(offer_world_check(sdp, text, want[i]));
}


static void exchange_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct offer *o = offer_world_make(rows[i].sdes);
		char *leg = NULL, *answer = NULL;
		enum reason reason =
			offer_world_exchange(o, rows[i].sdp, &leg, &answer);

		CU_ASSERT_EQUAL(reason, REASON_NONE);
		if (reason != REASON_NONE)
			printf("\nreason %d: %s\n", reason, rows[i].sdp);
		else {
			check(rows[i].sdp, leg, rows[i].leg);
			check(rows[i].sdp, answer, rows[i].answer);
		}
		free(leg);
		free(answer);
		mem_deref(o);
	}
}


static void a_line_that_fails_takes_no_other_with_it(void)
{
	static const struct row rows[] = {
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n" SDES GOOD,
		 {"!sdes", "\"remote\":\"192.0.2.9:5006\""},
		 {"m=audio 0 RTP/SAVP 8\r\n", TAKEN, "a=sendrecv\r\n"},
		 false},
		{SDP_PLAIN "m=audio 5006 UDP/TLS/RTP/SAVP 8\r\n" ICE("1") GOOD,
		 {"!webrtc"},
		 {"m=audio 0 UDP/TLS/RTP/SAVP 8\r\n", TAKEN},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n"
			   "a=crypto:1 F8_128_HMAC_SHA1_80 " KEY "\r\n" GOOD,
		 {"!sdes"},
		 {"m=audio 0 RTP/SAVP 8\r\n", TAKEN},
		 true},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n"
			   "c=IN IP4 239.1.2.3/127\r\n" GOOD,
		 {"\"remote\":\"192.0.2.9:5006\""},
		 {"m=audio 0 RTP/AVP 8\r\n", TAKEN},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\n" GOOD,
		 {"PCMA"},
		 {"m=audio 0 RTP/AVP 18\r\n", TAKEN},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\na=mid:<a>\r\n" GOOD,
		 {"\"remote\":\"192.0.2.9:5004\""},
		 {TAKEN, "!a=mid"},
		 false},
		{SDP_PLAIN GOOD "m=video 5008 RTP/SAVP 96\r\n"
				"a=rtpmap:96 VP8/90000\r\n"
				"m=video 5010 RTP/AVP 96\r\n"
				"a=rtpmap:96 VP8/90000\r\n",
		 {"\"remote\":\"192.0.2.9:5010\""},
		 {TAKEN, "m=video 0 RTP/SAVP 96\r\n",
		  "m=video 20002 RTP/AVP 96\r\n"},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


/** A line that is to carry nothing leaves the mix to one that is */
static void a_line_on_hold_stands_back(void)
{
	static const struct row rows[] = {
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\na=inactive\r\n"
			   "m=audio 5006 RTP/AVP 8\r\na=sendrecv\r\n",
		 {"\"send\":true"},
		 {"a=inactive\r\n", "a=sendrecv\r\n"},
		 false},
		{SDP_PLAIN
		 "m=audio 5004 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n" GOOD,
		 {"\"send\":true"},
		 {"a=recvonly\r\n", "a=sendrecv\r\n"},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


static void of_several_candidates_in_a_line_one_may_fail(void)
{
	static const struct row rows[] = {
		{SDP_PLAIN
		 "m=audio 5004 RTP/SAVP 8\r\n"
		 "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY
		 "|2^20|1:4\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 " KEY "\r\n",
		 {"AES_CM_128_HMAC_SHA1_32"},
		 {"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:"},
		 true},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n"
			   "a=crypto:1 aes_cm_128_hmac_sha1_80 " KEY "\r\n",
		 {"AES_CM_128_HMAC_SHA1_80"},
		 {"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"},
		 true},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n"
			   "a=crypto:1 AEAD_AES_128_GCM inline:"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		 {"AEAD_AES_128_GCM", "AAAAAAAAAA==\""},
		 {"a=crypto:1 AEAD_AES_128_GCM inline:"},
		 true},
		{SDP_PLAIN "m=audio 5004 RTP/SAVPF 8\r\na=ice-lite\r\n" ICE(
			 "1") PRINT SDES,
		 {"AES_CM_128_HMAC_SHA1_80"},
		 {"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"},
		 true},
		{SDP_HEAD "m=audio 5004 RTP/AVP 8\r\n"
			  "c=IN IP4 224.2.1.1/127\r\nc=IN IP4 host.invalid\r\n"
			  "c=IN IP4 192.0.2.7\r\n",
		 {"\"remote\":\"192.0.2.7:5004\""},
		 {TAKEN},
		 false},
		{SDP_PLAIN
		 "m=audio 5004 RTP/AVP 96 97\r\n"
		 "a=rtpmap:96 AMR/8000\r\na=fmtp:96 crc=1\r\n"
		 "a=rtpmap:97 AMR/8000\r\na=fmtp:97 octet-align=1\r\n",
		 {"\"pt\":97", "!\"pt\":96"},
		 {"m=audio 20000 RTP/AVP 97\r\n"},
		 false},
		{SDP_HEAD "c=IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8"
			  "\r\na=fingerprint:md2 00:11\r\n" ICE("1") PRINT,
		 {"\"hash\":\"sha-1\"", "!md2"},
		 {"a=setup:passive\r\n"},
		 false},
		{SDP_HEAD "c=IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8"
			  "\r\na=setup:PASSIVE\r\n" ICE("1") PRINT,
		 {"\"role\":\"client\""},
		 {"a=setup:active\r\n"},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


/** Of a BUNDLE group the first line counts that is not refused */
static void a_refused_tag_leaves_the_group_to_the_next(void)
{
	static const struct row rows[] = {
		/* no fingerprint in the first */
		{BUNDLE BUNDLED_AUDIO ICE("1") BUNDLED_VIDEO ICE("2") PRINT,
		 {"\"ufrag\":\"abc2\"", "!\"ufrag\":\"abc1\""},
		 {"m=audio 0 ", "a=group:BUNDLE v\r\n", "m=video 10000 "},
		 false},
		/* no codec in the first */
		{BUNDLE "m=audio 9 UDP/TLS/RTP/SAVPF 18\r\na=mid:a\r\n" ICE(
			 "1") PRINT BUNDLED_VIDEO ICE("2") PRINT,
		 {"\"ufrag\":\"abc2\"", "!\"ufrag\":\"abc1\""},
		 {"m=audio 0 ", "a=group:BUNDLE v\r\n", "m=video 10000 "},
		 false},
		/* the others of the first, which stands for all, need nothing
		 */
		{BUNDLE BUNDLED_AUDIO ICE("1") PRINT BUNDLED_VIDEO,
		 {"\"ufrag\":\"abc1\""},
		 {"a=group:BUNDLE a v\r\n", "m=video 10000 "},
		 false},
		/* the only transport is that of a line we cannot do */
		{SDP_HEAD "c=IN IP4 0.0.0.0\r\na=group:BUNDLE d a\r\n"
			  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
			  "\r\na=mid:d\r\n" ICE("3") PRINT
		 "m=audio 0 UDP/TLS/RTP/SAVPF 8\r\na=mid:a\r\n"
		 "a=bundle-only\r\n",
		 {"\"ufrag\":\"abc3\""},
		 {"m=application 0 ", "m=audio 10000 "},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


static void what_does_no_harm_is_taken(void)
{
	static const struct row rows[] = {
		{SDP_PLAIN "m=audio 5004 RTP/AVP 96 101\r\n"
			   "a=rtpmap:96 opus/48000/2\r\n"
			   "a=rtpmap:101 telephone-event/8000\r\n",
		 {"\"events\":[{\"clock\":8000,\"pt\":101}]"},
		 {"m=audio 20000 RTP/AVP 96 101\r\n",
		  "a=rtpmap:101 telephone-event/8000\r\n"},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 96 101 102 103 104\r\n"
			   "a=rtpmap:96 AMR-WB/16000\r\n"
			   "a=rtpmap:101 telephone-event/8000\r\n"
			   "a=rtpmap:102 telephone-event/44100\r\n"
			   "a=rtpmap:103 telephone-event/32000\r\n"
			   "a=rtpmap:104 Telephone-Event/16000\r\n",
		 {"{\"clock\":16000,\"pt\":104},{\"clock\":8000,\"pt\":101},"
		  "{\"clock\":44100,\"pt\":102}]"},
		 {"m=audio 20000 RTP/AVP 96 104 101 102\r\n"},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 96\r\n"
			   "a=rtpmap:96 opus/48000\r\n",
		 {"\"name\":\"opus\""},
		 {"a=rtpmap:96 opus/48000/2\r\n"},
		 false},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 96 96 8\r\n"
			   "a=rtpmap:96 AMR/8000\r\na=rtpmap:96 AMR/8000\r\n"
			   "a=fmtp:96 octet-align=1\r\n"
			   "a=fmtp:96 octet-align=1\r\n"
			   "a=ptime:20\r\na=ptime:20\r\n"
			   "a=sendrecv\r\na=sendrecv\r\n",
		 {"\"octet_align\":true"},
		 {"m=audio 20000 RTP/AVP 96 8\r\n"},
		 false},
		{"v=0\r\no=John Doe 1 1 IN IP4 192.0.2.9\r\n"
		 "c=IN IP4 192.0.2.9\r\n" GOOD,
		 {"PCMA"},
		 {TAKEN},
		 false},
		{"v=0\nc=IN IP4 192.0.2.9\nm=audio 5006 RTP/AVP 8 \n\n",
		 {"PCMA"},
		 {TAKEN},
		 false},
		{"v=0\rc=in ip4 192.0.2.9 \rm=AUDIO 5006 rtp/avp 8\r"
		 "a=sendonly \r\r",
		 {"\"send\":false"},
		 {"m=AUDIO 20000 rtp/avp 8\r\n", "a=recvonly\r\n"},
		 false},
		{SDP_HEAD "c=IN IP4 2001:db8::9\r\n" GOOD,
		 {"\"remote\":\"[2001:db8::9]:5006\""},
		 {TAKEN},
		 false},
		{SDP_HEAD "c=IN IP6 [2001:db8::9]\r\n" GOOD,
		 {"\"remote\":\"[2001:db8::9]:5006\""},
		 {TAKEN},
		 false},
		{SDP_PLAIN
		 "b=X-YZ:1\r\nb=AS\r\nm=audio 5006/2 RTP/AVP 8 97\r\n"
		 "b=RS:0\r\na=rtcp:1 IN IP4 a.invalid\r\n"
		 "a=rtpmap:  97   amr-wb/16000  \r\n"
		 "a=fmtp:97  octet-align = 1 ; mode-set = 0, 2\r\n"
		 "a=ptime:17\r\n",
		 {"\"mode_set\":[0,2],\"name\":\"AMR-WB\","
		  "\"octet_align\":true",
		  "\"remote_rtcp\":\"192.0.2.9:1\""},
		 {"m=audio 20000 RTP/AVP 97 8\r\n"},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


/** Packets of the longest that they take (RFC 8866 section 6.4), and else of
 *  what they prefer */
static void packets_are_as_long_as_they_take(void)
{
#define AMR_FIRST "m=audio 5004 RTP/AVP 96 8\r\na=rtpmap:96 AMR-WB/16000\r\n"
	static const struct row rows[] = {
		{SDP_PLAIN GOOD "a=maxptime:10\r\n",
		 {"\"ptime\":10,"},
		 {TAKEN},
		 false},
		{SDP_PLAIN GOOD "a=ptime:20\r\na=maxptime:10\r\n",
		 {"\"ptime\":10,"},
		 {"a=ptime:10\r\n"},
		 false},
		{SDP_PLAIN "a=maxptime:9\r\n" GOOD,
		 {"\"ptime\":5,"},
		 {},
		 false},
		{SDP_PLAIN GOOD "a=maxptime:39\r\na=ptime:60\r\n",
		 {"\"ptime\":20,"},
		 {"a=ptime:20\r\n"},
		 false},
		{SDP_PLAIN GOOD "a=ptime:10\r\n",
		 {"\"ptime\":10,"},
		 {},
		 false},
		{SDP_PLAIN GOOD "a=ptime:5\r\n", {"\"ptime\":10,"}, {}, false},
		{SDP_PLAIN GOOD "a=ptime:30\r\n",
		 {"\"ptime\":20,"},
		 {"a=ptime:20\r\n"},
		 false},
		{SDP_PLAIN GOOD "a=ptime:200\r\n",
		 {"\"ptime\":60,"},
		 {},
		 false},
		{SDP_PLAIN GOOD "a=ptime:0\r\na=maxptime:0\r\n",
		 {"\"ptime\":20,"},
		 {"!a=ptime", "!a=maxptime"},
		 false},
		/* a frame of AMR is 20 ms */
		{SDP_PLAIN AMR_FIRST "a=maxptime:20\r\n",
		 {"AMR-WB", "\"ptime\":20,"},
		 {"m=audio 20000 RTP/AVP 96 8\r\n"},
		 false},
		{SDP_PLAIN AMR_FIRST "a=maxptime:10\r\n",
		 {"!AMR-WB", "\"ptime\":10,"},
		 {"m=audio 20000 RTP/AVP 8\r\n"},
		 false},
		{SDP_PLAIN AMR_FIRST "a=ptime:10\r\n",
		 {"AMR-WB", "\"ptime\":20,"},
		 {"m=audio 20000 RTP/AVP 96 8\r\n"},
		 false},
		{SDP_PLAIN "m=audio 5002 RTP/AVP 8\r\na=maxptime:2\r\n" GOOD,
		 {"\"ptime\":20,"},
		 {"m=audio 0 RTP/AVP 8\r\n", TAKEN},
		 false},
	};

	exchange_all(rows, ARRAY_SIZE(rows));
}


static void a_refusal_says_what_the_trouble_was(void)
{
	static const struct {
		const char *sdp;
		bool sdes;
		enum reason reason;
	} rows[] = {
		{SDP_PLAIN "m=audio 0 RTP/AVP 8\r\n", false, REASON_NO_MEDIA},
		{SDP_PLAIN "m=image 5004 udptl t38\r\n", false,
		 REASON_NO_MEDIA},
		{SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\n", true,
		 REASON_NO_CODEC},
		{SDP_PLAIN "m=audio 5004 TCP/RTP/AVP 8\r\n", true,
		 REASON_NO_PROFILE},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n" SDES, false,
		 REASON_NO_KEYS},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n", true,
		 REASON_NO_KEYS},
		{SDP_HEAD "c=IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8"
			  "\r\n" ICE("1"),
		 true, REASON_NO_KEYS},
		{SDP_HEAD "c=IN IP4 239.1.2.3/9\r\n" GOOD, true,
		 REASON_NO_ADDRESS},
		{SDP_HEAD "c=IN IP4 a.invalid\r\n" GOOD, true,
		 REASON_NO_ADDRESS},
		{SDP_HEAD GOOD, true, REASON_NO_ADDRESS},
		/* of the line that came nearest */
		{SDP_PLAIN "m=audio 5004 RTP/AVP 18\r\n"
			   "m=audio 5006 RTP/SAVP 8\r\n"
			   "m=video 5008 RTP/AVP 99\r\n",
		 true, REASON_NO_KEYS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer *o = offer_world_make(rows[i].sdes);
		char *leg, *answer;

		CU_ASSERT_EQUAL(
			offer_world_exchange(o, rows[i].sdp, &leg, &answer),
			rows[i].reason);
		mem_deref(o);
	}
}


/** Of one family only, of a dual-stack offer the other line (RFC 4091) */
static void an_address_of_a_family_that_we_lack_is_none(void)
{
	static const char sdp[] =
		SDP_HEAD "t=0 0\r\na=group:ANAT 1 2\r\n"
			 "m=audio 5004 RTP/AVP 8\r\nc=IN IP6 2001:db8::9\r\n"
			 "a=mid:1\r\nm=audio 5006 RTP/AVP 8\r\n"
			 "c=IN IP4 192.0.2.9\r\na=mid:2\r\n";
	struct offer_config config = {.no_ip6 = true};
	struct offer *o = NULL;
	char *leg, *answer;

	sa_set_str(&config.address, "198.51.100.1", 0);
	CU_ASSERT_EQUAL_FATAL(offer_alloc(&o, &config), 0);
	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	CU_ASSERT_TRUE(offer_world_check(sdp, answer, "m=audio 0 "));
	CU_ASSERT_TRUE(offer_world_check(sdp, answer, TAKEN));
	CU_ASSERT_TRUE(offer_world_check(sdp, leg, "192.0.2.9:5006"));
	free(leg);
	free(answer);
	mem_deref(o);
}


static void an_unknown_precondition_is_the_line_s_own(void)
{
#define STRANGE "a=curr:xyz none\r\na=des:xyz mandatory e2e sendrecv\r\n"
	static const char one[] =
		SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n" STRANGE GOOD;
	static const char all[] =
		SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n" STRANGE;
	const struct {
		const char *sdp, *answer;
		enum offer_preconditions what;
	} rows[] = {
		{one, "m=audio 0 RTP/AVP 8\r\n" TAKEN,
		 OFFER_PRECONDITIONS_MET},
		{all, TAKEN, OFFER_PRECONDITIONS_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer *o = offer_world_make(false);
		char *leg, *answer;

		offer_honour_preconditions(o, true);
		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, rows[i].sdp, &leg, &answer),
			REASON_NONE);
		CU_ASSERT_EQUAL(offer_preconditions(o), rows[i].what);
		CU_ASSERT_TRUE(offer_world_check(rows[i].sdp, answer,
						 rows[i].answer));
		free(leg);
		free(answer);
		mem_deref(o);
	}
}


static enum reason answer_ours(bool sdes, bool video, const char *sdp,
			       char **leg)
{
	struct offer *o = offer_world_make(sdes);
	struct leg_description *desc = NULL, *theirs = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	enum reason reason;

	CU_ASSERT_EQUAL_FATAL(offer_begin(o, false, video, &desc), 0);
	local = offer_world_mixer(desc);
	CU_ASSERT_EQUAL_FATAL(offer_local(o, local, &mb), 0);
	reason = offer_remote_answer(o, sdp, strlen(sdp), &theirs);
	*leg = theirs ? offer_world_describe(theirs) : NULL;
	mem_deref(theirs);
	mem_deref(desc);
	mem_deref(local);
	mem_deref(mb);
	mem_deref(o);
	return reason;
}


/** Answers to ours, with and without keys */
static void answers_are_judged_the_same(void)
{
	static const struct {
		const char *sdp;
		bool sdes, video;
		enum reason reason;
		const char *leg;
	} rows[] = {
		/* an event of another clock than the codec's */
		{SDP_PLAIN "m=audio 5004 RTP/AVP 111 101\r\n"
			   "a=rtpmap:111 opus/48000\r\n"
			   "a=rtpmap:101 telephone-event/8000\r\n",
		 false, false, REASON_NONE,
		 "\"events\":[{\"clock\":8000,\"pt\":101}]"},
		/* one line of two, by leaving it out */
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n", false, true,
		 REASON_NONE, "\"kind\":\"video\",\"mid\":\"\",\"off\":true"},
		/* one of two cannot be done */
		{SDP_PLAIN
		 "m=audio 5004 RTP/AVP 8\r\n"
		 "m=video 5006 RTP/AVP 104\r\n"
		 "c=IN IP4 239.1.2.3/9\r\na=rtpmap:104 H264/90000\r\n"
		 "a=fmtp:104 profile-level-id=42e01f;"
		 "packetization-mode=1\r\n",
		 false, true, REASON_NONE,
		 "\"kind\":\"video\",\"mid\":\"\",\"off\":true"},
		/* what we offered with keys is not answered without */
		{SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n", true, false,
		 REASON_NO_KEYS, NULL},
		/* nor by another suite than the one whose key we gave */
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n"
			   "a=crypto:1 AES_CM_128_HMAC_SHA1_32 " KEY "\r\n",
		 true, false, REASON_NO_KEYS, NULL},
		/* nor what we offered without keys with some */
		{SDP_PLAIN "m=audio 5004 UDP/TLS/RTP/SAVP 8\r\n" ICE("1")
			 PRINT,
		 false, false, REASON_NO_PROFILE, NULL},
		{SDP_PLAIN "m=audio 5004 RTP/SAVP 8\r\n" SDES, true, false,
		 REASON_NONE, "AES_CM_128_HMAC_SHA1_80"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *leg;

		CU_ASSERT_EQUAL(answer_ours(rows[i].sdes, rows[i].video,
					    rows[i].sdp, &leg),
				rows[i].reason);
		if (rows[i].leg) {
			CU_ASSERT_PTR_NOT_NULL_FATAL(leg);
			CU_ASSERT_TRUE(offer_world_check(rows[i].sdp, leg,
							 rows[i].leg));
		}
		free(leg);
	}
}


/** A line may be the twentieth: many are those that are over */
static void a_line_behind_many_is_found(void)
{
	char sdp[4096] = SDP_PLAIN;
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	for (int i = 0; i < 20; i++)
		strcat(sdp, "m=audio 0 RTP/AVP 8\r\n");
	strcat(sdp, GOOD);
	CU_ASSERT_EQUAL_FATAL(offer_world_exchange(o, sdp, &leg, &answer),
			      REASON_NONE);
	CU_ASSERT_TRUE(offer_world_check(sdp, answer, TAKEN));
	free(leg);
	free(answer);
	mem_deref(o);
}

static CU_TestInfo tests[] = {
	{"a line that fails takes no other with it",
	 a_line_that_fails_takes_no_other_with_it},
	{"a line on hold stands back", a_line_on_hold_stands_back},
	{"of several candidates in a line one may fail",
	 of_several_candidates_in_a_line_one_may_fail},
	{"a refused tag leaves the group to the next",
	 a_refused_tag_leaves_the_group_to_the_next},
	{"what does no harm is taken", what_does_no_harm_is_taken},
	{"packets are as long as they take", packets_are_as_long_as_they_take},
	{"a refusal says what the trouble was",
	 a_refusal_says_what_the_trouble_was},
	{"an address of a family that we lack is none",
	 an_address_of_a_family_that_we_lack_is_none},
	{"an unknown precondition is the line's own",
	 an_unknown_precondition_is_the_line_s_own},
	{"answers are judged the same", answers_are_judged_the_same},
	{"a line behind many is found", a_line_behind_many_is_found},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_choice, tests)
