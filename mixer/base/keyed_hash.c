/**
 * @file mixer/base/keyed_hash.c  SipHash-2-4 with a key of this process
 */
#include <pthread.h>
#include <string.h>
#include "mixer/base/keyed_hash.h"


enum { WORD = 8 };

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static uint8_t process_key[SIPHASH_KEY_BYTES];


static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}


/** At most a word, little endian */
static uint64_t word(const uint8_t *p, size_t bytes)
{
	uint64_t w = 0;

	for (size_t i = 0; i < bytes; i++)
		w |= (uint64_t)p[i] << (8 * i);

	return w;
}


static void rounds(uint64_t v[4], unsigned count)
{
	while (count--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}


static void take(uint64_t v[4], uint64_t w)
{
	v[3] ^= w;
	rounds(v, 2);
	v[0] ^= w;
}


uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *data,
		 size_t bytes)
{
	const uint64_t k0 = word(key, WORD), k1 = word(key + WORD, WORD);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575ULL,
		k1 ^ 0x646f72616e646f6dULL,
		k0 ^ 0x6c7967656e657261ULL,
		k1 ^ 0x7465646279746573ULL,
	};
	const uint8_t *p = data;
	size_t left = bytes;

	for (; left >= WORD; p += WORD, left -= WORD)
		take(v, word(p, WORD));
	take(v, (uint64_t)bytes << 56 | word(p, left));
	v[2] ^= 0xff;
	rounds(v, 4);

	return v[0] ^ v[1] ^ v[2] ^ v[3];
}


static void make_key(void)
{
	rand_bytes(process_key, sizeof(process_key));
}


uint64_t keyed_hash(const void *data, size_t bytes)
{
	(void)pthread_once(&key_once, make_key);

	return siphash(process_key, data, bytes);
}


uint32_t keyed_hash_pl(const struct pl *pl)
{
	return (uint32_t)keyed_hash(pl->p, pl->l);
}


uint32_t keyed_hash_str(const char *s)
{
	return (uint32_t)keyed_hash(s, strlen(s));
}


uint32_t keyed_hash_sa(const struct sa *sa)
{
	const uint16_t port = sa_port(sa);
	uint8_t bytes[16 + sizeof(port)];
	const uint32_t in = sa_in(sa);
	size_t n = sizeof(in);

	if (sa_af(sa) == AF_INET6) {
		sa_in6(sa, bytes);
		n = 16;
	}
	else {
		memcpy(bytes, &in, n);
	}
	memcpy(bytes + n, &port, sizeof(port));

	return (uint32_t)keyed_hash(bytes, n + sizeof(port));
}
