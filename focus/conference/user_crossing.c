/**
 * @file focus/conference/user_crossing.c  Legs of two conferences that are
 * each other's far ends
 *
 * A port of Parley's own is no far end for a mixer (mixer/net/transport.h): a
 * leg that names one would live by what we send ourselves, and conferences
 * joined in a circle would howl. But whoever joins two conferences by calls to
 * both, and has their media go directly (a B2BUA that passes session
 * descriptions on), makes a leg of each the far end of the other. Such a pair
 * crosses: each is an endpoint like any other. What a mixer cannot know is
 * known here, from the descriptions of both and our sides of them:
 *
 *  - all addresses and ports of ours that one names are the other's, and the
 *    other way round, RTCP's too;
 *  - they are of two conferences that are not joined yet, by another crossing
 *    or over others: the first one stays, what would close a circle is left
 *    out and hears nothing;
 *  - somebody is in these conferences who does not cross: two ends alone would
 *    keep each other alive.
 *
 * Conferences that are joined by what has media of its own (another mixer, a
 * border controller) are beyond this.
 */
#include <errno.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"


/** A transport whose far end is a port of ours */
struct crossing_path {
	size_t index; /**< of the transport */
	struct sa far, local;
	uint16_t far_rtcp, local_rtcp;
};

struct crossing {
	struct le le; /**< in the focus's list, the first one first */
	struct le he; /**< and its hash, by the first path's local port */
	struct endpoint *ep; /**< NULL: it is not in these */
	size_t count;
	struct crossing_path paths[MP_MEDIA_MAX];
	bool looked_at, crosses; /**< of crossing_update() */
};


static void crossing_destructor(void *arg)
{
	struct crossing *x = arg;

	list_unlink(&x->le);
	hash_unlink(&x->he);
}


/* ------------------------------------------------------------ what is named
 */

static bool is_ours(const struct config *config, const struct sa *addr)
{
	uint16_t port = sa_port(addr);

	if (port < config->rtp_port_min || port > config->rtp_port_max)
		return false;

	for (size_t i = 0; i < config->media_address_count; i++) {
		if (sa_cmp(&config->media_address[i], addr, SA_ADDR) ||
		    sa_cmp(&config->media_advertised[i], addr, SA_ADDR))
			return true;
	}

	return false;
}


/** RTCP goes to the same host, else it is no end of a crossing */
static uint16_t rtcp_port(const struct transport_description *d)
{
	if (d->rtcp_mux)
		return sa_port(&d->rtp);

	if (!sa_isset(&d->rtcp, SA_ALL))
		return (uint16_t)(sa_port(&d->rtp) + 1);

	return sa_cmp(&d->rtcp, &d->rtp, SA_ADDR) ? sa_port(&d->rtcp) : 0;
}


int crossing_read(struct crossing **xp, const struct focus *f,
		  const struct leg_description *d)
{
	struct crossing *x = NULL;

	for (size_t i = 0; i < d->transport_count; i++) {
		const struct transport_description *t = &d->transports[i];
		struct crossing_path *p;

		if (t->kind != MP_PLAIN || !is_ours(f->config, &t->rtp))
			continue;

		if (!x)
			x = mem_zalloc(sizeof(*x), crossing_destructor);
		if (!x)
			return ENOMEM;

		p = &x->paths[x->count++];
		p->index = i;
		p->far = t->rtp;
		p->far_rtcp = rtcp_port(t);
	}

	*xp = x;

	return 0;
}


static void add_local(struct crossing *x, const struct leg_local *local)
{
	for (size_t i = 0; i < x->count; i++) {
		struct crossing_path *p = &x->paths[i];

		if (p->index >= local->transport_count)
			continue;

		p->local = local->transports[p->index].rtp;
		p->local_rtcp = local->transports[p->index].rtcp_port;
	}
}


/* ------------------------------------------------------------- who crosses */

static bool paths_meet(const struct crossing *x, const struct crossing *y)
{
	for (size_t i = 0; i < x->count; i++) {
		if (!sa_cmp(&x->paths[i].far, &y->paths[i].local, SA_ALL) ||
		    x->paths[i].far_rtcp != y->paths[i].local_rtcp)
			return false;
	}

	return true;
}


static bool is_partner_h(struct le *le, void *arg)
{
	const struct crossing *y = le->data, *x = arg;

	return x != y && x->count == y->count && paths_meet(x, y) &&
	       paths_meet(y, x);
}


static struct crossing *partner(const struct focus *f, struct crossing *x)
{
	return list_ledata(hash_lookup(f->crossing_ports,
				       sa_port(&x->paths[0].far), is_partner_h,
				       x));
}


static struct conference *conference_of(const struct crossing *x)
{
	return x->ep->user->conference;
}


/** Of those that are joined with it, one that stands for all */
static struct conference *joined_root(struct conference *c)
{
	while (c->joined != c)
		c = c->joined;

	return c;
}


static void each_alone(struct focus *f)
{
	for (struct le *le = f->crossings.head; le; le = le->next) {
		struct crossing *x = le->data;
		struct conference *c = conference_of(x);

		x->looked_at = x->crosses = false;
		c->joined = c;
		c->others = c->participants;
	}
}


/** In the order in which they came, so that none gives way to a later one */
static void join(struct crossing *x, struct crossing *y)
{
	struct conference *a = joined_root(conference_of(x));
	struct conference *b = joined_root(conference_of(y));

	x->looked_at = y->looked_at = true;
	if (a == b)
		return;

	x->crosses = y->crosses = true;
	b->joined = a;
	a->others += b->others - 2;
}


void crossing_update(struct focus *f)
{
	each_alone(f);
	for (struct le *le = f->crossings.head; le; le = le->next) {
		struct crossing *x = le->data, *y;

		y = x->looked_at ? NULL : partner(f, x);
		if (y)
			join(x, y);
	}

	for (struct le *le = f->crossings.head; le; le = le->next) {
		struct crossing *x = le->data;
		struct endpoint *ep = x->ep;
		bool crosses =
			x->crosses && joined_root(conference_of(x))->others;

		if (ep->crosses == crosses)
			continue;

		ep->crosses = crosses;
		endpoint_update_bearers(ep);
	}
}


void crossing_take(struct endpoint *ep, struct crossing *x,
		   const struct leg_local *local)
{
	struct focus *f = ep->user->conference->focus;
	struct crossing *before = ep->crossing;

	if (!x && !before)
		return;

	if (x) {
		add_local(x, local);
		x->ep = ep;
		hash_append(f->crossing_ports, sa_port(&x->paths[0].local),
			    &x->he, x);
		/* described anew it keeps its place */
		if (before)
			list_insert_before(&f->crossings, &before->le, &x->le,
					   x);
		else
			list_append(&f->crossings, &x->le, x);
	}

	mem_deref(before);
	ep->crossing = x;
	if (!x && ep->crosses) {
		ep->crosses = false;
		endpoint_update_bearers(ep);
	}

	crossing_update(f);
}


void crossing_inherit(struct endpoint *ep, struct endpoint *before)
{
	if (!before->crossing)
		return;

	ep->crossing = before->crossing;
	ep->crossing->ep = ep;
	ep->crosses = before->crosses;
	before->crossing = NULL;
	before->crosses = false;
	crossing_update(ep->user->conference->focus);
}
