/**
 * @file signaling/auth/nonce.c  Nonces of our challenges
 */
#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>
#include "signaling/auth/nonce.h"


enum {
	HASH_SIZE = 1024,
	KEY_BYTES = 32,
	SHA1_BYTES = 20, /**< written whatever size hmac_sha1() is told */
	MAC_BYTES = 16,  /**< of these are in the nonce */
	HEAD_CHARS = 24, /**< 8 of the second, 16 of the number */
	CLIENT_MAX = 80, /**< of who it is for, what counts */
};

/** One that was used */
struct nonce {
	struct le he;
	struct le le; /**< first used first */
	uint64_t number;
	uint32_t highest;
	uint64_t window; /**< bit i: highest - i was used */
};

struct nonces {
	uint8_t key[KEY_BYTES];
	uint64_t next;  /**< number of the next one */
	uint64_t floor; /**< up to this number they may have been forgotten */
	struct hash *used;
	struct list ages;
	size_t count;
};


static void nonce_destructor(void *arg)
{
	struct nonce *one = arg;

	hash_unlink(&one->he);
	list_unlink(&one->le);
}


static void nonces_destructor(void *arg)
{
	struct nonces *n = arg;

	list_flush(&n->ages);
	mem_deref(n->used);
}


int nonces_alloc(struct nonces **np)
{
	struct nonces *n;
	int err;

	if (!np)
		return EINVAL;

	n = mem_zalloc(sizeof(*n), nonces_destructor);
	if (!n)
		return ENOMEM;

	rand_bytes(n->key, sizeof(n->key));
	n->next = 1;
	err = hash_alloc(&n->used, HASH_SIZE);
	if (err)
		mem_deref(n);
	else
		*np = n;

	return err;
}


static void print(const struct nonces *n, char nonce[NONCE_SIZE],
		  const char *client, uint32_t second, uint64_t number)
{
	char text[HEAD_CHARS + CLIENT_MAX + 1];
	uint8_t mac[SHA1_BYTES];

	(void)re_snprintf(nonce, NONCE_SIZE, "%08x%016llx", second,
			  (unsigned long long)number);
	(void)re_snprintf(text, sizeof(text), "%s%s", nonce, client);
	hmac_sha1(n->key, sizeof(n->key), (const uint8_t *)text, strlen(text),
		  mac, sizeof(mac));
	(void)re_snprintf(nonce + HEAD_CHARS, NONCE_SIZE - HEAD_CHARS, "%w",
			  mac, (size_t)MAC_BYTES);
}


void nonces_make(struct nonces *n, char nonce[NONCE_SIZE], const char *client,
		 uint64_t now_ms)
{
	print(n, nonce, client, (uint32_t)(now_ms / 1000), n->next++);
}


static uint32_t second_of(const struct pl *nonce)
{
	const struct pl second = {nonce->p, 8};

	return pl_x32(&second);
}


static uint64_t number_of(const struct pl *nonce)
{
	const struct pl number = {nonce->p + 8, 16};

	return pl_x64(&number);
}


bool nonces_given(const struct nonces *n, const struct pl *nonce,
		  const char *client, uint64_t now_ms)
{
	char made[NONCE_SIZE];

	if (!n || !nonce || !client || nonce->l != NONCE_SIZE - 1)
		return false;

	print(n, made, client, second_of(nonce), number_of(nonce));

	return !CRYPTO_memcmp(made, nonce->p, NONCE_SIZE - 1) &&
	       now_ms <= (uint64_t)second_of(nonce) * 1000 + NONCE_LIFE_MS;
}


static bool number_equal(struct le *le, void *arg)
{
	const struct nonce *one = le->data;

	return one->number == *(const uint64_t *)arg;
}


/** Room for one more; what is forgotten must not be used again */
static void forget_oldest(struct nonces *n)
{
	struct nonce *one = list_ledata(list_head(&n->ages));

	n->floor = MAX(n->floor, one->number);
	mem_deref(one);
	--n->count;
}


static bool use_first(struct nonces *n, uint64_t number, uint32_t nc)
{
	struct nonce *one;

	if (number <= n->floor)
		return false;
	if (n->count >= NONCES_MAX)
		forget_oldest(n);

	one = mem_zalloc(sizeof(*one), nonce_destructor);
	if (!one)
		return false;

	one->number = number;
	one->highest = nc;
	one->window = 1;
	hash_append(n->used, (uint32_t)number, &one->he, one);
	list_append(&n->ages, &one->le, one);
	++n->count;

	return true;
}


static bool use_again(struct nonce *one, uint32_t nc)
{
	const uint32_t ahead = nc - one->highest, behind = one->highest - nc;

	if (nc > one->highest) {
		one->window = ahead < NONCE_WINDOW ? one->window << ahead : 0;
		one->window |= 1;
		one->highest = nc;
		return true;
	}
	if (behind >= NONCE_WINDOW || one->window >> behind & 1)
		return false;

	one->window |= 1ULL << behind;

	return true;
}


bool nonces_use(struct nonces *n, const struct pl *nonce, uint32_t nc)
{
	struct nonce *one;
	uint64_t number;

	if (!n || !nonce || !nc || nonce->l != NONCE_SIZE - 1)
		return false;

	number = number_of(nonce);
	one = list_ledata(
		hash_lookup(n->used, (uint32_t)number, number_equal, &number));

	return one ? use_again(one, nc) : use_first(n, number, nc);
}


size_t nonces_kept(const struct nonces *n)
{
	return n ? n->count : 0;
}
