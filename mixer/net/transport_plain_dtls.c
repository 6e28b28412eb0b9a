/**
 * @file mixer/net/transport_plain_dtls.c  DTLS-SRTP on a plain port pair (RFC
 * 5763)
 *
 * Without ICE nothing has proved a path before the handshake. So it is had
 * only with addresses that plain media would be believed from
 * (mixer/net/media_source.h), and as a server only with who returns a cookie.
 * The signalled address may take over from another one until the handshake is
 * done, and begin anew once it is another than the one that has it. Handshakes
 * are counted for each component, those with the signalled address apart, so
 * that nobody else can use them up.
 */
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/net/net_private.h"


static void send_h(const uint8_t *buf, size_t len, void *arg)
{
	struct plain_dtls *d = arg;

	(void)port_send(d->port, d->asked ? d->asked : &d->peer, buf, len);
}


static void component_open(struct plain_dtls *d, struct transport *t,
			   struct port *port, struct media_source *source)
{
	d->transport = t;
	d->port = port;
	d->source = source;
}


void plain_dtls_open(struct transport *t)
{
	component_open(&t->rtp_dtls, t, &t->rtp_port, &t->rtp);
	component_open(&t->rtcp_dtls, t, &t->rtcp_port, &t->rtcp);
}


static void component_close(struct plain_dtls *d)
{
	if (d->association)
		dtls_association_close(d->association);

	d->association = mem_deref(d->association);
	d->in = mem_deref(d->in);
	d->out = mem_deref(d->out);
}


void plain_dtls_close(struct transport *t)
{
	component_close(&t->rtp_dtls);
	component_close(&t->rtcp_dtls);
}


/** The keys of RTP are the transport's */
static void keys_share(struct plain_dtls *d)
{
	struct transport *t = d->transport;

	if (d != &t->rtp_dtls)
		return;

	mem_deref(t->in);
	mem_deref(t->out);
	t->in = mem_ref(d->in);
	t->out = mem_ref(d->out);
}


static void keys_forget(struct plain_dtls *d)
{
	d->in = mem_deref(d->in);
	d->out = mem_deref(d->out);
	keys_share(d);
}


static bool peer_is_signalled(const struct plain_dtls *d)
{
	return sa_cmp(&d->peer, &d->source->signalled, SA_ALL);
}


/** It came to nothing. Only the signalled address can fail the transport, and
 *  not one whose keys of before are good still */
static void fail(struct plain_dtls *d, const char *reason)
{
	struct transport *t = d->transport;
	bool ours = d == &t->rtp_dtls && !d->in && peer_is_signalled(d);

	log_debug("transport", "dtls signalled=%d reason=\"%s\"",
		  peer_is_signalled(d), reason);
	d->association = mem_deref(d->association);
	if (ours)
		transport_state_set(t, TRANSPORT_FAILED, reason);
}


/** It is over by close_notify. Who never gave keys had nothing to end */
static void closed(struct plain_dtls *d)
{
	bool keyed = d->keyed;

	d->association = mem_deref(d->association);
	d->closed = true;
	if (!keyed)
		return;

	keys_forget(d);
	if (d == &d->transport->rtp_dtls)
		transport_state_set(d->transport, TRANSPORT_CLOSED,
				    "closed by the peer");
}


static int keys_take(struct plain_dtls *d)
{
	struct crypto_context *in = NULL, *out = NULL;
	enum transport_suite suite;
	int err;

	err = dtls_association_srtp(d->association, &suite, &in, &out);
	if (err)
		return err;

	mem_deref(d->in);
	mem_deref(d->out);
	d->in = in;
	d->out = out;
	d->keyed = true;
	keys_share(d);

	return 0;
}


/** Verified once the fingerprint is known */
static void established(struct plain_dtls *d)
{
	struct transport *t = d->transport;

	if (d->keyed || !t->fingerprint_count)
		return;

	if (dtls_association_verify(d->association, t->fingerprints,
				    t->fingerprint_count))
		fail(d, "certificate does not fit the fingerprint");
	else if (keys_take(d))
		fail(d, "no common SRTP protection profile");
	else
		plain_update(t);
}


static void update(struct plain_dtls *d)
{
	if (!d->association)
		return;

	switch (dtls_association_state(d->association)) {

	case DTLS_HANDSHAKING: break;
	case DTLS_ESTABLISHED: established(d); break;
	case DTLS_FAILED: fail(d, "DTLS handshake failed"); break;

	case DTLS_CLOSED: closed(d); break;
	}
}


/* ------------------------------------------------------------ beginning */

static void take(struct plain_dtls *d, struct dtls_association *association,
		 const struct sa *peer)
{
	mem_deref(d->association);
	d->association = association;
	d->peer = *peer;
	d->keyed = false;
	d->closed = false;
	++d->handshakes[peer_is_signalled(d)];
}


static bool is_exhausted(const struct plain_dtls *d, bool signalled)
{
	return d->handshakes[signalled] >= NET_HANDSHAKES_MAX;
}


/** As a client: towards where media goes. After a close_notify not until it is
 *  described anew */
static void begin_if_client(struct plain_dtls *d)
{
	const struct transport *t = d->transport;
	const struct sa *to = media_source_destination(d->source);
	struct dtls_association *a = NULL;

	if (d->association || d->in || d->closed || !to || !t->role_known ||
	    t->role != DTLS_ROLE_CLIENT || !t->fingerprint_count ||
	    t->state == TRANSPORT_FAILED ||
	    (d == &t->rtcp_dtls && t->rtcp_mux) ||
	    is_exhausted(d, sa_cmp(to, &d->source->signalled, SA_ALL)))
		return;

	if (dtls_association_alloc(&a, t->net->dtls, DTLS_ROLE_CLIENT, NULL,
				   send_h, d))
		return;

	take(d, a, to);
	dtls_association_start(a);
}


/** As a server: with who brings a cookie */
static void listen_to(struct plain_dtls *d, const struct sa *src,
		      const uint8_t *buf, size_t len)
{
	struct net *net = d->transport->net;
	struct dtls_association *a;
	int err;

	if (!net->listener &&
	    dtls_association_alloc(&net->listener, net->dtls, DTLS_ROLE_SERVER,
				   NULL, send_h, d))
		return;

	a = net->listener;
	d->asked = src;
	err = dtls_association_listen(a, src, buf, len, send_h, d);
	d->asked = NULL;
	if (err)
		return;

	net->listener = NULL;
	take(d, a, src);
}


/* ------------------------------------------------------------- arriving */

/** Is a handshake with a newcomer of that rank better than what there is? */
static bool may_begin(const struct plain_dtls *d, enum media_source_rank rank)
{
	if (is_exhausted(d, rank == MEDIA_SOURCE_SIGNALLED))
		return false;

	if (!d->association)
		return true;

	return rank == MEDIA_SOURCE_SIGNALLED && !peer_is_signalled(d);
}


void plain_dtls_receive(struct plain_dtls *d, const struct sa *src,
			const uint8_t *buf, size_t len)
{
	struct transport *t = d->transport;
	enum media_source_rank rank = media_source_rank_of(d->source, src);
	bool client = t->role_known && t->role == DTLS_ROLE_CLIENT;

	if (rank < MEDIA_SOURCE_NEAR || t->state == TRANSPORT_FAILED)
		goto discard;

	/* the handlers may drop the transport */
	mem_ref(t);
	if (d->association && sa_cmp(&d->peer, src, SA_ALL)) {
		dtls_association_receive(d->association, buf, len);
	}
	else if (client && d->association && !d->keyed) {
		/* it answers from another port: a NAT's */
		d->peer = *src;
		dtls_association_receive(d->association, buf, len);
	}
	else if (!client && may_begin(d, rank)) {
		listen_to(d, src, buf, len);
	}
	else {
		++t->net->stats.discarded;
	}
	update(d);
	mem_deref(t);
	return;

discard:
	++t->net->stats.discarded;
}


void plain_dtls_tick(struct transport *t)
{
	struct plain_dtls *all[] = {&t->rtp_dtls, &t->rtcp_dtls};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		begin_if_client(all[i]);
		if (!all[i]->association)
			continue;

		dtls_association_tick(all[i]->association);
		update(all[i]);
	}
}


/** Nothing is left of what was before, but how often it was tried */
static void start_over(struct plain_dtls *d)
{
	d->association = mem_deref(d->association);
	keys_forget(d);
}


static void handshakes_forget(struct plain_dtls *d)
{
	memset(d->handshakes, 0, sizeof(d->handshakes));
}


/** Where it is, or what takes part in it, is another: as often as at first */
static void addresses_take(struct transport *t,
			   const struct transport_remote *r)
{
	struct sa rtp = t->rtp.signalled, rtcp = t->rtcp.signalled;
	bool mux = t->rtcp_mux;

	plain_signal(t, r);
	if (!sa_cmp(&rtp, &t->rtp.signalled, SA_ALL))
		handshakes_forget(&t->rtp_dtls);

	if (!sa_cmp(&rtcp, &t->rtcp.signalled, SA_ALL) || mux != t->rtcp_mux)
		handshakes_forget(&t->rtcp_dtls);
}


static void both(struct transport *t, void (*h)(struct plain_dtls *d))
{
	h(&t->rtp_dtls);
	h(&t->rtcp_dtls);
}


/** What failed or was closed may begin again, also as it was before. Who began
 *  again already after a close goes on */
static void described_anew(struct transport *t)
{
	t->rtp_dtls.closed = t->rtcp_dtls.closed = false;
	if (t->state == TRANSPORT_FAILED)
		both(t, start_over);

	if (t->state == TRANSPORT_FAILED || t->state == TRANSPORT_CLOSED)
		transport_state_set(t, TRANSPORT_NEW, "described anew");
}


static void fingerprints_set(struct transport *t,
			     const struct transport_remote *r)
{
	/* another certificate is another association (RFC 8842 section 5.1)
	 */
	if (transport_fingerprints_take(t, r)) {
		both(t, start_over);
		both(t, handshakes_forget);
		transport_state_set(t, TRANSPORT_NEW, "fingerprint changed");
	}

	described_anew(t);
	/* who is already at it keeps its role */
	if (t->rtp_dtls.association)
		return;

	if (t->role_known && t->role != r->dtls_role)
		both(t, handshakes_forget);

	t->role = r->dtls_role;
	t->role_known = true;
}


int plain_dtls_set_remote(struct transport *t,
			  const struct transport_remote *r)
{
	int err = transport_fingerprints_check(r);

	if (err)
		return err;

	addresses_take(t, r);
	if (r->fingerprint_count)
		fingerprints_set(t, r);

	both(t, begin_if_client);
	both(t, update);
	plain_update(t);

	return 0;
}
