/**
 * @file signaling/session/names.c  Host names in descriptions (RFC 8866
 * section 5.7)
 *
 * Only those that trusted hosts send: anybody else could have us ask name
 * servers for what he likes, and find out what we see there.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/message/identity.h"
#include "signaling/session/session_private.h"

enum {
	NAMES_MAX = 2, /* audio and video of two gateways */
	NAMES_MS = 2000,
};

struct named_host {
	struct names *names;
	struct layer_lookup *lookup;
	char name[OFFER_HOST_NAME_BYTES];
};

struct names {
	struct session *s;
	struct named_host of[NAMES_MAX];
	size_t open; /**< not looked up yet */
	struct offer_host hosts[OFFER_HOSTS_MAX];
	size_t host_count;
	struct mbuf *sdp;
	bool asks; /**< it is of a request in hand, else an answer to ours */
	session_names_h *h;
};

static void names_destructor(void *arg)
{
	struct names *n = arg;

	for (size_t i = 0; i < NAMES_MAX; i++)
		mem_deref(n->of[i].lookup);
	mem_deref(n->sdp);
}

static void names_known(struct names *n)
{
	const struct pl sdp = {(const char *)n->sdp->buf, n->sdp->end};
	struct session *s = n->s;

	s->names = NULL;
	(void)offer_set_hosts(exchange_offer(s->exchange), n->hosts,
			      n->host_count);
	n->h(s, &sdp); /* may drop it */
	mem_deref(n);
}

static void name_found_h(const struct sa *addresses, size_t count, void *arg)
{
	const struct named_host *of = arg;
	struct names *n = of->names;

	for (size_t i = 0; i < count && n->host_count < OFFER_HOSTS_MAX; i++) {
		struct offer_host *host = &n->hosts[n->host_count++];

		str_ncpy(host->name, of->name, sizeof(host->name));
		host->address = addresses[i];
	}
	if (!count)
		log_info("session", "no address host=%s", of->name);
	if (!--n->open)
		names_known(n);
}

static int look_up(struct names *n, struct transport_layer *layer,
		   const struct offer_name *names, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		struct named_host *of = &n->of[i];

		of->names = n;
		str_ncpy(of->name, names[i].name, sizeof(of->name));
		err = layer_lookup(&of->lookup, layer, of->name,
				   names[i].first, names[i].other, NAMES_MS,
				   name_found_h, of);
		n->open++;
	}

	return err;
}

static int names_begin(struct session *s, const struct pl *sdp, bool asks,
		       const struct offer_name *names, size_t count,
		       session_names_h *h)
{
	struct names *n = mem_zalloc(sizeof(*n), names_destructor);
	int err;

	if (!n)
		return ENOMEM;
	n->s = s;
	n->h = h;
	n->asks = asks;
	n->sdp = mbuf_alloc(sdp->l);
	err = n->sdp ? mbuf_write_pl(n->sdp, sdp) : ENOMEM;
	if (!err)
		err = look_up(n, s->all->base.layer, names, count);
	if (err)
		mem_deref(n);
	else
		s->names = n;

	return err;
}

bool session_names_wait(struct session *s, const struct sip_msg *msg,
			const struct pl *sdp, session_names_h *h)
{
	struct offer *o = exchange_offer(s->exchange);
	struct offer_name names[NAMES_MAX];
	struct flow_info flow;
	size_t count;

	(void)session_names_stop(s);
	offer_clear_hosts(o);
	if (layer_flow(s->all->base.layer, msg, &flow) ||
	    !identity_flow_trusted(s->all->base.config, &flow))
		return false;
	(void)offer_set_hosts(o, NULL, 0); /* those of before */
	count = offer_host_names(o, sdp->p, sdp->l, names, NAMES_MAX);

	return count &&
	       !names_begin(s, sdp, msg == server_request_msg(s->in_hand),
			    names, count, h);
}

void session_names_stop_answer(struct session *s)
{
	if (s->names && !s->names->asks)
		(void)session_names_stop(s);
}

bool session_names_stop(struct session *s)
{
	const bool waited = s->names != NULL;

	s->names = mem_deref(s->names);

	return waited;
}
