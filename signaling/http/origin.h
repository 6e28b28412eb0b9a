/**
 * @file signaling/http/origin.h  Whose page a browser's request comes from
 */
#ifndef PARLEY_SIGNALING_HTTP_ORIGIN_H
#define PARLEY_SIGNALING_HTTP_ORIGIN_H

#include <stdbool.h>

/**
 * Is an Origin (RFC 6454 section 7) the site that answers? Scheme, host and
 * port must be the same; a listener without TLS may stand behind a proxy that
 * ends it, which says nothing of the scheme: a Host that names no port is then
 * that of either scheme.
 *
 * A site without TLS must have a name that is ours: an address, localhost or
 * the domain. Anybody can let a name of his lead to a loopback address while
 * his page is open (DNS rebinding), and Origin and Host are the same then.
 * With TLS he would need a certificate that we, or the proxy, do not have. Any
 * thread
 *
 * @param origin As it came; "null" is nobody's
 * @param host   Host as it came, NULL is no site
 * @param secure The request came over TLS
 * @param domain Of the configuration, "" or NULL: none
 */
bool origin_is_ours(const char *origin, const char *host, bool secure,
		    const char *domain);

#endif
