/**
 * @file mixer/net/srtp_kernels.c  OpenSSL ciphers under libsrtp2
 *
 * The SHA1_* functions are deprecated in OpenSSL 3 in favour of EVP, whose
 * contexts cannot be copied without allocating; a plain SHA_CTX can, and that
 * copy is what makes the precomputed pads worth having.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/srtp.h>
#include "mixer/net/srtp_kernels.h"


enum {
	AES_BLOCK_BYTES = 16,
	SALT_BYTES = 14,     /**< of AES-CM, RFC 3711 section 8.2 */
	GCM_SALT_BYTES = 12, /**< RFC 7714 section 12 */
	HMAC_BLOCK_BYTES = 64,
};

/** State of one AES kernel */
struct aes {
	EVP_CIPHER_CTX *ctx;
	const EVP_CIPHER *evp;
	bool decrypting;
	unsigned tag_bytes; /**< GCM */
	uint32_t salt_at;   /**< ICM: where the salt begins in the key */
	uint8_t salt[AES_BLOCK_BYTES];
};

_Static_assert(sizeof(SHA_CTX) <= sizeof(((struct hmac_sha1_key *)0)->inner),
	       "room for a SHA-1 state");

static const srtp_cipher_type_t icm_128, icm_256, gcm_128, gcm_256;
static const srtp_auth_type_t hmac;


static srtp_err_status_t aes_alloc(srtp_cipher_t **cp,
				   const srtp_cipher_type_t *type,
				   const EVP_CIPHER *evp, int key_len,
				   uint32_t salt_at, int tag_len)
{
	srtp_cipher_t *c = calloc(1, sizeof(*c));
	struct aes *aes = calloc(1, sizeof(*aes));

	if (!c || !aes)
		goto fail;

	aes->ctx = EVP_CIPHER_CTX_new();
	if (!aes->ctx)
		goto fail;

	aes->evp = evp;
	aes->salt_at = salt_at;
	aes->tag_bytes = (unsigned)tag_len;
	c->type = type;
	c->state = aes;
	c->key_len = key_len;
	c->algorithm = (int)type->id;
	*cp = c;

	return srtp_err_status_ok;

fail:
	free(c);
	free(aes);
	return srtp_err_status_alloc_fail;
}


static srtp_err_status_t aes_dealloc(srtp_cipher_t *c)
{
	struct aes *aes = c->state;

	EVP_CIPHER_CTX_free(aes->ctx);
	OPENSSL_cleanse(aes, sizeof(*aes));
	free(aes);
	free(c);

	return srtp_err_status_ok;
}


static srtp_err_status_t icm_128_alloc(srtp_cipher_t **cp, int key_len,
				       int tag_len)
{
	if (key_len != 16 + SALT_BYTES)
		return srtp_err_status_bad_param;

	return aes_alloc(cp, &icm_128, EVP_aes_128_ctr(), key_len, 16,
			 tag_len);
}


static srtp_err_status_t icm_256_alloc(srtp_cipher_t **cp, int key_len,
				       int tag_len)
{
	if (key_len != 32 + SALT_BYTES)
		return srtp_err_status_bad_param;

	return aes_alloc(cp, &icm_256, EVP_aes_256_ctr(), key_len, 32,
			 tag_len);
}


static srtp_err_status_t icm_init(void *state, const uint8_t *key)
{
	struct aes *aes = state;

	memset(aes->salt, 0, sizeof(aes->salt));
	memcpy(aes->salt, key + aes->salt_at, SALT_BYTES);

	return EVP_EncryptInit_ex(aes->ctx, aes->evp, NULL, key, NULL)
		       ? srtp_err_status_ok
		       : srtp_err_status_init_fail;
}


static srtp_err_status_t icm_set_iv(void *state, uint8_t *iv,
				    srtp_cipher_direction_t direction)
{
	struct aes *aes = state;
	uint8_t counter[AES_BLOCK_BYTES];

	(void)direction;
	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = iv[i] ^ aes->salt[i];

	return EVP_EncryptInit_ex(aes->ctx, NULL, NULL, NULL, counter)
		       ? srtp_err_status_ok
		       : srtp_err_status_cipher_fail;
}


static srtp_err_status_t icm_crypt(void *state, uint8_t *buf,
				   unsigned int *len)
{
	struct aes *aes = state;
	int n = 0;

	if (!*len)
		return srtp_err_status_ok;

	if (!EVP_EncryptUpdate(aes->ctx, buf, &n, buf, (int)*len))
		return srtp_err_status_cipher_fail;

	*len = (unsigned)n;

	return srtp_err_status_ok;
}


static bool gcm_tag_valid(int tag_len)
{
	return tag_len == 16 || tag_len == 8;
}


static srtp_err_status_t gcm_128_alloc(srtp_cipher_t **cp, int key_len,
				       int tag_len)
{
	if (key_len != 16 + GCM_SALT_BYTES || !gcm_tag_valid(tag_len))
		return srtp_err_status_bad_param;

	return aes_alloc(cp, &gcm_128, EVP_aes_128_gcm(), key_len, 0, tag_len);
}


static srtp_err_status_t gcm_256_alloc(srtp_cipher_t **cp, int key_len,
				       int tag_len)
{
	if (key_len != 32 + GCM_SALT_BYTES || !gcm_tag_valid(tag_len))
		return srtp_err_status_bad_param;

	return aes_alloc(cp, &gcm_256, EVP_aes_256_gcm(), key_len, 0, tag_len);
}


static srtp_err_status_t gcm_init(void *state, const uint8_t *key)
{
	struct aes *aes = state;

	aes->decrypting = false;

	return EVP_CipherInit_ex(aes->ctx, aes->evp, NULL, key, NULL, 1)
		       ? srtp_err_status_ok
		       : srtp_err_status_init_fail;
}


static srtp_err_status_t gcm_set_iv(void *state, uint8_t *iv,
				    srtp_cipher_direction_t direction)
{
	struct aes *aes = state;

	aes->decrypting = direction == srtp_direction_decrypt;

	return EVP_CipherInit_ex(aes->ctx, NULL, NULL, NULL, iv,
				 !aes->decrypting)
		       ? srtp_err_status_ok
		       : srtp_err_status_cipher_fail;
}


static srtp_err_status_t gcm_set_aad(void *state, const uint8_t *aad,
				     uint32_t len)
{
	struct aes *aes = state;
	int n;

	return EVP_CipherUpdate(aes->ctx, NULL, &n, aad, (int)len)
		       ? srtp_err_status_ok
		       : srtp_err_status_cipher_fail;
}


static srtp_err_status_t gcm_encrypt(void *state, uint8_t *buf,
				     unsigned int *len)
{
	struct aes *aes = state;
	int n = 0;

	/* SRTCP without encryption authenticates only: nothing to do here */
	if (!*len)
		return srtp_err_status_ok;

	return EVP_CipherUpdate(aes->ctx, buf, &n, buf, (int)*len)
		       ? srtp_err_status_ok
		       : srtp_err_status_cipher_fail;
}


static srtp_err_status_t gcm_get_tag(void *state, uint8_t *tag, uint32_t *len)
{
	struct aes *aes = state;
	uint8_t rest[AES_BLOCK_BYTES];
	int n = 0;

	if (!EVP_CipherFinal_ex(aes->ctx, rest, &n) ||
	    !EVP_CIPHER_CTX_ctrl(aes->ctx, EVP_CTRL_GCM_GET_TAG,
				 (int)aes->tag_bytes, tag))
		return srtp_err_status_cipher_fail;

	*len = aes->tag_bytes;

	return srtp_err_status_ok;
}


static srtp_err_status_t gcm_decrypt(void *state, uint8_t *buf,
				     unsigned int *len)
{
	struct aes *aes = state;
	uint8_t rest[AES_BLOCK_BYTES];
	unsigned body;
	int n = 0;

	if (*len < aes->tag_bytes)
		return srtp_err_status_bad_param;

	body = *len - aes->tag_bytes;
	if (!EVP_CIPHER_CTX_ctrl(aes->ctx, EVP_CTRL_GCM_SET_TAG,
				 (int)aes->tag_bytes, buf + body))
		return srtp_err_status_cipher_fail;

	if (body && !EVP_CipherUpdate(aes->ctx, buf, &n, buf, (int)body))
		return srtp_err_status_cipher_fail;

	if (!EVP_CipherFinal_ex(aes->ctx, rest, &n))
		return srtp_err_status_auth_fail;

	*len = body;

	return srtp_err_status_ok;
}


void hmac_sha1_key_set(struct hmac_sha1_key *key, const uint8_t *bytes,
		       size_t len)
{
	uint8_t block[HMAC_BLOCK_BYTES] = {0}, pad[HMAC_BLOCK_BYTES];
	SHA_CTX sha;

	if (len > sizeof(block))
		SHA1(bytes, len, block);
	else
		memcpy(block, bytes, len);

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x36;
	SHA1_Init(&sha);
	SHA1_Update(&sha, pad, sizeof(pad));
	memcpy(key->inner, &sha, sizeof(sha));

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x5c;
	SHA1_Init(&sha);
	SHA1_Update(&sha, pad, sizeof(pad));
	memcpy(key->outer, &sha, sizeof(sha));

	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(pad, sizeof(pad));
}


/** Finish a running inner hash into the MAC */
static void hmac_finish(const struct hmac_sha1_key *key, SHA_CTX *sha,
			uint8_t mac[SHA_DIGEST_LENGTH])
{
	SHA1_Final(mac, sha);
	memcpy(sha, key->outer, sizeof(*sha));
	SHA1_Update(sha, mac, SHA_DIGEST_LENGTH);
	SHA1_Final(mac, sha);
}


void hmac_sha1_mac(const struct hmac_sha1_key *key, const uint8_t *buf,
		   size_t len, uint8_t mac[20])
{
	SHA_CTX sha;

	memcpy(&sha, key->inner, sizeof(sha));
	SHA1_Update(&sha, buf, len);
	hmac_finish(key, &sha, mac);
}


/** State of the authentication kernel */
struct hmac_state {
	struct hmac_sha1_key key;
	SHA_CTX running;
};


static srtp_err_status_t hmac_alloc(srtp_auth_t **ap, int key_len, int out_len)
{
	struct hmac_state *state;
	srtp_auth_t *a;

	if (key_len < 0 || key_len > HMAC_BLOCK_BYTES || out_len < 0 ||
	    out_len > SHA_DIGEST_LENGTH)
		return srtp_err_status_bad_param;

	a = calloc(1, sizeof(*a));
	state = calloc(1, sizeof(*state));
	if (!a || !state) {
		free(a);
		free(state);
		return srtp_err_status_alloc_fail;
	}

	a->type = &hmac;
	a->state = state;
	a->key_len = key_len;
	a->out_len = out_len;
	*ap = a;

	return srtp_err_status_ok;
}


static srtp_err_status_t hmac_dealloc(srtp_auth_t *a)
{
	OPENSSL_cleanse(a->state, sizeof(struct hmac_state));
	free(a->state);
	free(a);

	return srtp_err_status_ok;
}


static srtp_err_status_t hmac_start(void *arg)
{
	struct hmac_state *state = arg;

	memcpy(&state->running, state->key.inner, sizeof(state->running));

	return srtp_err_status_ok;
}


static srtp_err_status_t hmac_init(void *arg, const uint8_t *key, int len)
{
	struct hmac_state *state = arg;

	hmac_sha1_key_set(&state->key, key, (size_t)len);

	return hmac_start(state);
}


static srtp_err_status_t hmac_update(void *arg, const uint8_t *buf, int len)
{
	struct hmac_state *state = arg;

	SHA1_Update(&state->running, buf, (size_t)len);

	return srtp_err_status_ok;
}


static srtp_err_status_t hmac_compute(void *arg, const uint8_t *buf, int len,
				      int tag_len, uint8_t *tag)
{
	struct hmac_state *state = arg;
	uint8_t mac[SHA_DIGEST_LENGTH];

	if (tag_len < 0 || tag_len > SHA_DIGEST_LENGTH)
		return srtp_err_status_bad_param;

	SHA1_Update(&state->running, buf, (size_t)len);
	hmac_finish(&state->key, &state->running, mac);
	memcpy(tag, mac, (size_t)tag_len);

	return srtp_err_status_ok;
}


/* RFC 3711 appendix B.2, and the same with a 256-bit key (RFC 6188) */
static uint8_t icm_nonce[AES_BLOCK_BYTES];
static const uint8_t icm_plain[32];
static const uint8_t icm_128_key[16 + SALT_BYTES] = {
	0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7,
	0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c, 0xf0, 0xf1, 0xf2, 0xf3,
	0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd,
};
static const uint8_t icm_128_cipher[32] = {
	0xe0, 0x3e, 0xad, 0x09, 0x35, 0xc9, 0x5e, 0x80, 0xe1, 0x66, 0xb1,
	0x6d, 0xd9, 0x2b, 0x4e, 0xb4, 0xd2, 0x35, 0x13, 0x16, 0x2b, 0x02,
	0xd0, 0xf7, 0x2a, 0x43, 0xa2, 0xfe, 0x4a, 0x5f, 0x97, 0xab,
};
static const uint8_t icm_256_key[32 + SALT_BYTES] = {
	0x57, 0xf8, 0x2f, 0xe3, 0x61, 0x3f, 0xd1, 0x70, 0xa8, 0x5e, 0xc9, 0x3c,
	0x40, 0xb1, 0xf0, 0x92, 0x2e, 0xc4, 0xcb, 0x0d, 0xc0, 0x25, 0xb5, 0x82,
	0x72, 0x14, 0x7c, 0xc4, 0x38, 0x94, 0x4a, 0x98, 0xf0, 0xf1, 0xf2, 0xf3,
	0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd,
};
static const uint8_t icm_256_cipher[32] = {
	0x92, 0xbd, 0xd2, 0x8a, 0x93, 0xc3, 0xf5, 0x25, 0x11, 0xc6, 0x77,
	0xd0, 0x8b, 0x55, 0x15, 0xa4, 0x9d, 0xa7, 0x1b, 0x23, 0x78, 0xa8,
	0x54, 0xf6, 0x70, 0x50, 0x75, 0x6d, 0xed, 0x16, 0x5b, 0xac,
};

/* McGrew and Viega, "The Galois/Counter Mode", test cases 4 and 16 */
static uint8_t gcm_iv[12] = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce,
			     0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
static const uint8_t gcm_key[32 + GCM_SALT_BYTES] = {
	0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f,
	0x94, 0x67, 0x30, 0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
	0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08,
};
static const uint8_t gcm_plain[60] = {
	0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5,
	0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda,
	0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95,
	0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25,
	0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39,
};
static const uint8_t gcm_aad[20] = {
	0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed,
	0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2,
};
static const uint8_t gcm_128_cipher[76] = {
	0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b, 0x72, 0x21,
	0xb7, 0x84, 0xd0, 0xd4, 0x9c, 0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02,
	0xa4, 0xe0, 0x35, 0xc1, 0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e, 0x21,
	0xd5, 0x14, 0xb2, 0x54, 0x66, 0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a,
	0xac, 0x84, 0xaa, 0x05, 0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac,
	0x97, 0x3d, 0x58, 0xe0, 0x91, 0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21,
	0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47,
};
static const uint8_t gcm_256_cipher[76] = {
	0x52, 0x2d, 0xc1, 0xf0, 0x99, 0x56, 0x7d, 0x07, 0xf4, 0x7f, 0x37,
	0xa3, 0x2a, 0x84, 0x42, 0x7d, 0x64, 0x3a, 0x8c, 0xdc, 0xbf, 0xe5,
	0xc0, 0xc9, 0x75, 0x98, 0xa2, 0xbd, 0x25, 0x55, 0xd1, 0xaa, 0x8c,
	0xb0, 0x8e, 0x48, 0x59, 0x0d, 0xbb, 0x3d, 0xa7, 0xb0, 0x8b, 0x10,
	0x56, 0x82, 0x88, 0x38, 0xc5, 0xf6, 0x1e, 0x63, 0x93, 0xba, 0x7a,
	0x0a, 0xbc, 0xc9, 0xf6, 0x62, 0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e,
	0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d, 0x55, 0x1b,
};

/* RFC 2202 section 3, test case 1 */
static const uint8_t hmac_key[20] = {
	0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
	0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
};
static const uint8_t hmac_plain[8] = {'H', 'i', ' ', 'T', 'h', 'e', 'r', 'e'};
static const uint8_t hmac_tag[20] = {
	0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2, 0x8b,
	0xc0, 0xb6, 0xfb, 0x37, 0x8c, 0x8e, 0xf1, 0x46, 0xbe, 0x00,
};

static const srtp_cipher_test_case_t icm_128_case = {
	sizeof(icm_128_key),
	icm_128_key,
	icm_nonce,
	sizeof(icm_plain),
	icm_plain,
	sizeof(icm_128_cipher),
	icm_128_cipher,
	0,
	NULL,
	0,
	NULL,
};
static const srtp_cipher_test_case_t icm_256_case = {
	sizeof(icm_256_key),
	icm_256_key,
	icm_nonce,
	sizeof(icm_plain),
	icm_plain,
	sizeof(icm_256_cipher),
	icm_256_cipher,
	0,
	NULL,
	0,
	NULL,
};
static const srtp_cipher_test_case_t gcm_128_case = {
	16 + GCM_SALT_BYTES,
	gcm_key,
	gcm_iv,
	sizeof(gcm_plain),
	gcm_plain,
	sizeof(gcm_128_cipher),
	gcm_128_cipher,
	sizeof(gcm_aad),
	gcm_aad,
	16,
	NULL,
};
static const srtp_cipher_test_case_t gcm_256_case = {
	32 + GCM_SALT_BYTES,
	gcm_key,
	gcm_iv,
	sizeof(gcm_plain),
	gcm_plain,
	sizeof(gcm_256_cipher),
	gcm_256_cipher,
	sizeof(gcm_aad),
	gcm_aad,
	16,
	NULL,
};
static const srtp_auth_test_case_t hmac_case = {
	sizeof(hmac_key),
	hmac_key,
	sizeof(hmac_plain),
	hmac_plain,
	sizeof(hmac_tag),
	hmac_tag,
	NULL,
};

static const srtp_cipher_type_t icm_128 = {
	icm_128_alloc,
	aes_dealloc,
	icm_init,
	NULL,
	icm_crypt,
	icm_crypt,
	icm_set_iv,
	NULL,
	"AES-128 counter mode, OpenSSL",
	&icm_128_case,
	SRTP_AES_ICM_128,
};
static const srtp_cipher_type_t icm_256 = {
	icm_256_alloc,
	aes_dealloc,
	icm_init,
	NULL,
	icm_crypt,
	icm_crypt,
	icm_set_iv,
	NULL,
	"AES-256 counter mode, OpenSSL",
	&icm_256_case,
	SRTP_AES_ICM_256,
};
static const srtp_cipher_type_t gcm_128 = {
	gcm_128_alloc, aes_dealloc,      gcm_init,
	gcm_set_aad,   gcm_encrypt,      gcm_decrypt,
	gcm_set_iv,    gcm_get_tag,      "AES-128 GCM, OpenSSL",
	&gcm_128_case, SRTP_AES_GCM_128,
};
static const srtp_cipher_type_t gcm_256 = {
	gcm_256_alloc, aes_dealloc,      gcm_init,
	gcm_set_aad,   gcm_encrypt,      gcm_decrypt,
	gcm_set_iv,    gcm_get_tag,      "AES-256 GCM, OpenSSL",
	&gcm_256_case, SRTP_AES_GCM_256,
};
static const srtp_auth_type_t hmac = {
	hmac_alloc,           hmac_dealloc, hmac_init,
	hmac_compute,         hmac_update,  hmac_start,
	"HMAC-SHA1, OpenSSL", &hmac_case,   SRTP_HMAC_SHA1,
};


int srtp_kernels_install(void)
{
	int bad = 0;

	bad += srtp_replace_cipher_type(&icm_128, SRTP_AES_ICM_128) != 0;
	bad += srtp_replace_cipher_type(&icm_256, SRTP_AES_ICM_256) != 0;
	bad += srtp_replace_cipher_type(&gcm_128, SRTP_AES_GCM_128) != 0;
	bad += srtp_replace_cipher_type(&gcm_256, SRTP_AES_GCM_256) != 0;
	bad += srtp_replace_auth_type(&hmac, SRTP_HMAC_SHA1) != 0;

	return bad ? ENOSYS : 0;
}
