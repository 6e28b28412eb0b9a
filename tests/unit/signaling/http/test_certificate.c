/**
 * @file test_certificate.c  A certificate is renewed while calls go on
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "focus/config/config.h"
#include "signaling/http/certificate.h"
#include "tests/unit/unit.h"


static X509 *certificate_of(const struct tls *tls)
{
	X509 *cert = SSL_CTX_get0_certificate(tls_openssl_context(tls));

	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	X509_up_ref(cert);

	return cert;
}


/** @return true if the context has another certificate afterwards */
static bool reload_changes(struct tls *tls, const struct config *config,
			   int *err)
{
	X509 *before = certificate_of(tls), *after;
	bool changed;

	*err = certificate_reload(tls, config);
	after = certificate_of(tls);
	changed = X509_cmp(before, after) != 0;
	X509_free(before);
	X509_free(after);

	return changed;
}


static void a_renewed_certificate_is_taken(void)
{
	char folder[] = "/tmp/certificate-XXXXXX", path[64];
	struct config config;
	struct tls *tls = NULL;
	FILE *f;
	int err;

	log_level_set(LOG_LEVEL_ERROR);
	memset(&config, 0, sizeof(config));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/tls.pem", folder);
	config.data_dir = folder;
	CU_ASSERT_EQUAL_FATAL(certificate_tls(&tls, &config), 0);

	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	CU_ASSERT_EQUAL(err, 0);

	(void)unlink(path);
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));
	CU_ASSERT_EQUAL(err, 0);

	/* a half-written one is not */
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	(void)fputs("-----BEGIN CERTIFICATE-----\n", f);
	(void)fclose(f);
	config.tls_cert = path;
	config.tls_key = path;
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	CU_ASSERT_NOT_EQUAL(err, 0);

	/* nor what is no file: nobody waits for who writes into a FIFO */
	(void)unlink(path);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	CU_ASSERT_NOT_EQUAL(err, 0);
	config.tls_cert = config.tls_key = NULL;
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));
	CU_ASSERT_EQUAL(err, 0);

	mem_deref(tls);
	(void)unlink(path);
	(void)rmdir(folder);
}


/** All contexts show the same one, which is as good as a kept one, and it is
 *  not made anew by a reload */
static void without_a_folder_it_is_kept_in_memory(void)
{
	char folder[] = "/tmp/certificate-XXXXXX", missing[64];
	struct tls *tls = NULL, *other = NULL, *client = NULL;
	X509 *a, *b, *c;
	struct config config;
	int err;

	log_level_set(LOG_LEVEL_ERROR);
	memset(&config, 0, sizeof(config));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(missing, sizeof(missing), "%s/none", folder);
	config.data_dir = missing;
	CU_ASSERT_EQUAL_FATAL(certificate_tls(&tls, &config), 0);
	CU_ASSERT_EQUAL_FATAL(certificate_tls(&other, &config), 0);
	CU_ASSERT_EQUAL_FATAL(certificate_client_tls(&client, &config), 0);
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	CU_ASSERT_EQUAL(err, 0);
	certificate_tell(&config);

	a = certificate_of(tls);
	b = certificate_of(other);
	c = certificate_of(client);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(X509_cmp(a, b), 0);
	CU_ASSERT_EQUAL(X509_cmp(a, c), 0);
	CU_ASSERT_EQUAL(SSL_CTX_check_private_key(tls_openssl_context(tls)),
			1);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	mem_deref(tls);
	mem_deref(other);
	mem_deref(client);
	(void)rmdir(folder);
}


/** One with these names. @param alt subjectAltName as OpenSSL's configuration
 *  has it, NULL: none */
static X509 *make(const char *cn, const char *alt)
{
	X509 *cert = X509_new();
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
					 MBSTRING_UTF8,
					 (const unsigned char *)cn, -1, -1, 0);
	if (!alt)
		return cert;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, alt);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ext);
	CU_ASSERT_EQUAL(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);

	return cert;
}


/** RFC 5922 section 7 */
static void names_domains_as_sip_does(void)
{
	static const struct {
		const char *cn, *alt, *host;
		bool is_for;
	} rows[] = {
		{"x", "DNS:example.com", "example.com", true},
		{"x", "DNS:example.com", "EXAMPLE.com", true},
		{"x", "DNS:example.com", "example.com.", true},
		{"x", "DNS:example.com", "sip.example.com", false},
		{"x", "DNS:example.com", "example.co", false},
		{"x", "DNS:other.org,DNS:example.com", "example.com", true},
		{"x", "URI:sip:example.com", "example.com", true},
		{"x", "URI:SIP:Example.com", "example.com", true},
		{"x", "URI:sip:alice@example.com", "example.com", false},
		{"x", "URI:sips:example.com", "example.com", false},
		{"x", "URI:https:example.com", "example.com", false},
		/* wildcards match nothing, not even themselves by chance */
		{"x", "DNS:*.example.com", "sip.example.com", false},
		{"x", "DNS:.example.com", "sip.example.com", false},
		{"*.example.com", NULL, "sip.example.com", false},
		/* the Common Name counts where nothing else does */
		{"example.com", NULL, "example.com", true},
		{"example.com", NULL, "example.org", false},
		{"example.com", "IP:192.0.2.1", "example.com", true},
		{"example.com", "DNS:other.org", "example.com", false},
		{"example.com", "URI:sip:other.org", "example.com", false},
		{"example.com", "DNS:example.com", "", false},
		{"example.com", "DNS:example.com", ".", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		X509 *cert = make(rows[i].cn, rows[i].alt);

		CU_ASSERT_EQUAL(certificate_is_for(cert, rows[i].host),
				rows[i].is_for);
		X509_free(cert);
	}
	CU_ASSERT_FALSE(certificate_is_for(NULL, "example.com"));
}


static bool names(const struct tls *tls, const char *address)
{
	X509 *cert = certificate_of(tls);
	const int ok = X509_check_ip_asc(cert, address, 0);

	X509_free(cert);

	return ok == 1;
}


/** A kept one that lacks a name of today's would be refused by browsers */
static void our_own_has_all_our_names(void)
{
	char folder[] = "/tmp/certificate-XXXXXX", path[64];
	struct tls *tls = NULL;
	struct config config;
	int err;

	log_level_set(LOG_LEVEL_ERROR);
	memset(&config, 0, sizeof(config));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/tls.pem", folder);
	config.data_dir = folder;
	config.media_address_count = 1;
	(void)sa_set_str(&config.media_address[0], "10.0.0.4", 0);
	CU_ASSERT_EQUAL_FATAL(certificate_tls(&tls, &config), 0);
	CU_ASSERT_TRUE(names(tls, "10.0.0.4"));
	CU_ASSERT_TRUE(names(tls, "::1"));
	CU_ASSERT_FALSE(names(tls, "203.0.113.7"));

	(void)sa_set_str(&config.media_advertised[0], "203.0.113.7", 0);
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));
	CU_ASSERT_TRUE(names(tls, "203.0.113.7"));
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));

	/* what it has beyond does no harm */
	sa_init(&config.media_advertised[0], AF_UNSPEC);
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));

	config.https_listen_count = 1;
	(void)sa_set_str(&config.https_listen[0], "2001:db8::4", 443);
	config.domain = "conf.example.com";
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));
	CU_ASSERT_TRUE(names(tls, "2001:db8::4"));
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));

	/* a host has other addresses tomorrow: who trusts this one need not
	   trust another */
	config.media_found = true;
	(void)sa_set_str(&config.media_address[0], "10.0.0.5", 0);
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	CU_ASSERT_EQUAL(err, 0);
	/* the next has it, whatever it is made for */
	config.domain = "other.example.com";
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));
	CU_ASSERT_TRUE(names(tls, "10.0.0.5"));
	(void)sa_set_str(&config.media_address[0], "10.0.0.6", 0);
	CU_ASSERT_FALSE(reload_changes(tls, &config, &err));
	config.media_found = false;
	CU_ASSERT_TRUE(reload_changes(tls, &config, &err));

	mem_deref(tls);
	(void)unlink(path);
	(void)rmdir(folder);
}


static CU_TestInfo tests[] = {
	{"without a folder it is kept in memory",
	 without_a_folder_it_is_kept_in_memory},
	{"names domains as SIP does", names_domains_as_sip_does},
	{"a renewed certificate is taken", a_renewed_certificate_is_taken},
	{"our own has all our names", our_own_has_all_our_names},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(certificate, tests)
