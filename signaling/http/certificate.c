/**
 * @file signaling/http/certificate.c  TLS contexts of SIP and HTTPS
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "focus/config/config.h"
#include "signaling/http/certificate.h"
#include "signaling/http/certificate_own.h"


enum {
	VALID_DAYS = 825, /**< the longest that browsers take */
	RENEW_DAYS = 30,
	WARN_DAYS = 14,
	DAY_S = 86400,
};


/** Ours, as long as data_dir cannot be written; lost with the program. The
 *  name of its file is "" */
static struct {
	X509 *cert;
	EVP_PKEY *key;
} kept;


/** What TLS 1.2 may encrypt with (RFC 9325 section 4.2): forward secrecy, and
 *  nothing that is padded and signed in two steps */
static const char aead[] = "ECDHE+AESGCM:ECDHE+CHACHA20:"
			   "DHE+AESGCM:DHE+CHACHA20:!aNULL:!PSK";


static const char *ssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();

	return reason ? reason : "unknown";
}


/** A user that parleyd has become may not read what root could */
static const char *file_reason(const char *path)
{
	const char *reason = ssl_reason();

	return access(path, R_OK) ? strerror(errno) : reason;
}


/** To be read without waiting for anybody, as who opens a FIFO does */
static FILE *open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;

	f = !fstat(fd, &st) && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
	if (!f)
		(void)close(fd);

	return f;
}


/** @return false: it is there and no file, which is said */
static bool check_file(const char *what, const char *path)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return true;

	log_error("certificate", "load %s=%s error=\"no regular file\"", what,
		  path);

	return false;
}


/** subjectAltName, as OpenSSL's configuration has it */
static bool print_names(char *dst, size_t size,
			const struct certificate_names *names)
{
	size_t n = 0;

	for (size_t i = 0; i < names->count && n < size; i++)
		n += (size_t)snprintf(dst + n, size - n, "%s%s:%s",
				      i ? "," : "",
				      names->of[i].address ? "IP" : "DNS",
				      names->of[i].text);

	return n < size;
}


static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);

	return ok;
}


static bool set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *bn;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	bn = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
	BN_free(bn);

	return ok;
}


static X509 *make_certificate(EVP_PKEY *key, const char *name, const char *alt)
{
	X509 *cert = X509_new();
	X509_NAME *subject;

	if (!cert)
		return NULL;

	subject = X509_get_subject_name(cert);
	if (X509_set_version(cert, 2) && set_serial(cert) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert),
			    (long)VALID_DAYS * DAY_S) &&
	    X509_set_pubkey(cert, key) &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				       (const unsigned char *)name, -1, -1,
				       0) &&
	    X509_set_issuer_name(cert, subject) &&
	    add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(cert, NID_ext_key_usage, "serverAuth,clientAuth") &&
	    add_extension(cert, NID_subject_alt_name, alt) &&
	    X509_sign(cert, key, EVP_sha256()))
		return cert;

	X509_free(cert);

	return NULL;
}


/** Opened for its owner alone; a new file, so no link can lead elsewhere */
static FILE *create_private(const char *path)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? NULL : fdopen(fd, "w");
}


static int write_pem(const char *path, X509 *cert, EVP_PKEY *key)
{
	FILE *f = create_private(path);
	bool ok;

	if (!f)
		return errno;

	ok = PEM_write_X509(f, cert) &&
	     PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);

	return fclose(f) || !ok ? EIO : 0;
}


static void keep(X509 *cert, EVP_PKEY *key)
{
	X509_free(kept.cert);
	EVP_PKEY_free(kept.key);
	kept.cert = cert;
	kept.key = key;
}


/** The certificate that is shown, before those of its chain; NULL = none */
static X509 *read_first(const char *path)
{
	FILE *f;
	X509 *cert;

	if (!*path) {
		if (kept.cert)
			(void)X509_up_ref(kept.cert);
		return kept.cert;
	}

	f = open_file(path);
	if (!f)
		return NULL;

	cert = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);

	return cert;
}


/** The kept certificate will hold for a while yet, and names all that we are
 *  called by as configured */
static bool is_good(const char *path, const struct config *config)
{
	time_t soon = time(NULL) + (time_t)RENEW_DAYS * DAY_S;
	X509 *cert = read_first(path);
	struct certificate_names names;
	bool good;

	certificate_names(&names, config, false);
	good = cert && X509_cmp_time(X509_get0_notAfter(cert), &soon) > 0 &&
	       certificate_has_names(cert, &names);
	X509_free(cert);
	ERR_clear_error();

	return good;
}


static int make(X509 **certp, EVP_PKEY **keyp, const struct config *config)
{
	struct certificate_names names;
	char name[65], alt[4096];
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;

	certificate_names(&names, config, true);
	/* ub-common-name */
	(void)snprintf(name, sizeof(name), "%.64s", names.of[0].text);
	if (print_names(alt, sizeof(alt), &names))
		key = EVP_EC_gen("P-256");
	if (key)
		cert = make_certificate(key, name, alt);
	if (!cert) {
		log_error("certificate", "make error=\"%s\"", ssl_reason());
		EVP_PKEY_free(key);
		return EPROTO;
	}

	*certp = cert;
	*keyp = key;

	return 0;
}


/** In a file, or in memory as long as none can be */
static int make_own(const char *path, const struct config *config)
{
	int err;

	if (!is_good("", config)) {
		EVP_PKEY *key = NULL;
		X509 *cert = NULL;

		err = make(&cert, &key, config);
		if (err)
			return err;
		keep(cert, key);
	}

	err = write_pem(path, kept.cert, kept.key);
	if (err) {
		(void)unlink(path);
		log_warn("certificate",
			 "kept in memory: another one is made at the next "
			 "start file=%s error=\"%s\"",
			 path, strerror(err));
		return 0;
	}

	keep(NULL, NULL);
	log_info("certificate", "made file=%s days=%d", path, VALID_DAYS);

	return 0;
}


static int load(SSL_CTX *ctx, const char *cert, const char *key)
{
	if (!*cert)
		return SSL_CTX_use_certificate(ctx, kept.cert) == 1 &&
				       SSL_CTX_use_PrivateKey(ctx, kept.key) ==
					       1
			       ? 0
			       : EINVAL;

	if (!check_file("tls_cert", cert) || !check_file("tls_key", key))
		return EINVAL;

	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1) {
		log_error("certificate", "load tls_cert=%s error=\"%s\"", cert,
			  file_reason(cert));
		return EINVAL;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		log_error("certificate", "load tls_key=%s error=\"%s\"", key,
			  file_reason(key));
		return EINVAL;
	}

	return 0;
}


/** Which files: the configured ones, or our own (made when missing) */
static int choose(char *cert, char *key, size_t size,
		  const struct config *config)
{
	bool have_key = config->tls_key && config->tls_key[0];
	int err = 0;

	if (config->tls_cert && config->tls_cert[0]) {
		(void)snprintf(cert, size, "%s", config->tls_cert);
		(void)snprintf(key, size, "%s",
			       have_key ? config->tls_key : config->tls_cert);
		return 0;
	}

	(void)snprintf(cert, size, "%s/tls.pem",
		       config->data_dir ? config->data_dir : ".");
	if (!is_good(cert, config)) {
		err = make_own(cert, config);
		if (kept.cert)
			*cert = '\0';
	}
	(void)snprintf(key, size, "%s", cert);

	return err;
}


/** Names are compared as SIP does, not as the web (RFC 5922 section 7.2). An
 *  address is left to OpenSSL */
static int verify_chain(X509_STORE_CTX *ctx, void *arg)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	const char *set = X509_VERIFY_PARAM_get0_host(param, 0);
	char *address = X509_VERIFY_PARAM_get1_ip_asc(param), host[256] = "";
	int ok;
	(void)arg;

	if (set) {
		(void)snprintf(host, sizeof(host), "%s", set);
		(void)X509_VERIFY_PARAM_set1_host(param, NULL, 0);
	}
	ok = X509_verify_cert(ctx);
	if (ok == 1 && host[0] &&
	    !certificate_is_for(X509_STORE_CTX_get0_cert(ctx), host)) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
		ok = 0;
	}
	/* where nobody in particular is wanted, it does not matter */
	if (ok != 1 && (host[0] || address))
		log_info("certificate", "not taken name=%s error=\"%s\"",
			 host[0] ? host : address,
			 X509_verify_cert_error_string(
				 X509_STORE_CTX_get_error(ctx)));
	OPENSSL_free(address);

	return ok;
}


static int context(struct tls **tlsp, const struct config *config, bool client)
{
	char cert[512], key[512];
	struct tls *tls = NULL;
	SSL_CTX *ctx;
	int err;

	err = choose(cert, key, sizeof(cert), config);
	if (err)
		return err;

	err = tls_alloc(&tls, TLS_METHOD_SSLV23, NULL, NULL);
	if (err)
		return err;

	ctx = tls_openssl_context(tls);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	if (SSL_CTX_set_cipher_list(ctx, aead) != 1) {
		err = EPROTO;
		goto out;
	}
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	err = load(ctx, cert, key);
	if (!err && client) {
		SSL_CTX_set_cert_verify_callback(ctx, verify_chain, NULL);
		(void)SSL_CTX_set_default_verify_paths(ctx);
		if (*cert)
			(void)SSL_CTX_load_verify_locations(ctx, cert, NULL);
		else
			(void)X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx),
						  kept.cert);
		ERR_clear_error();
	}

out:
	if (err)
		mem_deref(tls);
	else
		*tlsp = tls;

	return err;
}


/** Is there one of our own that we cannot read any more, as who we are now?
 *  Another one would be no better than what is loaded */
static bool is_out_of_reach(const struct config *config)
{
	char path[512];

	if (config->tls_cert && config->tls_cert[0])
		return false;

	(void)snprintf(path, sizeof(path), "%s/tls.pem",
		       config->data_dir ? config->data_dir : ".");

	return access(path, R_OK) && errno == EACCES;
}


void certificate_tell(const struct config *config)
{
	char path[512], key[512];
	int days = 0, seconds = 0;
	X509 *cert;

	if (is_out_of_reach(config) || choose(path, key, sizeof(path), config))
		return;

	cert = read_first(path);
	if (!cert ||
	    !ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)))
		log_warn("certificate", "unread file=%s error=\"%s\"", path,
			 file_reason(path));
	else if (days < 0 || seconds < 0)
		log_error("certificate", "expired file=%s days_ago=%d", path,
			  -days);
	else if (days < WARN_DAYS)
		log_warn("certificate", "ends soon file=%s days=%d", path,
			 days);
	X509_free(cert);
}


int certificate_tls(struct tls **tlsp, const struct config *config)
{
	return tlsp && config ? context(tlsp, config, false) : EINVAL;
}


int certificate_reload(struct tls *tls, const struct config *config)
{
	char cert[512], key[512];
	struct tls *trial = NULL;
	int err;

	if (!tls)
		return 0;
	if (is_out_of_reach(config)) {
		log_warn("certificate",
			 "kept as loaded: its file cannot be "
			 "read as this user data_dir=%s",
			 config->data_dir);
		return EACCES;
	}

	/* A context that took the one file and not the other would be lost. */
	err = certificate_tls(&trial, config);
	mem_deref(trial);
	if (!err)
		err = choose(cert, key, sizeof(cert), config);

	return err ? err : load(tls_openssl_context(tls), cert, key);
}


int certificate_client_tls(struct tls **tlsp, const struct config *config)
{
	return tlsp && config ? context(tlsp, config, true) : EINVAL;
}
