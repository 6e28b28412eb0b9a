/**
 * @file test_mixer_ice.c  Which mixer a TCP connection of ICE is for
 */
#include <errno.h>
#include <string.h>
#include "tests/unit/focus/mixers/mixers_world.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static void all_are_told_the_ports(void)
{
	static const uint16_t ports[] = {8443, 0};

	world_open(2, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	CU_ASSERT_EQUAL(world.far[0].requests, 0);
	mixers_set_tcp_ports(world.mixers, ports, 2);
	room_turn(5);
	CU_ASSERT_EQUAL(world.far[0].requests, 1);

	/* and who comes later, with its hello */
	world_attach(1);
	room_turn(5);
	CU_ASSERT_EQUAL(world.far[1].requests, 0);
	world_say(1, HELLO);
	room_turn(5);
	CU_ASSERT_EQUAL(world.far[1].requests, 1);
	CU_ASSERT_EQUAL(world.far[0].requests, 1);
	world_close();
}


static int hand_over(const char *ufrag)
{
	int err = mixers_hand_over(world.mixers, ufrag, strlen(ufrag), 2);

	room_turn(5);

	return err;
}


static void each_goes_to_who_has_the_ufrag(void)
{
	struct mixer_ufrag *first = NULL, *second = NULL;

	world_open(2, "/bin/false");
	for (unsigned i = 0; i < 2; i++) {
		world_attach(i);
		world_say(i, HELLO);
	}
	CU_ASSERT_EQUAL(mixer_ufrag_alloc(&first, world_slot(0), "abcd"), 0);
	CU_ASSERT_EQUAL(mixer_ufrag_alloc(&second, world_slot(1), "efgh"), 0);
	CU_ASSERT_TRUE(mixer_ufrag_is(first, "abcd"));
	CU_ASSERT_FALSE(mixer_ufrag_is(first, "efgh"));
	CU_ASSERT_FALSE(mixer_ufrag_is(NULL, "abcd"));

	CU_ASSERT_TRUE(mixers_have(world.mixers, "efgh", 4));
	CU_ASSERT_FALSE(mixers_have(world.mixers, "efgh", 3));
	CU_ASSERT_EQUAL(hand_over("efgh"), 0);
	CU_ASSERT_EQUAL(world.far[0].requests, 0);
	CU_ASSERT_EQUAL(world.far[1].requests, 1);
	CU_ASSERT_EQUAL(hand_over("abcd"), 0);
	CU_ASSERT_EQUAL(world.far[0].requests, 1);

	CU_ASSERT_EQUAL(hand_over("abc"), ENOENT);
	CU_ASSERT_EQUAL(hand_over("abcde"), ENOENT);
	CU_ASSERT_EQUAL(hand_over(""), ENOENT);
	first = mem_deref(first);
	CU_ASSERT_EQUAL(hand_over("abcd"), ENOENT);
	world_kill(1);
	CU_ASSERT_EQUAL(hand_over("efgh"), ENOTCONN);
	CU_ASSERT_EQUAL(world.far[0].requests, 1);

	/* it may outlive them */
	world_close();
	mem_deref(second);
}


static CU_TestInfo tests[] = {
	{"all are told the ports", all_are_told_the_ports},
	{"each goes to who has the ufrag", each_goes_to_who_has_the_ufrag},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixer_ice, tests)
