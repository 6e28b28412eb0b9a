/**
 * @file mixer/net/srtp.h  SRTP cryptographic contexts (RFC 3711 section 3.2)
 *
 * One context protects or opens all streams of one direction of a transport
 * under one master key, RTP and RTCP. Based on libsrtp2 with the kernels of
 * srtp_kernels.h. Belongs to the media thread; after a stream's first packet
 * nothing allocates.
 */
#ifndef PARLEY_MIXER_NET_SRTP_H
#define PARLEY_MIXER_NET_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/net/transport.h"

enum {
	/** Longest master key and salt together (AES-256-GCM), bytes */
	SRTP_KEYING_MAX = 44,
	/** Streams one inbound context follows; more wait for an idle one */
	SRTP_STREAM_MAX = 64,
	/** Replay window, packets */
	SRTP_REPLAY_WINDOW = 1024,
};

/** One direction's context */
struct crypto_context;

/**
 * Initialise libsrtp2 and install the kernels, once a process
 *
 * Loads what libsrtp2 needs from disk, so it comes before any sandbox; the
 * first crypto_context_alloc() does it too.
 *
 * @return 0 or ENOMEM
 */
int srtp_library_init(void);

/** Bytes of master key and salt of a suite; 0 for NONE */
size_t transport_suite_keying_bytes(enum transport_suite suite);

/** Bytes of the master key alone; the rest is salt */
size_t transport_suite_key_bytes(enum transport_suite suite);

/**
 * Make a context for any SSRC
 *
 * @param inbound true: opens what arrives; false: protects what leaves
 * @param keying  Master key, then master salt
 * @return 0; EINVAL for a wrong suite or length, ENOMEM
 */
int crypto_context_alloc(struct crypto_context **cp,
			 enum transport_suite suite, bool inbound,
			 const uint8_t *keying, size_t len);

/**
 * Protect one packet in place
 *
 * @param buf  Packet with TRANSPORT_TRAILER_MAX writable bytes behind it
 * @param len  Its length; the protected length on return
 * @param rtcp RTCP rather than RTP
 * @return 0; EBADMSG when it is no such packet
 */
int crypto_context_protect(struct crypto_context *c, uint8_t *buf, size_t *len,
			   bool rtcp);

/**
 * Authenticate and open one packet in place
 *
 * @param now_us Now, for the idle time of streams
 * @return 0; EBADMSG malformed, EACCES not authentic, EALREADY replayed or
 *         older than the window, ENOSPC too many streams
 */
int crypto_context_unprotect(struct crypto_context *c, uint8_t *buf,
			     size_t *len, bool rtcp, uint64_t now_us);

/**
 * Keying material of an SDES attribute (RFC 4568 section 6.1)
 *
 * @param text `[inline:]base64[|lifetime]`; an MKI is refused
 * @return 0; EPROTO when it does not fit the suite
 */
int sdes_decode(enum transport_suite suite, const char *text,
		uint8_t keying[SRTP_KEYING_MAX]);

/** Fresh keying material for a suite, and its base64 */
int sdes_generate(enum transport_suite suite, uint8_t keying[SRTP_KEYING_MAX],
		  char *text, size_t size);

#endif
