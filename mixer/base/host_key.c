/**
 * @file mixer/base/host_key.c  What counts as one host
 */
#include <string.h>
#include "mixer/base/host_key.h"


enum { PREFIX_BYTES = 8 };

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};


void host_key(uint8_t key[HOST_KEY_BYTES], const struct sa *sa)
{
	uint32_t in;

	if (sa_af(sa) == AF_INET6) {
		sa_in6(sa, key);
		if (memcmp(key, mapped, sizeof(mapped)) != 0)
			memset(key + PREFIX_BYTES, 0,
			       HOST_KEY_BYTES - PREFIX_BYTES);
		return;
	}

	in = htonl(sa_in(sa));
	memcpy(key, mapped, sizeof(mapped));
	memcpy(key + sizeof(mapped), &in, sizeof(in));
}
