/**
 * @file signaling/http/listener.c  TCP listener with a limit on connections
 */
#include <netinet/tcp.h>
#include <sys/resource.h>
#include "mixer/base/log.h"
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
	struct sa source;
};

struct listener {
	struct tcp_sock *ts;
	struct sa addr;
	struct census *census;
	listener_h *h;
	void *arg;
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

	mem_deref(l->ts);
	mem_deref(l->census);
}


static size_t places_of(const struct census *c, const struct sa *source)
{
	struct le *le;
	size_t n = 0;

	le = list_head(hash_list(c->places, sa_hash(source, SA_ADDR)));
	for (; le; le = le->next) {
		const struct listener_place *p = le->data;

		n += sa_cmp(&p->source, source, SA_ADDR);
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
		       const struct sa *source)
{
	struct listener_place *p;

	if (c->count >= LISTENER_TOTAL_MAX || places_taken >= places_max() ||
	    places_of(c, source) >= LISTENER_SOURCE_MAX)
		return EUSERS;

	p = mem_zalloc(sizeof(*p), place_destructor);
	if (!p)
		return ENOMEM;

	p->source = *source;
	p->census = mem_ref(c);
	++c->count;
	++places_taken;
	hash_append(c->places, sa_hash(source, SA_ADDR), &p->he, p);
	*pp = p;

	return 0;
}


static void connection_handler(const struct sa *peer, void *arg)
{
	struct listener *l = arg;
	struct listener_place *place;
	int err;

	err = place_alloc(&place, l->census, peer);
	if (err) {
		++refused;
		tcp_reject(l->ts);
		return;
	}

	err = l->h(l->ts, place, peer, l->arg);
	if (err) {
		tcp_reject(l->ts);
		mem_deref(place);
	}
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
	if (err)
		goto out;
	err = tcp_sock_alloc(&l->ts, laddr, connection_handler, l);
	if (err)
		goto out;
	err = tcp_sock_bind(l->ts, laddr);
	if (err)
		goto out;
	err = tcp_sock_listen(l->ts, LISTENER_BACKLOG);
	if (err)
		goto out;
	err = tcp_sock_local_get(l->ts, &l->addr);

out:
	if (err)
		mem_deref(l);
	else
		*lp = l;

	return err;
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
