/**
 * @file signaling/http/certificate_check.c  Would the configured certificate
 * do?
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include "focus/config/config.h"
#include "signaling/http/certificate.h"


enum { WORDS_BYTES = 512 };


/** Others than regular files are not opened: a FIFO would wait */
static bool readable(const char *key, const char *path,
		     certificate_problem_h *h, void *arg)
{
	char words[WORDS_BYTES];
	struct stat st;
	int err = 0;

	if (stat(path, &st) || access(path, R_OK))
		err = errno;
	if (!err && S_ISREG(st.st_mode))
		return true;

	(void)snprintf(words, sizeof(words), "%.300s: %s", path,
		       err ? strerror(err) : "is no file");
	h(key, words, arg);

	return false;
}


static void tell_days(const X509 *cert, const char *path,
		      certificate_problem_h *h, void *arg)
{
	char words[WORDS_BYTES];
	int days = 0, seconds = 0;

	*words = '\0';
	if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0)
		(void)snprintf(words, sizeof(words),
			       "%.300s: is not valid yet", path);
	else if (ASN1_TIME_diff(&days, &seconds, NULL,
				X509_get0_notAfter(cert)) &&
		 (days < 0 || seconds < 0))
		(void)snprintf(words, sizeof(words),
			       "%.300s: expired %d days ago", path, -days);
	if (*words)
		h("tls_cert", words, arg);
}


static void check_pair(SSL_CTX *ctx, const char *cert, const char *key,
		       certificate_problem_h *h, void *arg)
{
	char words[WORDS_BYTES];

	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1) {
		(void)snprintf(words, sizeof(words),
			       "%.300s: no certificate in PEM", cert);
		h("tls_cert", words, arg);
		return;
	}

	tell_days(SSL_CTX_get0_certificate(ctx), cert, h, arg);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1)
		return;

	(void)snprintf(words, sizeof(words), "%.300s: %s", key,
		       ERR_GET_REASON(ERR_peek_last_error()) ==
				       X509_R_KEY_VALUES_MISMATCH
			       ? "is not the key of tls_cert"
			       : "no key in PEM, or not that of tls_cert");
	h("tls_key", words, arg);
}


void certificate_check(const struct config *c, certificate_problem_h *h,
		       void *arg)
{
	SSL_CTX *ctx;
	bool ok;

	if (!str_isset(c->tls_cert) || !str_isset(c->tls_key))
		return;

	ok = readable("tls_cert", c->tls_cert, h, arg);
	if (!readable("tls_key", c->tls_key, h, arg) || !ok)
		return;

	ctx = SSL_CTX_new(TLS_method());
	if (ctx)
		check_pair(ctx, c->tls_cert, c->tls_key, h, arg);
	SSL_CTX_free(ctx);
	ERR_clear_error();
}
