/**
 * @file signaling/session/next_hop.c  Flow and route set for one target
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "signaling/account/account.h"
#include "signaling/message/header.h"
#include "signaling/message/target.h"
#include "signaling/session/dependencies.h"
#include "signaling/session/next_hop.h"
#include "signaling/transport/layer.h"

enum { HOPS_MAX = 4 /* addresses of one target, tried after another */ };

struct next_hop {
	const struct sessions_dependencies *base;
	struct target *target;
	const struct account *account;
	struct layer_resolve *resolve;
	struct tmr tmr;
	uint64_t known;         /**< flow to try before the URI, 0: none */
	uint64_t flow;          /**< that was found */
	struct flow_info found; /**< the same */
	uint64_t found_ms;      /**< when */
	struct flow_info tried[HOPS_MAX];
	unsigned hops; /**< addresses that were tried */
	struct sip_msg *refusal;
	next_hop_h *h;
	void *arg;
};

static void next_hop_destructor(void *arg)
{
	struct next_hop *h = arg;

	tmr_cancel(&h->tmr);
	mem_deref(h->resolve);
	mem_deref(h->refusal);
	mem_deref(h->target);
}

static void choose_account(struct next_hop *h)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, h->target->uri);
	if (h->target->bound || uri_decode(&uri, &pl))
		return;
	h->account = accounts_for(h->base->accounts, &uri);
}

int next_hop_alloc(struct next_hop **hp,
		   const struct sessions_dependencies *base, struct target *t,
		   next_hop_h *foundh, void *arg)
{
	struct next_hop *h = mem_zalloc(sizeof(*h), next_hop_destructor);

	if (!h) {
		mem_deref(t);
		return ENOMEM;
	}
	tmr_init(&h->tmr);
	h->base = base;
	h->target = t;
	h->h = foundh;
	h->arg = arg;
	choose_account(h);
	/* the flow of who registered here, or by which we registered */
	h->known = h->account ? account_flow(h->account) : t->flow;
	*hp = h;

	return 0;
}

const struct target *next_hop_target(const struct next_hop *h)
{
	return h->target;
}

const struct account *next_hop_account(const struct next_hop *h)
{
	return h->account;
}

const struct sip_msg *next_hop_refusal(const struct next_hop *h)
{
	return h->refusal;
}

bool next_hop_has_failed(const struct next_hop *h)
{
	return h->hops > 0;
}

bool next_hop_is_secure(const struct next_hop *h)
{
	struct flow_info flow;

	return !layer_flow_by_id(h->base->layer, h->flow, &flow) &&
	       flow_is_secure(&flow);
}

/* --------------------------------------------------------------- routes */

static bool through_proxy(const struct next_hop *h)
{
	return str_isset(h->base->config->outbound_proxy) && !h->target->bound;
}

static int add_route(struct next_hop_routes *r, const struct pl *uri)
{
	int err;

	if (r->n >= NEXT_HOP_ROUTES_MAX)
		return E2BIG;
	err = header_route(&r->uri[r->n], uri);
	if (!err)
		r->n++;

	return err;
}

static int add_route_str(struct next_hop_routes *r, const char *uri)
{
	struct pl pl;

	pl_set_str(&pl, uri);

	return add_route(r, &pl);
}

/* The values of a Path header (RFC 3327): all are in angle brackets */
static int add_path(struct next_hop_routes *r, const char *path)
{
	const char *p = path, *end;
	int err = 0;

	while (!err && (p = strchr(p, '<')) && (end = strchr(p, '>'))) {
		struct pl uri = {p + 1, (size_t)(end - p - 1)};

		err = add_route(r, &uri);
		p = end + 1;
	}

	return err;
}

static int add_account(struct next_hop_routes *r,
		       const struct account *account)
{
	const char *v[NEXT_HOP_ROUTES_MAX];
	size_t i, n = account_routes(account, v, NEXT_HOP_ROUTES_MAX);
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = add_route_str(r, v[i]);

	return err;
}

int next_hop_routes(const struct next_hop *h, const char *route,
		    struct next_hop_routes *r)
{
	int err;

	memset(r, 0, sizeof(*r));
	err = add_route_str(r, route);
	if (err)
		return err;
	if (h->target->path)
		return add_path(r, h->target->path);
	if (h->account)
		return add_account(r, h->account);
	if (!through_proxy(h))
		return 0;

	return add_route_str(r, h->base->config->outbound_proxy);
}

/* --------------------------------------------------------------- finding */

/* Was it there that nobody answered, or with 503? */
static bool was_tried(const struct next_hop *h)
{
	for (unsigned i = 0; i < h->hops; i++) {
		if (h->tried[i].transport == h->found.transport &&
		    sa_cmp(&h->tried[i].peer, &h->found.peer, SA_ALL))
			return true;
	}

	return false;
}

static void routed_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct next_hop *h = arg;

	h->resolve = mem_deref(h->resolve);
	h->flow = flow;
	h->found_ms = tmr_jiffies();
	if (!err)
		err = layer_flow_by_id(h->base->layer, flow, &h->found);
	if (!err && was_tried(h))
		err = EHOSTUNREACH;
	if (!err && target_is_sips(h->target) && !next_hop_is_secure(h))
		err = EPROTONOSUPPORT;
	h->h(err, route, flow, h->arg);
}

static void none_h(void *arg)
{
	struct next_hop *h = arg;

	h->h(EHOSTUNREACH, "", 0, h->arg);
}

/* Whose name leads to it */
static const char *first_uri(const struct next_hop *h)
{
	if (h->account)
		return account_next_hop(h->account);

	return through_proxy(h) ? h->base->config->outbound_proxy
				: h->target->uri;
}

static int look_up(struct next_hop *h)
{
	return layer_resolve_other(&h->resolve, h->base->layer, first_uri(h),
				   h->tried, h->hops, routed_h, h);
}

/* By a flow that somebody registered by. One that is gone is no end for who
 * has an address of its own and not a WebSocket's (RFC 5626 section 5.3) */
static void known_h(void *arg)
{
	struct next_hop *h = arg;
	const uint64_t flow = h->known;
	char route[64];
	int err;

	err = layer_flow_route(h->base->layer, flow, route, sizeof(route));
	if (err && h->target->bound && !h->target->path &&
	    !h->target->webrtc) {
		h->known = 0;
		next_hop_find(h);
		return;
	}
	routed_h(err, route, flow, h);
}

void next_hop_find(struct next_hop *h)
{
	if (h->known)
		tmr_start(&h->tmr, 0, known_h, h);
	else if (look_up(h))
		tmr_start(&h->tmr, 0, none_h, h);
}

bool next_hop_may_have_another(const struct next_hop *h)
{
	struct uri uri;
	struct pl pl;
	struct sa sa;

	pl_set_str(&pl, first_uri(h));

	return !(h->target->flow && h->known) && h->hops < HOPS_MAX &&
	       !uri_decode(&uri, &pl) && sa_set(&sa, &uri.host, 0);
}

/* Somebody answered, so what goes by that flow goes on. A server that spoke
 * for itself is spared for a while; one that passed on what a callee's server
 * said is not (RFC 3261 section 16.7) */
static void avoid(const struct next_hop *h, const struct sip_msg *refusal)
{
	uint32_t s = header_seconds(refusal, SIP_HDR_RETRY_AFTER, 0);

	if (!h->account && !through_proxy(h))
		layer_flow_avoid(h->base->layer, h->flow, (uint64_t)s * 1000);
}

int next_hop_find_another(struct next_hop *h, const struct sip_msg *refusal)
{
	if (h->hops >= HOPS_MAX)
		return ELOOP;
	if (refusal)
		avoid(h, refusal);
	else
		layer_flow_failed(h->base->layer, h->flow, h->found_ms);
	h->tried[h->hops++] = h->found;
	mem_deref(h->refusal);
	h->refusal = mem_ref((void *)refusal);

	return look_up(h);
}
