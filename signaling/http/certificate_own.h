/**
 * @file signaling/http/certificate_own.h  What our own certificate names
 *
 * Of certificate*.c alone. Any thread.
 */
#ifndef PARLEY_SIGNALING_HTTP_CERTIFICATE_OWN_H
#define PARLEY_SIGNALING_HTTP_CERTIFICATE_OWN_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct x509_st;

enum {
	CERTIFICATE_NAMES_MAX = 48,
	/** An IPv6 address in full, or a name */
	CERTIFICATE_NAME_BYTES = 256,
};

/** By what people, and the line that says that parleyd is ready, call this
 *  server */
struct certificate_names {
	struct {
		bool address; /**< no name */
		char text[CERTIFICATE_NAME_BYTES];
	} of[CERTIFICATE_NAMES_MAX];
	size_t count;
};

/**
 * The domain, or the host's name without one; localhost and its addresses;
 * those that the TLS listeners and media have, and what a 1:1 NAT makes of
 * them. Each once, the most important first
 *
 * @param n      Filled
 * @param config domain, *_listen, media_address
 * @param found  Those that the host happens to have, too: a certificate is
 *               made with them, but is good without, as a DHCP server or
 * IPv6's privacy gives it others each day
 */
void certificate_names(struct certificate_names *n,
		       const struct config *config, bool found);

/**
 * Does a certificate have all of them?
 *
 * @param cert Its subjectAltName is looked at
 */
bool certificate_has_names(struct x509_st *cert,
			   const struct certificate_names *n);

#endif
