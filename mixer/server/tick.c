/**
 * @file mixer/server/tick.c  The beat
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/server/tick.h"


enum { BUCKET_US = 100, COARSE_US = 1000, FINE = 32 };

struct tick {
	tick_h *handler;
	void *arg;
	int fd;        /* -1: stopped */
	uint64_t next; /* number of the beat that is due next */
	uint64_t ticks, missed;
	uint32_t late_max_us;
	/* 100 us steps to 3.2 ms, then 1 ms steps */
	uint64_t histogram[TICK_BUCKETS];
};


static void tick_destructor(void *arg)
{
	tick_stop(arg);
}


int tick_alloc(struct tick **tp, tick_h *handler, void *arg)
{
	struct tick *t = mem_zalloc(sizeof(*t), tick_destructor);

	if (!t)
		return ENOMEM;

	t->fd = -1;
	t->handler = handler;
	t->arg = arg;
	*tp = t;

	return 0;
}


static void count_late(struct tick *t, uint64_t late_us)
{
	size_t i = (size_t)(late_us / BUCKET_US);

	if (i >= FINE)
		i = FINE + (size_t)(late_us / COARSE_US);
	if (i >= TICK_BUCKETS)
		i = TICK_BUCKETS - 1;

	t->histogram[i]++;
	if (late_us > t->late_max_us)
		t->late_max_us = (uint32_t)late_us;
}


static void expired_h(int flags, void *arg)
{
	struct tick *t = arg;
	uint64_t now_us = clock_us();
	uint64_t due = now_us / TICK_US;
	uint64_t expirations;

	(void)flags;
	if (read(t->fd, &expirations, sizeof(expirations)) < 0)
		return;

	if (due < t->next)
		return;

	count_late(t, now_us - t->next * TICK_US);
	if (due - t->next >= TICK_CATCH_UP) {
		t->missed += due + 1 - t->next - TICK_CATCH_UP;
		t->next = due + 1 - TICK_CATCH_UP;
	}

	/* a handler may remove the last leg and so stop us */
	while (t->fd >= 0 && t->next <= due) {
		t->ticks++;
		t->handler(t->next++, now_us, t->arg);
	}
}


int tick_start(struct tick *t)
{
	struct itimerspec its;
	uint64_t first_us;
	int err;

	if (t->fd >= 0)
		return 0;

	t->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->fd < 0)
		return errno;

	t->next = clock_us() / TICK_US + 1;
	first_us = t->next * TICK_US;
	memset(&its, 0, sizeof(its));
	its.it_value.tv_sec = (time_t)(first_us / 1000000);
	its.it_value.tv_nsec = (long)(first_us % 1000000) * 1000;
	its.it_interval.tv_nsec = TICK_US * 1000L;
	if (timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &its, NULL))
		err = errno;
	else
		err = fd_listen(t->fd, FD_READ, expired_h, t);

	if (err)
		tick_stop(t);

	return err;
}


void tick_stop(struct tick *t)
{
	if (t->fd < 0)
		return;

	fd_close(t->fd);
	close(t->fd);
	t->fd = -1;
}


static uint32_t bucket_us(size_t i)
{
	return (uint32_t)(i < FINE ? (i + 1) * BUCKET_US
				   : (i - FINE + 1) * COARSE_US);
}


static uint32_t percentile(const struct tick *t, unsigned percent)
{
	uint64_t total = 0, sum = 0;

	for (size_t i = 0; i < TICK_BUCKETS; i++)
		total += t->histogram[i];

	for (size_t i = 0; i < TICK_BUCKETS; i++) {
		sum += t->histogram[i];
		if (total && sum * 100 >= total * percent)
			return bucket_us(i);
	}

	return 0;
}


void tick_stats(const struct tick *t, struct tick_stats *stats)
{
	stats->ticks = t->ticks;
	stats->missed = t->missed;
	stats->late_us_p50 = percentile(t, 50);
	stats->late_us_p99 = percentile(t, 99);
	stats->late_us_max = t->late_max_us;
}
