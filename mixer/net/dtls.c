/**
 * @file mixer/net/dtls.c  DTLS-SRTP key agreement
 */
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include "mixer/base/log.h"
#include "mixer/net/bytes.h"
#include "mixer/net/dtls.h"
#include "mixer/net/dtls_certificate.h"
#include "mixer/net/dtls_timer.h"


enum {
	/* a peer's certificate chain, bytes */
	CERTIFICATES_MAX = 16384,
	/* headers of records and handshake messages (RFC 6347 section 4) */
	RECORD_BYTES = 13,
	RECORD_HANDSHAKE = 22,
	HANDSHAKE_BYTES = 12,
	HANDSHAKE_CLIENT_HELLO = 1,
	VERSION_BYTES = 2,
	COOKIE_BYTES = 20,
	COOKIE_SECRET_BYTES = 32,
};

struct dtls_context {
	SSL_CTX *ssl;
	BIO_METHOD *method;
	BIO_ADDR *nobody; /**< what OpenSSL wants to be given; unused */
	uint8_t secret[COOKIE_SECRET_BYTES];
	struct transport_fingerprint fingerprint;
};

struct dtls_association {
	struct dtls_context *context;
	SSL *ssl;
	enum dtls_role role;
	enum dtls_state state;
	unsigned datagrams; /**< received while handshaking */
	const uint8_t *in;  /**< datagram being handed in, NULL: none */
	size_t in_len;
	const struct sa *src; /**< who shall prove its address, or NULL */
	dtls_send_h *sendh;
	void *arg;
};

static const char default_profiles[] = "SRTP_AEAD_AES_128_GCM:"
				       "SRTP_AES128_CM_SHA1_80:"
				       "SRTP_AEAD_AES_256_GCM";


/* The BIO under an association: one write is one datagram, one read takes
 * the one that is being handed in. OpenSSL's memory BIO would join them. */

static int bio_write(BIO *bio, const char *buf, int len)
{
	struct dtls_association *a = BIO_get_data(bio);

	if (len > 0)
		a->sendh((const uint8_t *)buf, (size_t)len, a->arg);

	return len;
}


static int bio_read(BIO *bio, char *buf, int size)
{
	struct dtls_association *a = BIO_get_data(bio);
	size_t n = a->in_len;

	BIO_clear_retry_flags(bio);
	if (!a->in || size <= 0) {
		BIO_set_retry_read(bio);
		return -1;
	}

	/* like a datagram socket: what does not fit is lost */
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(buf, a->in, n);
	a->in = NULL;

	return (int)n;
}


static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;

	switch (cmd) {

	case BIO_CTRL_FLUSH: return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU: return DTLS_MTU;
	default: return 0;
	}
}


static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);

	return 1;
}


static BIO_METHOD *bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagram");

	if (m && (!BIO_meth_set_write(m, bio_write) ||
		  !BIO_meth_set_read(m, bio_read) ||
		  !BIO_meth_set_ctrl(m, bio_ctrl) ||
		  !BIO_meth_set_create(m, bio_create))) {
		BIO_meth_free(m);
		m = NULL;
	}

	return m;
}


/** The chain means nothing here; the fingerprint decides later */
static int accept_any_chain(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;

	return 1;
}


/** A cookie is the address under a key that nobody else has */
static int cookie_make(SSL *ssl, unsigned char *cookie, unsigned *len)
{
	const struct dtls_association *a = SSL_get_app_data(ssl);
	uint8_t address[18] = {0}, sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!a || !a->src)
		return 0;

	if (sa_af(a->src) == AF_INET6)
		sa_in6(a->src, address);
	else
		put32(address, sa_in(a->src));
	put16(address + 16, sa_port(a->src));
	if (!HMAC(EVP_sha256(), a->context->secret, COOKIE_SECRET_BYTES,
		  address, sizeof(address), sum, &n))
		return 0;

	memcpy(cookie, sum, COOKIE_BYTES);
	*len = COOKIE_BYTES;

	return 1;
}


static int cookie_verify(SSL *ssl, const unsigned char *cookie, unsigned len)
{
	unsigned char right[DTLS1_COOKIE_LENGTH];
	unsigned n;

	return cookie_make(ssl, right, &n) && len == n &&
	       !CRYPTO_memcmp(cookie, right, n);
}


static int context_configure(SSL_CTX *ssl)
{
	SSL_CTX_set_cookie_generate_cb(ssl, cookie_make);
	SSL_CTX_set_cookie_verify_cb(ssl, cookie_verify);
	SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_QUERY_MTU |
					 SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ssl, CERTIFICATES_MAX);
	SSL_CTX_set_read_ahead(ssl, 1);
	SSL_CTX_set_verify(
		ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, accept_any_chain, NULL);

	if (!SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(
		    ssl, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL") ||
	    !SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384"))
		return ENOTSUP;

	return 0;
}


static void context_destructor(void *arg)
{
	struct dtls_context *c = arg;

	SSL_CTX_free(c->ssl);
	BIO_meth_free(c->method);
	BIO_ADDR_free(c->nobody);
	OPENSSL_cleanse(c->secret, sizeof(c->secret));
}


int dtls_context_alloc(struct dtls_context **cp)
{
	struct dtls_context *c;
	int err;

	c = mem_zalloc(sizeof(*c), context_destructor);
	if (!c)
		return ENOMEM;

	c->ssl = SSL_CTX_new(DTLS_method());
	c->method = bio_method();
	c->nobody = BIO_ADDR_new();
	rand_bytes(c->secret, sizeof(c->secret));
	if (!c->ssl || !c->method || !c->nobody) {
		err = ENOMEM;
		goto out;
	}

	err = context_configure(c->ssl);
	if (err)
		goto out;

	err = dtls_certificate_make(c->ssl, &c->fingerprint);

out:
	ERR_clear_error();
	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}


const struct transport_fingerprint *
dtls_context_fingerprint(const struct dtls_context *c)
{
	return &c->fingerprint;
}


static void association_destructor(void *arg)
{
	struct dtls_association *a = arg;

	SSL_free(a->ssl);
	mem_deref(a->context);
}


int dtls_association_alloc(struct dtls_association **ap,
			   struct dtls_context *c, enum dtls_role role,
			   const char *profiles, dtls_send_h *sendh, void *arg)
{
	struct dtls_association *a;
	int err = 0;
	BIO *bio;

	if (!ap || !c || !sendh)
		return EINVAL;

	a = mem_zalloc(sizeof(*a), association_destructor);
	if (!a)
		return ENOMEM;

	a->context = mem_ref(c);
	a->role = role;
	a->sendh = sendh;
	a->arg = arg;
	a->ssl = SSL_new(c->ssl);
	bio = BIO_new(c->method);
	if (!a->ssl || !bio) {
		BIO_free(bio);
		err = ENOMEM;
		goto out;
	}

	BIO_set_data(bio, a);
	SSL_set_app_data(a->ssl, a);
	SSL_set_bio(a->ssl, bio, bio);
	SSL_set_mtu(a->ssl, DTLS_MTU);
	DTLS_set_timer_cb(a->ssl, dtls_retransmit_after);
	/* this one function of OpenSSL returns 0 for success */
	if (SSL_set_tlsext_use_srtp(a->ssl,
				    profiles ? profiles : default_profiles)) {
		err = EINVAL;
		goto out;
	}

	if (role == DTLS_ROLE_CLIENT)
		SSL_set_connect_state(a->ssl);
	else
		SSL_set_accept_state(a->ssl);

out:
	ERR_clear_error();
	if (err)
		mem_deref(a);
	else
		*ap = a;

	return err;
}


static void association_fail(struct dtls_association *a, int ssl_error)
{
	char text[160];

	a->state = DTLS_FAILED;
	ERR_error_string_n(ERR_peek_last_error(), text, sizeof(text));
	log_debug("dtls", "failed ssl=%d openssl=%s", ssl_error, text);
}


/** Application data is nothing to us, but close_notify is */
static void association_drain(struct dtls_association *a)
{
	uint8_t buf[TRANSPORT_DATAGRAM_MAX];
	int n, e;

	do {
		n = SSL_read(a->ssl, buf, sizeof(buf));
	} while (n > 0);

	e = SSL_get_error(a->ssl, n);
	if (e == SSL_ERROR_ZERO_RETURN)
		a->state = DTLS_CLOSED;
	else if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
		association_fail(a, e);
}


static void association_advance(struct dtls_association *a)
{
	int n, e;

	ERR_clear_error();
	if (a->state == DTLS_HANDSHAKING) {
		n = SSL_do_handshake(a->ssl);
		e = SSL_get_error(a->ssl, n);
		if (n == 1)
			a->state = DTLS_ESTABLISHED;
		else if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
			association_fail(a, e);
	}

	if (a->state == DTLS_ESTABLISHED)
		association_drain(a);

	ERR_clear_error();
}


const uint8_t *dtls_client_hello_random(const uint8_t *buf, size_t len)
{
	const uint8_t *message = buf + RECORD_BYTES;
	size_t at = RECORD_BYTES + HANDSHAKE_BYTES + VERSION_BYTES;

	if (len < at + DTLS_RANDOM_BYTES || buf[0] != RECORD_HANDSHAKE ||
	    get16(buf + 3) || message[0] != HANDSHAKE_CLIENT_HELLO ||
	    get16(message + 6) || message[8])
		return NULL;

	return buf + at;
}


void dtls_association_start(struct dtls_association *a)
{
	if (a->role == DTLS_ROLE_CLIENT && a->state == DTLS_HANDSHAKING)
		association_advance(a);
}


void dtls_association_set_sender(struct dtls_association *a,
				 dtls_send_h *sendh, void *arg)
{
	a->sendh = sendh;
	a->arg = arg;
}


int dtls_association_listen(struct dtls_association *a, const struct sa *src,
			    const uint8_t *buf, size_t len, dtls_send_h *sendh,
			    void *arg)
{
	int n;

	if (a->role != DTLS_ROLE_SERVER || a->state != DTLS_HANDSHAKING)
		return EAGAIN;

	a->sendh = sendh;
	a->arg = arg;
	a->src = src;
	a->in = buf;
	a->in_len = len;
	ERR_clear_error();
	n = DTLSv1_listen(a->ssl, a->context->nobody);
	ERR_clear_error();
	a->in = NULL;
	/* what it brought is kept inside, and its cookie looked at again */
	if (n > 0) {
		a->datagrams = 1;
		association_advance(a);
	}

	a->src = NULL;

	return n > 0 ? 0 : EAGAIN;
}


void dtls_association_receive(struct dtls_association *a, const uint8_t *buf,
			      size_t len)
{
	if (a->state == DTLS_FAILED || a->state == DTLS_CLOSED)
		return;

	if (a->state == DTLS_HANDSHAKING &&
	    ++a->datagrams > DTLS_HANDSHAKE_MAX) {
		a->state = DTLS_FAILED;
		return;
	}

	a->in = buf;
	a->in_len = len;
	association_advance(a);
	a->in = NULL;
}


void dtls_association_tick(struct dtls_association *a)
{
	if (a->state != DTLS_HANDSHAKING)
		return;

	ERR_clear_error();
	if (DTLSv1_handle_timeout(a->ssl) < 0)
		association_fail(a, SSL_ERROR_SSL);
	ERR_clear_error();
}


enum dtls_state dtls_association_state(const struct dtls_association *a)
{
	return a->state;
}


void dtls_association_close(struct dtls_association *a)
{
	if (a->state != DTLS_ESTABLISHED)
		return;

	ERR_clear_error();
	SSL_shutdown(a->ssl);
	ERR_clear_error();
	a->state = DTLS_CLOSED;
}


int dtls_association_verify(const struct dtls_association *a,
			    const struct transport_fingerprint *fingerprints,
			    size_t count)
{
	X509 *cert;
	bool ok;

	if (a->state != DTLS_ESTABLISHED)
		return EAGAIN;

	cert = SSL_get0_peer_certificate(a->ssl);
	ok = cert && dtls_certificate_matches(cert, fingerprints, count);
	ERR_clear_error();

	return ok ? 0 : EACCES;
}


static enum transport_suite profile_suite(const SRTP_PROTECTION_PROFILE *p)
{
	switch (p ? p->id : 0) {

	case SRTP_AES128_CM_SHA1_80:
		return TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80;
	case SRTP_AES128_CM_SHA1_32:
		return TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_32;
	case SRTP_AEAD_AES_128_GCM: return TRANSPORT_SUITE_AEAD_AES_128_GCM;
	case SRTP_AEAD_AES_256_GCM: return TRANSPORT_SUITE_AEAD_AES_256_GCM;
	default: return TRANSPORT_SUITE_NONE;
	}
}


int dtls_association_keys(const struct dtls_association *a,
			  enum transport_suite *suite,
			  uint8_t local[SRTP_KEYING_MAX],
			  uint8_t remote[SRTP_KEYING_MAX])
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	uint8_t block[2 * SRTP_KEYING_MAX], *client, *server;
	size_t key, salt;

	if (a->state != DTLS_ESTABLISHED)
		return EAGAIN;

	*suite = profile_suite(SSL_get_selected_srtp_profile(a->ssl));
	key = transport_suite_key_bytes(*suite);
	salt = transport_suite_keying_bytes(*suite) - key;
	if (!key ||
	    SSL_export_keying_material(a->ssl, block, 2 * (key + salt), label,
				       sizeof(label) - 1, NULL, 0, 0) != 1) {
		ERR_clear_error();
		return EPROTO;
	}

	/* client key, server key, client salt, server salt */
	client = a->role == DTLS_ROLE_CLIENT ? local : remote;
	server = a->role == DTLS_ROLE_CLIENT ? remote : local;
	memcpy(client, block, key);
	memcpy(server, block + key, key);
	memcpy(client + key, block + 2 * key, salt);
	memcpy(server + key, block + 2 * key + salt, salt);
	OPENSSL_cleanse(block, sizeof(block));

	return 0;
}


int dtls_association_srtp(const struct dtls_association *a,
			  enum transport_suite *suite,
			  struct crypto_context **in,
			  struct crypto_context **out)
{
	uint8_t local[SRTP_KEYING_MAX], remote[SRTP_KEYING_MAX];
	size_t len;
	int err;

	err = dtls_association_keys(a, suite, local, remote);
	if (err)
		return err;

	len = transport_suite_keying_bytes(*suite);
	err = crypto_context_alloc(in, *suite, true, remote, len);
	if (!err) {
		err = crypto_context_alloc(out, *suite, false, local, len);
		if (err)
			*in = mem_deref(*in);
	}

	OPENSSL_cleanse(local, sizeof(local));
	OPENSSL_cleanse(remote, sizeof(remote));

	return err;
}
