/**
 * @file mixer/net/transport_plain.c  RTP on a port pair of its own
 *
 * Many terminals sit behind a NAT that the address in their SDP does not tell:
 * who is believed is media_source.h's. With SDES a packet must prove, too,
 * that its sender holds the key.
 */
#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>
#include "mixer/net/bytes.h"
#include "mixer/net/net_private.h"


enum {
	RTP_BYTES_MIN = 12,
	RTCP_BYTES_MIN = 8,
	/** A port hears its far end alone until that is silent for so long.
	 *  Shorter, and every pause in Opus' DTX would cost two system calls;
	 *  longer, and a NAT's new port is found later */
	ALONE_US = 500000,
};


static bool is_rtcp(const struct transport *t, const struct port *port,
		    const uint8_t *buf, size_t len)
{
	if (port == &t->rtcp_port)
		return true;

	if (t->rtcp_mux)
		return datagram_type(buf, len) == DATAGRAM_RTCP;

	/* without rtcp-mux only types that RTCP really has count as RTCP on
	 * the RTP port: payload types 64..71 and 80..95 may be in use */
	return buf[1] >= RTCP_SR && buf[1] <= RTCP_XR;
}


/** A port of this Parley's: whose, or of which mixer, is all the same. What is
 *  sent there comes from us, and would keep a call alive, or make a circle of
 *  conferences, when everybody else is gone; but for what the focus has looked
 *  at (transport_set_crosses()) */
static bool is_own(const struct net *net, const struct sa *addr)
{
	const struct net_config *c = &net->config;
	uint16_t port = sa_port(addr);

	if (port < c->own_port_min || port > c->own_port_max)
		return false;

	for (size_t i = 0; i < c->media_address_count; i++) {
		if (sa_cmp(&c->media_addresses[i], addr, SA_ADDR) ||
		    sa_cmp(&c->advertised_addresses[i], addr, SA_ADDR))
			return true;
	}

	return false;
}


static struct media_source *component(struct transport *t, bool rtcp_port)
{
	return rtcp_port ? &t->rtcp : &t->rtp;
}


const struct sa *plain_destination(const struct transport *t, bool rtcp)
{
	return media_source_destination(rtcp && !t->rtcp_mux ? &t->rtcp
							     : &t->rtp);
}


/** RTP that nothing protects, as was agreed? */
static bool is_clear(const struct transport *t)
{
	return t->kind == TRANSPORT_PLAIN && t->suite == TRANSPORT_SUITE_NONE;
}


void plain_update(struct transport *t)
{
	bool keyed = is_clear(t) || (t->in && t->out);

	if (keyed && plain_destination(t, false))
		transport_state_set(t, TRANSPORT_CONNECTED, "connected");
}


/* ---------------------------------------------------------------- proof */

void plain_prove(struct transport *t, const struct sa *addr)
{
	bool missed;

	if (!t->rtcp_proof.proven && proof_is_of(&t->rtcp_proof, addr))
		(void)proof_given(&t->rtcp_proof);

	if (t->rtp_proof.proven || !proof_is_of(&t->rtp_proof, addr))
		return;

	missed = proof_given(&t->rtp_proof);
	if (t->handlers.proved)
		t->handlers.proved(missed, t->arg);
}


/** Signalling has proven it, or where it says that media goes. Of ports of
 * ours it says nothing: who names one may be at our own host */
static void prove_believed(struct transport *t)
{
	if (t->far_is_here)
		return;

	plain_prove(t, &t->believed);
	if (t->vouched) {
		plain_prove(t, &t->rtp.signalled);
		plain_prove(t, &t->rtcp.signalled);
	}
}


void plain_believe(struct transport *t, const struct sa *host, bool vouched)
{
	t->believed = *host;
	t->vouched = vouched;
	media_source_canonical(&t->believed);
	prove_believed(t);
}


/** Where media goes may be another host now */
static void proofs_follow(struct transport *t)
{
	proof_towards(&t->rtp_proof, plain_destination(t, false));
	proof_towards(&t->rtcp_proof, plain_destination(t, true));
	prove_believed(t);
}


/** What is not listened to may say that its sender is there: a terminal sends
 *  RTP from another port than it hears at, or keeps a NAT open (RFC 6263
 *  section 4.6). Who has nothing to say and does that has not gone */
static void unheard_proves(struct transport *t, const struct sa *src,
			   const uint8_t *buf, size_t len, bool known,
			   uint64_t now_us)
{
	enum datagram_type type = datagram_type(buf, len);

	if (known && type == DATAGRAM_STUN && ice_is_keepalive(buf, len)) {
		t->received_us = now_us;
		plain_prove(t, src);
	}
	else if (!known && is_clear(t) && len >= RTCP_BYTES_MIN &&
		 (type == DATAGRAM_RTP || type == DATAGRAM_RTCP)) {
		plain_prove(t, src);
	}
}


/** Authenticate and open, or for plain RTP look whether it is any */
static int packet_open(struct transport *t, const struct port *port,
		       uint8_t *buf, size_t *len, bool rtcp, uint64_t now_us)
{
	struct crypto_context *in = t->in;

	if (*len < (size_t)(rtcp ? RTCP_BYTES_MIN : RTP_BYTES_MIN))
		return EBADMSG;

	if (is_clear(t))
		return 0;

	if (t->kind == TRANSPORT_PLAIN_DTLS && port == &t->rtcp_port)
		in = t->rtcp_dtls.in;

	if (!in)
		return EACCES;

	return crypto_context_unprotect(in, buf, len, rtcp, now_us);
}


/** Is that from a place that nobody has signalled and that speaks to other
 *  legs, too? Then it is no terminal of this one's, also if it was believed */
static bool is_sprayed(struct transport *t, struct media_source *s,
		       const struct sa *src, uint64_t now_us)
{
	uint64_t leg = t->rtp_proof.leg;

	if (!is_clear(t) || !leg ||
	    media_source_rank_of(s, src) != MEDIA_SOURCE_NEAR ||
	    !sprayers_heard(&t->net->sprayers, src, leg, now_us))
		return false;

	if (media_source_refuse(s, src, now_us))
		proofs_follow(t);

	return true;
}


/** If it came from elsewhere than what came before: may it? */
static bool is_believed(struct transport *t, struct media_source *s,
			const struct sa *src, const uint8_t *buf, bool rtcp,
			uint64_t now_us)
{
	const struct media_source_packet p = {
		.rtcp = rtcp,
		.proven = !is_clear(t),
		.ssrc = rtcp ? 0 : get32(buf + 8),
		.seq = rtcp ? 0 : get16(buf + 2),
	};

	if (media_source_is_current(s, src)) {
		media_source_heard(s, &p, now_us);
		return true;
	}

	if (!media_source_accepts(s, src, &p, now_us))
		return false;

	proofs_follow(t);

	return true;
}


/** From the very port that is signalled, which may be one of ours */
static bool is_crossing(const struct transport *t,
			const struct media_source *s, const struct sa *src)
{
	return t->crosses && sa_cmp(&s->signalled, src, SA_ALL);
}


static void plain_receive(struct port *port, const struct sa *src,
			  uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct transport *t = arg;
	enum datagram_type type = datagram_type(buf, len);
	struct media_source *s = component(t, port == &t->rtcp_port);
	bool known = media_source_is_current(s, src), rtcp;
	int err;

	if ((!known || t->far_is_here) && is_own(t->net, src) &&
	    !is_crossing(t, s, src))
		goto discard;

	if (type == DATAGRAM_DTLS && t->kind == TRANSPORT_PLAIN_DTLS) {
		plain_dtls_receive(s == &t->rtp ? &t->rtp_dtls : &t->rtcp_dtls,
				   src, buf, len);
		return;
	}

	if ((type != DATAGRAM_RTP && type != DATAGRAM_RTCP) ||
	    (!known && !media_source_considers(s, src, !is_clear(t), now_us)))
		goto unheard;

	rtcp = is_rtcp(t, port, buf, len);
	err = packet_open(t, port, buf, &len, rtcp, now_us);
	/* a copy from elsewhere was faster: it is not silent */
	if (err == EALREADY && known)
		media_source_repeated(s, now_us);
	if (err || is_sprayed(t, s, src, now_us))
		goto discard;

	if (!is_believed(t, s, src, buf, rtcp, now_us))
		goto unheard;

	plain_prove(t, src);

	/* RTCP is too seldom to be worth it, and everybody else who is not
	 * where the signalling says has to give way to who is */
	if (s == &t->rtp && !port->connected &&
	    media_source_is_settled(s, ALONE_US, now_us))
		port_connect(port, &s->signalled);

	plain_update(t);
	transport_deliver(t, buf, len, rtcp, now_us);
	return;

unheard:
	unheard_proves(t, src, buf, len, known, now_us);
discard:
	++t->net->stats.discarded;
}


void plain_tick(struct transport *t, uint64_t now_us)
{
	if (t->rtp_port.connected &&
	    !media_source_is_settled(&t->rtp, ALONE_US, now_us))
		port_disconnect(&t->rtp_port);

	if (t->kind == TRANSPORT_PLAIN_DTLS)
		plain_dtls_tick(t);
}


static int open_pair(struct transport *t, uint16_t number)
{
	struct sa addr = t->net->config.media_addresses[t->address_index];
	int err;

	t->rtp_port.own = t->rtcp_port.own = true;
	sa_set_port(&addr, number);
	err = port_open(&t->rtp_port, t->net, &addr, plain_receive, t);
	if (err)
		return err;

	sa_set_port(&addr, number + 1);
	err = port_open(&t->rtcp_port, t->net, &addr, plain_receive, t);
	if (err)
		port_close(&t->rtp_port);

	return err;
}


/** A free pair of the range. The kernel knows best what other programs have,
 *  but asking it costs time on the media thread: not all are tried */
static int open_any_pair(struct transport *t)
{
	struct net *net = t->net;
	struct port_pairs *pairs = net->free_pairs[t->address_index];

	for (unsigned i = 0; i < NET_PAIR_TRIES_MAX; i++) {
		uint16_t number = port_pairs_take(pairs);
		int err;

		if (!number)
			break;

		err = open_pair(t, number);
		if (!err)
			return 0;

		port_pairs_give(pairs, number);
		if (err != EADDRINUSE)
			return err;
	}

	return EADDRNOTAVAIL;
}


static int make_local_key(struct transport *t, enum transport_suite suite)
{
	struct crypto_context *out = NULL;
	int err;

	err = sdes_generate(suite, t->local_keying, t->local_sdes,
			    sizeof(t->local_sdes));
	if (err)
		return err;

	err = crypto_context_alloc(&out, suite, false, t->local_keying,
				   transport_suite_keying_bytes(suite));
	if (err)
		return err;

	mem_deref(t->out);
	t->out = out;
	t->in = mem_deref(t->in);
	t->suite = suite;
	OPENSSL_cleanse(t->remote_keying, sizeof(t->remote_keying));

	return 0;
}


int plain_open(struct transport *t, size_t address_index,
	       enum transport_suite suite)
{
	t->address_index = address_index;
	media_source_init(&t->rtp, t->net->config.media_from_any, NULL,
			  &t->rtcp);
	media_source_init(&t->rtcp, t->net->config.media_from_any, &t->rtp,
			  NULL);
	proof_init(&t->rtp_proof, &t->net->unproven);
	proof_init(&t->rtcp_proof, &t->net->unproven);
	plain_dtls_open(t);
	if (suite != TRANSPORT_SUITE_NONE) {
		int err = make_local_key(t, suite);

		if (err)
			return err;
	}

	return open_any_pair(t);
}


void plain_close(struct transport *t)
{
	bool open = t->rtp_port.fd >= 0;
	uint16_t number = sa_port(&t->rtp_port.addr);

	port_close(&t->rtp_port);
	port_close(&t->rtcp_port);
	if (open)
		port_pairs_give(t->net->free_pairs[t->address_index], number);
}


static int set_remote_key(struct transport *t, const char *text)
{
	size_t len = transport_suite_keying_bytes(t->suite);
	uint8_t keying[SRTP_KEYING_MAX];
	struct crypto_context *in = NULL;
	int err;

	err = sdes_decode(t->suite, text, keying);
	if (err)
		return err;

	/* the same key goes on with its roll-over counters */
	if (t->in && !CRYPTO_memcmp(keying, t->remote_keying, len))
		goto out;

	err = crypto_context_alloc(&in, t->suite, true, keying, len);
	if (err)
		goto out;

	mem_deref(t->in);
	t->in = in;
	memcpy(t->remote_keying, keying, len);

out:
	OPENSSL_cleanse(keying, sizeof(keying));

	return err;
}


void plain_signal(struct transport *t, const struct transport_remote *r)
{
	uint64_t now_us = t->net->now_us;
	struct sa rtp = r->rtp, rtcp = r->rtcp;

	/* ours may be named as IPv6 addresses, too */
	media_source_canonical(&rtp);
	media_source_canonical(&rtcp);
	if (!sa_isset(&rtcp, SA_ALL) && sa_isset(&rtp, SA_ALL)) {
		rtcp = rtp;
		sa_set_port(&rtcp, sa_port(&rtp) + 1);
	}

	t->rtp_proof.leg = t->rtcp_proof.leg = r->leg;
	if (sa_isset(&rtp, SA_ALL)) {
		t->rtcp_mux = r->rtcp_mux;
		t->far_is_here = is_own(t->net, &rtp) || is_own(t->net, &rtcp);
	}

	if (media_source_signal(&t->rtp, &rtp, &r->near, now_us))
		port_disconnect(&t->rtp_port);

	(void)media_source_signal(&t->rtcp, &rtcp, &r->near, now_us);
	proofs_follow(t);
}


int plain_set_remote(struct transport *t, const struct transport_remote *r)
{
	int err;

	/* no way down from SRTP to RTP within one m-line's profile */
	if (r->suite == TRANSPORT_SUITE_NONE &&
	    t->suite != TRANSPORT_SUITE_NONE && sa_isset(&r->rtp, SA_ALL))
		return EPROTO;

	if (r->suite != TRANSPORT_SUITE_NONE && r->suite != t->suite) {
		err = make_local_key(t, r->suite);
		if (err)
			return err;
	}

	if (r->suite != TRANSPORT_SUITE_NONE && r->sdes_key) {
		err = set_remote_key(t, r->sdes_key);
		if (err)
			return err;
	}

	plain_signal(t, r);
	plain_update(t);

	return 0;
}
