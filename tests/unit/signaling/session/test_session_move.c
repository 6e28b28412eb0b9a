/**
 * @file test_session_move.c  Calls that go to another conference
 *
 * Played over UDP as test_session.c does.
 */
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

#define CALL          "> INVITE 1 | offer", "< 200 | m=audio 40000", "> ACK 1"
#define HANG_UP(cseq) "> BYE " cseq, "< 200", "@ leg.remove", "# 0"

WORLD_SCENE(says_where_it_is, CALL, "v other", "@ leg.move",
	    "< INVITE | Contact: <sip:other@ | ;isfocus | m=audio 40000",
	    "= 200 | answer", "< ACK", HANG_UP("2"))

/* Without touching what is agreed, where it takes that (RFC 3311) */
WORLD_SCENE(says_so_by_update,
	    "> INVITE 1 | offer | Allow: INVITE, UPDATE, BYE", "< 200",
	    "> ACK 1", "v other", "@ leg.move",
	    "< UPDATE | Contact: <sip:other@ | ;isfocus | !m=audio", "= 200",
	    HANG_UP("2"))

/* Whoever refuses to hear that is there all the same */
WORLD_SCENE(goes_on_when_that_is_refused, CALL, "v other", "< INVITE", "= 488",
	    "< ACK", "> INVITE 2 | hold", "< 200 | a=recvonly", "> ACK 2",
	    HANG_UP("3"))

WORLD_SCENE(hangs_up_on_the_way, CALL, "m 0", "v other", "@ leg.move",
	    HANG_UP("2"))

/* Our 200 tells where it is, whether a refresh does, too, or not */
WORLD_SCENE(holds_on_the_way, CALL, "m 0", "v other", "@ leg.move",
	    "> INVITE 2 | hold", "@ leg.modify", "m 2",
	    "~ 200 | a=recvonly | Contact: <sip:other@", "> ACK 2", "> BYE 3",
	    "~ 200", "@ leg.remove", "# 0")

WORLD_SCENE(goes_to_the_next_mixer, CALL, "m 0", "v other", "@ leg.move",
	    "m 1", "k", "< INVITE | Contact: <sip:other@", "= 200 | answer",
	    "< ACK", "@ leg.modify", HANG_UP("2"))

/* What it asked for meanwhile is gone with the mixer: no call without media */
WORLD_SCENE(ends_with_a_request_in_hand, CALL, "m 0", "v other", "@ leg.move",
	    "> INVITE 2", "@ leg.modify", "m 1", "k", "~ BYE", "= 200", "# 0")

static CU_TestInfo tests[] = {
	{"says where it is", says_where_it_is},
	{"says so by UPDATE", says_so_by_update},
	{"goes on when that is refused", goes_on_when_that_is_refused},
	{"hangs up on the way", hangs_up_on_the_way},
	{"holds on the way", holds_on_the_way},
	{"goes to the next mixer", goes_to_the_next_mixer},
	{"ends with a request in hand", ends_with_a_request_in_hand},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_move, tests)
