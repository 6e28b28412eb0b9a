/**
 * @file test_session_shape.c  Offers that may be refused
 *
 * Played over UDP as test_session.c does.
 */
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

#define CALL "> INVITE 1 | offer", "< 200 | m=audio 40000", "> ACK 1"
#define BUSY "< INVITE", "= 500 | - | Retry-After: 0", "< ACK"
#define GOES_ON                                                               \
	"- BYE", "> INVITE 2 | hold", "< 200 | a=recvonly", "> ACK 2",        \
		"> BYE 3", "< 200", "@ leg.remove", "# 0"

WORLD_SCENE(one_is_agreed, CALL, "x", "< INVITE | m=audio 40000",
	    "= 200 | answer", "< ACK", "@ leg.modify", GOES_ON)

/* Unlike one by which the far end is to hear anything again */
WORLD_SCENE(one_is_refused, CALL, "x", "< INVITE", "= 488", "< ACK", GOES_ON)

WORLD_SCENE(one_is_offered_again, CALL, "x", BUSY, "< INVITE | m=audio 40000",
	    "= 200 | answer", "< ACK", GOES_ON)

/* Who is busy for long is left alone */
WORLD_SCENE(one_is_given_up, CALL, "x", BUSY, BUSY, BUSY, BUSY, BUSY, BUSY,
	    GOES_ON)

/* One that it needs all the same is not lost with that */
WORLD_SCENE(another_one_is_needed, CALL, "x", "< INVITE", "= 488", "< ACK",
	    "r", "< INVITE | m=audio 40000", "= 488", "< ACK", "< BYE",
	    "= 200", "# 0")

static CU_TestInfo tests[] = {
	{"one is agreed", one_is_agreed},
	{"one is refused", one_is_refused},
	{"one is offered again", one_is_offered_again},
	{"one is given up", one_is_given_up},
	{"another one is needed", another_one_is_needed},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_shape, tests)
