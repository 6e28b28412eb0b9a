/**
 * @file test_srtp_kernels.c  OpenSSL ciphers under libsrtp2
 */
#include <string.h>
#include <openssl/hmac.h>
#include "mixer/base/re.h"
#include "mixer/net/srtp.h"
#include "mixer/net/srtp_kernels.h"
#include "tests/unit/unit.h"


static void hmac_fits_rfc_2202(void)
{
	static const uint8_t want[20] = {
		0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
		0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79,
	};
	static const char text[] = "what do ya want for nothing?";
	struct hmac_sha1_key key;
	uint8_t mac[20];

	hmac_sha1_key_set(&key, (const uint8_t *)"Jefe", 4);
	hmac_sha1_mac(&key, (const uint8_t *)text, sizeof(text) - 1, mac);
	CU_ASSERT_EQUAL(memcmp(mac, want, sizeof(want)), 0);
}


static void kernels_pass_libsrtps_own_tests(void)
{
	static const uint8_t keying[SRTP_KEYING_MAX];
	struct crypto_context *c = NULL;

	/* the first context installs them */
	CU_ASSERT_EQUAL_FATAL(
		crypto_context_alloc(&c, TRANSPORT_SUITE_AEAD_AES_128_GCM,
				     true, keying, 28),
		0);
	/* installing again runs both sets of test vectors again */
	CU_ASSERT_EQUAL(srtp_kernels_install(), 0);
	mem_deref(c);
}


/** Keys below, at and above a block, texts around the borders of SHA-1 */
static void hmac_is_openssls_for_any_length(void)
{
	uint8_t key[200], text[300], want[20], have[20];
	struct hmac_sha1_key k;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 13);
	for (size_t key_len = 0; key_len < sizeof(key); key_len += 3) {
		hmac_sha1_key_set(&k, key, key_len);
		for (size_t len = 0; len < sizeof(text); len += 7) {
			unsigned n = sizeof(want);

			(void)HMAC(EVP_sha1(), key, (int)key_len, text, len,
				   want, &n);
			hmac_sha1_mac(&k, text, len, have);
			CU_ASSERT(!memcmp(want, have, sizeof(have)));
		}
	}
}

static CU_TestInfo tests[] = {
	{"HMAC fits RFC 2202", hmac_fits_rfc_2202},
	{"kernels pass libsrtp's own tests", kernels_pass_libsrtps_own_tests},
	{"HMAC is OpenSSL's for any length", hmac_is_openssls_for_any_length},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(srtp_kernels, tests)
