/**
 * @file test_engine_free.c  What is big is freed by a worker
 */
#include <pthread.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/video_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum { THINGS = 3 };

/** What is freed, and by whom */
struct thing {
	unsigned freed;
	pthread_t by;
};

static void thing_freeh(void *arg)
{
	struct thing *t = arg;

	t->freed++;
	t->by = pthread_self();
}

static struct video_engine *engine_open(void)
{
	struct video_engine *e = NULL;

	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&e, 1), 0);

	return e;
}

/** The media thread goes on; the end of the engine waits for the worker */
static void a_worker_frees_it(void)
{
	struct video_engine *e = engine_open();
	struct thing things[THINGS];
	unsigned elsewhere = 0;

	memset(things, 0, sizeof(things));
	for (unsigned i = 0; i < THINGS; i++)
		engine_free(e->core, &things[i], thing_freeh);
	engine_free(e->core, NULL, thing_freeh);
	while (!__atomic_load_n(&things[0].freed, __ATOMIC_ACQUIRE))
		sys_msleep(1);
	mem_deref(e);

	for (unsigned i = 0; i < THINGS; i++) {
		CU_ASSERT_EQUAL(things[i].freed, 1);
		elsewhere += !pthread_equal(things[i].by, pthread_self());
	}
	CU_ASSERT(elsewhere >= 1);
}

static void what_is_left_is_freed_at_the_end(void)
{
	struct video_engine *e = engine_open();
	struct engine *core = mem_ref(e->core);
	struct thing early = {0}, late = {0};

	engine_free(core, &early, thing_freeh);
	mem_deref(e);
	CU_ASSERT_EQUAL(early.freed, 1);
	/* there are no workers any more */
	engine_free(core, &late, thing_freeh);
	CU_ASSERT_EQUAL(late.freed, 1);
	CU_ASSERT(pthread_equal(late.by, pthread_self()));
	mem_deref(core);
}

static int free_one(void *arg)
{
	struct video_engine *e = NULL;
	struct thing t = {0};
	int err = video_engine_alloc(&e, 1);

	(void)arg;
	if (err)
		return err;

	engine_free(e->core, &t, thing_freeh);
	mem_deref(e);
	CU_ASSERT_EQUAL(t.freed, 1);

	return 0;
}

static void missing_memory_frees_it_at_once(void)
{
	failing_each(free_one, NULL);
}

static CU_TestInfo tests[] = {
	{"a worker frees it", a_worker_frees_it},
	{"what is left is freed at the end", what_is_left_is_freed_at_the_end},
	{"missing memory frees it at once", missing_memory_frees_it_at_once},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_engine_free, tests)
