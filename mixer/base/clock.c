/**
 * @file mixer/base/clock.c  Monotonic time
 */
#include <time.h>
#include "mixer/base/clock.h"


enum { NTP_EPOCH_OFFSET_S = 2208988800u }; /* 1900 to 1970 */


uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}


uint64_t clock_ntp(void)
{
	struct timespec ts;
	uint64_t frac;

	clock_gettime(CLOCK_REALTIME, &ts);
	frac = ((uint64_t)ts.tv_nsec << 32) / 1000000000u;

	return (((uint64_t)ts.tv_sec + NTP_EPOCH_OFFSET_S) << 32) | frac;
}
