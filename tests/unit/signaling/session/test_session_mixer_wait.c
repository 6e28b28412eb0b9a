/**
 * @file test_session_mixer_wait.c  Calls while a mixer is replaced
 *
 * Played over UDP as test_session.c does.
 */
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

WORLD_SCENE(waits_for_the_next_mixer, "K", "> INVITE 1 | offer", "< 100",
	    "- 503", "k", "< 200 | m=audio", "> ACK 1", "> BYE 2", "< 200",
	    "# 0")

/* What it offers is matched with what the next one can do */
WORLD_SCENE(is_offered_what_the_next_one_can, "K", "> INVITE 1", "< 100",
	    "l opus", "< 200 | m=audio | !opus", "> ACK 1 | answer", "> BYE 2",
	    "< 200", "# 0")

/* It was being let in */
WORLD_SCENE(goes_to_the_next_mixer, "m 0", "> INVITE 1 | offer", "@ leg.add",
	    "m 1", "k", "< 200 | m=audio", "> ACK 1", "@ leg.set", "> BYE 2",
	    "< 200", "# 0")

/* A call that mixers die of has not all of them */
WORLD_SCENE(goes_to_no_third_mixer, "m 0", "> INVITE 1 | offer", "@ leg.add",
	    "k", "@ leg.add", "k", "< 503 | mixer-lost | Retry-After",
	    "> ACK 1", "# 0")

WORLD_SCENE(cancel_ends_the_wait, "K", "> INVITE 1 | offer", "< 100",
	    "> CANCEL 1", "< 200", "< 487", "> ACK 1", "# 0", "k", "- 200")

WORLD_SCENE(shutdown_ends_the_wait, "K", "> INVITE 1 | offer", "< 100", "s",
	    "< 503", "> ACK 1", "# 0")

WORLD_SCENE(dials_when_it_is_there, "K", "d", "- INVITE", "k", "< INVITE",
	    "= 200 | answer", "< ACK", "> BYE 1", "< 200", "# 0")

WORLD_SCENE(dials_once_more, "m 0", "d", "@ leg.add", "m 1", "k", "< INVITE",
	    "= 200 | answer", "< ACK", "> BYE 1", "< 200", "# 0")

static CU_TestInfo tests[] = {
	{"waits for the next mixer", waits_for_the_next_mixer},
	{"is offered what the next one can", is_offered_what_the_next_one_can},
	{"goes to the next mixer", goes_to_the_next_mixer},
	{"goes to no third mixer", goes_to_no_third_mixer},
	{"CANCEL ends the wait", cancel_ends_the_wait},
	{"shutdown ends the wait", shutdown_ends_the_wait},
	{"dials when it is there", dials_when_it_is_there},
	{"dials once more", dials_once_more},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_mixer_wait, tests)
