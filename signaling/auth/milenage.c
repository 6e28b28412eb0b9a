/**
 * @file signaling/auth/milenage.c  Milenage (TS 35.206 section 4.1)
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include "signaling/auth/milenage.h"


/** Rotation r1..r5 in bytes and last byte of the constant c1..c5 */
enum { OUT1, OUT2, OUT3, OUT4, OUT5 };

static const struct {
	unsigned rotate_bytes;
	uint8_t constant;
} rows[] = {{8, 0}, {0, 1}, {4, 2}, {8, 4}, {12, 8}};


static void xor16(uint8_t dst[16], const uint8_t a[16], const uint8_t b[16])
{
	for (size_t i = 0; i < 16; i++)
		dst[i] = a[i] ^ b[i];
}


/** One block of AES-128 */
static int encrypt(uint8_t out[16], const uint8_t k[16], const uint8_t in[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;
	bool ok;

	ok = ctx &&
	     EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, k, NULL) &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0) &&
	     EVP_EncryptUpdate(ctx, out, &len, in, 16) && len == 16;
	EVP_CIPHER_CTX_free(ctx);

	return ok ? 0 : ENOTSUP;
}


/** TEMP = E(RAND xor OPc) */
static int temp(uint8_t out[16], const uint8_t opc[16], const uint8_t k[16],
		const uint8_t rand[16])
{
	uint8_t in[16];

	xor16(in, rand, opc);

	return encrypt(out, k, in);
}


/** E(first xor rot(in xor OPc, r) xor c) xor OPc; `first` may be NULL */
static int output(uint8_t out[16], unsigned row, const uint8_t opc[16],
		  const uint8_t k[16], const uint8_t in[16],
		  const uint8_t *first)
{
	uint8_t mixed[16], block[16];
	int err;

	xor16(mixed, in, opc);
	for (size_t i = 0; i < 16; i++)
		block[i] = mixed[(i + rows[row].rotate_bytes) % 16];
	block[15] ^= rows[row].constant;
	if (first)
		xor16(block, block, first);

	err = encrypt(out, k, block);
	xor16(out, out, opc);
	OPENSSL_cleanse(mixed, sizeof(mixed));
	OPENSSL_cleanse(block, sizeof(block));

	return err;
}


int milenage_opc(uint8_t opc[16], const uint8_t k[16], const uint8_t op[16])
{
	uint8_t out[16];
	int err;

	err = encrypt(out, k, op);
	if (!err)
		xor16(opc, out, op);
	OPENSSL_cleanse(out, sizeof(out));

	return err;
}


int milenage_f1(uint8_t mac_a[8], uint8_t mac_s[8], const uint8_t opc[16],
		const uint8_t k[16], const uint8_t rand[16],
		const uint8_t sqn[6], const uint8_t amf[2])
{
	uint8_t t[16], in[16], out[16];
	int err;

	for (size_t i = 0; i < 16; i += 8) {
		memcpy(in + i, sqn, 6);
		memcpy(in + i + 6, amf, 2);
	}

	err = temp(t, opc, k, rand);
	if (!err)
		err = output(out, OUT1, opc, k, in, t);
	if (!err && mac_a)
		memcpy(mac_a, out, 8);
	if (!err && mac_s)
		memcpy(mac_s, out + 8, 8);
	OPENSSL_cleanse(t, sizeof(t));
	OPENSSL_cleanse(out, sizeof(out));

	return err;
}


int milenage_f2345(struct milenage_vector *v, const uint8_t opc[16],
		   const uint8_t k[16], const uint8_t rand[16])
{
	uint8_t t[16], out[16];
	int err;

	err = temp(t, opc, k, rand);
	if (err)
		return err;

	err = output(out, OUT2, opc, k, t, NULL);
	memcpy(v->ak, out, 6);
	memcpy(v->res, out + 8, 8);
	if (!err)
		err = output(v->ck, OUT3, opc, k, t, NULL);
	if (!err)
		err = output(v->ik, OUT4, opc, k, t, NULL);
	if (!err)
		err = output(out, OUT5, opc, k, t, NULL);
	memcpy(v->aks, out, 6);
	OPENSSL_cleanse(t, sizeof(t));
	OPENSSL_cleanse(out, sizeof(out));

	return err;
}
