/**
 * @file mixer/video/pool.h  Worker threads behind the media thread
 *
 * The media thread submits jobs; a worker runs each; the media thread gets it
 * back in its libre loop. A ring each way for each worker, eventfds to wake.
 * A job is a struct of its owner, who keeps it alive until done and does not
 * submit it twice at a time: so whatever one job works on is never touched by
 * two threads. Workers run at a lower priority than ordinary programs,
 * whatever the media thread's is.
 */
#ifndef PARLEY_MIXER_VIDEO_POOL_H
#define PARLEY_MIXER_VIDEO_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;
struct pool_job;

/** On a worker: the work */
typedef void(pool_run_h)(struct pool_job *job);

/** On the media thread: take the result, let go of what the job held. The
 *  job may be submitted again, or freed, from here. */
typedef void(pool_done_h)(struct pool_job *job);

struct pool_job {
	pool_run_h *runh;
	pool_done_h *doneh;
	unsigned worker; /**< the pool's */
};

/**
 * Start the threads and listen in the calling thread's libre loop
 *
 * @param workers 1..POOL_WORKERS_MAX
 */
int pool_alloc(struct pool **pp, unsigned workers);

/**
 * Hand a job to the worker with the fewest
 *
 * @return 0; EBUSY when all rings are full; ESHUTDOWN after pool_stop
 */
int pool_submit(struct pool *pool, struct pool_job *job);

/**
 * Stop the threads: waits for the jobs that run, skips those that wait, and
 * calls doneh of all of them. Nothing can be submitted any more.
 */
void pool_stop(struct pool *pool);

#endif
