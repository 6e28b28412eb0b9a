/**
 * @file mixer/base/clock_libre.c  libre's timers by the monotonic clock
 *
 * libre 1.1 asks gettimeofday() here: a step of the wall clock would fire or
 * stall every timer. Its library calls the function by its exported name, so
 * that the program's own stands before it.
 */
#include "mixer/base/clock.h"
#include "mixer/base/re.h"


uint64_t tmr_jiffies(void)
{
	return clock_us() / 1000;
}
