/**
 * @file unit/clock.c  The time of a unit program
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <time.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "tests/unit/clock.h"


enum {
	/* Of a sleep that something ended: how long it would have been on an
	   idle machine is not known. A beat of the mixer and some */
	SLEPT_MAX_US = 25000,
	NTP_EPOCH_OFFSET_S = 2208988800u, /* 1900 to 1970 */
};

struct unit_clock unit_clock;

/* Of the thread with the loop; the others see what it saw last */
static pthread_t owner;
static uint64_t own_us, real_us, cpu_us; /* when it looked last */
static _Atomic uint64_t shown_us;
static uint64_t origin_us; /* since 1970, when own_us was 0 */


static uint64_t read_us(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);

	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000;
}


static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}


__attribute__((constructor)) static void begin(void)
{
	owner = pthread_self();
	real_us = read_us(CLOCK_MONOTONIC);
	cpu_us = read_us(CLOCK_PROCESS_CPUTIME_ID);
	origin_us = read_us(CLOCK_REALTIME) - real_us;
	own_us = shown_us = real_us;
}


/** @param slept_us Counts even without a processor */
static void go_on(uint64_t slept_us)
{
	uint64_t real = read_us(CLOCK_MONOTONIC);
	uint64_t cpu = read_us(CLOCK_PROCESS_CPUTIME_ID);
	/* a forked process begins at 0 */
	uint64_t had_us = cpu < cpu_us ? cpu : cpu - cpu_us;

	if (!unit_clock.still)
		own_us += least(real - real_us,
				had_us > slept_us ? had_us : slept_us);
	real_us = real;
	cpu_us = cpu;
}


uint64_t clock_us(void)
{
	if (pthread_equal(pthread_self(), owner)) {
		go_on(0);
		unit_clock.added_us += unit_clock.look_us;
		shown_us = own_us + unit_clock.added_us;
	}

	return shown_us;
}


uint64_t clock_wall_us(void)
{
	return origin_us + clock_us();
}


uint64_t clock_ntp(void)
{
	const uint64_t us = clock_wall_us();

	return (us / 1000000u + NTP_EPOCH_OFFSET_S) << 32 |
	       (us % 1000000u << 32) / 1000000u;
}


/** As in clock_libre.c, which not every room would bring along */
uint64_t tmr_jiffies(void)
{
	return clock_us() / 1000;
}


/** libre's loop sleeps here: its library calls the function by its exported
 *  name */
int epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms)
{
	const uint64_t asked_us =
		timeout_ms < 0 ? UINT64_MAX : (uint64_t)timeout_ms * 1000;
	int n;

	if (!pthread_equal(pthread_self(), owner))
		return epoll_pwait(fd, events, most, timeout_ms, NULL);

	go_on(0);
	n = epoll_pwait(fd, events, most, timeout_ms, NULL);
	go_on(n > 0 ? least(asked_us, SLEPT_MAX_US) : asked_us);

	return n;
}
