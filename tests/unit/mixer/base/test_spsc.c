/**
 * @file test_spsc.c  Ring between two threads
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include "mixer/base/spsc.h"
#include "tests/unit/unit.h"

enum { ITEMS = 200000 };


static void keeps_order_and_bounds(void)
{
	void *slots[4];
	struct spsc q;
	int v[5];

	spsc_init(&q, slots, 4);
	CU_ASSERT_PTR_NULL(spsc_pop(&q));
	for (int i = 0; i < 4; i++)
		CU_ASSERT_TRUE(spsc_push(&q, &v[i]));

	CU_ASSERT_FALSE(spsc_push(&q, &v[4]));
	for (int i = 0; i < 4; i++)
		CU_ASSERT_PTR_EQUAL(spsc_pop(&q), &v[i]);

	CU_ASSERT_PTR_NULL(spsc_pop(&q));
}


static void *produce(void *arg)
{
	for (uintptr_t i = 1; i <= ITEMS; i++) {
		while (!spsc_push(arg, (void *)i))
			sched_yield();
	}

	return NULL;
}


static void crosses_threads(void)
{
	void *slots[64];
	struct spsc q;
	pthread_t thread;
	uintptr_t want = 1;

	spsc_init(&q, slots, 64);
	CU_ASSERT_FATAL(!pthread_create(&thread, NULL, produce, &q));
	while (want <= ITEMS) {
		uintptr_t got = (uintptr_t)spsc_pop(&q);

		if (!got) {
			sched_yield();
			continue;
		}

		if (got != want)
			break;

		want++;
	}

	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(want, ITEMS + 1);
}


static CU_TestInfo tests[] = {
	{"keeps order and bounds", keeps_order_and_bounds},
	{"crosses threads", crosses_threads},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(spsc, tests)
