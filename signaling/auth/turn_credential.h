/**
 * @file signaling/auth/turn_credential.h  Credentials for a TURN server
 *
 * As coturn's REST mechanism has them (use-auth-secret,
 * draft-uberti-behave-turn-rest): the user name is "END:ID", END being the
 * second in which it ends, and the password base64(HMAC-SHA1(secret, user
 * name)), so that the TURN server needs to know the secret alone. Pure; any
 * thread.
 */
#ifndef PARLEY_SIGNALING_AUTH_TURN_CREDENTIAL_H
#define PARLEY_SIGNALING_AUTH_TURN_CREDENTIAL_H

#include <time.h>

struct turn_credential {
	char username[64];
	char password[32];
};

/**
 * Make one
 *
 * @param secret Shared with the server, of its configuration
 * @param end    By the wall clock, because the server judges by its own
 * @param id     Whose it is; no ':'
 * @return 0; EINVAL an id too long; ENOMEM
 */
int turn_credential_make(struct turn_credential *c, const char *secret,
			 time_t end, const char *id);

#endif
