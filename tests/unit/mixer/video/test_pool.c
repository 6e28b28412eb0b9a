/**
 * @file tests/unit/mixer/video/test_pool.c  Worker threads
 */
#include <sched.h>
#include <stddef.h>
#include <sys/resource.h>
#include "mixer/base/re.h"
#include "mixer/video/pool.h"
#include "tests/unit/unit.h"

struct look {
	struct pool_job job;
	int nice, policy;
	bool done;
};

static struct look *look_of(struct pool_job *job)
{
	return (struct look *)((char *)job - offsetof(struct look, job));
}

static void run(struct pool_job *job)
{
	struct look *look = look_of(job);

	look->nice = getpriority(PRIO_PROCESS, 0);
	look->policy = sched_getscheduler(0);
}

static void done(struct pool_job *job)
{
	look_of(job)->done = true;
	re_cancel();
}

/* As root the media thread is raised, too: the workers must not inherit it */
static void workers_rank_behind_the_media_thread(void)
{
	struct look look = {.job = {.runh = run, .doneh = done}};
	struct pool *pool;
	int before = getpriority(PRIO_PROCESS, 0);

	(void)setpriority(PRIO_PROCESS, 0, -10);
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(pool_alloc(&pool, 1), 0);
	CU_ASSERT_EQUAL_FATAL(pool_submit(pool, &look.job), 0);
	(void)re_main(NULL);
	CU_ASSERT_TRUE(look.done);
	CU_ASSERT_EQUAL(look.nice, 5);
	CU_ASSERT_EQUAL(look.policy, SCHED_OTHER);
	CU_ASSERT_NOT_EQUAL(getpriority(PRIO_PROCESS, 0), 5);
	mem_deref(pool);
	libre_close();
	(void)setpriority(PRIO_PROCESS, 0, before);
}

static CU_TestInfo tests[] = {
	{"workers rank behind the media thread",
	 workers_rank_behind_the_media_thread},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_pool, tests)
