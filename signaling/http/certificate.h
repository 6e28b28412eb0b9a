/**
 * @file signaling/http/certificate.h  TLS contexts of SIP and HTTPS
 *
 * The one place that reaches OpenSSL's context below libre's `struct tls`:
 * libre cannot set a minimum version nor make a certificate that OpenSSL 3
 * accepts. TLS 1.2 and up, with AEAD suites alone; the certificate is the
 * configured one, else an EC P-256 one signed by itself, made once and kept in
 * data_dir as long as it names all that this server is called by; where that
 * cannot be written, in memory until the program ends.
 */
#ifndef PARLEY_SIGNALING_HTTP_CERTIFICATE_H
#define PARLEY_SIGNALING_HTTP_CERTIFICATE_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;

/**
 * Server context
 *
 * @param tlsp   Set to the context; free with mem_deref()
 * @param config tls_cert, tls_key, data_dir, domain
 * @return 0; ENOENT, EINVAL, EACCES with a log line that names key and file
 */
int certificate_tls(struct tls **tlsp, const struct config *config);

/**
 * Say in the log when the certificate has expired, or does in 14 days; for the
 * start, after a reload and once a day
 *
 * @param config As certificate_tls()
 */
void certificate_tell(const struct config *config);

/**
 * Read the certificate's files anew, for connections to come
 *
 * @param tls Context of certificate_tls(); NULL: nothing to do. It stays as it
 *            is when the files are no good
 * @return 0, or as certificate_tls()
 */
int certificate_reload(struct tls *tls, const struct config *config);

/** Something is wrong with a file. @param words Static, or of the call */
typedef void(certificate_problem_h)(const char *key, const char *words,
				    void *arg);

/**
 * Would the configured certificate do? Looked for are files that cannot be
 * read, a key that is not the certificate's, and one that is not valid now
 *
 * @param config tls_cert, tls_key; without them there is nothing to check
 * @param h      Called with the key of each problem
 */
void certificate_check(const struct config *config, certificate_problem_h *h,
		       void *arg);

/**
 * Client context for connections that we open: trusts the system's authorities
 * and our own certificate, and shows ours when asked. Where a host is verified
 * (tls_set_verify_server()), its certificate must name it as SIP wants it
 */
int certificate_client_tls(struct tls **tlsp, const struct config *config);

/**
 * Does a certificate name this SIP domain (RFC 5922 section 7)? By a
 * subjectAltName that is a domain or a URI "sip:DOMAIN", whole and in any case
 * of letters: wildcards match nothing. Without any of those by its Common Name
 *
 * @param cert Its chain is not looked at
 */
struct x509_st;
bool certificate_is_for(struct x509_st *cert, const char *host);

#endif
