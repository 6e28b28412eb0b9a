/**
 * @file test_dtls_certificate.c  Certificates and their fingerprints
 */
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/dtls_certificate.h"
#include "mixer/net/dtls.h"
#include "tests/unit/unit.h"


/** Random serial numbers once made one certificate in 256 unreadable */
static void every_certificate_can_be_read_back(void)
{
	for (int i = 0; i < 1000; i++) {
		struct transport_fingerprint f;
		SSL_CTX *ctx = SSL_CTX_new(DTLS_method());
		unsigned char *der = NULL;
		const unsigned char *p;
		X509 *again;
		int len;

		CU_ASSERT_EQUAL(dtls_certificate_make(ctx, &f), 0);
		len = i2d_X509(SSL_CTX_get0_certificate(ctx), &der);
		p = der;
		again = d2i_X509(NULL, &p, len);
		CU_ASSERT_PTR_NOT_NULL(again);
		CU_ASSERT_TRUE(again &&
			       dtls_certificate_matches(again, &f, 1));
		X509_free(again);
		OPENSSL_free(der);
		SSL_CTX_free(ctx);
	}
}


/** A certificate and its fingerprint under each hash */
struct made {
	SSL_CTX *ctx;
	const X509 *cert;
	struct transport_fingerprint sha256, sha512, other;
};

static void make(struct made *m)
{
	unsigned char md[64];
	unsigned len = 0;

	memset(m, 0, sizeof(*m));
	m->ctx = SSL_CTX_new(DTLS_method());
	CU_ASSERT_EQUAL_FATAL(dtls_certificate_make(m->ctx, &m->sha256), 0);
	m->cert = SSL_CTX_get0_certificate(m->ctx);
	CU_ASSERT(X509_digest(m->cert, EVP_sha512(), md, &len));
	strcpy(m->sha512.hash, "sha-512");
	for (unsigned i = 0; i < len; i++)
		(void)sprintf(m->sha512.value + 3 * i, "%02x%s", md[i],
			      i + 1 < len ? ":" : "");
	m->other = m->sha256;
	m->other.value[0] = m->other.value[0] == 'A' ? 'B' : 'A';
}


static void the_strongest_hash_offered_decides(void)
{
	struct transport_fingerprint list[2];
	struct made m;

	make(&m);
	CU_ASSERT_EQUAL(strlen(m.sha256.value), 3 * 32 - 1);
	CU_ASSERT_TRUE(dtls_certificate_matches(m.cert, &m.sha256, 1));
	CU_ASSERT_TRUE(dtls_certificate_matches(m.cert, &m.sha512, 1));
	CU_ASSERT_FALSE(dtls_certificate_matches(m.cert, &m.other, 1));
	CU_ASSERT_FALSE(dtls_certificate_matches(m.cert, NULL, 0));

	/* several of one hash: any of them */
	list[0] = m.other;
	list[1] = m.sha256;
	CU_ASSERT_TRUE(dtls_certificate_matches(m.cert, list, 2));
	/* a wrong one of a stronger hash is not made up for by a weaker */
	list[0] = m.sha512;
	list[0].value[0] = list[0].value[0] == 'a' ? 'b' : 'a';
	CU_ASSERT_FALSE(dtls_certificate_matches(m.cert, list, 2));
	SSL_CTX_free(m.ctx);
}


static void values_are_read_as_they_are_written(void)
{
	static const struct {
		const char *hash;
		int cut;         /**< characters off the end */
		const char *end; /**< put there instead */
		bool usable;
	} rows[] = {
		{"sha-256", 0, "", true},   {"SHA-256", 0, "", true},
		{"sha-256", 1, "", false},  {"sha-256", 3, "", false},
		{"sha-256", 0, ":", false}, {"sha-256", 0, ":AA", false},
		{"sha-256", 1, "g", false}, {"sha-256", 3, ".AA", false},
		{"sha-384", 0, "", false},  {"sha-1", 0, "", false},
		{"", 0, "", false},
	};
	struct made m;

	make(&m);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct transport_fingerprint f = m.sha256;

		strcpy(f.hash, rows[i].hash);
		f.value[strlen(f.value) - (size_t)rows[i].cut] = '\0';
		strcat(f.value, rows[i].end);
		CU_ASSERT_EQUAL(dtls_fingerprints_usable(&f, 1),
				rows[i].usable);
		CU_ASSERT_EQUAL(dtls_certificate_matches(m.cert, &f, 1),
				rows[i].usable);
	}
	SSL_CTX_free(m.ctx);
}

static CU_TestInfo tests[] = {
	{"every certificate can be read back",
	 every_certificate_can_be_read_back},
	{"the strongest hash offered decides",
	 the_strongest_hash_offered_decides},
	{"values are read as they are written",
	 values_are_read_as_they_are_written},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(dtls_certificate, tests)
