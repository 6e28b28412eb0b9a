/**
 * @file signaling/transport/layer_listen.c  Listeners and connections of the
 * transport layer
 */
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "signaling/http/certificate.h"
#include "signaling/http/websocket.h"
#include "signaling/message/identity.h"
#include "signaling/transport/transport_private.h"


static void listener_destructor(void *arg)
{
	struct layer_listener *l = arg;

	list_unlink(&l->le);
	/* Flows may hold the socket for what is still to be sent. */
	udp_handler_set(l->us, NULL, NULL);
	mem_deref(l->us);
	mem_deref(l->tcp);
	mem_deref(l->tls);
}


/** Our address as this peer sees it, where the socket is bound to all */
static int source_addr(struct sa *local, const struct sa *peer)
{
	uint16_t port = sa_port(local);
	int fd = socket(sa_af(peer), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return errno;

	if (connect(fd, &peer->u.sa, peer->len) < 0) {
		err = errno;
	}
	else {
		sa_init(local, AF_UNSPEC);
		local->len = sizeof(local->u);
		if (getsockname(fd, &local->u.sa, &local->len) < 0)
			err = errno;
	}
	(void)close(fd);
	sa_set_port(local, port);

	return err;
}


void layer_advertise(const struct transport_layer *layer,
		     enum flow_transport transport, struct sa *addr)
{
	static const enum config_service of[] = {
		[FLOW_UDP] = CONFIG_SERVICE_SIP,
		[FLOW_TCP] = CONFIG_SERVICE_SIP,
		[FLOW_TLS] = CONFIG_SERVICE_SIP_TLS,
		[FLOW_WS] = CONFIG_SERVICE_NONE,
		[FLOW_WSS] = CONFIG_SERVICE_HTTPS,
	};

	config_advertise(layer->config, of[transport], addr);
}


int layer_udp_flow(struct flow **flowp, struct layer_listener *l,
		   const struct sa *peer)
{
	struct flow *flow;
	struct sa local = l->addr;
	int err;

	flow = flows_find_peer(l->layer->flows, FLOW_UDP, peer, l->us, NULL);
	if (!flow) {
		if (sa_is_any(&local))
			(void)source_addr(&local, peer);
		layer_advertise(l->layer, FLOW_UDP, &local);
		err = flows_add(&flow, l->layer->flows, FLOW_UDP, &local,
				peer);
		if (err)
			return err;
		flow->us = mem_ref(l->us);
		flow->arg = l->layer;
	}
	*flowp = flow;

	return 0;
}


static void udp_handler(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct layer_listener *l = arg;
	struct layer_source source = {
		.transport = FLOW_UDP, .peer = *src, .listener = l};
	const char *p = (const char *)mbuf_buf(mb);
	size_t len = mbuf_get_left(mb);

	/* CRLF, or a lone byte: keep-alive of a client behind a NAT. */
	if (len < 8)
		return;
	/* STUN keep-alive (RFC 5626 section 4.4.2) has two zero bits first;
	   SIP begins with a letter. */
	if (!(p[0] & 0xc0) && p[0] < 2) {
		struct stun_unknown_attr ua;
		struct stun_msg *msg;

		if (stun_msg_decode(&msg, mb, &ua))
			return;
		if (stun_msg_method(msg) == STUN_METHOD_BINDING &&
		    stun_msg_class(msg) == STUN_CLASS_REQUEST &&
		    limit_take(l->layer->limit, src, 1, tmr_jiffies()))
			(void)stun_reply(IPPROTO_UDP, l->us, src, 0, msg, NULL,
					 0, false, 1,
					 STUN_ATTR_XOR_MAPPED_ADDR, src);
		mem_deref(msg);
		return;
	}

	layer_receive(l->layer, &source, NULL, p, len, false);
}


static struct layer_source flow_source(struct flow *flow)
{
	return (struct layer_source){.transport = flow->info.transport,
				     .peer = flow->info.peer,
				     .flow = flow};
}


static void stream_message(struct sip_lines *w, size_t len, bool broken,
			   void *arg)
{
	struct flow *flow = arg;
	struct layer_source source = flow_source(flow);

	layer_receive(flow->arg, &source, w, w->start, len, broken);
}


void layer_flow_down(struct transport_layer *layer, struct flow *flow)
{
	struct flow_info info = flow->info;
	struct le *le;

	flows_remove(flow);
	for (le = list_head(&layer->flow_lsnrs); le; le = le->next) {
		const struct layer_flow_lsnr *l = le->data;

		l->closedh(info.id, info.transport, l->arg);
	}
}


bool layer_flow_is_used(const struct transport_layer *layer, uint64_t flow)
{
	struct le *le;

	for (le = list_head(&layer->flow_lsnrs); le; le = le->next) {
		const struct layer_flow_lsnr *l = le->data;

		if (l->usedh && l->usedh(flow, l->arg))
			return true;
	}

	return false;
}


static bool flow_used(void *arg)
{
	const struct flow *flow = arg;

	return layer_flow_is_used(flow->arg, flow->info.id);
}


/** Nothing new goes by it */
static void retire(struct flow *flow)
{
	if (!flow->stream || flow->info.retired)
		return;

	log_debug("transport", "retired flow=%llu",
		  (unsigned long long)flow->info.id);
	flow->info.retired = true;
	stream_retire(flow->stream);
}


static void retire_verified_handler(struct flow *flow, void *arg)
{
	(void)arg;
	if (flow->name)
		retire(flow);
}


void layer_retire_verified(struct transport_layer *layer)
{
	flows_each_connection(layer->flows, retire_verified_handler, NULL);
}


void layer_flow_failed(struct transport_layer *layer, uint64_t id,
		       uint64_t since_ms)
{
	struct flow *flow = layer ? flows_find(layer->flows, id) : NULL;

	if (!flow || flow->heard_ms >= since_ms)
		return;

	layer_failure_add(layer, flow->info.transport, &flow->info.peer,
			  LAYER_FAILURE_MS);
	retire(flow);
}


void layer_flow_avoid(struct transport_layer *layer, uint64_t id, uint64_t ms)
{
	const struct flow *flow = layer ? flows_find(layer->flows, id) : NULL;

	if (flow)
		layer_failure_add(layer, flow->info.transport,
				  &flow->info.peer,
				  ms ? ms : LAYER_FAILURE_MS);
}


static void stream_closed(int err, void *arg)
{
	struct flow *flow = arg;

	log_debug("transport", "closed flow=%llu transport=%s error=\"%s\"",
		  (unsigned long long)flow->info.id,
		  flow_transport_name(flow->info.transport), strerror(err));
	if (stream_is_outstanding(flow->stream))
		layer_failure_add(flow->arg, flow->info.transport,
				  &flow->info.peer, LAYER_FAILURE_MS);
	layer_flow_down(flow->arg, flow);
}


static int accept_handler(struct tcp_conn *tc, struct listener_place *place,
			  const struct sa *peer, void *arg)
{
	struct layer_listener *l = arg;
	struct transport_layer *layer = l->layer;
	struct flow *flow;
	struct sa local = l->addr;
	int err;

	err = flows_add(&flow, layer->flows, l->transport, &local, peer);
	if (err)
		return err;

	flow->arg = layer;
	err = stream_accept(&flow->stream, tc, place, l->tls,
			    layer->config->sip_message_max_bytes,
			    stream_message, stream_closed, flow_used, flow);
	if (err) {
		flows_remove(flow);
		return err;
	}

	listener_place_use(place, flow_used, flow);
	(void)stream_local(flow->stream, &flow->info.local);
	layer_advertise(layer, l->transport, &flow->info.local);

	return 0;
}


struct layer_listener *layer_listener_find(const struct transport_layer *layer,
					   enum flow_transport transport,
					   int af)
{
	struct le *le;

	for (le = list_head(&layer->listeners); le; le = le->next) {
		struct layer_listener *l = le->data;

		if (l->transport == transport && sa_af(&l->addr) == af)
			return l;
	}

	return NULL;
}


int layer_connect(struct flow **flowp, struct transport_layer *layer,
		  enum flow_transport transport, const struct sa *peer,
		  const char *name)
{
	const struct layer_listener *l;
	const struct sa *bound = NULL;
	struct tls *tls = NULL;
	struct flow *flow;
	struct sa local;
	int err;

	l = layer_listener_find(layer, transport, sa_af(peer));
	/* Where we listen on one address alone, we are that address. */
	if (l && !sa_is_any(&l->addr) &&
	    sa_is_loopback(&l->addr) == sa_is_loopback(peer))
		bound = &l->addr;
	if (transport == FLOW_TLS) {
		if (!layer->client_tls) {
			err = certificate_client_tls(&layer->client_tls,
						     layer->config);
			if (err)
				return err;
		}
		tls = layer->client_tls;
	}

	sa_init(&local, sa_af(peer));
	err = flows_add(&flow, layer->flows, transport, &local, peer);
	if (err)
		return err;

	flow->arg = layer;
	if (tls && name)
		err = str_dup(&flow->name, name);
	if (!err)
		err = stream_connect(&flow->stream, bound, peer, tls, name,
				     layer->config->sip_message_max_bytes,
				     stream_message, stream_closed, flow_used,
				     flow);
	if (err) {
		flows_remove(flow);
		return err;
	}

	/* sent-by and Contact name the port where we can be called (18.1.1),
	   not the connection's passing one. */
	(void)source_addr(&local, peer);
	if (bound)
		local = *bound;
	else if (l)
		sa_set_port(&local, sa_port(&l->addr));
	else
		(void)stream_local(flow->stream, &local);
	layer_advertise(layer, transport, &local);
	flow->info.local = local;
	*flowp = flow;

	return 0;
}


static void websocket_message(const char *p, size_t len, void *arg)
{
	struct flow *flow = arg;
	struct layer_source source = flow_source(flow);

	/* a page cannot send pings of WebSocket (RFC 7118 section 6) */
	if (len == 4 && !memcmp(p, "\r\n\r\n", 4)) {
		websocket_answer(flow->ws, "\r\n", 2);
		return;
	}

	layer_receive(flow->arg, &source, NULL, p, len, false);
}


static void websocket_closed(void *arg)
{
	struct flow *flow = arg;

	layer_flow_down(flow->arg, flow);
}


int layer_add_websocket(struct transport_layer *layer, struct websocket *ws,
			bool secure)
{
	struct sa local, peer;
	struct flow *flow;
	bool tls;
	int err;

	if (!layer || !ws)
		return EINVAL;

	websocket_addr(ws, &local, &peer, &tls);
	layer_advertise(layer, secure ? FLOW_WSS : FLOW_WS, &local);
	err = flows_add(&flow, layer->flows, secure ? FLOW_WSS : FLOW_WS,
			&local, &peer);
	if (err)
		return err;

	flow->arg = layer;
	flow->ws = ws;
	websocket_set_handlers(ws, websocket_message, websocket_closed,
			       flow_used, flow);

	return 0;
}


static int listener_failed(const char *key, const struct sa *addr, int err)
{
	char text[64];

	(void)re_snprintf(text, sizeof(text), "%J", addr);
	log_error("transport", "listen key=%s address=%s error=\"%s\"", key,
		  text, strerror(err));

	return err;
}


static int listener_new(struct layer_listener **lp,
			struct transport_layer *layer,
			enum flow_transport transport)
{
	struct layer_listener *l;

	l = mem_zalloc(sizeof(*l), listener_destructor);
	if (!l)
		return ENOMEM;

	l->layer = layer;
	l->transport = transport;
	l->tls = transport == FLOW_TLS ? mem_ref(layer->tls) : NULL;
	list_append(&layer->listeners, &l->le, l);
	*lp = l;

	return 0;
}


static int listen_udp(struct transport_layer *layer, const struct sa *addr,
		      struct sa *bound)
{
	struct layer_listener *l;
	int err;

	err = listener_new(&l, layer, FLOW_UDP);
	if (err)
		return err;

	err = udp_listen(&l->us, addr, udp_handler, l);
	if (err)
		return listener_failed("sip_listen", addr, err);

	udp_rxsz_set(l->us, LAYER_MESSAGE_MAX);
	(void)udp_sockbuf_set(l->us, LAYER_SOCKBUF_BYTES);
	err = udp_local_get(l->us, &l->addr);
	*bound = l->addr;

	return err;
}


static int listen_tcp(struct transport_layer *layer,
		      enum flow_transport transport, const struct sa *addr)
{
	struct layer_listener *l;
	int err;

	err = listener_new(&l, layer, transport);
	if (err)
		return err;

	err = listener_alloc(&l->tcp, addr, accept_handler, l);
	if (err)
		return listener_failed(transport == FLOW_TLS ? "sip_tls_listen"
							     : "sip_listen",
				       addr, err);
	l->addr = *listener_addr(l->tcp);

	return listener_set_rate(l->tcp, identity_host_is_free, layer->config);
}


/** UDP and TCP on one port. Where any port will do, TCP may find the one
 *  that UDP got taken: another is tried then */
static int listen_pair(struct transport_layer *layer, const struct sa *addr)
{
	unsigned tries = sa_port(addr) ? 1 : 16;
	struct sa bound;
	int err;

	do {
		err = listen_udp(layer, addr, &bound);
		if (err)
			return err;

		err = listen_tcp(layer, FLOW_TCP, &bound);
		if (err == EADDRINUSE && tries > 1) {
			mem_deref(list_ledata(list_tail(&layer->listeners)));
			mem_deref(list_ledata(list_tail(&layer->listeners)));
		}
	} while (err == EADDRINUSE && --tries);

	return err;
}


int layer_listen(struct transport_layer *layer)
{
	const struct config *c = layer->config;
	size_t i;
	int err = 0;

	for (i = 0; i < c->sip_listen_count && !err; i++)
		err = listen_pair(layer, &c->sip_listen[i]);

	if (!err && c->sip_tls_listen_count)
		err = certificate_tls(&layer->tls, c);
	for (i = 0; i < c->sip_tls_listen_count && !err; i++)
		err = listen_tcp(layer, FLOW_TLS, &c->sip_tls_listen[i]);

	return err;
}
