/**
 * @file test_clock.c  Monotonic and wall-clock time
 */
#include <stdlib.h>
#include <time.h>
#include "mixer/base/clock.h"
#include "tests/unit/unit.h"


static void never_goes_back_and_is_never_zero(void)
{
	uint64_t last = clock_us();

	CU_ASSERT(last > 0);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t now = clock_us();

		CU_ASSERT(now >= last);
		last = now;
	}
}


/** RFC 3550 section 4: seconds since 1900, and 2^-32 of them */
static void ntp_counts_from_1900(void)
{
	const uint64_t offset = UINT64_C(2208988800);
	const time_t before = time(NULL);
	const uint64_t a = clock_ntp(), b = clock_ntp();
	const time_t after = time(NULL);

	CU_ASSERT((a >> 32) >= (uint64_t)before + offset);
	CU_ASSERT((b >> 32) <= (uint64_t)after + 1 + offset);
	CU_ASSERT(b >= a);
}


static CU_TestInfo tests[] = {
	{"never goes back and is never zero",
	 never_goes_back_and_is_never_zero},
	{"NTP counts from 1900", ntp_counts_from_1900},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(clock, tests)
