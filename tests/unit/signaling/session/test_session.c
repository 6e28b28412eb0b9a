/**
 * @file test_session.c  INVITE sessions, played over UDP with a real layer
 */
#include <errno.h>
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

static void play_with(const char *const lines[], unsigned expires_s,
		      unsigned min_se_s)
{
	struct world w;

	if (world_open(&w)) {
		CU_FAIL_FATAL("no world");
		return;
	}
	if (expires_s) {
		w.config->session_expires_s = expires_s;
		w.config->session_min_se_s = min_se_s;
	}
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}

#define SCRIPT(name, ...)                                                     \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_with(lines, 0, 0);                                       \
	}

#define TIMED(name, expires_s, min_se_s, ...)                                 \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_with(lines, expires_s, min_se_s);                        \
	}

#define CALL          "> INVITE 1 | offer", "< 200 | m=audio 40000", "> ACK 1"
#define HANG_UP(cseq) "> BYE " cseq, "< 200", "@ leg.remove", "# 0"

SCRIPT(lets_in, "> INVITE 1 | offer | Supported: timer", "< 100 | !;tag=x",
       "< 200 | ;isfocus | Allow: INVITE | Session-Expires: 1800;refresher="
       " | Require: timer | Server: | m=audio 40000 | !Call-Info",
       "> ACK 1", "@ leg.add", HANG_UP("2"))

SCRIPT(offerless, "> INVITE 1", "< 200 | m=audio 40000", "> ACK 1 | answer",
       "@ leg.modify", HANG_UP("2"))

SCRIPT(offers_what_the_mixer_has, "l opus", "> INVITE 1",
       "< 200 | m=audio 40000 | !opus/48000 | PCMU/8000", "> ACK 1 | answer",
       NULL)
SCRIPT(refuses_what_the_mixer_lacks, "l PCMU", "> INVITE 1 | offer", "< 488",
       "> ACK 1", NULL)
SCRIPT(offerless_without_answer, "> INVITE 1", "< 200 | m=audio", "> ACK 1",
       "< BYE | Reason: SIP;cause=400", "= 200", "# 0")

SCRIPT(repeats_200, "> INVITE 1 | offer", "< 200", "+ 200", "+ 200", "> ACK 1",
       "- 200", HANG_UP("2"))

SCRIPT(repeats_ack, "d", "< INVITE", "= 200 | answer", "< ACK",
       "= 200 | answer", "+ ACK", HANG_UP("1"))

SCRIPT(bye_waits_for_ack, "> INVITE 1 | offer", "< 200", "s", "- BYE",
       "> ACK 1", "< BYE", "= 200", "# 0")

SCRIPT(answer_crosses_cancel, "d", "< INVITE", "= 180", "- CANCEL", "s",
       "< CANCEL", "= 200", "i", "= 200 | answer", "< ACK", "< BYE", "= 200",
       "# 0")

SCRIPT(one_at_a_time, CALL, "m 0", "> INVITE 2 | hold", "> INVITE 3 | resume",
       "< 500 | Retry-After:", "> ACK 3", "> UPDATE 4 | resume",
       "< 500 | Retry-After:", "> BYE 5", "< 200", "< 487", "# 0")

SCRIPT(change_called_off, CALL, "m 0", "> INVITE 2 | hold", "@ leg.modify",
       "> CANCEL 2", "< 200", "< 487", "> ACK 2", "# 1", HANG_UP("3"))

SCRIPT(holds, CALL, "> INVITE 2 | hold", "< 200 | a=recvonly", "> ACK 2",
       "> INVITE 3 | resume", "< 200 | a=sendrecv", "> ACK 3", HANG_UP("4"))

SCRIPT(offerless_again, CALL, "> INVITE 2", "< 200 | m=audio",
       "> ACK 2 | answer", HANG_UP("3"))

SCRIPT(lost_ack_is_implied, "> INVITE 1 | offer", "< 200", "> INVITE 2 | hold",
       "< 200", "> ACK 2", HANG_UP("3"))

SCRIPT(old_cseq, CALL, "> INVITE 5 | hold", "< 200", "> ACK 5",
       "> INVITE 4 | resume", "< 500", "> ACK 4", HANG_UP("6"))

SCRIPT(glare, CALL, "r", "< INVITE | m=audio 40000", "> INVITE 2 | hold",
       "< 491", "> ACK 2", "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(follows_its_peer, CALL, "p", "> INVITE 2 | offer", "< 200", "> ACK 2",
       "r", "< INVITE | m=audio 40000", "= 200 | answer", "< ACK", "s",
       "< BYE", "= 200", "# 0")

SCRIPT(reoffers, CALL, "r", "< INVITE | ;isfocus | m=audio 40000",
       "= 200 | answer", "< ACK", "@ leg.modify", HANG_UP("2"))

SCRIPT(survives_its_mixer, CALL, "@ leg.add", "k",
       "< INVITE | m=audio 40000 | !m=video", "@ leg.add", "= 200 | answer",
       "< ACK", "@ leg.modify", HANG_UP("2"))

SCRIPT(survives_in_mid_change, CALL, "@ leg.add", "m 0", "> INVITE 2 | hold",
       "@ leg.modify", "m 1", "k", "< 503", "> ACK 2", "< INVITE",
       "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(survives_while_dialling, "d", "< INVITE", "k", "= 200 | answer",
       "< ACK", "< INVITE | m=audio 40000", "= 200 | answer", "< ACK",
       HANG_UP("1"))

SCRIPT(survives_before_its_answer, "> INVITE 1", "< 200", "k",
       "> ACK 1 | answer", "< INVITE | m=audio 40000", "= 200 | answer",
       "< ACK", HANG_UP("2"))

SCRIPT(reoffers_after_491, CALL, "r", "< INVITE", "= 491", "< ACK", "< INVITE",
       "= 200 | answer", "< ACK", HANG_UP("2"))

SCRIPT(ends_when_refused, CALL, "r", "< INVITE", "= 488", "< ACK",
       "@ leg.remove", "< BYE | Reason: SIP;cause=488", "= 200", "# 0")

SCRIPT(waits_as_told, CALL, "r", "< INVITE", "= 500 | - | Retry-After: 0",
       "< ACK", "< INVITE", "= 200 | answer", "< ACK", HANG_UP("2"))

SCRIPT(ends_on_481, CALL, "r", "< INVITE", "= 481", "< ACK", "< BYE", "= 200",
       "# 0")

SCRIPT(refreshes_by_update, CALL,
       "> UPDATE 2 | - | Supported: timer^"
       "Session-Expires: 600;refresher=uac",
       "< 200 | Session-Expires: 600;refresher=uac | Contact:", HANG_UP("3"))

SCRIPT(update_with_offer, CALL, "> UPDATE 2 | hold", "< 200 | a=recvonly",
       HANG_UP("3"))

SCRIPT(unknown_dialog, CALL, HANG_UP("2"), "> INFO 3", "< 481", "> BYE 4",
       "< 481", "> INVITE 5 | offer", "< 481", "> ACK 5")

SCRIPT(wrong_type, "> INVITE 1 | text/plain:hello",
       "< 415 | Accept:"
       " application/sdp",
       "# 0")

SCRIPT(multipart,
       "> INVITE 1 | multipart/mixed;boundary=b:"
       "--b^Content-Type: text/plain^^x^--b^Content-Type: application/sdp^^"
       "v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^c=IN IP4 127.0.0.1^t=0 0^"
       "m=audio 4000 RTP/AVP 0^--b--^",
       "< 200 | m=audio", "> ACK 1", HANG_UP("2"))

SCRIPT(accept_without_sdp, "> INVITE 1 | offer | Accept: text/plain", "< 406",
       "# 0")

SCRIPT(no_codec,
       "> INVITE 1 | application/sdp:v=0^o=p 1 1 IN IP4 127.0.0.1^"
       "s=-^c=IN IP4 127.0.0.1^t=0 0^m=audio 4000 RTP/AVP 3^",
       "< 488 | Warning: 399 parley | (no-codec)", "# 0")

SCRIPT(not_sdp, "> INVITE 1 | application/sdp:hello", "< 400", "# 0")

SCRIPT(other_methods, CALL, "> PUBLISH 2", "< 405 | Allow: INVITE",
       "> OPTIONS 3",
       "< 200 | Accept: application/sdp | Supported: timer | precondition |"
       " Contact: <sip:demo@ | ;isfocus | Session-ID: ",
       HANG_UP("4"))

SCRIPT(keys, CALL, "> INFO 2 | application/dtmf-relay:Signal=5^Duration=100^",
       "< 200", "> INFO 3 | application/dtmf:#", "< 200",
       "> INFO 4 | text/plain:x", "< 415 | Accept: application/dtmf-relay",
       "> INFO 5 | application/dtmf-relay:Signal=z^", "< 400", HANG_UP("6"))

SCRIPT(dials, "d",
       "< INVITE | ;isfocus | From: \"De\\\"mo\" <sip:demo@ | "
       "m=audio 40000 | Session-Expires: 1800",
       "= 180", "= 200 | answer", "< ACK", "@ leg.modify", HANG_UP("1"))

SCRIPT(first_fork_wins, "d", "< INVITE", "t one", "= 200 | answer",
       "< ACK | tag=one", "t two", "= 200 | answer", "< ACK | tag=two",
       "< BYE | tag=two", "= 200", "# 1")

SCRIPT(follows_redirect, "d", "< INVITE",
       "= 302 | - | Contact: "
       "<sip:else@127.0.0.1:5>",
       "< ACK", "- BYE")

SCRIPT(busy, "d", "< INVITE", "= 486", "< ACK", "@ leg.remove", "e left busy",
       "# 0")

SCRIPT(declined, "d", "< INVITE", "= 603", "< ACK", "e left declined", "# 0")

SCRIPT(says_why_there_is_no_way, "d sip:bob@127.0.0.1;transport=ws",
       "e dial_failed no-route", "# 0")

SCRIPT(says_at_once_that_nobody_listens, "d sip:bob@127.0.0.1:1;transport=tcp",
       "e left unavailable")

SCRIPT(wants_longer, "d", "< INVITE", "= 422 | - | Min-SE: 4000", "< ACK",
       "< INVITE | Session-Expires: 4000 | Min-SE: 4000", "= 200 | answer",
       "< ACK", HANG_UP("1"))

SCRIPT(tries_webrtc, "d", "< INVITE | !fingerprint", "= 488", "< ACK",
       "< INVITE | fingerprint", "= 486", "< ACK", "# 0")

SCRIPT(early_media, "d", "< INVITE", "= 183 | answer", "= 200 | answer",
       "< ACK", HANG_UP("1"))

SCRIPT(cancels_on_shutdown, "d", "< INVITE", "= 180", "- CANCEL", "s",
       "< CANCEL | Session-ID: | Reason: SIP;cause=503", "# 1")

SCRIPT(cancels_a_change_on_shutdown, CALL, "r", "< INVITE", "= 180",
       "- CANCEL", "s", "< CANCEL | Session-ID: | Reason: SIP;cause=503",
       "< BYE | Session-ID: | Reason: SIP;cause=503", "= 200", "# 0")

/* The last one leaves while another rings */
SCRIPT(calls_off_with_the_last, CALL, "d", "< INVITE", "= 180", "- CANCEL",
       "h", "< BYE", "= 200", "< CANCEL | Session-ID: | Reason: SIP;cause=410",
       "= 200", "i", "= 487", "< ACK", "e left ended", "e ended ended", "# 0")

/* A call that waits for the mixer is not made */
SCRIPT(calls_off_what_is_no_call_yet, CALL, "e connected", "@ leg.add", "m 0",
       "d", "@ leg.add", "h", "< BYE", "= 200", "e left ended", "- INVITE",
       "# 0")

SCRIPT(says_goodbye, CALL, "@ leg.add", "s", "< BYE | Reason: SIP;cause=503",
       "= 200", "# 0")

SCRIPT(closed_for_new, "s", "> INVITE 1 | offer",
       "< 503 | Retry-After: | Warning: 399 parley", "# 0")

TIMED(too_small, 1800, 90,
      "> INVITE 1 | offer | Supported: timer^"
      "Session-Expires: 60",
      "< 422 | Min-SE: 90", "# 0")

TIMED(expires, 2, 1, "> INVITE 1 | offer | Supported: timer",
      "< 200 | Session-Expires: 2;refresher=uac", "> ACK 1", "< BYE", "= 200",
      "# 0")

TIMED(refreshes_itself, 2, 1, "> INVITE 1 | offer | Allow: INVITE, UPDATE",
      "< 200 | refresher=uas", "> ACK 1",
      "< UPDATE | Session-Expires: 2;refresher=uac | !v=0",
      "= 200 | - | Session-Expires: 2;refresher=uac", HANG_UP("2"))

TIMED(refreshes_by_reinvite, 2, 1, "> INVITE 1 | offer", "< 200", "> ACK 1",
      "< INVITE | m=audio 40000", "= 200 | answer", "< ACK", HANG_UP("2"))

TIMED(refresh_finds_nobody, 2, 1, "> INVITE 1 | offer", "< 200", "> ACK 1",
      "< INVITE", "= 481", "< ACK", "< BYE", "= 200", "# 0")

#define UPDATED_CALL                                                          \
	"> INVITE 1 | offer | Allow: INVITE, UPDATE", "< 200", "> ACK 1"
/* longer than the interval of two seconds */
#define GOES_ON "- BYE", "- BYE", "- BYE", "- BYE", "# 1"

/* RFC 4028 section 7.3: whatever they want, the call goes on */
TIMED(takes_any_min_se, 2, 1, UPDATED_CALL, "< UPDATE | Session-Expires: 2",
      "= 422 | - | Min-SE: 2000000000",
      "< UPDATE | Session-Expires: 2000000000 | Min-SE: 2000000000",
      "= 200 | - | Session-Expires: 2000000000;refresher=uac", GOES_ON)

TIMED(goes_on_without_min_se, 2, 1, UPDATED_CALL,
      "< UPDATE | Session-Expires: 2", "= 422", "< UPDATE | !Session-Expires",
      "= 200", GOES_ON)

TIMED(goes_on_when_no_interval_will_do, 2, 1, UPDATED_CALL, "< UPDATE",
      "= 422 | - | Min-SE: 2", "< UPDATE | !Session-Expires",
      "= 422 | - | Min-SE: 2", GOES_ON)

TIMED(goes_on_without_min_se_by_reinvite, 2, 1, CALL,
      "< INVITE | Session-Expires: 2", "= 422", "< ACK",
      "< INVITE | !Session-Expires", "= 200 | answer", "< ACK", GOES_ON)

TIMED(calls_without_a_timer, 0, 0, "d", "< INVITE | Session-Expires: 1800",
      "= 422 | - | Min-SE: 90", "< ACK", "< INVITE | !Session-Expires",
      "= 200 | answer", "< ACK", HANG_UP("1"))

/* Who refuses is there */
TIMED(lives_by_refusals, 2, 1, UPDATED_CALL, "< UPDATE", "= 403", "< UPDATE",
      "= 500", "< UPDATE", "= 488", HANG_UP("2"))

/* ... also who has no time for it, again and again; it is not asked as fast as
 * it says so */
TIMED(lives_by_retry_after, 3, 1, UPDATED_CALL, "< UPDATE",
      "= 500 | - | Retry-After: 0", "- UPDATE", "< UPDATE",
      "= 500 | - | Retry-After: 0", "< UPDATE", "= 200", HANG_UP("2"))

#define GLARES "< UPDATE", "= 491"
TIMED(lives_by_glares, 3, 1, UPDATED_CALL, GLARES, GLARES, GLARES, GLARES,
      GLARES, GLARES, "< UPDATE", "= 200", HANG_UP("2"))

TIMED(expires_behind_a_proxy, 2, 1, UPDATED_CALL, "< UPDATE", "= 480", "< BYE",
      "= 200", "# 0")

TIMED(takes_refresher_for_granted, 1800, 90, "d", "< INVITE",
      "= 200 | answer | Session-Expires: 90", "< ACK", HANG_UP("1"))

TIMED(refreshes_otherwise_after_405, 2, 1, UPDATED_CALL, "< UPDATE", "= 405",
      "< INVITE | m=audio 40000", "= 200 | answer", "< ACK", HANG_UP("2"))

static void cancel_gets_487(void)
{
	static const char *const ask[] = {"> INVITE 1 | offer",
					  "< 100",
					  "> CANCEL 1",
					  "< 200",
					  "< 487",
					  "> ACK 1",
					  "# 0",
					  NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	w.silent = true;
	CU_ASSERT(world_play(&w, ask));
	world_close(&w);
}

static void bye_before_answer(void)
{
	static const char *const ask[] = {"> INVITE 1 | offer", "@ leg.add",
					  NULL};
	struct world w;

	/* The mixer keeps it waiting, the server goes. */
	CU_ASSERT_FATAL(!world_open(&w));
	w.silent = true;
	CU_ASSERT(world_play(&w, ask));
	CU_ASSERT_EQUAL(sessions_count(w.sessions), 1);
	world_close(&w);
}

static void mixer_refuses(void)
{
	static const struct {
		int code;
		const char *answer;
	} rows[] = {
		{ENOTSUP, "< 488 | Warning: 399 parley"},
		{EADDRNOTAVAIL,
		 "< 503 | Retry-After: | Warning: 399 parley \"All ports"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *const ask[] = {"> INVITE 1 | offer",
					   rows[i].answer, "> ACK 1", "# 0",
					   NULL};
		struct world w;

		CU_ASSERT_FATAL(!world_open(&w));
		(void)strcpy(w.refuse_op, "leg.add");
		w.refuse_code = rows[i].code;
		CU_ASSERT(world_play(&w, ask));
		world_close(&w);
	}
}

/* Whose next hop is looked for is not in the focus, and would make the
 * conference anew */
static void calls_off_what_is_not_in_yet(void)
{
	static const char *const told[] = {"e dial_failed ended", "- INVITE",
					   NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	CU_ASSERT_EQUAL(w.sessions->ops.dial(w.sessions, "Demo",
					     "sip:bob@example.invalid", NULL),
			REASON_NONE);
	w.sessions->ops.undial(w.sessions, "other");
	CU_ASSERT_EQUAL(sessions_count(w.sessions), 1);
	w.sessions->ops.undial(w.sessions, "demo");
	CU_ASSERT_EQUAL(sessions_count(w.sessions), 0);
	CU_ASSERT(world_play(&w, told));
	world_close(&w);
}

static void elsewhere(void)
{
	static const char *const ask[] = {"> INVITE 1 | offer", "< 404", NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	(void)strcpy(w.uri, "demo@192.0.2.77");
	CU_ASSERT(world_play(&w, ask));
	world_close(&w);
}

static void keeps_keys_secret(void)
{
	static const char *const call[] = {"> INVITE 1 | offer", "< 200",
					   "> ACK 1", NULL};
	static const char *const change[] = {"> INVITE 2 | hold",
					     "< 403",
					     "> ACK 2",
					     "> UPDATE 3 | hold",
					     "< 403",
					     "> BYE 4",
					     "< 403",
					     "# 1",
					     NULL};
	struct offer_config oc = {.sdes_allowed = true};
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	CU_ASSERT(world_play(&w, call));
	/* as if that had been over TLS */
	oc.address = w.peer;
	CU_ASSERT_FATAL(!exchange_begin(world_session(&w)->exchange, &oc));
	CU_ASSERT(world_play(&w, change));
	world_close(&w);
}

static CU_TestInfo tests[] = {
	{"answers an INVITE and its BYE", lets_in},
	{"offers when the INVITE does not", offerless},
	{"ends a call whose ACK lacks the answer", offerless_without_answer},
	{"repeats the 200 until the ACK", repeats_200},
	{"repeats the ACK", repeats_ack},
	{"keeps its BYE until the ACK", bye_waits_for_ack},
	{"ends a call that was answered after all", answer_crosses_cancel},
	{"takes one offer at a time", one_at_a_time},
	{"takes CANCEL of a change", change_called_off},
	{"takes hold and resume", holds},
	{"offers in a re-INVITE without offer", offerless_again},
	{"takes a new INVITE for a lost ACK", lost_ack_is_implied},
	{"refuses an old CSeq", old_cseq},
	{"answers 491 while its own offer is out", glare},
	{"follows its peer to another address", follows_its_peer},
	{"re-offers when the focus asks", reoffers},
	{"stays when its mixer dies", survives_its_mixer},
	{"stays when its mixer dies in a change", survives_in_mid_change},
	{"stays when its mixer dies while it is dialled",
	 survives_while_dialling},
	{"stays when its mixer dies before its answer",
	 survives_before_its_answer},
	{"re-offers again after 491", reoffers_after_491},
	{"ends when a re-offer is refused", ends_when_refused},
	{"re-offers again when Retry-After says so", waits_as_told},
	{"ends when the far end knows no dialog", ends_on_481},
	{"answers UPDATE without offer", refreshes_by_update},
	{"answers UPDATE with an offer", update_with_offer},
	{"answers 481 outside dialogs", unknown_dialog},
	{"answers 415 to other bodies", wrong_type},
	{"finds the description in a multipart body", multipart},
	{"answers 406 when SDP is not accepted", accept_without_sdp},
	{"answers 488 without a common codec", no_codec},
	{"answers 400 to a body that is no SDP", not_sdp},
	{"answers 405 and OPTIONS", other_methods},
	{"takes DTMF by INFO", keys},
	{"dials out", dials},
	{"ends forks that lose", first_fork_wins},
	{"follows a redirect", follows_redirect},
	{"gives up a dial that is refused", busy},
	{"tells that a dial was declined", declined},
	{"tells why a URI cannot be dialled", says_why_there_is_no_way},
	{"tells at once that a connection was refused",
	 says_at_once_that_nobody_listens},
	{"raises the interval after 422", wants_longer},
	{"tries WebRTC when plain RTP is refused", tries_webrtc},
	{"offers what the mixer has", offers_what_the_mixer_has},
	{"refuses what the mixer lacks", refuses_what_the_mixer_lacks},
	{"ignores early media", early_media},
	{"S12 cancels a dial at shutdown", cancels_on_shutdown},
	{"S12 cancels a change at shutdown", cancels_a_change_on_shutdown},
	{"S12 calls off with the last one", calls_off_with_the_last},
	{"calls off what is no call yet", calls_off_what_is_no_call_yet},
	{"calls off what is not in yet", calls_off_what_is_not_in_yet},
	{"says BYE at shutdown", says_goodbye},
	{"takes no call after shutdown", closed_for_new},
	{"answers 422 to a short interval", too_small},
	{"ends an expired session", expires},
	{"refreshes by UPDATE", refreshes_itself},
	{"refreshes by re-INVITE", refreshes_by_reinvite},
	{"ends when the refresh finds nobody", refresh_finds_nobody},
	{"takes any Min-SE", takes_any_min_se},
	{"goes on after 422 without Min-SE", goes_on_without_min_se},
	{"goes on when no interval will do", goes_on_when_no_interval_will_do},
	{"goes on after 422 to a re-INVITE",
	 goes_on_without_min_se_by_reinvite},
	{"calls without a timer", calls_without_a_timer},
	{"lives by refusals of its refresh", lives_by_refusals},
	{"lives by Retry-After to its refresh", lives_by_retry_after},
	{"lives by 491 to its refresh", lives_by_glares},
	{"expires when a proxy refuses its refresh", expires_behind_a_proxy},
	{"takes the refresher for granted", takes_refresher_for_granted},
	{"refreshes by re-INVITE after 405", refreshes_otherwise_after_405},
	{"answers 487 after CANCEL", cancel_gets_487},
	{"frees a call that was never answered", bye_before_answer},
	{"answers why the mixer refuses", mixer_refuses},
	{"answers 404 for other hosts", elsewhere},
	{"goes on over TLS what began there", keeps_keys_secret},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session, tests)
