/**
 * @file focus/store/digest_sum.c  MD5 and SHA-256 of parts with colons between
 */
#include <errno.h>
#include <openssl/evp.h>
#include "focus/store/digest_sum.h"


int digest_sum(char hex[DIGEST_HEX_SIZE], enum digest_algorithm algorithm,
	       const struct pl *const parts[], size_t n)
{
	const EVP_MD *md = algorithm == DIGEST_MD5 ? EVP_md5() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool ok;

	ok = ctx && EVP_DigestInit_ex(ctx, md, NULL);
	for (size_t i = 0; ok && i < n; i++)
		ok = (!i || EVP_DigestUpdate(ctx, ":", 1)) &&
		     EVP_DigestUpdate(ctx, parts[i]->p, parts[i]->l);
	ok = ok && EVP_DigestFinal_ex(ctx, out, &len) &&
	     2 * len < DIGEST_HEX_SIZE;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return ENOTSUP;

	return re_snprintf(hex, DIGEST_HEX_SIZE, "%w", out, (size_t)len) < 0
		       ? EOVERFLOW
		       : 0;
}


int digest_ha1(char hex[DIGEST_HEX_SIZE], enum digest_algorithm algorithm,
	       const struct pl *user, const struct pl *realm,
	       const struct pl *password)
{
	const struct pl *const parts[] = {user, realm, password};

	return digest_sum(hex, algorithm, parts, ARRAY_SIZE(parts));
}
