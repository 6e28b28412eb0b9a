/**
 * @file test_session_names.c  Host names in descriptions, with a name server
 */
#include <string.h>
#include "tests/unit/signaling/world/name_server.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

static const struct name_row rows[] = {
	{.name = "gw.test", .addresses = {"127.0.0.1"}},
	{.name = "late.test", .addresses = {"127.0.0.1"}, .late_ms = 150},
	{.name = "slow.test", .drops_a = true, .drops_aaaa = true},
	{.name = "blip.test", .addresses = {"127.0.0.1"}, .times = 2},
	{.name = NULL},
};

static void play_named(bool trusted, bool asked, const char *const lines[])
{
	static char override[64];
	struct name_server d;
	struct world w;

	name_server_open(&d, rows);
	(void)re_snprintf(override, sizeof(override), "dns_server=%J",
			  &d.address);
	world_override = override;
	if (world_open(&w))
		CU_FAIL_FATAL("no world");
	world_override = NULL;
	/* else 127.0.0.1 is no far end by name */
	(void)sa_set_str(&w.config->media_address[0], "127.0.0.1", 0);
	w.config->media_address_count = 1;
	if (trusted) {
		w.config->trusted_hosts[0].bits = 32;
		(void)sa_set_str(&w.config->trusted_hosts[0].address,
				 "127.0.0.1", 0);
		w.config->trusted_hosts_count = 1;
	}
	CU_ASSERT(world_play(&w, lines));
	CU_ASSERT_EQUAL(d.asked > 0, asked);
	world_close(&w);
	name_server_close(&d);
}

#define SCRIPT(name, trusted, asked, ...)                                     \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_named(trusted, asked, lines);                            \
	}

#define SDP(connection) SDP_OF("1", connection)
#define SDP_OF(version, connection)                                           \
	"application/sdp:v=0^o=p 1 " version " IN IP4 127.0.0.1^s=-^t=0 0^"   \
	"m=audio 4000 RTP/AVP 0^" connection
#define ANSWER(host)                                                          \
	"application/sdp:v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^t=0 0^"             \
	"m=audio 4000 RTP/AVP 0^c=IN IP4 " host "^m=video 0 RTP/AVPF 97^"
#define NAMED         SDP("c=IN IP4 gw.test^")
#define SLOW          SDP("c=IN IP4 slow.test^")
#define LATE          SDP("c=IN IP4 late.test^")
#define CALL          "> INVITE 1 | offer", "< 200", "> ACK 1"
#define HANG_UP(cseq) "> BYE " cseq, "< 200", "# 0"
#define RELIABLE(n)   " | Require: 100rel^RSeq: " n

SCRIPT(takes_a_name, true, true, "> INVITE 1 | " NAMED, "< 100",
       "< 200 | m=audio 40000", "> ACK 1", "e connected",
       "> INVITE 2 | " NAMED, "< 200 | m=audio 40000", "> ACK 2",
       "> UPDATE 3 | " NAMED, "< 200 | m=audio 40000", HANG_UP("4"))

SCRIPT(asks_for_no_stranger, false, false, "> INVITE 1 | " NAMED,
       "< 488 | No address", "> ACK 1", "# 0")

SCRIPT(refuses_an_unknown_name, true, true,
       "> INVITE 1 | " SDP("c=IN IP4 none.test^"), "< 488 | No address",
       "> ACK 1", "# 0")

SCRIPT(waits_two_seconds, true, true, "> INVITE 1 | " SLOW, "< 100", "- 488",
       "< 488 | No address", "> ACK 1", "# 0")

#define BLIP(version) SDP_OF(version, "c=IN IP4 blip.test^")

/* The name server is silent for a while: the gateway is where it was */
SCRIPT(stays_in_a_blip, true, true, "> INVITE 1 | " BLIP("1"), "< 200",
       "> ACK 1", "> INVITE 2 | " BLIP("1"), "< 200", "> ACK 2",
       "> UPDATE 3 | " BLIP("2"), "< 200 | m=audio 40000",
       "> INVITE 4 | " BLIP("3"), "< 200 | m=audio 40000", "> ACK 4",
       HANG_UP("5"))

SCRIPT(answer_in_a_blip, true, true, "> INVITE 1 | " BLIP("1"), "< 200",
       "> ACK 1", "e connected", "r", "< INVITE", "@ leg.modify",
       "= 200 | " BLIP("2"), "< ACK", "@ leg.modify", HANG_UP("2"))

SCRIPT(takes_the_other_row, true, false,
       "> INVITE 1 | " SDP("c=IN IP4 slow.test^c=IN IP4 127.0.0.1^"), "< 200",
       "> ACK 1", HANG_UP("2"))

SCRIPT(cancelled, true, true, "> INVITE 1 | " SLOW, "< 100", "> CANCEL 1",
       "< 200", "< 487", "> ACK 1", "# 0")

SCRIPT(change_cancelled, true, true, CALL, "> INVITE 2 | " SLOW, "< 100",
       "> OPTIONS 3", "< 200 | OPTIONS", "> UPDATE 4 | offer", "< 500",
       "> CANCEL 2", "< 200", "< 487", "> ACK 2", "> INVITE 5 | " NAMED,
       "< 200", "> ACK 5", HANG_UP("6"))

SCRIPT(change_refused, true, true, CALL, "> INVITE 2 | " SLOW, "< 100",
       "> INVITE 3 | offer", "< 500", "> ACK 3", "< 488 | No address", "# 1",
       "> INVITE 4 | offer", "< 200", "> ACK 4", HANG_UP("5"))

SCRIPT(hung_up, true, true, CALL, "> INVITE 2 | " SLOW, "< 100", "> BYE 3",
       "< 200 | BYE", "< 487", "> ACK 2", "# 0")

SCRIPT(own_offer_waits, true, true, CALL, "e connected", "> INVITE 2 | " SLOW,
       "< 100", "r", "- INVITE", "< 488", "> ACK 2", "< INVITE",
       "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(answer_in_ack, true, true, "> INVITE 1", "< 200 | m=audio",
       "> ACK 1 | " ANSWER("gw.test"), "@ leg.modify", "e connected",
       HANG_UP("2"))

SCRIPT(answer_of_the_called, true, true, "d", "< INVITE",
       "= 200 | " ANSWER("gw.test"), "< ACK", "@ leg.modify", "e connected",
       HANG_UP("1"))

SCRIPT(answer_that_waits, true, true, "d", "< INVITE",
       "= 200 | " ANSWER("slow.test"), "< ACK", "> INVITE 1 | offer", "< 491",
       "> ACK 1", "< BYE", "= 200", "# 0")

SCRIPT(answer_in_183, true, true, "d", "< INVITE",
       "= 183 | " ANSWER("gw.test") RELIABLE("7"), "< PRACK", "= 200",
       "@ leg.modify", "i", "= 200", "< ACK", "e connected", HANG_UP("1"))

SCRIPT(answer_in_prack, true, true, "> INVITE 1 | - | Require: 100rel",
       "< 100", "< 183 | m=audio 40000",
       "> PRACK 2 | " ANSWER("gw.test") " | RAck: ~ 1 INVITE",
       "< 200 | CSeq: 2 PRACK", "@ leg.modify", "< 200 | CSeq: 1 INVITE",
       "> ACK 1", "e connected", HANG_UP("3"))

/* The 183's name is still looked up when another fork answers for good */
SCRIPT(other_fork_is_sooner, true, true, "d", "< INVITE", "t one",
       "= 183 | " ANSWER("slow.test") RELIABLE("5"), "< PRACK | tag=one",
       "= 200", "i", "t two", "= 200 | answer", "< ACK | tag=two",
       "@ leg.modify", "e connected", "s", "< BYE | tag=two", "= 200", "# 0")

/* It rings on after an early answer whose name nobody knows: refused */
SCRIPT(refused_while_it_waits, true, true, "d", "< INVITE",
       "= 183 | " ANSWER("slow.test") RELIABLE("5"), "< PRACK", "= 200", "i",
       "= 422 | - | Min-SE: 4000", "< ACK", "< INVITE | Session-Expires: 4000",
       "= 200 | answer", "< ACK", "@ leg.modify", "e connected", HANG_UP("1"))

#define ANSWERED_EARLY                                                        \
	CALL, "e connected", "r", "< INVITE", "= 183 | answer" RELIABLE("7"), \
		"< PRACK", "= 200", "@ leg.modify"

/* An UPDATE of theirs has nothing to do with what becomes of our re-INVITE,
 * whose offer was answered in a 183 */
SCRIPT(update_beside_glare, true, true, ANSWERED_EARLY, "> UPDATE 2 | " SLOW,
       "i", "= 491", "~ ACK", "< 488 | UPDATE | No address", "< INVITE",
       "= 200 | answer", "< ACK", "> UPDATE 3 | " NAMED, "< 200 | m=audio",
       HANG_UP("4"))

SCRIPT(update_beside_refusal, true, true, ANSWERED_EARLY, "> UPDATE 2 | " LATE,
       "i", "= 500 | - | Retry-After: 1", "~ ACK",
       "< 200 | UPDATE | m=audio 40000", "< INVITE", "= 200 | answer", "< ACK",
       "> INVITE 3 | " NAMED, "< 200 | m=audio", "> ACK 3", HANG_UP("4"))

SCRIPT(update_beside_success, true, true, ANSWERED_EARLY, "> UPDATE 2 | " LATE,
       "i", "= 200", "~ ACK", "< 200 | UPDATE | m=audio 40000",
       "> INVITE 3 | " NAMED, "< 200 | m=audio", "> ACK 3", HANG_UP("4"))

#define FORK_ONE                                                              \
	"d", "t one", "< INVITE", "= 183 | answer" RELIABLE("5"),             \
		"< PRACK | tag=one", "= 200", "@ leg.modify"
#define FORK_TWO                                                              \
	"i", "t two", "= 200 | answer", "< ACK | tag=two",                    \
		"< 487 | UPDATE | tag=one", "@ leg.modify"
/* It makes offers of its own still */
#define GOES_ON                                                               \
	"e connected", "r", "< INVITE | tag=two", "= 200 | answer",           \
		"< ACK | tag=two", "s", "< BYE | tag=two", "= 200", "# 0"

/* The fork that has answered first asks for more, and another one answers */
SCRIPT(update_of_lost_fork, true, true, FORK_ONE, "> UPDATE 1 | " SLOW,
       FORK_TWO, GOES_ON)

/* The same while the mixer works on it */
SCRIPT(change_of_lost_fork, true, false, FORK_ONE, "m 0", "> UPDATE 1 | offer",
       "@ leg.modify", FORK_TWO, "m 2", "m 1", GOES_ON)

SCRIPT(shut_down_while_it_waits, true, true, CALL, "> INVITE 2 | " SLOW,
       "< 100", "s", "< 487", "< BYE", "= 200", "# 0")

static CU_TestInfo tests[] = {
	{"takes a name of a trusted host", takes_a_name},
	{"asks for no stranger", asks_for_no_stranger},
	{"refuses a name that nobody knows", refuses_an_unknown_name},
	{"waits two seconds", waits_two_seconds},
	{"stays where it was in a blip", stays_in_a_blip},
	{"takes an answer in a blip", answer_in_a_blip},
	{"takes the row that will do", takes_the_other_row},
	{"takes CANCEL meanwhile", cancelled},
	{"takes CANCEL of a change meanwhile", change_cancelled},
	{"goes on as before when a change cannot be", change_refused},
	{"takes BYE meanwhile", hung_up},
	{"offers nothing meanwhile", own_offer_waits},
	{"takes a name in an ACK", answer_in_ack},
	{"takes a name of whom it calls", answer_of_the_called},
	{"ends a call whose name nobody knows", answer_that_waits},
	{"takes a name in a 183", answer_in_183},
	{"takes a name in a PRACK", answer_in_prack},
	{"takes the fork that is sooner", other_fork_is_sooner},
	{"calls again while an early answer waits", refused_while_it_waits},
	{"lets an UPDATE wait beyond glare", update_beside_glare},
	{"lets an UPDATE wait beyond a refusal", update_beside_refusal},
	{"lets an UPDATE wait beyond a success", update_beside_success},
	{"calls off the UPDATE of a fork that lost", update_of_lost_fork},
	{"calls off what the mixer does for it", change_of_lost_fork},
	{"shuts down meanwhile", shut_down_while_it_waits},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_names, tests)
