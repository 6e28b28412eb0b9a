/**
 * @file mixer/net/transport.c  One way in and out of a leg
 */
#include <string.h>
#include <openssl/crypto.h>
#include "mixer/base/log.h"
#include "mixer/net/net_private.h"


/** What browsers give to host candidates */
enum { UDP_TYPE_PREFERENCE = 126, TCP_TYPE_PREFERENCE = 90 };


static const char *state_name(enum transport_state state)
{
	switch (state) {

	case TRANSPORT_NEW: return "new";
	case TRANSPORT_CONNECTED: return "connected";
	case TRANSPORT_FAILED: return "failed";
	case TRANSPORT_CLOSED: return "closed";
	}

	return "?";
}


static void transport_destructor(void *arg)
{
	struct transport *t = arg;

	/* whatever is said from here on reaches nobody above */
	memset(&t->handlers, 0, sizeof(t->handlers));
	if (t->dtls)
		dtls_association_close(t->dtls);

	plain_dtls_close(t);
	relay_leave(t);
	ice_close(t);
	plain_close(t);
	list_unlink(&t->le);
	mem_deref(t->dtls);
	mem_deref(t->next);
	mem_deref(t->in);
	mem_deref(t->out);
	OPENSSL_cleanse(t->local_keying, sizeof(t->local_keying));
	OPENSSL_cleanse(t->remote_keying, sizeof(t->remote_keying));
	mem_deref(t->net);
}


int transport_alloc(struct transport **tp, struct net *net,
		    enum transport_kind kind, size_t address_index,
		    enum transport_suite suite,
		    const struct transport_handlers *h, void *arg)
{
	struct transport *t;
	int err;

	if (!tp || !net || !h ||
	    address_index >= net->config.media_address_count)
		return EINVAL;

	t = mem_zalloc(sizeof(*t), transport_destructor);
	if (!t)
		return ENOMEM;

	t->net = mem_ref(net);
	t->kind = kind;
	t->handlers = *h;
	t->arg = arg;
	t->rtp_port.fd = -1;
	t->rtcp_port.fd = -1;
	list_append(&net->transports, &t->le, t);
	err = transport_has_ice(t) ? ice_init(t)
				   : plain_open(t, address_index, suite);
	if (err)
		mem_deref(t);
	else
		*tp = t;

	return err;
}


int transport_set_remote(struct transport *t,
			 const struct transport_remote *remote)
{
	if (!t || !remote)
		return EINVAL;

	switch (t->kind) {

	case TRANSPORT_WEBRTC: return webrtc_set_remote(t, remote);
	case TRANSPORT_PLAIN_DTLS: return plain_dtls_set_remote(t, remote);
	case TRANSPORT_RELAY: return relay_set_remote(t, remote);
	default: return plain_set_remote(t, remote);
	}
}


/** As those on the other side of a 1:1 NAT know it. @return There is one */
static bool advertise(const struct net_config *c, size_t i, struct sa *sa)
{
	const uint16_t port = sa_port(sa);

	if (!sa_isset(&c->advertised_addresses[i], SA_ADDR))
		return false;

	*sa = c->advertised_addresses[i];
	sa_set_port(sa, port);

	return true;
}


/** A host candidate, component 1 (RFC 8445 section 5.1.2.1) */
static void add_candidate(struct transport_local *l, const struct sa *addr,
			  unsigned type, unsigned local)
{
	struct transport_candidate *c = &l->candidates[l->candidate_count++];

	c->addr = *addr;
	c->priority = (type << 24) + (local << 8) + (256 - 1);
	c->tcp = type == TCP_TYPE_PREFERENCE;
}


/** In the order of the configuration, each worse than the one before; behind a
 *  1:1 NAT the address outside, and for who is inside, too, all those that are
 *  bound after them. Those of TCP are below all that goes by UDP, and passive
 *  (RFC 6544 section 4.2) */
static void add_candidates(const struct net *net, struct transport_local *l)
{
	const struct net_config *c = &net->config;
	unsigned udp = 65535, tcp = 4U << 13 | 8191U;
	size_t i;

	for (i = 0; i < c->media_address_count; i++) {
		struct sa sa = net->ports[i].addr;

		(void)advertise(c, i, &sa);
		add_candidate(l, &sa, UDP_TYPE_PREFERENCE, udp--);
	}

	for (i = 0; i < c->media_address_count; i++) {
		if (sa_isset(&c->advertised_addresses[i], SA_ADDR))
			add_candidate(l, &net->ports[i].addr,
				      UDP_TYPE_PREFERENCE, udp--);
	}

	for (i = 0; i < c->media_address_count; i++) {
		struct sa sa = net->ports[i].addr;

		if (!net->tcp_ports[i])
			continue;

		(void)advertise(c, i, &sa);
		sa_set_port(&sa, net->tcp_ports[i]);
		add_candidate(l, &sa, TCP_TYPE_PREFERENCE, tcp--);
	}
}


static void local_ice(const struct transport *t, struct transport_local *l)
{
	str_ncpy(l->ice_ufrag, t->ice.local[0].ufrag, sizeof(l->ice_ufrag));
	str_ncpy(l->ice_pwd, t->ice.local[0].pwd, sizeof(l->ice_pwd));
	add_candidates(t->net, l);
}


void transport_local(const struct transport *t, struct transport_local *l)
{
	memset(l, 0, sizeof(*l));
	l->kind = t->kind;
	if (t->kind == TRANSPORT_WEBRTC || t->kind == TRANSPORT_PLAIN_DTLS)
		l->fingerprint = *dtls_context_fingerprint(t->net->dtls);

	if (transport_has_ice(t)) {
		local_ice(t, l);
		return;
	}

	l->rtp = t->rtp_port.addr;
	(void)advertise(&t->net->config, t->address_index, &l->rtp);
	l->rtcp_port =
		sa_port(t->rtcp_mux ? &t->rtp_port.addr : &t->rtcp_port.addr);
	l->suite = t->suite;
	str_ncpy(l->sdes_key, t->local_sdes, sizeof(l->sdes_key));
}


enum transport_state transport_state(const struct transport *t)
{
	return t->state;
}


uint64_t transport_received_us(const struct transport *t)
{
	return t->received_us;
}


const char *transport_path(const struct transport *t)
{
	if (!t || (transport_has_ice(t) && !t->ice.selected))
		return NULL;
	if (!transport_has_ice(t))
		return "udp";

	return t->ice.selected->port->stream ? "tcp" : "udp";
}


void transport_state_set(struct transport *t, enum transport_state state,
			 const char *reason)
{
	if (t->state == state)
		return;

	log_debug("transport", "state from=%s to=%s reason=\"%s\"",
		  state_name(t->state), state_name(state), reason);
	t->state = state;
	if (t->handlers.state)
		t->handlers.state(state, reason, t->arg);
}


void transport_deliver(struct transport *t, uint8_t *buf, size_t len,
		       bool rtcp, uint64_t now_us)
{
	t->received_us = now_us;
	if (rtcp && t->handlers.rtcp)
		t->handlers.rtcp(buf, len, now_us, t->arg);
	else if (!rtcp && t->handlers.rtp)
		t->handlers.rtp(buf, len, now_us, t->arg);
}


int transport_fingerprints_check(const struct transport_remote *r)
{
	if (r->fingerprint_count > TRANSPORT_FINGERPRINT_MAX)
		return EINVAL;

	return r->fingerprint_count &&
			       !dtls_fingerprints_usable(r->fingerprints,
							 r->fingerprint_count)
		       ? EPROTO
		       : 0;
}


static bool fingerprints_equal(const struct transport *t,
			       const struct transport_remote *r)
{
	if (t->fingerprint_count != r->fingerprint_count)
		return false;

	for (size_t i = 0; i < t->fingerprint_count; i++) {
		if (str_casecmp(t->fingerprints[i].hash,
				r->fingerprints[i].hash) ||
		    str_casecmp(t->fingerprints[i].value,
				r->fingerprints[i].value))
			return false;
	}

	return true;
}


bool transport_fingerprints_take(struct transport *t,
				 const struct transport_remote *r)
{
	bool first = !t->fingerprint_count;

	if (fingerprints_equal(t, r))
		return false;

	for (size_t i = 0; i < r->fingerprint_count; i++) {
		struct transport_fingerprint *f = &t->fingerprints[i];

		str_ncpy(f->hash, r->fingerprints[i].hash, sizeof(f->hash));
		str_ncpy(f->value, r->fingerprints[i].value, sizeof(f->value));
	}

	t->fingerprint_count = r->fingerprint_count;

	return !first;
}


/** Where packets leave and go to; NULL while there is no such place */
static struct port *route(struct transport *t, bool rtcp,
			  const struct sa **dst)
{
	if (t->state != TRANSPORT_CONNECTED || t->kind == TRANSPORT_RELAY)
		return NULL;

	if (t->kind == TRANSPORT_WEBRTC) {
		if (!t->ice.selected || !t->out)
			return NULL;

		*dst = &t->ice.selected->addr;

		return t->ice.selected->port;
	}

	*dst = plain_destination(t, rtcp);
	if (!*dst)
		return NULL;

	return rtcp && !t->rtcp_mux ? &t->rtcp_port : &t->rtp_port;
}


static int send_one(struct transport *t, uint8_t *buf, size_t len, bool rtcp)
{
	struct crypto_context *out;
	const struct sa *dst;
	struct port *port;
	int err;

	if (!t || !buf)
		return EINVAL;

	port = route(t, rtcp, &dst);
	if (!port)
		return ENOTCONN;

	out = t->out;
	if (port == &t->rtcp_port && t->kind == TRANSPORT_PLAIN_DTLS) {
		out = t->rtcp_dtls.out;
		if (!out)
			return ENOTCONN;
	}

	if (out) {
		err = crypto_context_protect(out, buf, &len, rtcp);
		if (err)
			return err;
	}

	return port_send(port, dst, buf, len);
}


bool transport_is_proven(const struct transport *t)
{
	return t->rtp_proof.proven || (t->kind == TRANSPORT_WEBRTC &&
				       t->state != TRANSPORT_CONNECTED);
}


void transport_believe(struct transport *t, const struct sa *host,
		       bool vouched)
{
	if (!transport_has_ice(t))
		plain_believe(t, host, vouched);
}


void transport_set_crosses(struct transport *t, bool crosses)
{
	t->crosses = crosses;
}


void transport_share_proof(struct transport *t, const struct transport *other)
{
	if (!transport_has_ice(t) && other->kind != TRANSPORT_RELAY &&
	    other->rtp_proof.proven)
		plain_prove(t, &other->rtp_proof.host);
}


bool transport_may_send(struct transport *t, enum transport_matter matter,
			size_t bytes, uint64_t now_us)
{
	static const enum proof_matter matters[] = {
		[TRANSPORT_SOUND] = PROOF_SOUND,
		[TRANSPORT_PICTURE] = PROOF_PICTURE,
		[TRANSPORT_REPORT] = PROOF_REPORT,
	};
	bool rtcp = matter == TRANSPORT_REPORT && !t->rtcp_mux &&
		    t->kind != TRANSPORT_WEBRTC;

	if (t->kind == TRANSPORT_RELAY)
		return false;

	return proof_may_send(rtcp ? &t->rtcp_proof : &t->rtp_proof,
			      matters[matter], bytes, now_us);
}


int transport_send_rtp(struct transport *t, uint8_t *buf, size_t len)
{
	return send_one(t, buf, len, false);
}


int transport_send_rtcp(struct transport *t, uint8_t *buf, size_t len)
{
	return send_one(t, buf, len, true);
}


int transport_send_burst(struct transport *t, uint8_t *const bufs[],
			 const size_t lens[], size_t count)
{
	size_t sizes[TRANSPORT_BURST_MAX];
	const struct sa *dst;
	struct port *port;

	if (!t || !bufs || !lens || count > TRANSPORT_BURST_MAX)
		return EINVAL;

	port = route(t, false, &dst);
	if (!port)
		return ENOTCONN;

	for (size_t i = 0; i < count; i++) {
		int err = 0;

		sizes[i] = lens[i];
		if (t->out)
			err = crypto_context_protect(t->out, bufs[i],
						     &sizes[i], false);
		if (err)
			return err;
	}

	return port_send_burst(port, dst, bufs, sizes, count);
}
