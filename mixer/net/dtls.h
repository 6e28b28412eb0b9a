/**
 * @file mixer/net/dtls.h  DTLS-SRTP key agreement (RFC 5763, RFC 5764)
 *
 * An association is one DTLS 1.2 handshake over datagrams that the owner
 * carries: it hands in what arrives and is called back for what must leave.
 * No socket, no address, no timer of its own. Certificates are not verified
 * by a chain but by the fingerprint from the signalling (RFC 8122), which may
 * arrive after the handshake: keys are given out only by the owner's asking,
 * after dtls_association_verify(). Media thread.
 */
#ifndef PARLEY_MIXER_NET_DTLS_H
#define PARLEY_MIXER_NET_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/net/srtp.h"
#include "mixer/net/transport.h"

enum {
	/** Largest datagram of a handshake, bytes */
	DTLS_MTU = 1200,
	/** Datagrams a handshake may take before it is given up */
	DTLS_HANDSHAKE_MAX = 256,
	/** What tells one ClientHello from another (RFC 5246 section 7.4.1.2)
	 */
	DTLS_RANDOM_BYTES = 32,
};

/** Certificate and settings shared by the associations of one net */
struct dtls_context;

/** One handshake and what it agreed on */
struct dtls_association;

enum dtls_state {
	DTLS_HANDSHAKING,
	DTLS_ESTABLISHED, /**< handshake complete, peer not yet verified */
	DTLS_CLOSED,      /**< close_notify came */
	DTLS_FAILED,
};

/** A datagram must leave; nothing in it may free the association */
typedef void(dtls_send_h)(const uint8_t *buf, size_t len, void *arg);

/** Make a key (P-256) and a self-signed certificate (SHA-256) */
int dtls_context_alloc(struct dtls_context **cp);

/** Fingerprint of the certificate, SHA-256 */
const struct transport_fingerprint *
dtls_context_fingerprint(const struct dtls_context *c);

/**
 * Make an association
 *
 * @param profiles SRTP protection profiles in OpenSSL's notation, best first;
 *                 NULL: AEAD_AES_128_GCM, AES128_CM_SHA1_80, AEAD_AES_256_GCM
 * @return 0; EINVAL for unknown profiles, ENOMEM
 */
int dtls_association_alloc(struct dtls_association **ap,
			   struct dtls_context *c, enum dtls_role role,
			   const char *profiles, dtls_send_h *sendh,
			   void *arg);

/**
 * Is it a ClientHello in the clear, or the beginning of one? That begins an
 * association, or is said again in one; the same random is in both.
 *
 * @return DTLS_RANDOM_BYTES within buf; NULL: it is not
 */
const uint8_t *dtls_client_hello_random(const uint8_t *buf, size_t len);

/** Client: send the ClientHello; server: nothing */
void dtls_association_start(struct dtls_association *a);

/** Another carries what leaves from now on */
void dtls_association_set_sender(struct dtls_association *a,
				 dtls_send_h *sendh, void *arg);

/**
 * A server that nobody is bound to: a ClientHello arrived from somebody who
 * has not proved yet to be where it says. It is asked to (HelloVerifyRequest,
 * RFC 6347 section 4.2.1: less than it sent, and nothing is kept); one that
 * brings the cookie of its address begins the handshake.
 *
 * @param a     As dtls_association_alloc() made it, or tried here before
 * @param sendh Of this datagram's sender; kept when it returns 0
 * @return 0: the association is its own, look at the state; EAGAIN: it was
 *         asked, or that was no ClientHello
 */
int dtls_association_listen(struct dtls_association *a, const struct sa *src,
			    const uint8_t *buf, size_t len, dtls_send_h *sendh,
			    void *arg);

/** A DTLS datagram of the peer arrived; look at the state afterwards */
void dtls_association_receive(struct dtls_association *a, const uint8_t *buf,
			      size_t len);

/** Send again what was lost; call every 20..100 ms while handshaking */
void dtls_association_tick(struct dtls_association *a);

/** Where it stands */
enum dtls_state dtls_association_state(const struct dtls_association *a);

/** Tell the peer that it ends (close_notify) */
void dtls_association_close(struct dtls_association *a);

/**
 * Compare the peer's certificate with the signalled fingerprints
 *
 * Of the hashes offered the strongest of SHA-512, -384, -256 decides (RFC
 * 8122 section 5); SHA-1 and unknown ones are passed over.
 *
 * @return 0 if one matches; EACCES if none does; EAGAIN before the handshake
 *         is complete
 */
int dtls_association_verify(const struct dtls_association *a,
			    const struct transport_fingerprint *fingerprints,
			    size_t count);

/** True if at least one has a hash that verification can use and is well
 *  formed */
bool dtls_fingerprints_usable(const struct transport_fingerprint *fingerprints,
			      size_t count);

/**
 * Keys agreed on (RFC 5764 section 4.2): master key and salt, joined
 *
 * @return 0; EAGAIN before the handshake is complete, EPROTO when no
 *         protection profile was agreed on
 */
int dtls_association_keys(const struct dtls_association *a,
			  enum transport_suite *suite,
			  uint8_t local[SRTP_KEYING_MAX],
			  uint8_t remote[SRTP_KEYING_MAX]);

/** SRTP made of those keys; the contexts are set on success only.
 *  @return likewise; ENOMEM */
int dtls_association_srtp(const struct dtls_association *a,
			  enum transport_suite *suite,
			  struct crypto_context **in,
			  struct crypto_context **out);

#endif
