/**
 * @file mixer/net/dtls_certificate.h  Certificates and their fingerprints
 *
 * Private to dtls.c and its tests: a self-signed certificate for a context,
 * and the comparison of RFC 8122.
 */
#ifndef PARLEY_MIXER_NET_DTLS_CERTIFICATE_H
#define PARLEY_MIXER_NET_DTLS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>
#include "mixer/net/transport.h"

/** Make key and certificate, put them into ctx, tell the fingerprint */
int dtls_certificate_make(SSL_CTX *ctx, struct transport_fingerprint *f);

/** Whether one fingerprint of the strongest usable hash fits `cert` */
bool dtls_certificate_matches(const X509 *cert,
			      const struct transport_fingerprint *fingerprints,
			      size_t count);

#endif
