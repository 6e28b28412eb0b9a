/**
 * @file signaling/http/listener.c  TCP listener with a limit on connections
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "signaling/http/acceptor.h"
#include "signaling/http/census.h"
#include "signaling/http/first_look.h"
#include "signaling/http/listener.h"


static uint64_t refused;

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


static void listener_destructor(void *arg)
{
	struct listener *l = arg;

	mem_deref(l->acceptor);
	list_flush(&l->arrivals);
	mem_deref(l->rate.limit);
	mem_deref(l->census);
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
	if (!err) {
		census_moved(place, tc);
		err = l->h(tc, place, peer, l->arg);
	}
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
	const bool trusted = l->rate.freeh && l->rate.freeh(peer, l->rate.arg);
	struct listener_place *place = NULL;
	int err = EUSERS;

	if (limit_of_take(&l->rate, peer))
		err = census_take(&place, l->census, peer, fd, trusted);
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
	err = census_alloc(&l->census);
	if (!err)
		err = open_socket(l, laddr);
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


void listener_place_idle(struct listener_place *place, bool idle)
{
	census_idle(place, idle);
}


void listener_place_use(struct listener_place *place, bool (*h)(void *arg),
			void *arg)
{
	census_use(place, h, arg);
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
	*connections = census_all();
	*turned_away = refused + census_ended();
}


void listener_tune(struct tcp_conn *tc)
{
	const int on = 1;
	int fd = tcp_conn_fd(tc);

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}
