/**
 * @file signaling/way.c  The way to who is dialled (RFC 3261 sec. 8.1.2, 16.6)
 *
 * A call has a list of targets, best first. For one after the other a flow is
 * found, by RFC 3263, through the outbound proxy or as the target registered,
 * and a dialog made; then connect.c calls.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session_state.h"

enum { ROUTES_MAX = 8 };

/* ---------------------------------------------------------------- ours */

static bool port_among(uint16_t port, const struct sa v[], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (sa_port(&v[i]) == port)
			return true;
	}
	return false;
}

static bool port_is_ours(const struct sessions *all, uint16_t port)
{
	static const enum flow_transport transports[] = {
		FLOW_UDP, FLOW_TCP, FLOW_TLS, FLOW_WS, FLOW_WSS};
	const struct config *c = all->config;
	struct sa sa;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(transports); i++) {
		if (!bus_listen_addr(all->bus, transports[i], &sa) &&
		    sa_port(&sa) == port)
			return true;
	}
	return port_among(port, c->sip_listen, c->sip_listen_count) ||
	       port_among(port, c->sip_tls_listen, c->sip_tls_listen_count) ||
	       port_among(port, c->https_listen, c->https_listen_count);
}

static bool uri_is_secure(const struct uri *uri)
{
	struct pl transport;

	return !pl_strcasecmp(&uri->scheme, "sips") ||
	       (!msg_param_decode(&uri->params, "transport", &transport) &&
		!pl_strcasecmp(&transport, "tls"));
}

bool session_uri_is_ours(const struct sessions *all, const struct uri *uri)
{
	const char *domain = all->config->domain;
	uint16_t port = uri->port;

	if (str_isset(domain) && !pl_strcasecmp(&uri->host, domain))
		return !port || port_is_ours(all, port);
	if (!port)
		port = uri_is_secure(uri) ? SIP_PORT_TLS : SIP_PORT;

	return port_is_ours(all, port) &&
	       host_is_ours(all->config, &uri->host, NULL);
}

/* ------------------------------------------------------------- targets */

static bool through_proxy(const struct session *s)
{
	struct uri uri;
	struct pl pl;

	if (!str_isset(s->all->config->outbound_proxy) || s->way->flow)
		return false;
	pl_set_str(&pl, s->way->uri);

	return uri_decode(&uri, &pl) || pl_isset(&uri.host);
}

/* Length of ";lr" at p, with its value if it has one; 0: it is not there */
static size_t loose_length(const char *p, size_t left)
{
	size_t n = 3;

	if (left < n || strncasecmp(p, ";lr", n) != 0)
		return 0;
	if (n < left && p[n] == '=')
		while (n < left && p[n] != ';')
			n++;

	return n == left || p[n] == ';' ? n : 0;
}

/* A route's URI as sip_dialog_alloc() wants it: it adds ";lr" itself */
static int copy_route(char **dst, const struct pl *uri)
{
	struct pl head = *uri, tail = {uri->p + uri->l, 0};
	size_t i, n;

	for (i = 0; i < uri->l; i++) {
		n = loose_length(uri->p + i, uri->l - i);
		if (!n)
			continue;
		head.l = i;
		tail.p = uri->p + i + n;
		tail.l = uri->l - i - n;
		break;
	}

	return re_sdprintf(dst, "%r%r", &head, &tail);
}

struct routes {
	char *uri[ROUTES_MAX];
	const char *v[ROUTES_MAX];
	uint32_t n;
};

static int add_route(struct routes *r, const struct pl *uri)
{
	int err;

	if (r->n >= ROUTES_MAX)
		return E2BIG;
	err = copy_route(&r->uri[r->n], uri);
	if (!err) {
		r->v[r->n] = r->uri[r->n];
		r->n++;
	}

	return err;
}

/* The values of a Path header (RFC 3327): all are in angle brackets */
static int add_path(struct routes *r, const char *path)
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

static int read_routes(struct routes *r, const struct session *s,
		       const char *flow)
{
	struct pl pl;
	int err;

	pl_set_str(&pl, flow);
	err = add_route(r, &pl);
	if (!err && s->way->path)
		err = add_path(r, s->way->path);
	else if (!err && through_proxy(s)) {
		pl_set_str(&pl, s->all->config->outbound_proxy);
		err = add_route(r, &pl);
	}

	return err;
}

/* -------------------------------------------------------------- dialog */

/* Contact of ours for that flow; sips when the call is (section 8.1.1.8) */
static int make_contact(struct session *s)
{
	char uri[HEADER_URI_MAX];
	int err;

	err = bus_contact(s->all->bus, s->flow, s->conference, uri,
			  sizeof(uri));
	if (err)
		return err;
	s->contact = mem_deref(s->contact);
	if (target_is_sips(s->way) && !strncmp(uri, "sip:", 4))
		return re_sdprintf(&s->contact, "sips:%s", uri + 4);

	return str_dup(&s->contact, uri);
}

static int make_dialog(struct session *s, const char *route)
{
	struct routes routes = {.n = 0};
	char from[HEADER_URI_MAX];
	int err;

	err = make_contact(s);
	if (!err)
		err = session_charge(s, NULL);
	if (!err)
		err = session_uri(s, from, sizeof(from));
	if (!err)
		err = read_routes(&routes, s, route);
	if (!err) {
		s->early = mem_deref(s->early);
		err = sip_dialog_alloc(&s->early, s->way->uri, s->to,
				       s->from_display, from, routes.v,
				       routes.n);
	}
	if (!err)
		session_register(s, sip_dialog_callid(s->early));
	while (routes.n)
		mem_deref(routes.uri[--routes.n]);

	return err;
}

/* ----------------------------------------------------------------- way */

bool session_flow_is_secure(const struct session *s)
{
	struct flow_info flow;

	return !bus_flow_by_id(s->all->bus, s->flow, &flow) &&
	       (flow.transport == FLOW_TLS || flow.transport == FLOW_WSS);
}

static void routed_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct session *s = arg;

	s->resolve = mem_deref(s->resolve);
	s->flow = flow;
	if (!err && target_is_sips(s->way) && !session_flow_is_secure(s))
		err = EPROTONOSUPPORT;
	if (err) {
		log_info("session", "dial: no way error=\"%s\"",
			 strerror(err));
		session_way_failed(s);
		return;
	}
	err = make_dialog(s, route);
	if (err) {
		log_warn("session", "dial: no dialog error=\"%s\"",
			 strerror(err));
		session_way_failed(s);
		return;
	}
	session_call(s);
}

static void flow_h(void *arg)
{
	struct session *s = arg;
	char route[64];
	int err;

	err = bus_flow_route(s->all->bus, s->way->flow, route, sizeof(route));
	routed_h(err, route, s->way->flow, s);
}

static void no_way_h(void *arg)
{
	session_way_failed(arg);
}

void session_next_way(struct session *s)
{
	const char *uri;
	int err;

	mem_deref(s->way);
	s->way = list_ledata(list_head(&s->targets));
	list_unlink(&s->way->le);
	s->other_shape_tried = false;
	s->plain = false;
	s->heard = false;
	s->tried = mem_deref(s->tried);
	session_set_state(s, SESSION_DIALLING);
	session_register(s, s->way->uri);
	if (s->way->flow) {
		tmr_start(&s->ringing, 0, flow_h, s);
		return;
	}
	uri = through_proxy(s) ? s->all->config->outbound_proxy : s->way->uri;
	err = bus_resolve(&s->resolve, s->all->bus, uri, routed_h, s);
	if (err)
		tmr_start(&s->ringing, 0, no_way_h, s);
}
