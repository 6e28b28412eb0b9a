/**
 * @file signaling/session/next_hop.c  The way to who is dialled (RFC 3261
 * sec. 8.1.2, 16.6)
 *
 * A call has a list of targets, best first. For one after the other a flow is
 * found, by RFC 3263, through the outbound proxy or as the target registered,
 * and a dialog made; then connect.c calls.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/account/account.h"
#include "signaling/auth/credentials.h"
#include "signaling/registrar/registrar.h"
#include "signaling/session/session_private.h"

enum {
	ROUTES_MAX = 8,
	HOPS_MAX = 4, /* addresses of one way that are tried after another */
};

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
		if (!layer_listen_addr(all->layer, transports[i], &sa) &&
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
	return str_isset(s->all->config->outbound_proxy) && !s->way->bound;
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
	err = header_route(&r->uri[r->n], uri);
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

static int add_account(struct routes *r, const struct account *account)
{
	const char *v[ROUTES_MAX];
	size_t i, n = account_routes(account, v, ROUTES_MAX);
	struct pl pl;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		pl_set_str(&pl, v[i]);
		err = add_route(r, &pl);
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
	if (err)
		return err;
	if (s->way->path)
		return add_path(r, s->way->path);
	if (s->account)
		return add_account(r, s->account);
	if (!through_proxy(s))
		return 0;
	pl_set_str(&pl, s->all->config->outbound_proxy);

	return add_route(r, &pl);
}

/* -------------------------------------------------------------- dialog */

/* Contact of ours for that flow; sips when the call is (section 8.1.1.8) */
static int make_contact(struct session *s)
{
	char uri[HEADER_URI_MAX];
	int err;

	err = layer_contact(s->all->layer, s->flow, s->conference, uri,
			    sizeof(uri));
	if (err)
		return err;
	s->contact = mem_deref(s->contact);
	if (target_is_sips(s->way) && !strncmp(uri, "sip:", 4))
		return re_sdprintf(&s->contact, "sips:%s", uri + 4);

	return str_dup(&s->contact, uri);
}

/* Who we are in From */
static int make_from(const struct session *s, char *dst, size_t size)
{
	if (!s->account)
		return session_uri(s, dst, size);

	return re_snprintf(dst, size, "%s", account_aor(s->account)) < 0
		       ? EOVERFLOW
		       : 0;
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
		err = make_from(s, from, sizeof(from));
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

bool session_way_is_secure(const struct session *s)
{
	struct flow_info flow;

	return !layer_flow_by_id(s->all->layer, s->flow, &flow) &&
	       session_flow_is_secure(&flow);
}

static void routed_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct session *s = arg;

	s->resolve = mem_deref(s->resolve);
	s->flow = flow;
	if (!err && s->hops && layer_flow_has_failed(s->all->layer, flow))
		err = EHOSTUNREACH;
	if (!err && target_is_sips(s->way) && !session_way_is_secure(s))
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

/* The flow that is known already: of who registered here, or by which we
 * registered */
static uint64_t known_flow(const struct session *s)
{
	return s->account ? account_flow(s->account) : s->way->flow;
}

static void no_way_h(void *arg)
{
	session_way_failed(arg);
}

static void choose_account(struct session *s)
{
	struct uri uri;
	struct pl pl;

	s->account = NULL;
	s->tried = mem_deref(s->tried);
	pl_set_str(&pl, s->way->uri);
	if (s->way->bound || uri_decode(&uri, &pl))
		return;
	s->account = accounts_for(s->all->accounts, &uri);
	if (s->account)
		(void)credentials_begin(&s->tried, s->all->credentials,
					account_aor(s->account));
}

static const char *next_hop(const struct session *s)
{
	if (s->account)
		return account_next_hop(s->account);

	return through_proxy(s) ? s->all->config->outbound_proxy : s->way->uri;
}

bool session_next_hop(struct session *s, const struct sip_msg *refusal)
{
	const uint64_t failed = s->flow;
	struct uri uri;
	struct pl pl;
	struct sa sa;

	pl_set_str(&pl, next_hop(s));
	if (s->way->flow || s->hops >= HOPS_MAX || uri_decode(&uri, &pl) ||
	    !sa_set(&sa, &uri.host, 0))
		return false;

	s->flow = 0; /* it does not matter that it closes */
	layer_flow_failed(s->all->layer, failed);
	s->hops++;
	mem_deref(s->refusal);
	s->refusal = mem_ref((void *)refusal);
	session_attempt_over(s);
	session_set_state(s, SESSION_DIALLING);

	return !layer_resolve(&s->resolve, s->all->layer, next_hop(s),
			      routed_h, s);
}

static void look_up(struct session *s)
{
	int err = layer_resolve(&s->resolve, s->all->layer, next_hop(s),
				routed_h, s);

	if (err)
		tmr_start(&s->ringing, 0, no_way_h, s);
}

/* By a flow that somebody registered by. One that is gone is no end for who
 * has an address of its own and not a WebSocket's (RFC 5626 section 5.3) */
static void flow_h(void *arg)
{
	struct session *s = arg;
	uint64_t flow = known_flow(s);
	char route[64];
	int err;

	err = layer_flow_route(s->all->layer, flow, route, sizeof(route));
	if (err && s->way->bound && !s->way->path && !s->way->webrtc) {
		s->way->flow = 0;
		look_up(s);
		return;
	}
	routed_h(err, route, flow, s);
}

void session_next_way(struct session *s)
{
	mem_deref(s->way);
	s->way = list_ledata(list_head(&s->targets));
	list_unlink(&s->way->le);
	s->other_shape_tried = false;
	s->plain = false;
	s->heard = false;
	s->hops = 0;
	s->refusal = mem_deref(s->refusal);
	choose_account(s);
	session_set_state(s, SESSION_DIALLING);
	session_register(s, s->way->uri);
	if (known_flow(s)) {
		tmr_start(&s->ringing, 0, flow_h, s);
		return;
	}
	look_up(s);
}

/* ------------------------------------------------------------- the first */

static int add_binding(struct session *s, const struct binding *b)
{
	struct target *t;
	int err = target_alloc(&t, b->contact, b->path);

	if (err)
		return err;
	t->flow = b->flow;
	t->bound = true;
	t->webrtc = b->webrtc;
	list_append(&s->targets, &t->le, t);

	return 0;
}

/* Whom we know ourselves is called where it registered */
static bool add_bindings(struct session *s)
{
	struct binding v[REGISTRAR_BINDINGS_MAX];
	size_t i, n = 0;

	if (s->all->registrar)
		n = registrar_lookup(s->all->registrar, s->aor, v,
				     ARRAY_SIZE(v));
	for (i = 0; i < n; i++) {
		if (add_binding(s, &v[i]))
			log_warn("session", "binding cannot be called");
	}

	return s->targets.head != NULL;
}

static bool is_conference(const struct session *s, const struct uri *uri)
{
	const struct focus *f = s->all->focus;
	char *user = NULL;
	bool found;

	if (header_user(&user, uri))
		return false;
	found = focus_exists(f, user) || focus_is_factory(f, user);
	mem_deref(user);

	return found;
}

static void offline_h(void *arg)
{
	session_give_up(arg, REASON_UNAVAILABLE);
}

static enum reason by_uri(struct session *s, struct target *t)
{
	list_append(&s->targets, &t->le, t);
	session_next_way(s);

	return REASON_NONE;
}

/* A user of ours, or a conference, which would be a loop (RFC 4353); with a
 * core in front, whoever else it knows at our domain */
static enum reason at_home(struct session *s, struct target *t,
			   const struct uri *uri)
{
	bool loop;

	if (add_bindings(s)) {
		mem_deref(t);
		session_next_way(s);
		return REASON_NONE;
	}
	loop = is_conference(s, uri);
	if (!loop && str_isset(s->all->config->outbound_proxy))
		return by_uri(s, t);
	mem_deref(t);
	if (loop || !s->all->registrar)
		return REASON_LOOP;
	tmr_start(&s->ringing, 0, offline_h, s);

	return REASON_NONE;
}

enum reason session_first_way(struct session *s, struct target *t)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, t->uri);
	if (!uri_decode(&uri, &pl) && session_uri_is_ours(s->all, &uri))
		return at_home(s, t, &uri);

	return by_uri(s, t);
}
