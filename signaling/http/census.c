/**
 * @file signaling/http/census.c  How many connections each host has
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "signaling/http/census.h"


enum {
	HOST_BUCKETS = 256,
	/* Of those that had to go: they have their descriptors until the loop
	   turns */
	ENDING_MAX = CENSUS_SPARE / 4,
};

struct census {
	struct le le; /**< in all */
	struct hash *hosts;
	size_t count;
};

struct host {
	struct le he;
	uint8_t key[HOST_KEY_BYTES];
	struct list places; /**< the newest is the last */
	size_t count;
	bool trusted;
};

struct listener_place {
	struct le le;
	struct census *census;
	struct host *host; /**< NULL: it had to go, and counts no more */
	int fd;            /**< until it is a connection of libre's */
	const struct tcp_conn *tc; /**< which may have closed its own */
};

/** Of all listeners: they share the process's descriptors */
static struct list all;
static size_t taken, ending;
static uint64_t ended;


static void census_destructor(void *arg)
{
	struct census *c = arg;

	list_unlink(&c->le);
	mem_deref(c->hosts);
}


static void host_destructor(void *arg)
{
	struct host *h = arg;

	hash_unlink(&h->he);
}


/** It counts no more */
static void let_go(struct listener_place *p)
{
	list_unlink(&p->le);
	p->host->count--;
	p->census->count--;
	taken--;
	p->host = mem_deref(p->host);
}


static void place_destructor(void *arg)
{
	struct listener_place *p = arg;

	if (p->host)
		let_go(p);
	else
		ending--;
	mem_deref(p->census);
}


int census_alloc(struct census **cp)
{
	struct census *c = mem_zalloc(sizeof(*c), census_destructor);
	int err;

	if (!c)
		return ENOMEM;

	list_append(&all, &c->le, c);
	err = hash_alloc(&c->hosts, HOST_BUCKETS);
	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}


static bool is_host(struct le *le, void *arg)
{
	const struct host *h = le->data;

	return !memcmp(h->key, arg, HOST_KEY_BYTES);
}


static struct host *host_find(const struct census *c,
			      uint8_t key[HOST_KEY_BYTES])
{
	return list_ledata(hash_lookup(
		c->hosts, (uint32_t)keyed_hash(key, HOST_KEY_BYTES), is_host,
		key));
}


static struct host *host_make(struct census *c,
			      const uint8_t key[HOST_KEY_BYTES])
{
	struct host *h = mem_zalloc(sizeof(*h), host_destructor);

	if (!h)
		return NULL;

	memcpy(h->key, key, HOST_KEY_BYTES);
	hash_append(c->hosts, (uint32_t)keyed_hash(key, HOST_KEY_BYTES),
		    &h->he, h);

	return h;
}


/* ------------------------------------------------------------------ room */

static bool larger_h(struct le *le, void *arg)
{
	struct host **largest = arg, *h = le->data;

	if (!h->trusted && (!*largest || h->count > (*largest)->count))
		*largest = h;

	return false;
}


/** A place of the host with most, if who comes has fewer even with it. @param
 * c NULL: of any listener */
static bool make_room(const struct census *c, size_t held)
{
	struct host *largest = NULL;
	struct listener_place *p;

	if (ending >= ENDING_MAX)
		return false;

	if (c)
		(void)hash_apply(c->hosts, larger_h, &largest);
	for (struct le *le = c ? NULL : all.head; le; le = le->next) {
		const struct census *one = le->data;

		(void)hash_apply(one->hosts, larger_h, &largest);
	}
	if (!largest || largest->count <= held + 1)
		return false;

	p = largest->places.tail->data;
	let_go(p);
	ending++;
	ended++;
	(void)shutdown(p->tc ? tcp_conn_fd(p->tc) : p->fd, SHUT_RDWR);

	return true;
}


/** Without a descriptor left accept() fails at once, again and again */
static size_t most(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return CENSUS_TOTAL_MAX;

	return limit.rlim_cur > 2 * CENSUS_SPARE
		       ? limit.rlim_cur - CENSUS_SPARE
		       : limit.rlim_cur / 2;
}


/** @param held By the host of who comes */
static bool has_room(const struct census *c, size_t held)
{
	if (c->count >= CENSUS_TOTAL_MAX)
		return make_room(c, held);

	return taken < most() || make_room(NULL, held);
}


int census_take(struct listener_place **pp, struct census *c,
		const struct sa *peer, int fd, bool trusted)
{
	struct listener_place *p;
	uint8_t key[HOST_KEY_BYTES];
	struct host *h;

	host_key(key, peer);
	h = host_find(c, key);
	if (!trusted && h && h->count >= CENSUS_SOURCE_MAX)
		return EUSERS;
	if (!has_room(c, h && !trusted ? h->count : 0))
		return EUSERS;

	h = h ? mem_ref(h) : host_make(c, key);
	p = h ? mem_zalloc(sizeof(*p), place_destructor) : NULL;
	if (!p) {
		mem_deref(h);
		return ENOMEM;
	}

	p->census = mem_ref(c);
	p->host = h;
	p->fd = fd;
	list_append(&h->places, &p->le, p);
	h->count++;
	h->trusted = trusted;
	c->count++;
	taken++;
	*pp = p;

	return 0;
}


void census_moved(struct listener_place *p, const struct tcp_conn *tc)
{
	p->tc = tc;
}


size_t census_all(void)
{
	return taken;
}


uint64_t census_ended(void)
{
	return ended;
}
