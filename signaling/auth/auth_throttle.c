/**
 * @file signaling/auth/auth_throttle.c  Wrong passwords by address and by user
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "signaling/auth/auth_throttle.h"


enum { HASH_SIZE = 1024, MINUTE_MS = 60000 };

struct attempt {
	struct le he;
	struct le le; /**< longest ago first */
	char key[AUTH_THROTTLE_KEY_SIZE];
	uint64_t failures; /**< times MINUTE_MS, so that they wear off by the
				millisecond */
	uint64_t at_ms;
};

/** A user at an address */
struct known {
	struct le he;
	struct le le; /**< longest ago first */
	char text[2 * AUTH_THROTTLE_KEY_SIZE];
};

struct auth_throttle {
	struct hash *keys, *known;
	struct list ages, known_ages;
	size_t count, known_count;
	unsigned per_minute;
};


static void auth_throttle_entry_destructor(void *arg)
{
	struct attempt *t = arg;

	hash_unlink(&t->he);
	list_unlink(&t->le);
}


static void known_destructor(void *arg)
{
	struct known *k = arg;

	hash_unlink(&k->he);
	list_unlink(&k->le);
}


static void auth_throttle_destructor(void *arg)
{
	struct auth_throttle *a = arg;

	list_flush(&a->ages);
	list_flush(&a->known_ages);
	mem_deref(a->keys);
	mem_deref(a->known);
}


int auth_throttle_alloc(struct auth_throttle **ap, unsigned per_minute)
{
	struct auth_throttle *a;
	int err;

	if (!ap)
		return EINVAL;

	a = mem_zalloc(sizeof(*a), auth_throttle_destructor);
	if (!a)
		return ENOMEM;

	a->per_minute = per_minute;
	err = hash_alloc(&a->keys, HASH_SIZE);
	if (!err)
		err = hash_alloc(&a->known, HASH_SIZE);
	if (err)
		mem_deref(a);
	else
		*ap = a;

	return err;
}


void auth_throttle_address_key(char key[AUTH_THROTTLE_KEY_SIZE],
			       const struct sa *sa)
{
	uint8_t host[HOST_KEY_BYTES];

	host_key(host, sa);
	(void)re_snprintf(key, AUTH_THROTTLE_KEY_SIZE, "[%w]", host,
			  sizeof(host));
}


void auth_throttle_user_key(char key[AUTH_THROTTLE_KEY_SIZE],
			    const struct pl *user)
{
	struct pl part = {user->p, MIN(user->l, AUTH_THROTTLE_KEY_SIZE - 1)};
	const char *at = pl_strchr(&part, '@');

	/* NAME@REALM has the password of NAME */
	if (at)
		part.l = (size_t)(at - part.p);
	(void)re_snprintf(key, AUTH_THROTTLE_KEY_SIZE, "%r", &part);

	/* what a header says may look like anything */
	if (*key == '[')
		*key = '(';
}


void auth_throttle_pair_key(char key[AUTH_THROTTLE_KEY_SIZE],
			    const char *address, const char *user)
{
	/* both would not fit */
	(void)re_snprintf(key, AUTH_THROTTLE_KEY_SIZE, "%s%016llx", address,
			  (unsigned long long)keyed_hash(user, strlen(user)));
}


static bool key_equal(struct le *le, void *arg)
{
	const struct attempt *t = le->data;

	return !strcmp(t->key, arg);
}


/** As of now, or NULL */
static struct attempt *find(const struct auth_throttle *a, const char *key,
			    uint64_t now_ms)
{
	struct attempt *t;
	uint64_t elapsed, worn;

	t = list_ledata(hash_lookup(a->keys, keyed_hash_str(key), key_equal,
				    (void *)key));
	if (!t)
		return NULL;

	elapsed = now_ms > t->at_ms ? now_ms - t->at_ms : 0;
	worn = MIN(elapsed, MINUTE_MS) * a->per_minute;
	t->failures = t->failures > worn ? t->failures - worn : 0;
	t->at_ms = MAX(now_ms, t->at_ms);

	return t;
}


static struct attempt *add(struct auth_throttle *a, const char *key,
			   uint64_t now_ms)
{
	struct attempt *t;

	if (a->count >= AUTH_THROTTLE_KEYS_MAX) {
		mem_deref(list_ledata(list_head(&a->ages)));
		--a->count;
	}

	t = mem_zalloc(sizeof(*t), auth_throttle_entry_destructor);
	if (!t)
		return NULL;

	str_ncpy(t->key, key, sizeof(t->key));
	t->at_ms = now_ms;
	hash_append(a->keys, keyed_hash_str(t->key), &t->he, t);
	list_append(&a->ages, &t->le, t);
	++a->count;

	return t;
}


static bool is_over(const struct auth_throttle *a, const struct attempt *t)
{
	return t->failures > ((uint64_t)a->per_minute - 1) * MINUTE_MS;
}


bool auth_throttle_failed(struct auth_throttle *a, const char *key,
			  uint64_t now_ms)
{
	struct attempt *t;
	bool before;

	if (!a || !a->per_minute)
		return false;

	t = find(a, key, now_ms);
	if (t) {
		list_unlink(&t->le);
		list_append(&a->ages, &t->le, t);
	}
	else {
		t = add(a, key, now_ms);
		if (!t)
			return false;
	}

	before = is_over(a, t);
	/* not without end: it is over a minute after the last */
	t->failures = MIN(t->failures + MINUTE_MS,
			  (uint64_t)a->per_minute * MINUTE_MS);

	return !before && is_over(a, t);
}


bool auth_throttle_too_many(struct auth_throttle *a, const char *key,
			    uint64_t now_ms)
{
	const struct attempt *t;

	if (!a || !a->per_minute)
		return false;

	t = find(a, key, now_ms);

	return t && is_over(a, t);
}


/* ------------------------------------------------- who was right lately */

static bool text_equal(struct le *le, void *arg)
{
	const struct known *k = le->data;

	return !strcmp(k->text, arg);
}


static struct known *find_known(const struct auth_throttle *a,
				const char *address, const char *user)
{
	char text[2 * AUTH_THROTTLE_KEY_SIZE];

	(void)re_snprintf(text, sizeof(text), "%s%s", address, user);

	return list_ledata(
		hash_lookup(a->known, keyed_hash_str(text), text_equal, text));
}


void auth_throttle_passed(struct auth_throttle *a, const char *address,
			  const char *user)
{
	struct known *k;

	if (!a || !a->per_minute)
		return;

	k = find_known(a, address, user);
	if (k) {
		list_unlink(&k->le);
		list_append(&a->known_ages, &k->le, k);
		return;
	}

	if (a->known_count >= AUTH_THROTTLE_KNOWN_MAX) {
		mem_deref(list_ledata(list_head(&a->known_ages)));
		--a->known_count;
	}
	k = mem_zalloc(sizeof(*k), known_destructor);
	if (!k)
		return;

	(void)re_snprintf(k->text, sizeof(k->text), "%s%s", address, user);
	hash_append(a->known, keyed_hash_str(k->text), &k->he, k);
	list_append(&a->known_ages, &k->le, k);
	++a->known_count;
}


bool auth_throttle_knows(const struct auth_throttle *a, const char *address,
			 const char *user)
{
	return a && find_known(a, address, user);
}


size_t auth_throttle_keys(const struct auth_throttle *a)
{
	return a ? a->count : 0;
}
