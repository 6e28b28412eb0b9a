/**
 * @file signaling/http/listener.c  TCP listener with a limit on connections
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/http/acceptor.h"
#include "signaling/http/first_look.h"
#include "signaling/http/listener.h"


/** Counts outlive the listener as long as a connection holds a place */
struct census {
	struct hash *places;
	size_t count;
};

/** Of all listeners: they share the process's descriptors */
static size_t places_taken;
static uint64_t refused;

struct listener_place {
	struct le he;
	struct census *census;
	uint8_t key[HOST_KEY_BYTES]; /**< of its far end */
};

struct listener {
	struct acceptor *acceptor;
	struct sa addr;
	char name[64]; /**< the address, for the log */
	bool mapped;   /**< it is IPv6's, and serves IPv4, too */
	struct census *census;
	struct list arrivals;
	struct limit_of rate;
	listener_h *h;
	void *arg;
	listener_ice_h *iceh; /**< NULL: they are not looked at */
	void *ice_arg;
};

/** A connection that has sent nothing yet that tells what it is */
struct arrival {
	struct le le;
	struct listener *listener;
	struct listener_place *place;
	struct first_look *look;
	struct sa peer;
};


static void census_destructor(void *arg)
{
	struct census *c = arg;

	mem_deref(c->places);
}


static void place_destructor(void *arg)
{
	struct listener_place *p = arg;

	hash_unlink(&p->he);
	--p->census->count;
	--places_taken;
	mem_deref(p->census);
}


static void listener_destructor(void *arg)
{
	struct listener *l = arg;

	mem_deref(l->acceptor);
	list_flush(&l->arrivals);
	mem_deref(l->rate.limit);
	mem_deref(l->census);
}


static size_t places_of(const struct census *c,
			const uint8_t key[HOST_KEY_BYTES])
{
	struct le *le;
	size_t n = 0;

	le = list_head(hash_list(c->places,
				 (uint32_t)keyed_hash(key, HOST_KEY_BYTES)));
	for (; le; le = le->next) {
		const struct listener_place *p = le->data;

		n += !memcmp(p->key, key, HOST_KEY_BYTES);
	}

	return n;
}


/** Without a descriptor left accept() fails at once, again and again */
static size_t places_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return LISTENER_TOTAL_MAX;

	return limit.rlim_cur > 2 * LISTENER_SPARE
		       ? limit.rlim_cur - LISTENER_SPARE
		       : limit.rlim_cur / 2;
}


static int place_alloc(struct listener_place **pp, struct census *c,
		       const struct sa *peer)
{
	struct listener_place *p;
	uint8_t key[HOST_KEY_BYTES];

	host_key(key, peer);

	if (c->count >= LISTENER_TOTAL_MAX || places_taken >= places_max() ||
	    places_of(c, key) >= LISTENER_SOURCE_MAX)
		return EUSERS;

	p = mem_zalloc(sizeof(*p), place_destructor);
	if (!p)
		return ENOMEM;

	memcpy(p->key, key, sizeof(key));
	p->census = mem_ref(c);
	++c->count;
	++places_taken;
	hash_append(c->places, (uint32_t)keyed_hash(key, sizeof(key)), &p->he,
		    p);
	*pp = p;

	return 0;
}


static void never_handler(void *arg)
{
	(void)arg;
}


/**
 * Make it a connection of libre's, which can only accept by itself: its own
 * new socket is replaced by the one that has come. It is polled at once and
 * told that it is established as soon as it is writable, as after tcp_accept()
 */
static int adopt(struct tcp_conn **tcp, int fd, const struct sa *peer)
{
	const struct linger none = {0, 0};
	struct tcp_conn *tc = NULL;
	int err;

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	err = tcp_conn_alloc(&tc, peer, NULL, NULL, NULL, NULL);
	if (!err && dup3(fd, tcp_conn_fd(tc), O_CLOEXEC) < 0)
		err = errno;
	(void)close(fd);
	if (!err)
		err = tcp_set_send(tc, never_handler);
	if (err) {
		mem_deref(tc);
		return err;
	}

	(void)tcp_set_send(tc, NULL);
	*tcp = tc;

	return 0;
}


/** @param place Taken, also on failure */
static int give(struct listener *l, int fd, struct listener_place *place,
		const struct sa *peer)
{
	struct tcp_conn *tc = NULL;
	int err;

	err = adopt(&tc, fd, peer);
	if (!err)
		err = l->h(tc, place, peer, l->arg);
	if (err)
		mem_deref(place);
	mem_deref(tc);

	return err;
}


static void arrival_destructor(void *arg)
{
	struct arrival *a = arg;

	list_unlink(&a->le);
	mem_deref(a->look);
	mem_deref(a->place);
}


static void look_handler(int fd, const struct pl *ufrag, void *arg)
{
	struct arrival *a = arg;
	struct listener *l = a->listener;
	struct listener_place *place = a->place;

	if (ufrag) {
		l->iceh(fd, &a->peer, ufrag, l->ice_arg);
	}
	else if (fd >= 0) {
		a->place = NULL;
		if (give(l, fd, place, &a->peer))
			++refused;
	}

	mem_deref(a);
}


/** @param place Taken, also on failure */
static int look(struct listener *l, int fd, struct listener_place *place,
		const struct sa *peer)
{
	struct arrival *a = mem_zalloc(sizeof(*a), arrival_destructor);
	int err;

	if (!a) {
		(void)close(fd);
		mem_deref(place);
		return ENOMEM;
	}

	a->listener = l;
	a->place = place;
	a->peer = *peer;
	list_append(&l->arrivals, &a->le, a);
	err = first_look_alloc(&a->look, fd, look_handler, a);
	if (err)
		mem_deref(a);

	return err;
}


static void connection_handler(int fd, const struct sa *peer, void *arg)
{
	struct listener *l = arg;
	struct listener_place *place = NULL;
	int err = EUSERS;

	if (limit_of_take(&l->rate, peer))
		err = place_alloc(&place, l->census, peer);
	if (err)
		(void)close(fd);
	else if (l->iceh)
		err = look(l, fd, place, peer);
	else
		err = give(l, fd, place, peer);
	if (err)
		++refused;
}


static int open_socket(struct listener *l, const struct sa *laddr)
{
	const int on = 1;
	socklen_t size = sizeof(int);
	int fd, err = 0, only = 1;

	fd = socket(sa_af(laddr), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0)
		return errno;

	l->addr = *laddr;
	l->addr.len = sizeof(l->addr.u);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &laddr->u.sa, laddr->len) < 0 ||
	    listen(fd, LISTENER_BACKLOG) < 0 ||
	    getsockname(fd, &l->addr.u.sa, &l->addr.len) < 0) {
		err = errno;
		(void)close(fd);
		return err;
	}
	if (sa_af(laddr) == AF_INET6 && sa_is_any(laddr))
		(void)getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);
	l->mapped = !only;
	(void)re_snprintf(l->name, sizeof(l->name), "%J", &l->addr);

	return acceptor_alloc(&l->acceptor, fd, l->name, connection_handler,
			      l);
}


int listener_alloc(struct listener **lp, const struct sa *laddr, listener_h *h,
		   void *arg)
{
	struct listener *l;
	int err;

	if (!lp || !laddr || !h)
		return EINVAL;

	l = mem_zalloc(sizeof(*l), listener_destructor);
	if (!l)
		return ENOMEM;

	l->h = h;
	l->arg = arg;
	l->census = mem_zalloc(sizeof(*l->census), census_destructor);
	if (!l->census) {
		err = ENOMEM;
		goto out;
	}

	err = hash_alloc(&l->census->places, 256);
	if (!err)
		err = open_socket(l, laddr);

out:
	if (err)
		mem_deref(l);
	else
		*lp = l;

	return err;
}


void listener_set_ice(struct listener *l, listener_ice_h *h, void *arg)
{
	l->iceh = h;
	l->ice_arg = arg;
}


int listener_set_rate(struct listener *l,
		      bool (*freeh)(const struct sa *source, const void *arg),
		      const void *arg)
{
	static const struct limit_rate rate = {LISTENER_RATE, 1,
					       LISTENER_BURST};

	l->rate.freeh = freeh;
	l->rate.arg = arg;

	return limit_alloc(&l->rate.limit, &rate);
}


bool listener_serves(const struct listener *l, const struct sa *host)
{
	if (!sa_is_any(&l->addr))
		return sa_cmp(&l->addr, host, SA_ADDR);

	return l->mapped || sa_af(&l->addr) == sa_af(host);
}


const struct sa *listener_addr(const struct listener *l)
{
	return l ? &l->addr : NULL;
}


void listener_stats(size_t *connections, uint64_t *turned_away)
{
	*connections = places_taken;
	*turned_away = refused;
}


void listener_tune(struct tcp_conn *tc)
{
	const int on = 1;
	int fd = tcp_conn_fd(tc);

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}
