/**
 * @file test_allocation.c  The steady state of sound allocates nothing
 *
 * malloc and its kin are counted by this program's own definitions in front
 * of libc's. Not under the sanitizers: they have theirs.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static _Thread_local bool counting;
static _Thread_local unsigned allocations;


void *malloc(size_t size)
{
	allocations += counting;

	return __libc_malloc(size);
}


void *calloc(size_t n, size_t size)
{
	allocations += counting;

	return __libc_calloc(n, size);
}


void *realloc(void *p, size_t size)
{
	allocations += counting;

	return __libc_realloc(p, size);
}


static void ticks_and_packets_allocate_nothing(void)
{
	static struct phone p[3];
	struct mix *mix;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, i < 2 ? 400 + 600 * i : 0);

	/* talking and speaker events are over, own renditions made */
	world_run(&w, 1500);
	mix = mixer_mix(w.mixer, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mix);
	CU_ASSERT_TRUE_FATAL(leg_audio(mix->legs[0])->speaker.heard);

	counting = true;
	mem_deref(mem_zalloc(1, NULL));
	CU_ASSERT_EQUAL(allocations, 1);
	world_run(&w, 300);
	counting = false;
	CU_ASSERT_EQUAL(allocations, 1);
	CU_ASSERT_TRUE(p[2].packets > 60);

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}

#else

static void ticks_and_packets_allocate_nothing(void)
{
	CU_PASS("the sanitizer's allocator is in the way");
}

#endif


static CU_TestInfo tests[] = {
	{"ticks and packets allocate nothing",
	 ticks_and_packets_allocate_nothing},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(allocation, tests)
