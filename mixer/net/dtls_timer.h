/**
 * @file mixer/net/dtls_timer.h  When flights of a handshake are sent again
 *
 * OpenSSL asks gettimeofday() whether that is due: a step of the wall clock
 * would stall handshakes or hurry them. Its library calls the function by its
 * exported name, so that the program's own stands before it (as tmr_jiffies()
 * does before libre's, mixer/base/clock_libre.c): whoever in a media server
 * wants the time of day gets what clock_wall_us() counts. Media thread; the
 * function that stands before OpenSSL's may be called by any.
 */
#ifndef PARLEY_MIXER_NET_DTLS_TIMER_H
#define PARLEY_MIXER_NET_DTLS_TIMER_H

#include <openssl/ssl.h>

/**
 * For DTLS_set_timer_cb()
 *
 * @param us What was waited the last time; 0: it is the first
 * @return how long to wait, microseconds
 */
unsigned dtls_retransmit_after(SSL *ssl, unsigned us);

#endif
