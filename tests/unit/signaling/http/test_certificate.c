/**
 * @file test_certificate.c  A certificate is renewed while calls go on
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/ssl.h>
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

	mem_deref(tls);
	(void)unlink(path);
	(void)rmdir(folder);
}


static CU_TestInfo tests[] = {
	{"a renewed certificate is taken", a_renewed_certificate_is_taken},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(certificate, tests)
