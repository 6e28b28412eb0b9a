/**
 * @file mixer/net/dtls_certificate.c  Certificates and their fingerprints
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include "mixer/base/re.h"
#include "mixer/net/dtls.h"
#include "mixer/net/dtls_certificate.h"


enum {
	/* valid from a day ago, for clocks that are behind, for a year */
	VALID_FROM_S = -86400,
	VALID_TO_S = 365 * 86400,
};

/** Hashes accepted, the strongest first (RFC 8122 section 5) */
static const struct {
	const char *name;
	const EVP_MD *(*md)(void);
	size_t bytes;
} hashes[] = {
	{"sha-512", EVP_sha512, 64},
	{"sha-384", EVP_sha384, 48},
	{"sha-256", EVP_sha256, 32},
};


static int certificate_fill(X509 *x, EVP_PKEY *key)
{
	unsigned char serial[8];
	X509_NAME *name = X509_get_subject_name(x);

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return EIO;

	/* positive and without a leading zero, or it is no DER integer */
	serial[0] = (serial[0] & 0x7f) | 0x40;
	if (!X509_set_version(x, X509_VERSION_3) ||
	    !ASN1_STRING_set(X509_get_serialNumber(x), serial,
			     sizeof(serial)) ||
	    !X509_gmtime_adj(X509_getm_notBefore(x), VALID_FROM_S) ||
	    !X509_gmtime_adj(X509_getm_notAfter(x), VALID_TO_S) ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					(const unsigned char *)"WebRTC", -1,
					-1, 0) ||
	    !X509_set_issuer_name(x, name) || !X509_set_pubkey(x, key) ||
	    !X509_sign(x, key, EVP_sha256()))
		return ENOMEM;

	return 0;
}


static void print_digest(char *dst, const unsigned char *md, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		sprintf(dst + 3 * i, "%02X%s", md[i], i + 1 < len ? ":" : "");
}


int dtls_certificate_make(SSL_CTX *ctx, struct transport_fingerprint *f)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	unsigned len;
	int err;

	if (!key || !x) {
		err = ENOMEM;
		goto out;
	}

	err = certificate_fill(x, key);
	if (err)
		goto out;

	if (!SSL_CTX_use_certificate(ctx, x) ||
	    !SSL_CTX_use_PrivateKey(ctx, key) ||
	    !X509_digest(x, EVP_sha256(), md, &len)) {
		err = ENOMEM;
		goto out;
	}

	strcpy(f->hash, "sha-256");
	print_digest(f->value, md, len);

out:
	EVP_PKEY_free(key);
	X509_free(x);

	return err;
}


static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';

	c = (char)tolower((unsigned char)c);

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/** "AB:CD:..." of exactly `bytes` pairs */
static bool parse_digest(const char *text, unsigned char *md, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || text[2] != (i + 1 < bytes ? ':' : '\0'))
			return false;

		md[i] = (unsigned char)(high << 4 | low);
		text += 3;
	}

	return true;
}


bool dtls_fingerprints_usable(const struct transport_fingerprint *fingerprints,
			      size_t count)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	for (size_t i = 0; i < count; i++) {
		for (size_t h = 0; h < ARRAY_SIZE(hashes); h++) {
			if (!strcasecmp(fingerprints[i].hash,
					hashes[h].name) &&
			    parse_digest(fingerprints[i].value, md,
					 hashes[h].bytes))
				return true;
		}
	}

	return false;
}


bool dtls_certificate_matches(const X509 *cert,
			      const struct transport_fingerprint *fingerprints,
			      size_t count)
{
	for (size_t h = 0; h < ARRAY_SIZE(hashes); h++) {
		unsigned char have[EVP_MAX_MD_SIZE], want[EVP_MAX_MD_SIZE];
		bool offered = false;
		unsigned len;

		if (!X509_digest(cert, hashes[h].md(), have, &len))
			return false;

		for (size_t i = 0; i < count; i++) {
			if (strcasecmp(fingerprints[i].hash, hashes[h].name) !=
			    0)
				continue;

			offered = true;
			if (parse_digest(fingerprints[i].value, want,
					 hashes[h].bytes) &&
			    !memcmp(have, want, hashes[h].bytes))
				return true;
		}

		if (offered)
			return false;
	}

	return false;
}
