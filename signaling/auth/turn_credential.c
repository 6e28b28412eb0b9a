/**
 * @file signaling/auth/turn_credential.c  Credentials for a TURN server
 */
#include <errno.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "mixer/base/re.h"
#include "signaling/auth/turn_credential.h"


int turn_credential_make(struct turn_credential *c, const char *secret,
			 time_t end, const char *id)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	size_t len = sizeof(c->password) - 1;
	int err;

	if (re_snprintf(c->username, sizeof(c->username), "%lld:%s",
			(long long)end, id) < 0)
		return EINVAL;

	if (!HMAC(EVP_sha1(), secret, (int)strlen(secret),
		  (const uint8_t *)c->username, strlen(c->username), mac,
		  &mac_len))
		return ENOMEM;

	err = base64_encode(mac, mac_len, c->password, &len);
	if (!err)
		c->password[len] = '\0';

	return err;
}
