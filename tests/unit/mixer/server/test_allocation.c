/**
 * @file test_allocation.c  The steady state of sound allocates nothing
 */
#include "mixer/mix/mix_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


static void ticks_and_packets_allocate_nothing(void)
{
	static struct phone p[3];
	struct mix *mix;
	struct world w;
	unsigned before;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, i < 2 ? 400 + 600 * i : 0);

	/* talking and speaker events are over, own renditions made */
	world_run(&w, 1500);
	mix = mixer_mix(w.mixer, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mix);
	CU_ASSERT_TRUE_FATAL(mix->members[0]->sound.speaker.audible);

	before = p[2].packets;
	failing_count_begin();
	mem_deref(mem_zalloc(1, NULL));
	for (unsigned i = 0; i < 100 && p[2].packets < before + 10; i++)
		world_run(&w, 30);
	CU_ASSERT_EQUAL(failing_count_end(), 1);
	CU_ASSERT_TRUE(p[2].packets >= before + 10);

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"ticks and packets allocate nothing",
	 ticks_and_packets_allocate_nothing},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(allocation, tests)
