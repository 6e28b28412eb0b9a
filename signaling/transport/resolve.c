/**
 * @file signaling/transport/resolve.c  Next hop of a URI (RFC 3263)
 *
 * IP address, /etc/hosts, or by DNS: NAPTR tells the transport, SRV the
 * targets, A and AAAA their addresses. The first address for which a flow
 * can be had is taken; an open connection to it is used again.
 */
#include <stdio.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/transport/transport_private.h"


struct layer_resolve {
	struct transport_layer *layer;
	struct dns_query *query;
	struct tmr tmr;
	struct list targets; /**< SRV records not tried yet */
	char *uri, *host;
	char *name; /**< of the URI: whom TLS must lead to, whatever names DNS
			 goes by (RFC 5922 section 7.3); NULL: to anybody */
	enum flow_transport transport;
	bool transport_given, secure, own, tried_tcp, tried_v6;
	bool has_spare; /**< an address that failed of late */
	struct sa spare;
	enum flow_transport spare_transport;
	struct flow_info tried[LAYER_TRIED_MAX];
	size_t tried_count;
	uint16_t port;
	int err;
	uint64_t flow;
	layer_route_h *routeh;
	void *arg;
};

static void next_target(struct layer_resolve *r);
static void query_addr(struct layer_resolve *r, const char *name);


static void resolve_destructor(void *arg)
{
	struct layer_resolve *r = arg;

	tmr_cancel(&r->tmr);
	mem_deref(r->query);
	list_flush(&r->targets);
	mem_deref(r->uri);
	mem_deref(r->host);
	mem_deref(r->name);
}


/* ---------------------------------------------------------- failures */

static struct layer_failure *find_failure(const struct transport_layer *layer,
					  enum flow_transport transport,
					  const struct sa *peer)
{
	struct le *le;

	for (le = list_head(&layer->failures); le; le = le->next) {
		struct layer_failure *f = le->data;

		if (f->transport == transport &&
		    sa_cmp(&f->peer, peer, SA_ALL))
			return f;
	}

	return NULL;
}


static bool has_failed(const struct transport_layer *layer,
		       enum flow_transport transport, const struct sa *peer)
{
	const struct layer_failure *f = find_failure(layer, transport, peer);

	return f && f->until_ms > tmr_jiffies();
}


static void failure_destructor(void *arg)
{
	struct layer_failure *f = arg;

	list_unlink(&f->le);
}


void layer_failure_add(struct transport_layer *layer,
		       enum flow_transport transport, const struct sa *peer,
		       uint64_t ms)
{
	struct layer_failure *f = find_failure(layer, transport, peer);

	if (f) {
		list_unlink(&f->le);
	}
	else {
		f = mem_zalloc(sizeof(*f), failure_destructor);
		if (!f)
			return;
		f->transport = transport;
		f->peer = *peer;
	}
	if (list_count(&layer->failures) >= LAYER_FAILURES_MAX)
		mem_deref(list_ledata(list_head(&layer->failures)));
	f->until_ms = tmr_jiffies() + MIN(ms, LAYER_FAILURE_MAX_MS);
	list_append(&layer->failures, &f->le, f);
}


bool layer_flow_has_failed(const struct transport_layer *layer, uint64_t flow)
{
	struct flow_info info;

	return !layer_flow_by_id(layer, flow, &info) &&
	       has_failed(layer, info.transport, &info.peer);
}


/* ------------------------------------------------------------ result */

static void report_handler(void *arg)
{
	struct layer_resolve *r = arg;
	char route[64] = "";
	struct sa sa;

	if (!r->err) {
		rewrite_layer_addr(&sa, r->flow);
		(void)re_snprintf(route, sizeof(route), "sip:%J", &sa);
	}
	else {
		char text[160];

		log_info(
			"resolve", "failed uri=%s error=\"%s\"",
			log_escape(text, sizeof(text), r->uri, strlen(r->uri)),
			strerror(r->err));
	}

	/* Whoever holds it may free it in the handler. */
	mem_ref(r);
	r->routeh(r->err, r->err ? NULL : route, r->flow, r->arg);
	if (r->own)
		mem_deref(r);
	mem_deref(r);
}


static void report(struct layer_resolve *r, int err)
{
	r->err = err;
	tmr_start(&r->tmr, 0, report_handler, r);
}


/** The flow to an address: the open connection, a new one, or a datagram's */
static int resolve_take(struct layer_resolve *r, const struct sa *addr)
{
	struct layer_listener *l;
	struct flow *flow = NULL;
	int err;

	if (r->transport == FLOW_UDP) {
		l = layer_listener_find(r->layer, FLOW_UDP, sa_af(addr));
		if (!l)
			return EAFNOSUPPORT;
		err = layer_udp_flow(&flow, l, addr);
	}
	else {
		flow = flows_find_peer(
			r->layer->flows, r->transport, addr, NULL,
			r->transport == FLOW_TLS ? r->name : NULL);
		err = flow ? 0
			   : layer_connect(&flow, r->layer, r->transport, addr,
					   r->name);
	}
	if (err)
		return err;

	flows_keep(flow);
	r->flow = flow->info.id;
	report(r, 0);

	return 0;
}


static uint16_t port_or_default(const struct layer_resolve *r)
{
	if (r->port)
		return r->port;

	return r->transport == FLOW_TLS ? SIP_PORT_TLS : SIP_PORT;
}


/** Nothing else is left: what failed of late may live again */
static void take_spare(struct layer_resolve *r, int err)
{
	if (r->has_spare) {
		r->transport = r->spare_transport;
		err = resolve_take(r, &r->spare);
	}
	if (err)
		report(r, err);
}


/** By whom it is asked for, and to no avail */
static bool is_tried(const struct layer_resolve *r, const struct sa *addr)
{
	size_t i;

	for (i = 0; i < r->tried_count; i++) {
		if (r->tried[i].transport == r->transport &&
		    sa_cmp(&r->tried[i].peer, addr, SA_ALL))
			return true;
	}

	return false;
}


/** Keep an address that failed of late for the end; true: it has */
static bool keep_spare(struct layer_resolve *r, const struct sa *addr)
{
	if (!has_failed(r->layer, r->transport, addr) && !is_tried(r, addr))
		return false;

	if (!r->has_spare) {
		r->has_spare = true;
		r->spare = *addr;
		r->spare_transport = r->transport;
	}

	return true;
}


static bool addr_record(struct dnsrr *rr, void *arg)
{
	struct layer_resolve *r = arg;
	struct sa sa;

	if (rr->type == DNS_TYPE_A)
		sa_set_in(&sa, rr->rdata.a.addr, port_or_default(r));
	else if (rr->type == DNS_TYPE_AAAA)
		sa_set_in6(&sa, rr->rdata.aaaa.addr, port_or_default(r));
	else
		return false;

	return !keep_spare(r, &sa) && !resolve_take(r, &sa);
}


static void addr_handler(int err, const struct dnshdr *hdr, struct list *ansl,
			 struct list *authl, struct list *addl, void *arg)
{
	struct layer_resolve *r = arg;
	char name[256];
	(void)hdr;
	(void)authl;
	(void)addl;

	r->query = NULL;
	if (!err && dns_rrlist_apply(ansl, NULL, DNS_QTYPE_ANY, DNS_CLASS_IN,
				     false, addr_record, r))
		return;

	if (err || r->tried_v6) {
		next_target(r);
		return;
	}

	r->tried_v6 = true;
	(void)re_snprintf(name, sizeof(name), "%s", r->host);
	err = dnsc_query(&r->query, r->layer->dnsc, name, DNS_TYPE_AAAA,
			 DNS_CLASS_IN, true, addr_handler, r);
	if (err)
		report(r, err);
}


static void query_addr(struct layer_resolve *r, const char *name)
{
	char *copy = NULL;
	int err;

	err = str_dup(&copy, name);
	if (!err) {
		mem_deref(r->host);
		r->host = copy;
		r->tried_v6 = false;
		err = dnsc_query(&r->query, r->layer->dnsc, r->host,
				 DNS_TYPE_A, DNS_CLASS_IN, true, addr_handler,
				 r);
	}
	if (err)
		report(r, err);
}


static void next_target(struct layer_resolve *r)
{
	struct dnsrr *rr = list_ledata(list_head(&r->targets));

	if (!rr) {
		take_spare(r, ENOENT);
		return;
	}

	list_unlink(&rr->le);
	r->port = rr->rdata.srv.port;
	query_addr(r, rr->rdata.srv.target);
	mem_deref(rr);
}


static bool keep_target(struct dnsrr *rr, void *arg)
{
	struct layer_resolve *r = arg;

	/* A lone "." says that the service is not to be had (RFC 2782). */
	if (rr->type == DNS_TYPE_SRV && !rr->le.list &&
	    strcmp(rr->rdata.srv.target, ".") != 0)
		list_append(&r->targets, &rr->le, mem_ref(rr));

	return false;
}


static int query_srv(struct layer_resolve *r, const char *name);


/** RFC 3263 section 4.1 without NAPTR: SRV of UDP, then of TCP */
static int query_own_srv(struct layer_resolve *r)
{
	static const char *const service[] = {"_sip._udp", "_sip._tcp",
					      "_sips._tcp"};
	char name[300];

	if (re_snprintf(name, sizeof(name), "%s.%s", service[r->transport],
			r->host) < 0)
		return EINVAL;

	return query_srv(r, name);
}


static void srv_handler(int err, const struct dnshdr *hdr, struct list *ansl,
			struct list *authl, struct list *addl, void *arg)
{
	struct layer_resolve *r = arg;
	char host[256];
	(void)hdr;
	(void)authl;
	(void)addl;

	r->query = NULL;
	if (!err) {
		dns_rrlist_sort(ansl, DNS_TYPE_SRV, rand_u32());
		dns_rrlist_apply(ansl, NULL, DNS_TYPE_SRV, DNS_CLASS_IN, false,
				 keep_target, r);
	}
	if (list_head(&r->targets)) {
		next_target(r);
		return;
	}

	if (!r->transport_given && !r->secure && !r->tried_tcp) {
		r->tried_tcp = true;
		r->transport = FLOW_TCP;
		if (!query_own_srv(r))
			return;
	}
	if (!r->transport_given && !r->secure)
		r->transport = FLOW_UDP;

	(void)re_snprintf(host, sizeof(host), "%s", r->host);
	query_addr(r, host);
}


static int query_srv(struct layer_resolve *r, const char *name)
{
	return dnsc_query(&r->query, r->layer->dnsc, name, DNS_TYPE_SRV,
			  DNS_CLASS_IN, true, srv_handler, r);
}


static bool naptr_record(struct dnsrr *rr, void *arg)
{
	struct layer_resolve *r = arg;
	static const struct {
		const char *service;
		enum flow_transport transport;
	} rows[] = {{"SIPS+D2T", FLOW_TLS},
		    {"SIP+D2U", FLOW_UDP},
		    {"SIP+D2T", FLOW_TCP}};
	size_t i;

	if (rr->type != DNS_TYPE_NAPTR || !rr->rdata.naptr.services)
		return false;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (str_casecmp(rr->rdata.naptr.services, rows[i].service) ||
		    (r->secure && rows[i].transport != FLOW_TLS))
			continue;
		r->transport = rows[i].transport;
		return true;
	}

	return false;
}


static void naptr_handler(int err, const struct dnshdr *hdr, struct list *ansl,
			  struct list *authl, struct list *addl, void *arg)
{
	struct layer_resolve *r = arg;
	struct dnsrr *rr = NULL;
	(void)hdr;
	(void)authl;
	(void)addl;

	r->query = NULL;
	if (!err) {
		dns_rrlist_sort(ansl, DNS_TYPE_NAPTR, rand_u32());
		rr = dns_rrlist_apply(ansl, NULL, DNS_TYPE_NAPTR, DNS_CLASS_IN,
				      false, naptr_record, r);
	}

	if (rr)
		r->transport_given = true;
	err = rr ? query_srv(r, rr->rdata.naptr.replace) : query_own_srv(r);
	if (err)
		report(r, err);
}


static int choose_transport(struct layer_resolve *r, const struct uri *uri)
{
	struct pl transport;

	r->secure = !pl_strcasecmp(&uri->scheme, "sips");
	r->transport = r->secure ? FLOW_TLS : FLOW_UDP;
	if (msg_param_decode(&uri->params, "transport", &transport))
		return 0;

	r->transport_given = true;
	if (!pl_strcasecmp(&transport, "udp") && !r->secure)
		r->transport = FLOW_UDP;
	else if (!pl_strcasecmp(&transport, "tcp"))
		r->transport = r->secure ? FLOW_TLS : FLOW_TCP;
	else if (!pl_strcasecmp(&transport, "tls"))
		r->transport = FLOW_TLS;
	else
		return EPROTONOSUPPORT;

	return 0;
}


static int start_dns(struct layer_resolve *r)
{
	char host[256];

	if (!r->layer->dnsc) {
		log_warn("resolve", "no name server for host=%s", r->host);
		return ENOENT;
	}
	if (r->port) {
		(void)re_snprintf(host, sizeof(host), "%s", r->host);
		query_addr(r, host);
		return 0;
	}
	if (r->transport_given)
		return query_own_srv(r);

	return dnsc_query(&r->query, r->layer->dnsc, r->host, DNS_TYPE_NAPTR,
			  DNS_CLASS_IN, true, naptr_handler, r);
}


static int start(struct layer_resolve *r)
{
	struct uri uri;
	struct pl pl;
	struct sa sa;
	int err;

	pl_set_str(&pl, r->uri);
	if (uri_decode(&uri, &pl))
		return EINVAL;
	if (pl_strcasecmp(&uri.scheme, "sip") &&
	    pl_strcasecmp(&uri.scheme, "sips"))
		return EPROTONOSUPPORT;

	err = choose_transport(r, &uri);
	if (err)
		return err;

	r->port = uri.port;
	err = pl_strdup(&r->host, &uri.host);
	if (err)
		return err;
	if (strlen(r->host) > 253)
		return EINVAL;

	/* An address names nobody, unless it is all that sips: has: then the
	   certificate must bear it. */
	if (sa_set(&sa, &uri.host, port_or_default(r)) || r->secure)
		r->name = mem_ref(r->host);
	if (!sa_set(&sa, &uri.host, port_or_default(r)))
		return resolve_take(r, &sa);
	if (resolve_hosts(r->host, port_or_default(r), &sa))
		return resolve_take(r, &sa);

	return start_dns(r);
}


int layer_resolve(struct layer_resolve **rp, struct transport_layer *layer,
		  const char *uri, layer_route_h *routeh, void *arg)
{
	return layer_resolve_other(rp, layer, uri, NULL, 0, routeh, arg);
}


int layer_resolve_other(struct layer_resolve **rp,
			struct transport_layer *layer, const char *uri,
			const struct flow_info *tried, size_t tried_count,
			layer_route_h *routeh, void *arg)
{
	struct layer_resolve *r;
	int err;

	if (!layer || !uri || !routeh || tried_count > LAYER_TRIED_MAX)
		return EINVAL;

	r = mem_zalloc(sizeof(*r), resolve_destructor);
	if (!r)
		return ENOMEM;

	r->layer = layer;
	r->routeh = routeh;
	r->arg = arg;
	r->own = !rp;
	r->tried_count = tried_count;
	if (tried_count)
		memcpy(r->tried, tried, tried_count * sizeof(tried[0]));
	err = str_dup(&r->uri, uri);
	if (err) {
		mem_deref(r);
		return err;
	}

	err = start(r);
	if (err)
		report(r, err);
	if (rp)
		*rp = r;

	return 0;
}
