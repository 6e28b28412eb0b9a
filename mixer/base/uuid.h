/**
 * @file mixer/base/uuid.h  Random UUIDs (RFC 4122 version 4)
 *
 * 32 lower-case hex digits without dashes, as Session-ID wants them. They
 * are made of cryptographic randomness: nobody guesses the next one.
 */
#ifndef PARLEY_MIXER_BASE_UUID_H
#define PARLEY_MIXER_BASE_UUID_H

#include "mixer/base/re.h"

enum { UUID_SIZE = 33 }; /**< digits and the end */

/** A new one */
static inline void uuid_make(char dst[UUID_SIZE])
{
	uint8_t u[16];

	rand_bytes(u, sizeof(u));
	u[6] = (u[6] & 0x0f) | 0x40;
	u[8] = (u[8] & 0x3f) | 0x80;
	(void)re_snprintf(dst, UUID_SIZE, "%w", u, sizeof(u));
}

#endif
