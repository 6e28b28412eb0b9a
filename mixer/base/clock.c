/**
 * @file mixer/base/clock.c  Monotonic time
 */
#include <stdatomic.h>
#include <time.h>
#include "mixer/base/clock.h"


enum { NTP_EPOCH_OFFSET_S = 2208988800u }; /* 1900 to 1970 */


uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}


/** Wall-clock time of the monotonic clock's zero, in microseconds */
static uint64_t origin_us(void)
{
	static _Atomic uint64_t known_us;
	uint64_t us = known_us, none = 0;
	struct timespec ts;

	if (us)
		return us;

	clock_gettime(CLOCK_REALTIME, &ts);
	us = (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u -
	     clock_us();

	/* another thread may have been first */
	return atomic_compare_exchange_strong(&known_us, &none, us) ? us
								    : none;
}


uint64_t clock_wall_us(void)
{
	return origin_us() + clock_us();
}


uint64_t clock_ntp(void)
{
	const uint64_t us = clock_wall_us();

	return (us / 1000000u + NTP_EPOCH_OFFSET_S) << 32 |
	       (us % 1000000u << 32) / 1000000u;
}
