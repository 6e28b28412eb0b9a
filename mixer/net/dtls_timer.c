/**
 * @file mixer/net/dtls_timer.c  When flights of a handshake are sent again
 */
#include <sys/time.h>
#include "mixer/base/clock.h"
#include "mixer/net/dtls_timer.h"


enum {
	RETRANSMIT_FIRST_US = 200000,
	RETRANSMIT_MAX_US = 2000000, /* doubled each time, up to that */
	SECOND_US = 1000000,
};


int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	const uint64_t us = clock_wall_us();

	(void)zone;
	tv->tv_sec = (time_t)(us / SECOND_US);
	tv->tv_usec = (suseconds_t)(us % SECOND_US);

	return 0;
}


unsigned dtls_retransmit_after(SSL *ssl, unsigned us)
{
	(void)ssl;

	if (!us)
		return RETRANSMIT_FIRST_US;

	return us * 2 < RETRANSMIT_MAX_US ? us * 2 : RETRANSMIT_MAX_US;
}
