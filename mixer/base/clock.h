/**
 * @file mixer/base/clock.h  Monotonic time
 *
 * Below the event loop time is an argument (`now_us`), so that tests own the
 * clock; only the loop's edge calls clock_us(). libre's timers and its
 * tmr_jiffies() go by it as well (clock_libre.c), so that no step of the wall
 * clock moves a timer. Thread-safe.
 */
#ifndef PARLEY_MIXER_BASE_CLOCK_H
#define PARLEY_MIXER_BASE_CLOCK_H

#include <stdint.h>

/** Monotonic time in microseconds, never 0 */
uint64_t clock_us(void);

/** Wall-clock time in microseconds since 1970 as it was when it was first
 *  asked for, and counted from then on: no step of it is seen */
uint64_t clock_wall_us(void);

/** Wall-clock time in 32.32 NTP format, for RTCP SR (RFC 3550 section 4), as
 *  clock_wall_us(): receivers lay sound and picture side by side by it, so
 * that it must not jump */
uint64_t clock_ntp(void);

#endif
