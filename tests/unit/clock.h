/**
 * @file unit/clock.h  The time of a unit program
 *
 * clock_us(), and with it libre's timers and DTLS's, is the time that this
 * program had: a processor's, and what it slept for in the loop. On a machine
 * that has no time for it its clock goes slower, so that no timer is due
 * before what should come first had its chance; it is never faster than the
 * machine's. clock.c stands before mixer/base/clock.c in all programs but
 * unit_mixer_base, which tests the latter.
 */
#ifndef PARLEY_TESTS_UNIT_CLOCK_H
#define PARLEY_TESTS_UNIT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** What a test does to it; nothing at first */
struct unit_clock {
	uint64_t added_us; /**< passed at once, so far */
	uint64_t look_us;  /**< passes with every look at it */
	bool still;        /**< nothing else passes */
};

extern struct unit_clock unit_clock;

#endif
