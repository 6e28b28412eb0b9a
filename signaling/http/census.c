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
	/* What uses a connection is looked up: the newest of a host */
	LOOKS_MAX = 16,
};

struct census {
	struct le le; /**< in all */
	struct hash *hosts;
	size_t count, trusted; /**< of them all, and of trusted hosts */
};

struct host {
	struct le he;
	uint8_t key[HOST_KEY_BYTES];
	struct list places; /**< the newest is the last */
	struct list idle;   /**< of them, the one idle for longest first */
	size_t count;
	bool trusted;
};

struct listener_place {
	struct le le, le_idle;
	struct census *census;
	struct host *host;      /**< NULL: it had to go, and counts no more */
	bool trusted;           /**< its host was, when it came */
	listener_used_h *usedh; /**< NULL: it is not */
	void *used_arg;
	int fd;                    /**< until it is a connection of libre's */
	const struct tcp_conn *tc; /**< which may have closed its own */
};

/** Of all listeners: they share the process's descriptors */
static struct list all;
static size_t taken, taken_trusted, ending;
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
	list_unlink(&p->le_idle);
	p->host->count--;
	p->census->count--;
	taken--;
	if (p->trusted) {
		p->census->trusted--;
		taken_trusted--;
	}
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


static int socket_of(const struct listener_place *p)
{
	return p->tc ? tcp_conn_fd(p->tc) : p->fd;
}


/** What it sent may be on its way to who reads it: a request is under way */
static bool is_quiet(const struct listener_place *p)
{
	char byte;

	return recv(socket_of(p), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}


static struct listener_place *longest_idle(const struct host *h)
{
	for (struct le *le = h->idle.head; le; le = le->next) {
		if (is_quiet(le->data))
			return le->data;
	}

	return NULL;
}


/** It makes room. @return false if it cannot: too many do at the moment */
static bool end_place(struct listener_place *p)
{
	if (ending >= ENDING_MAX)
		return false;

	let_go(p);
	ending++;
	ended++;
	(void)shutdown(socket_of(p), SHUT_RDWR);

	return true;
}


/** Its own, which waits for nothing. @param h NULL: none is there */
static bool end_idle(const struct host *h)
{
	struct listener_place *p = h ? longest_idle(h) : NULL;

	return p && end_place(p);
}


static struct listener_place *newest_unused(const struct host *h)
{
	const struct le *le = h->places.tail;

	for (unsigned i = 0; le && i < LOOKS_MAX; i++, le = le->prev) {
		struct listener_place *p = le->data;

		if (!p->usedh || !p->usedh(p->used_arg))
			return p;
	}

	return NULL;
}


/** One that it can do without, or any beyond what it keeps in any case.
 *  @return NULL: it has none */
static struct listener_place *least(const struct host *h, size_t floor)
{
	struct listener_place *p = longest_idle(h);

	if (!p)
		p = newest_unused(h);
	if (!p && h->count > floor)
		p = h->places.tail->data;

	return p;
}


/** A place of the host with most, if who comes has fewer even with it. @param
 * c NULL: of any listener */
static bool make_room(const struct census *c, size_t held)
{
	const size_t floor =
		(c ? CENSUS_TOTAL_MAX : most()) / CENSUS_FLOOR_PART;
	struct host *largest = NULL;
	struct listener_place *p;

	if (c)
		(void)hash_apply(c->hosts, larger_h, &largest);
	for (struct le *le = c ? NULL : all.head; le; le = le->next) {
		const struct census *one = le->data;

		(void)hash_apply(one->hosts, larger_h, &largest);
	}
	if (!largest || largest->count <= held + 1)
		return false;

	p = least(largest, floor);

	return p && end_place(p);
}


/** @param h Of who comes, NULL: none is there. @param held By it, for the
 *  comparison with others */
static bool has_room(const struct census *c, const struct host *h, size_t held)
{
	if (c->count >= CENSUS_TOTAL_MAX)
		return make_room(c, held) || end_idle(h);

	return taken < most() || make_room(NULL, held) || end_idle(h);
}


static bool may_have(const struct census *c, const struct host *h,
		     bool trusted)
{
	const size_t total = most();

	if (!trusted)
		return !h || h->count < CENSUS_SOURCE_MAX;

	return c->trusted < CENSUS_TOTAL_MAX -
				    CENSUS_TOTAL_MAX / CENSUS_OTHERS_PART &&
	       taken_trusted < total - total / CENSUS_OTHERS_PART;
}


int census_take(struct listener_place **pp, struct census *c,
		const struct sa *peer, int fd, bool trusted)
{
	struct listener_place *p;
	uint8_t key[HOST_KEY_BYTES];
	struct host *h;

	host_key(key, peer);
	h = host_find(c, key);
	h = mem_ref(h); /* its last place may be the one that goes */
	if ((!may_have(c, h, trusted) && !end_idle(h)) ||
	    !has_room(c, h, h && !trusted ? h->count : 0)) {
		mem_deref(h);
		return EUSERS;
	}

	if (!h)
		h = host_make(c, key);
	p = h ? mem_zalloc(sizeof(*p), place_destructor) : NULL;
	if (!p) {
		mem_deref(h);
		return ENOMEM;
	}

	p->census = mem_ref(c);
	p->host = h;
	p->fd = fd;
	p->trusted = trusted;
	list_append(&h->places, &p->le, p);
	h->count++;
	h->trusted = trusted;
	c->count++;
	taken++;
	if (trusted) {
		c->trusted++;
		taken_trusted++;
	}
	*pp = p;

	return 0;
}


void census_idle(struct listener_place *p, bool idle)
{
	if (!p || !p->host || idle == (p->le_idle.list != NULL))
		return;

	if (idle)
		list_append(&p->host->idle, &p->le_idle, p);
	else
		list_unlink(&p->le_idle);
}


void census_use(struct listener_place *p, listener_used_h *h, void *arg)
{
	if (!p)
		return;

	p->usedh = h;
	p->used_arg = arg;
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
