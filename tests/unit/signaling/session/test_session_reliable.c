/**
 * @file test_session_reliable.c  Reliable 1xx, UPDATE and preconditions
 *
 * Rows S4, S5, S6 and S7 of the standards: RFC 3262, 3311, 3312, 5009.
 */
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

static void play_with(const char *const lines[], uint32_t t1_ms,
		      unsigned expires_s)
{
	struct world w;

	if (world_open(&w)) {
		CU_FAIL_FATAL("no world");
		return;
	}
	if (t1_ms)
		w.sessions->t1_ms = t1_ms;
	if (expires_s) {
		w.config->session_expires_s = expires_s;
		w.config->session_min_se_s = 1;
	}
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}

#define TIMED(name, t1_ms, expires_s, ...)                                    \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_with(lines, t1_ms, expires_s);                           \
	}

#define SCRIPT(name, ...) TIMED(name, 0, 0, __VA_ARGS__)

#define CALL "> INVITE 1 | offer", "< 200 | m=audio 40000", "> ACK 1"
/* GSM, which the mixer has not */
#define NO_CODEC                                                              \
	"application/sdp:v=0^o=p 1 9 IN IP4 127.0.0.1^s=-^"                   \
	"c=IN IP4 127.0.0.1^t=0 0^m=audio 4000 RTP/AVP 3^"
#define HANG_UP(cseq) "> BYE " cseq, "< 200", "@ leg.remove", "# 0"

/* ------------------------------------------------- S4: we are called */

#define INSISTS "> INVITE 1 | offer | Require: 100rel", "< 100"
#define PRACKED(cseq)                                                         \
	"> PRACK " cseq " | - | RAck: ~ 1 INVITE",                            \
		"< 200 | CSeq: " cseq " PRACK"

SCRIPT(when_required, INSISTS,
       "< 183 | Require: 100rel | RSeq: | m=audio 40000 | Allow: INVITE"
       " | PRACK | !precondition | !P-Early-Media | !Session-Expires",
       "- 200", PRACKED("2"),
       "< 200 | CSeq: 1 INVITE | Session-Expires: | !m=audio", "> ACK 1",
       "e connected", HANG_UP("3"))

SCRIPT(not_when_supported, "> INVITE 1 | offer | Supported: 100rel", "< 100",
       "- 183", "> ACK 1", "e connected", HANG_UP("2"))

SCRIPT(repeats_183, INSISTS, "< 183", "+ 183", "+ 183", PRACKED("2"),
       "< 200 | CSeq: 1 INVITE", "> ACK 1", "- 183", HANG_UP("3"))

SCRIPT(strange_pracks, INSISTS, "< 183", "> PRACK 2 | - | RAck: 1 1 INVITE",
       "< 481", "> PRACK 3 | - | RAck: ~ 2 INVITE", "< 481",
       "> PRACK 4 | - | RAck: ~ 1 UPDATE", "< 481", "> PRACK 5 | - | RAck: ~",
       "< 400", "> PRACK 6", "< 400", PRACKED("7"), "< 200 | CSeq: 1 INVITE",
       "> PRACK 8 | - | RAck: ~ 1 INVITE", "< 481", "> ACK 1", HANG_UP("9"))

SCRIPT(prack_of_no_dialog, "> PRACK 1 | - | RAck: 1 1 INVITE", "< 481")

TIMED(no_prack, 10, 0, INSISTS, "< 183", "< 504", "> ACK 1", "@ leg.remove",
      "# 0")

SCRIPT(offers_in_183, "> INVITE 1 | - | Require: 100rel", "< 100",
       "< 183 | m=audio 40000", "> PRACK 2 | answer | RAck: ~ 1 INVITE",
       "< 200 | CSeq: 2 PRACK | !m=audio", "@ leg.modify",
       "< 200 | CSeq: 1 INVITE | !m=audio", "> ACK 1", "e connected",
       HANG_UP("3"))

SCRIPT(no_answer_in_prack, "> INVITE 1 | - | Require: 100rel", "< 100",
       "< 183", PRACKED("2"), "< 400 | CSeq: 1 INVITE", "> ACK 1", "# 0")

SCRIPT(offer_in_prack, INSISTS, "< 183 | a=sendrecv",
       "> PRACK 2 | hold | RAck: ~ 1 INVITE",
       "< 200 | CSeq: 2 PRACK | a=recvonly", "< 200 | CSeq: 1 INVITE",
       "> ACK 1", HANG_UP("3"))

SCRIPT(bad_offer_in_prack, INSISTS, "< 183",
       "> PRACK 2 | " NO_CODEC " | RAck: ~ 1 INVITE", "< 488 | CSeq: 2 PRACK",
       "< 200 | CSeq: 1 INVITE", "> ACK 1", HANG_UP("3"))

SCRIPT(other_body_in_prack, INSISTS, "< 183",
       "> PRACK 2 | text/plain:x | RAck: ~ 1 INVITE", "< 415", PRACKED("3"),
       "< 200 | CSeq: 1 INVITE", "> ACK 1", HANG_UP("4"))

SCRIPT(cancelled, INSISTS, "< 183", "> CANCEL 1", "< 200", "< 487", "> ACK 1",
       "@ leg.remove", "# 0")

SCRIPT(hung_up_early, INSISTS, "< 183", "> BYE 2", "< 200 | BYE",
       "< 487 | CSeq: 1 INVITE", "> ACK 1", "# 0")

SCRIPT(shut_down_early, INSISTS, "< 183", "s", "< 503 | CSeq: 1 INVITE",
       "> ACK 1", "# 0")

SCRIPT(tells_of_early_media,
       "> INVITE 1 | offer | Require: 100rel^P-Early-Media: supported",
       "< 100", "< 183 | P-Early-Media: inactive", PRACKED("2"),
       "< 200 | CSeq: 1 INVITE | !P-Early-Media", "> ACK 1", HANG_UP("3"))

/* ---------------------------------------------------- S4: we are calling */

#define RELIABLE(rseq) " | Require: 100rel^RSeq: " rseq

SCRIPT(pracks, "d", "< INVITE | Supported: timer, 100rel",
       "= 183 | answer" RELIABLE("7"), "< PRACK | RAck: 7 | INVITE",
       "@ leg.modify", "= 200", "i", "= 200", "< ACK", "e connected",
       HANG_UP("1"))

SCRIPT(pracks_once_and_in_order, "d", "< INVITE", "= 180 | -" RELIABLE("7"),
       "< PRACK | RAck: 7", "= 200", "i", "= 180 | -" RELIABLE("7"), "- PRACK",
       "= 183 | answer" RELIABLE("9"), "- PRACK",
       "= 183 | answer" RELIABLE("8"), "< PRACK | RAck: 8", "= 200",
       "@ leg.modify", "i", "= 200", "< ACK", "e connected", HANG_UP("1"))

SCRIPT(prack_is_refused, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 407 | - | Proxy-Authenticate: Digest realm=\"x\"",
       "- PRACK", "i", "= 200", "< ACK", "e connected", HANG_UP("1"))

SCRIPT(flood_of_forks, "d", "< INVITE", "t 1", "= 183", "t 2", "= 183", "t 3",
       "= 183", "t 4", "= 183", "t 5", "= 183", "t 6", "= 183", "t 7", "= 183",
       "t 8", "= 183", "t 9", "= 183", "t 10", "= 183", "t 11", "= 183",
       "t 12", "= 183", "t 13", "= 183", "t 14", "= 183", "t 15", "= 183",
       "t 16", "= 183", "t 17", "= 183 | answer" RELIABLE("1"), "- PRACK",
       "= 200 | answer", "< ACK | tag=17", "# 1")

SCRIPT(refused_after_183, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 200", "@ leg.modify", "i", "= 422 | - | Min-SE: 4000",
       "< ACK", "< INVITE | Session-Expires: 4000", "= 200 | answer", "< ACK",
       "@ leg.modify", "e connected", HANG_UP("1"))

SCRIPT(bad_answer_in_183, "d", "< INVITE",
       "= 183 | application/sdp:hello" RELIABLE("7"), "< PRACK", "= 200",
       "< CANCEL", "= 200", "i", "= 487", "< ACK", "# 0")

SCRIPT(ends_early_call, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 200", "@ leg.modify", "s", "< CANCEL", "= 200", "i",
       "= 487", "< ACK", "# 0")

SCRIPT(other_fork_answers, "d", "< INVITE", "t one",
       "= 183 | answer" RELIABLE("5"), "< PRACK | tag=one | RAck: 5", "= 200",
       "@ leg.modify", "i", "t two", "= 183 | answer" RELIABLE("900"),
       "< PRACK | tag=two | RAck: 900", "= 200", "i", "= 200",
       "< ACK | tag=two", "@ leg.modify", "e connected", "s",
       "< BYE | tag=two", "= 200", "# 0")

SCRIPT(fork_loses_after_prack, "d", "< INVITE", "t one",
       "= 183 | answer" RELIABLE("5"), "< PRACK | tag=one", "= 200", "i",
       "= 200", "< ACK | tag=one", "i", "t two", "= 200 | answer",
       "< ACK | tag=two", "< BYE | tag=two", "= 200", "# 1")

SCRIPT(preview_is_no_answer, "d", "< INVITE", "= 183 | answer", "- PRACK",
       "= 200 | answer", "< ACK", "@ leg.modify", "e connected", HANG_UP("1"))

SCRIPT(pracks_within_the_dialog, CALL, "@ leg.add", "r", "< INVITE",
       "= 183 | answer" RELIABLE("3"), "< PRACK | RAck: 3", "@ leg.modify",
       "= 200", "i", "= 200", "< ACK", HANG_UP("2"))

/* ------------------------------------------- a mixer dies in between */

SCRIPT(mixer_dies_after_183, INSISTS, "@ leg.add", "< 183", "k", PRACKED("2"),
       "< 200 | CSeq: 1 INVITE", "> ACK 1", "< INVITE | m=audio 40000",
       "@ leg.add", "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(mixer_dies_after_prack, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 200", "@ leg.modify", "k", "i", "= 200", "< ACK",
       "< INVITE | m=audio 40000", "@ leg.add", "= 200 | answer", "< ACK",
       HANG_UP("1"))

/* --------------------------------------------------------- S5: UPDATE */

SCRIPT(update_glare, CALL, "r", "< INVITE", "> UPDATE 2 | hold", "< 491",
       "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(update_twice, CALL, "m 0", "> UPDATE 2 | hold", "> UPDATE 3 | resume",
       "< 500 | Retry-After: | CSeq: 3 UPDATE", "> BYE 4",
       "< 200 | CSeq: 4 BYE", "< 487 | CSeq: 2 UPDATE", "# 0")

/* What was answered early is void then, and keeps nobody's offer away */
SCRIPT(reoffers_after_an_answer_that_is_void, CALL, "r", "< INVITE",
       "= 183 | answer" RELIABLE("7"), "< PRACK", "= 200", "@ leg.modify", "i",
       "= 491", "< ACK", "< INVITE | m=audio 40000", "= 200 | answer", "< ACK",
       HANG_UP("2"))

/* Its early answer belongs to an INVITE that came to nothing */
SCRIPT(offers_afresh_after_an_early_answer, "> INVITE 1 | offer", "< 200",
       "> ACK 1", "e connected", "r", "< INVITE",
       "= 183 | answer" RELIABLE("1"), "< PRACK", "= 200", "i", "= 491",
       "< ACK", "< INVITE | m=audio 40000", "= 200 | answer", "< ACK",
       "> BYE 2", "< 200", "# 0")

SCRIPT(early_update_glare, "> INVITE 1 | - | Require: 100rel", "< 100",
       "< 183", "> UPDATE 2 | offer", "< 491", "> CANCEL 1", "< 200", "< 487",
       "> ACK 1", "# 0")

SCRIPT(early_update, INSISTS, "< 183 | a=sendrecv", "> UPDATE 2 | hold",
       "< 200 | CSeq: 2 UPDATE | a=recvonly | !Session-Expires", "> UPDATE 3",
       "< 200 | CSeq: 3 UPDATE | !m=audio | !Session-Expires", PRACKED("4"),
       "< 200 | CSeq: 1 INVITE", "> ACK 1", HANG_UP("5"))

SCRIPT(early_update_refused, INSISTS, "< 183", "> UPDATE 2 | " NO_CODEC,
       "< 488 | CSeq: 2 UPDATE", PRACKED("3"), "< 200 | CSeq: 1 INVITE",
       "> ACK 1", HANG_UP("4"))

static void mixer_refuses_early_update(void)
{
	static const char *const lines[] = {INSISTS,
					    "< 183",
					    "> UPDATE 2 | hold",
					    "< 488 | CSeq: 2 UPDATE",
					    "< 488 | CSeq: 1 INVITE",
					    "> ACK 1",
					    "# 0",
					    NULL};
	struct world w;

	/* neither what they want nor what was agreed */
	CU_ASSERT_FATAL(!world_open(&w));
	(void)strcpy(w.refuse_op, "leg.modify");
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}

SCRIPT(update_before_prack_is_over, INSISTS, "< 183", "m 0",
       "> UPDATE 2 | hold", PRACKED("3"), "- 200", "m 1", "> CANCEL 1",
       "< 200 | CANCEL", "< 487 | CSeq: 2 UPDATE", "< 487 | CSeq: 1 INVITE",
       "> ACK 1", "# 0")

SCRIPT(prack_offers_beside_update, INSISTS, "< 183", "m 0",
       "> UPDATE 2 | hold", "> PRACK 3 | hold | RAck: ~ 1 INVITE",
       "< 500 | Retry-After: | CSeq: 3 PRACK", "m 2",
       "< 200 | CSeq: 2 UPDATE | a=recvonly", PRACKED("4"),
       "< 200 | CSeq: 1 INVITE", "> ACK 1", "e connected", HANG_UP("5"))

SCRIPT(answers_before_its_update_is_over, "d", "< INVITE",
       "= 183 | answer" RELIABLE("7"), "< PRACK", "= 200", "@ leg.modify",
       "m 0", "> UPDATE 1 | hold", "i", "= 200", "< ACK", "m 2",
       "< 200 | CSeq: 1 UPDATE | a=recvonly", "e connected", HANG_UP("2"))

SCRIPT(refuses_before_its_update_is_over, "d", "< INVITE",
       "= 183 | answer" RELIABLE("7"), "< PRACK", "= 200", "@ leg.modify",
       "m 0", "> UPDATE 1 | hold", "i", "= 422 | - | Min-SE: 4000", "< ACK",
       "< 487 | CSeq: 1 UPDATE", "m 2", "< INVITE | Session-Expires: 4000",
       "= 200 | answer", "< ACK", "e connected", "> UPDATE 2 | hold",
       "< 200 | CSeq: 2 UPDATE", HANG_UP("3"))

SCRIPT(callee_updates, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 200", "@ leg.modify", "> UPDATE 1 | hold",
       "< 200 | a=recvonly", "> UPDATE 2 | resume", "< 200 | a=sendrecv", "i",
       "= 200", "< ACK", "e connected", HANG_UP("3"))

SCRIPT(callee_asks_early, "d", "< INVITE", "= 183 | answer" RELIABLE("7"),
       "< PRACK", "= 200", "@ leg.modify",
       "> REFER 1 | - | Refer-To: <sip:x@example.com>", "< 491", "- INVITE",
       "i", "= 200", "< ACK", HANG_UP("2"))

SCRIPT(callee_updates_too_early, "d", "< INVITE", "= 180", "> UPDATE 1",
       "< 200", "> UPDATE 2 | offer", "< 491", "i", "= 200 | answer", "< ACK",
       HANG_UP("3"))

/* The leg is the first fork's; what the second one wants waits */
SCRIPT(other_fork_updates, "d", "< INVITE", "t one",
       "= 183 | answer" RELIABLE("5"), "< PRACK | tag=one", "= 200",
       "@ leg.modify", "i", "t peer", "= 183 | answer" RELIABLE("900"),
       "< PRACK | tag=peer", "= 200", "> UPDATE 1 | hold",
       "< 500 | Retry-After: | CSeq: 1 UPDATE", "> UPDATE 2",
       "< 200 | CSeq: 2 UPDATE | !m=audio", "i", "= 200", "< ACK | tag=peer",
       "@ leg.modify", "e connected", "> UPDATE 3 | hold",
       "< 200 | CSeq: 3 UPDATE | a=recvonly", HANG_UP("4"))

/* -------------------------------------------------- S6: preconditions */

#define SDP(version)                                                          \
	"application/sdp:v=0^o=p 1 " version                                  \
	" IN IP4 127.0.0.1^s=-^c=IN IP4 127.0.0.1^t=0 0^"                     \
	"m=audio 49170 RTP/AVP 0^"
#define TERMINAL(version, current, remote)                                    \
	SDP(version)                                                          \
	"a=curr:qos local " current "^a=curr:qos remote " remote              \
	"^a=des:qos mandatory local sendrecv^"                                \
	"a=des:qos optional remote sendrecv^"
#define KNOWS " | Supported: 100rel, precondition"

SCRIPT(terminal, "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS, "< 100",
       "< 183 | Require: 100rel, precondition | a=curr:qos local sendrecv"
       " | a=curr:qos remote none | a=des:qos mandatory remote sendrecv"
       " | a=des:qos optional local sendrecv | a=conf:qos remote sendrecv",
       PRACKED("2"), "- 200",
       "> UPDATE 3 | " TERMINAL("2", "sendrecv", "sendrecv"),
       "< 200 | CSeq: 3 UPDATE | a=curr:qos remote sendrecv | !a=conf",
       "< 200 | CSeq: 1 INVITE", "> ACK 1", "e connected", HANG_UP("4"))

SCRIPT(step_by_step, "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS,
       "< 100", "< 183", PRACKED("2"),
       "> UPDATE 3 | " TERMINAL("2", "send", "sendrecv"),
       "< 200 | a=curr:qos remote recv | a=conf:qos remote send", "- 200",
       "> UPDATE 4 | " TERMINAL("3", "sendrecv", "sendrecv"),
       "< 200 | CSeq: 4 UPDATE | !a=conf", "< 200 | CSeq: 1 INVITE", "> ACK 1",
       HANG_UP("5"))

SCRIPT(met_in_prack, "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS,
       "< 100", "< 183",
       "> PRACK 2 | " TERMINAL("2", "sendrecv",
			       "sendrecv") " | RAck: ~ 1 INVITE",
       "< 200 | CSeq: 2 PRACK | a=curr:qos remote sendrecv",
       "< 200 | CSeq: 1 INVITE", "> ACK 1", HANG_UP("3"))

SCRIPT(met_at_once, "> INVITE 1 | " TERMINAL("1", "sendrecv", "none") KNOWS,
       "< 100", "- 183", "> ACK 1", "e connected", HANG_UP("2"))

SCRIPT(optional,
       "> INVITE 1 | " SDP("1") "a=curr:qos local none^a=curr:qos remote none^"
				"a=des:qos optional local sendrecv^"
				"a=des:qos none remote sendrecv^" KNOWS,
       "< 200 | a=curr:qos local sendrecv | a=des:qos optional remote"
       " | a=des:qos none local | !a=conf",
       "> ACK 1", HANG_UP("2"))

SCRIPT(end_to_end,
       "> INVITE 1 | " SDP("1") "a=curr:qos e2e none^"
				"a=des:qos mandatory e2e sendrecv^" KNOWS,
       "< 100", "< 183 | a=curr:qos e2e send | a=conf:qos e2e recv",
       PRACKED("2"), "- 200",
       "> UPDATE 3 | " SDP("2") "a=curr:qos e2e send^"
				"a=des:qos mandatory e2e sendrecv^",
       "< 200 | a=curr:qos e2e sendrecv | !a=conf", "< 200 | CSeq: 1 INVITE",
       "> ACK 1", HANG_UP("4"))

SCRIPT(unknown_type,
       "> INVITE 1 | " SDP("1") "a=curr:sec e2e none^"
				"a=des:sec mandatory e2e send^" KNOWS,
       "< 580 | m=audio 0 | a=des:sec unknown e2e recv", "> ACK 1", "# 0")

SCRIPT(unknown_type_in_update,
       "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
       PRACKED("2"), "> UPDATE 3 | " SDP("2") "a=des:sec mandatory e2e send^",
       "< 580 | CSeq: 3 UPDATE | a=des:sec unknown e2e recv", "- 200",
       "> UPDATE 4 | " TERMINAL("3", "sendrecv", "sendrecv"),
       "< 200 | CSeq: 4 UPDATE", "< 200 | CSeq: 1 INVITE", "> ACK 1",
       HANG_UP("5"))

SCRIPT(needs_100rel,
       "> INVITE 1 | " TERMINAL("1", "none",
				"none") " | Supported: precondition",
       "< 421 | Require: 100rel", "> ACK 1", "# 0")

SCRIPT(attributes_without_the_tag,
       "> INVITE 1 | " TERMINAL("1", "none", "none") " | Supported: 100rel",
       "< 200 | !a=curr | !a=des", "> ACK 1", HANG_UP("2"))

TIMED(never_met, 10, 0, "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS,
      "< 100", "< 183", PRACKED("2"),
      "< 580 | CSeq: 1 INVITE | a=des:qos failure remote sendrecv", "> ACK 1",
      "@ leg.remove", "# 0")

SCRIPT(waiting_is_cancelled,
       "> INVITE 1 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
       PRACKED("2"), "> CANCEL 1", "< 200", "< 487", "> ACK 1", "# 0")

SCRIPT(within_the_dialog, CALL,
       "> INVITE 2 | " TERMINAL("1", "none", "none") KNOWS, "< 100",
       "< 183 | a=conf:qos remote", "> INVITE 3 | offer",
       "< 500 | Retry-After:", "> ACK 3", "> PRACK 4 | - | RAck: ~ 2 INVITE",
       "< 200 | PRACK", "- 200",
       "> UPDATE 5 | " TERMINAL("2", "sendrecv", "sendrecv"),
       "< 200 | CSeq: 5 UPDATE", "< 200 | CSeq: 2 INVITE", "> ACK 2",
       HANG_UP("6"))

SCRIPT(called_off_within_the_dialog, CALL,
       "> INVITE 2 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
       "> PRACK 4 | - | RAck: ~ 2 INVITE", "< 200 | PRACK", "> CANCEL 2",
       "< 200 | CANCEL", "< 200 | CSeq: 2 INVITE", "> ACK 2", HANG_UP("6"))

TIMED(never_met_within_the_dialog, 10, 0, CALL,
      "> INVITE 2 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
      "> PRACK 3 | - | RAck: ~ 2 INVITE", "< 200 | PRACK",
      "< 580 | CSeq: 2 INVITE", "> ACK 2", "@ leg.modify",
      "> INVITE 4 | offer", "< 200", "> ACK 4", HANG_UP("5"))

TIMED(no_prack_within_the_dialog, 10, 0, CALL,
      "> INVITE 2 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
      "< 504 | CSeq: 2 INVITE", "> ACK 2", "> INVITE 4 | offer", "< 200",
      "> ACK 4", HANG_UP("5"))

TIMED(no_prack_but_an_update, 10, 0, CALL,
      "> INVITE 2 | " TERMINAL("1", "none", "none") KNOWS, "< 100", "< 183",
      "m 0", "> UPDATE 3 | hold", "< 487 | CSeq: 3 UPDATE",
      "< 504 | CSeq: 2 INVITE", "> ACK 2", "m 2", "> INVITE 4 | offer",
      "< 200", "> ACK 4", "r", "< INVITE", "= 200 | answer", "< ACK",
      HANG_UP("5"))

SCRIPT(callee_insists, "d", "< INVITE | !a=curr | !precondition",
       "= 421 | - | Require: precondition", "< ACK",
       "< INVITE | Supported: precondition | a=curr:qos local sendrecv"
       " | a=des:qos mandatory local sendrecv",
       "= 183 | answer" RELIABLE("7"), "< PRACK", "= 200", "@ leg.modify",
       "> UPDATE 1 | " TERMINAL("2", "sendrecv", "sendrecv"),
       "< 200 | a=curr:qos local sendrecv | a=curr:qos remote sendrecv", "i",
       "= 180", "= 200", "< ACK", "e connected", "r",
       "< INVITE | m=audio 40000 | !a=curr", "= 200 | answer", "< ACK",
       HANG_UP("2"))

SCRIPT(callee_insists_twice, "d", "< INVITE",
       "= 421 | - | Require: precondition", "< ACK", "< INVITE",
       "= 421 | - | Require: precondition", "< ACK", "# 0")

SCRIPT(cannot_do_what_is_required, "d", "< INVITE",
       "= 421 | - | Require: teleport", "< ACK", "- INVITE",
       "e left unavailable", "# 0")

/* ------------------------------------------------------ session refresh */

TIMED(refresh_with_news, 0, 2, "> INVITE 1 | offer", "< 200", "> ACK 1",
      "@ leg.add", "< INVITE | m=audio 40000",
      "= 200 | " SDP("9") "a=recvonly^", "< ACK", "@ leg.modify", HANG_UP("2"))

static CU_TestInfo tests[] = {
	{"S4: a 183 and its PRACK come before the 200", when_required},
	{"S4: no 183 is made for those who only could", not_when_supported},
	{"S4: the 183 is repeated until its PRACK", repeats_183},
	{"S4: a PRACK must match", strange_pracks},
	{"S4: a PRACK outside dialogs gets 481", prack_of_no_dialog},
	{"S4: without PRACK there is no call", no_prack},
	{"S4: an offer in the 183 is answered in the PRACK", offers_in_183},
	{"S4: a PRACK that lacks the answer ends it", no_answer_in_prack},
	{"S2 S4: an offer in the PRACK is answered in its 200",
	 offer_in_prack},
	{"S4: a bad offer in the PRACK leaves what was agreed",
	 bad_offer_in_prack},
	{"S4: a PRACK that is refused can come again", other_body_in_prack},
	{"S4: CANCEL between 183 and 200", cancelled},
	{"S4: BYE between 183 and 200", hung_up_early},
	{"S4: shutdown between 183 and 200", shut_down_early},
	{"S7: says that there are no early media", tells_of_early_media},
	{"S4: acknowledges a reliable 183 and takes its answer", pracks},
	{"S4: acknowledges once and in order", pracks_once_and_in_order},
	{"S4: a PRACK that is refused ends nothing", prack_is_refused},
	{"S4: begins anew when an early answer came to nothing",
	 refused_after_183},
	{"S4: cancels after a bad answer in a 183", bad_answer_in_183},
	{"S4: bounds the number of early dialogs", flood_of_forks},
	{"S4: cancels a call that was answered early", ends_early_call},
	{"S4: takes the answer of the fork that wins", other_fork_answers},
	{"S5: lets the UPDATE of another fork wait", other_fork_updates},
	{"S4: ends a fork that loses after a PRACK", fork_loses_after_prack},
	{"S4: takes no answer from an unreliable 183", preview_is_no_answer},
	{"S4: acknowledges a 183 to a re-INVITE", pracks_within_the_dialog},
	{"S4: a mixer dies between 183 and 200", mixer_dies_after_183},
	{"S4: a mixer dies while a callee rings", mixer_dies_after_prack},
	{"S5: an UPDATE meets our offer: 491", update_glare},
	{"S5: an UPDATE follows another too soon: 500", update_twice},
	{"S5: an UPDATE meets our early offer: 491", early_update_glare},
	{"S4: our offer comes again after an answer that is void",
	 reoffers_after_an_answer_that_is_void},
	{"S5: takes an UPDATE in an early dialog", early_update},
	{"S5: refuses an early UPDATE and goes on", early_update_refused},
	{"S5: ends when the mixer refuses an early UPDATE",
	 mixer_refuses_early_update},
	{"S5: CANCEL ends an UPDATE too", update_before_prack_is_over},
	{"S5: an offer in the PRACK meets one in an UPDATE",
	 prack_offers_beside_update},
	{"S5: the call is answered while the mixer is at an UPDATE",
	 answers_before_its_update_is_over},
	{"S5: and refused", refuses_before_its_update_is_over},
	{"S5: takes a callee's UPDATE before it answers", callee_updates},
	{"F4 S4: refers for nobody who has not answered", callee_asks_early},
	{"S5: refuses a callee's offer while ours is out",
	 callee_updates_too_early},
	{"S6: holds the 200 until a terminal is ready", terminal},
	{"S6: holds it until both directions are", step_by_step},
	{"S6: hears of it in a PRACK", met_in_prack},
	{"S6: who is ready is answered at once", met_at_once},
	{"S6: what is optional holds nothing back", optional},
	{"S6: knows the end-to-end status", end_to_end},
	{"S6: 580 for a type it does not know", unknown_type},
	{"S6: and in an UPDATE", unknown_type_in_update},
	{"S6: gives up on what it cannot do", cannot_do_what_is_required},
	{"offers afresh after an early answer",
	 offers_afresh_after_an_early_answer},
	{"S6: 421 for who lacks 100rel", needs_100rel},
	{"S6: no word of it to who gave no tag", attributes_without_the_tag},
	{"S6: 580 when they are never met", never_met},
	{"S6: CANCEL while they are waited for", waiting_is_cancelled},
	{"S6: the same in a re-INVITE", within_the_dialog},
	{"S6: CANCEL of such a re-INVITE", called_off_within_the_dialog},
	{"S6: a re-INVITE that never is met", never_met_within_the_dialog},
	{"S6: a re-INVITE without its PRACK", no_prack_within_the_dialog},
	{"S5 S6: nor its UPDATE", no_prack_but_an_update},
	{"S6: offers them to who insists", callee_insists},
	{"S6: but only once", callee_insists_twice},
	{"S3: applies what a refresh brings", refresh_with_news},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_reliable, tests)
