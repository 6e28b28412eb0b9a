/**
 * @file mixer/video/pool.c  Worker threads behind the media thread
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "mixer/base/spsc.h"
#include "mixer/video/pool.h"

enum {
	POOL_WORKERS_MAX = 16,
	/* Every source, view and rendition has at most one job under way */
	POOL_RING = 1024,
	/* The media thread's own work comes first, whatever its rank */
	WORKER_NICE = 5,
};

struct worker {
	struct spsc in, out;
	void *in_slots[POOL_RING];
	void *out_slots[POOL_RING];
	unsigned outstanding; /* media thread's */
	pthread_t thread;
	bool running;
	int wake_fd;
	struct pool *pool;
};

struct pool {
	struct worker *workers;
	unsigned count;
	atomic_bool stopping;
	bool stopped;
	int done_fd;
};

static void wake(int fd)
{
	const uint64_t one = 1;

	/* It fails only when the counter is full, which is awake enough */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

static void drain(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return;
}

static void *worker_thread(void *arg)
{
	struct worker *w = arg;
	struct pool *pool = w->pool;
	struct pool_job *job;

	/* Linux: of this thread alone */
	(void)setpriority(PRIO_PROCESS, 0, WORKER_NICE);

	while (!atomic_load(&pool->stopping)) {

		drain(w->wake_fd);

		while ((job = spsc_pop(&w->in))) {
			if (!atomic_load(&pool->stopping))
				job->runh(job);
			/* cannot be full: outstanding jobs are limited */
			(void)spsc_push(&w->out, job);
			wake(pool->done_fd);
		}
	}

	return NULL;
}

static void collect(struct pool *pool)
{
	struct pool_job *job;

	for (unsigned i = 0; i < pool->count; i++) {
		struct worker *w = &pool->workers[i];

		while ((job = spsc_pop(&w->out))) {
			--w->outstanding;
			job->doneh(job);
		}
	}
}

static void done_handler(int flags, void *arg)
{
	struct pool *pool = mem_ref(arg);
	(void)flags;

	drain(pool->done_fd);
	collect(pool);
	mem_deref(pool);
}

void pool_stop(struct pool *pool)
{
	if (!pool || pool->stopped)
		return;

	pool->stopped = true;
	atomic_store(&pool->stopping, true);

	for (unsigned i = 0; i < pool->count; i++) {
		struct worker *w = &pool->workers[i];
		struct pool_job *job;

		if (!w->running)
			continue;

		wake(w->wake_fd);
		(void)pthread_join(w->thread, NULL);
		w->running = false;

		/* left in the ring when the thread saw the end */
		while ((job = spsc_pop(&w->in)))
			(void)spsc_push(&w->out, job);
	}

	if (pool->done_fd >= 0)
		fd_close(pool->done_fd);
	collect(pool);
}

static void pool_destructor(void *arg)
{
	struct pool *pool = arg;

	pool_stop(pool);

	for (unsigned i = 0; i < pool->count; i++) {
		if (pool->workers[i].wake_fd >= 0)
			close(pool->workers[i].wake_fd);
	}
	if (pool->done_fd >= 0)
		close(pool->done_fd);
	free(pool->workers);
}

/* The media thread may be of a real-time policy, its workers are not */
static int thread_create(struct worker *w)
{
	const struct sched_param normal = {.sched_priority = 0};
	pthread_attr_t attr;
	int err;

	err = pthread_attr_init(&attr);
	if (err)
		return err;

	(void)pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	(void)pthread_attr_setschedpolicy(&attr, SCHED_OTHER);
	(void)pthread_attr_setschedparam(&attr, &normal);
	err = pthread_create(&w->thread, &attr, worker_thread, w);
	pthread_attr_destroy(&attr);

	/* one that is lower may not be left by everybody */
	if (err == EPERM)
		err = pthread_create(&w->thread, NULL, worker_thread, w);

	return err;
}

static int worker_start(struct worker *w)
{
	sigset_t all, old;
	int err;

	w->wake_fd = eventfd(0, EFD_CLOEXEC);
	if (w->wake_fd < 0)
		return errno;

	/* Signals are the media thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = thread_create(w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		return err;

	w->running = true;

	return 0;
}

int pool_alloc(struct pool **pp, unsigned workers)
{
	struct pool *pool;
	int err = 0;

	if (!pp || !workers || workers > POOL_WORKERS_MAX)
		return EINVAL;

	pool = mem_zalloc(sizeof(*pool), pool_destructor);
	if (!pool)
		return ENOMEM;

	pool->done_fd = -1;
	atomic_init(&pool->stopping, false);

	/* The rings' ends have cache lines of their own */
	pool->workers = aligned_alloc(_Alignof(struct worker),
				      workers * sizeof(*pool->workers));
	if (!pool->workers) {
		err = ENOMEM;
		goto out;
	}
	memset(pool->workers, 0, workers * sizeof(*pool->workers));

	pool->count = workers;
	for (unsigned i = 0; i < workers; i++) {
		struct worker *w = &pool->workers[i];

		w->pool = pool;
		w->wake_fd = -1;
		spsc_init(&w->in, w->in_slots, POOL_RING);
		spsc_init(&w->out, w->out_slots, POOL_RING);
	}

	pool->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->done_fd < 0) {
		err = errno;
		goto out;
	}

	err = fd_listen(pool->done_fd, FD_READ, done_handler, pool);
	for (unsigned i = 0; i < workers && !err; i++)
		err = worker_start(&pool->workers[i]);

out:
	if (err)
		mem_deref(pool);
	else
		*pp = pool;

	return err;
}

int pool_submit(struct pool *pool, struct pool_job *job)
{
	struct worker *best = NULL;

	if (pool->stopped)
		return ESHUTDOWN;

	for (unsigned i = 0; i < pool->count; i++) {
		struct worker *w = &pool->workers[i];

		if (!best || w->outstanding < best->outstanding)
			best = w;
	}

	if (!best || best->outstanding >= POOL_RING)
		return EBUSY;

	job->worker = (unsigned)(best - pool->workers);
	++best->outstanding;
	(void)spsc_push(&best->in, job);
	wake(best->wake_fd);

	return 0;
}
