/**
 * @file mixer/net/srtp_kernels.h  OpenSSL ciphers under libsrtp2
 *
 * Debian builds libsrtp2 on NSS, whose per-packet set-up costs many times the
 * cipher itself. libsrtp2's public hooks let other implementations of its
 * cipher and authentication types be plugged in; its protocol logic (RFC
 * 3711, 7714) stays. Each kernel passes its own test vectors and those of the
 * type it replaces before libsrtp2 takes it.
 */
#ifndef PARLEY_MIXER_NET_SRTP_KERNELS_H
#define PARLEY_MIXER_NET_SRTP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/** HMAC-SHA1 (RFC 2104) keyed once: the pads' SHA-1 states are kept */
struct hmac_sha1_key {
	/** SHA-1 states after the inner and the outer pad */
	uint8_t inner[128], outer[128];
};

/** Key it; no allocation, any thread */
void hmac_sha1_key_set(struct hmac_sha1_key *key, const uint8_t *bytes,
		       size_t len);

/** MAC of one buffer; no allocation, any thread */
void hmac_sha1_mac(const struct hmac_sha1_key *key, const uint8_t *buf,
		   size_t len, uint8_t mac[20]);

/**
 * Put AES-ICM-128/256, AES-GCM-128/256 and HMAC-SHA1 of OpenSSL under
 * libsrtp2; after srtp_init(), before any context is made, once a process
 *
 * @return 0; ENOSYS if libsrtp2 refused one of them (the others are in
 *         place, libsrtp2's own serves for that one)
 */
int srtp_kernels_install(void);

#endif
