/**
 * @file mixer/net/transport_plain_dtls.c  DTLS-SRTP on a plain port pair (RFC
 * 5763)
 *
 * Without ICE nothing has proved a path before the handshake. So it is had
 * only with addresses that plain media would be believed from
 * (mixer/net/media_source.h), and as a server only with who returns a cookie.
 * The signalled address may take over from another one until the handshake is
 * done.
 *
 * Terminals begin another association in any order of offer, close_notify and
 * ClientHello, or say nothing of its end (RFC 8842, RFC 6347 section 4.2.8).
 * So one is made beside the one that is agreed on, whose keys stay until the
 * other one's certificate has proved to be the signalled one's. Two
 * ClientHello belong to one handshake if their random is the same.
 *
 * How many there may be is plain_dtls_credit.c's.
 */
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/net/net_private.h"


enum {
	/** The end of the old association may come so long after the offer
	 *  that another one is to be made with */
	RENEWAL_US = 5000000,
};


static void send_h(const uint8_t *buf, size_t len, void *arg)
{
	const struct plain_association *a = arg;
	const struct plain_dtls *d = a->component;

	/* a cookie is asked for in less than has come */
	if (d->asked || plain_dtls_may_send(a, len))
		(void)port_send(d->port, d->asked ? d->asked : &a->peer, buf,
				len);
}


static void component_open(struct plain_dtls *d, struct transport *t,
			   struct port *port, struct media_source *source)
{
	d->transport = t;
	d->port = port;
	d->source = source;
	d->associations[0].component = d->associations[1].component = d;
}


void plain_dtls_open(struct transport *t)
{
	component_open(&t->rtp_dtls, t, &t->rtp_port, &t->rtp);
	component_open(&t->rtcp_dtls, t, &t->rtcp_port, &t->rtcp);
}


/** The one whose keys are used */
static struct plain_association *agreed(struct plain_dtls *d)
{
	return &d->associations[d->agreed];
}


/** The one that is being made */
static struct plain_association *coming(struct plain_dtls *d)
{
	return &d->associations[!d->agreed];
}


static void component_close(struct plain_dtls *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(d->associations); i++) {
		struct plain_association *a = &d->associations[i];

		if (a->dtls)
			dtls_association_close(a->dtls);

		a->dtls = mem_deref(a->dtls);
	}

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


static bool is_signalled(const struct plain_dtls *d, const struct sa *addr)
{
	return sa_cmp(addr, &d->source->signalled, SA_ALL);
}


/* ----------------------------------------------------------------- ends */

/** It came to nothing. Only the signalled address can fail the transport, and
 *  not one whose keys of before are good still */
static void fail(struct plain_association *a, const char *reason)
{
	struct plain_dtls *d = a->component;
	struct transport *t = d->transport;
	bool signalled = is_signalled(d, &a->peer);
	bool ours = d == &t->rtp_dtls && !d->in && signalled;

	log_debug("transport", "dtls signalled=%d reason=\"%s\"", signalled,
		  reason);
	a->dtls = mem_deref(a->dtls);
	if (ours)
		transport_state_set(t, TRANSPORT_FAILED, reason);
}


/** Has the far end been described since, so that this end makes room? */
static bool makes_room(const struct plain_association *a)
{
	return a->described_us && a->component->transport->net->now_us <
					  a->described_us + RENEWAL_US;
}


/** It is over by close_notify. Who never gave keys had nothing to end */
static void closed(struct plain_association *a)
{
	struct plain_dtls *d = a->component;
	bool goes_on = a == agreed(d) && (coming(d)->dtls || makes_room(a));

	a->dtls = mem_deref(a->dtls);
	d->closed = !goes_on;
	if (a != agreed(d))
		return;

	keys_forget(d);
	if (d == &d->transport->rtp_dtls)
		transport_state_set(d->transport,
				    goes_on ? TRANSPORT_NEW : TRANSPORT_CLOSED,
				    "closed by the peer");
}


/* ----------------------------------------------------------- agreements */

/** Those of the one that was being made, which takes the place of the other */
static int keys_take(struct plain_dtls *d)
{
	struct plain_association *a = coming(d), *old = agreed(d);
	struct crypto_context *in = NULL, *out = NULL;
	enum transport_suite suite;
	int err;

	err = dtls_association_srtp(a->dtls, &suite, &in, &out);
	if (err)
		return err;

	mem_deref(d->in);
	mem_deref(d->out);
	d->in = in;
	d->out = out;
	keys_share(d);
	old->dtls = mem_deref(old->dtls);
	d->agreed = !d->agreed;
	d->closed = d->stale = false;
	plain_dtls_refund(d, a->signalled);
	plain_prove(d->transport, &a->peer);

	return 0;
}


/** Who has begun anew knows nothing of the pictures of before */
static void keys_changed(struct plain_dtls *d)
{
	struct transport *t = d->transport;

	if (d == &t->rtp_dtls && t->handlers.path)
		t->handlers.path(t->arg);
}


/** Verified once the fingerprint is known */
static void established(struct plain_association *a)
{
	struct plain_dtls *d = a->component;
	struct transport *t = d->transport;
	bool again = d->in && t->state == TRANSPORT_CONNECTED;

	if (a == agreed(d) || !t->fingerprint_count)
		return;

	if (dtls_association_verify(a->dtls, t->fingerprints,
				    t->fingerprint_count))
		fail(a, "certificate does not fit the fingerprint");
	else if (keys_take(d))
		fail(a, "no common SRTP protection profile");
	else if (again)
		keys_changed(d);
	else
		plain_update(t);
}


static void association_update(struct plain_association *a)
{
	if (!a->dtls)
		return;

	switch (dtls_association_state(a->dtls)) {

	case DTLS_HANDSHAKING: break;
	case DTLS_ESTABLISHED: established(a); break;
	case DTLS_FAILED: fail(a, "DTLS handshake failed"); break;

	case DTLS_CLOSED: closed(a); break;
	}
}


static void update(struct plain_dtls *d)
{
	association_update(coming(d));
	association_update(agreed(d));
}


/* ------------------------------------------------------------ beginning */

/** @param random Of the ClientHello; NULL: it is ours */
static void take(struct plain_dtls *d, struct dtls_association *dtls,
		 const struct sa *peer, const uint8_t *random)
{
	struct plain_association *a = coming(d);

	mem_deref(a->dtls);
	a->dtls = dtls;
	a->peer = *peer;
	a->client = !random;
	a->heard = random != NULL; /* it brought a cookie */
	a->signalled = is_signalled(d, peer);
	a->described_us = 0;
	if (random)
		memcpy(a->random, random, sizeof(a->random));

	plain_dtls_charge(d, a->signalled);
}


/** As a client: towards where media goes. After a close_notify not until it is
 *  described anew */
static void begin_if_client(struct plain_dtls *d)
{
	const struct transport *t = d->transport;
	const struct sa *to = media_source_destination(d->source);
	struct dtls_association *dtls = NULL;

	if (coming(d)->dtls || (d->in && !d->stale) || d->closed || !to ||
	    !t->role_known || t->role != DTLS_ROLE_CLIENT ||
	    !t->fingerprint_count || t->state == TRANSPORT_FAILED ||
	    (d == &t->rtcp_dtls && t->rtcp_mux) ||
	    plain_dtls_is_exhausted(d, is_signalled(d, to)))
		return;

	if (dtls_association_alloc(&dtls, t->net->dtls, DTLS_ROLE_CLIENT, NULL,
				   send_h, coming(d)))
		return;

	take(d, dtls, to, NULL);
	d->stale = false;
	dtls_association_start(dtls);
}


/** As a server: with who brings a cookie */
static void listen_to(struct plain_dtls *d, const struct sa *src,
		      const uint8_t *buf, size_t len)
{
	struct net *net = d->transport->net;
	struct dtls_association *dtls;
	int err;

	if (!net->listener &&
	    dtls_association_alloc(&net->listener, net->dtls, DTLS_ROLE_SERVER,
				   NULL, send_h, coming(d)))
		return;

	dtls = net->listener;
	d->asked = src;
	err = dtls_association_listen(dtls, src, buf, len, send_h, coming(d));
	d->asked = NULL;
	if (err)
		return;

	net->listener = NULL;
	take(d, dtls, src, dtls_client_hello_random(buf, len));
}


/* ------------------------------------------------------------- arriving */

/** A ClientHello: of none of those that there are? */
static bool is_another(const struct plain_dtls *d, const struct sa *src,
		       const uint8_t *random)
{
	for (size_t i = 0; i < ARRAY_SIZE(d->associations); i++) {
		const struct plain_association *a = &d->associations[i];

		if (a->dtls && !a->client && sa_cmp(&a->peer, src, SA_ALL) &&
		    !memcmp(a->random, random, sizeof(a->random)))
			return false;
	}

	return true;
}


/** Is a handshake with that newcomer better than the one that is under way?
 *  Who sends another ClientHello from the same place has given that one up */
static bool may_begin(struct plain_dtls *d, const struct sa *src,
		      enum media_source_rank rank)
{
	const struct plain_association *a = coming(d);

	return !plain_dtls_is_exhausted(d, rank == MEDIA_SOURCE_SIGNALLED) &&
	       (!a->dtls || sa_cmp(&a->peer, src, SA_ALL) ||
		rank == MEDIA_SOURCE_SIGNALLED || !is_signalled(d, &a->peer));
}


/** Records prove themselves to the one that is agreed on, wherever they are
 *  from. @return false: they are nobody's */
static bool records_take(struct plain_dtls *d, const struct sa *src,
			 const uint8_t *buf, size_t len)
{
	struct plain_association *a = coming(d), *old = agreed(d);
	bool any = old->dtls != NULL;

	if (a->dtls && (a->client || sa_cmp(&a->peer, src, SA_ALL))) {
		/* who answers from another port is behind a NAT */
		a->peer = *src;
		a->heard = true;
		dtls_association_receive(a->dtls, buf, len);
		any = true;
	}

	if (old->dtls)
		dtls_association_receive(old->dtls, buf, len);

	return any;
}


void plain_dtls_receive(struct plain_dtls *d, const struct sa *src,
			const uint8_t *buf, size_t len)
{
	struct transport *t = d->transport;
	enum media_source_rank rank = media_source_rank_of(d->source, src);
	const uint8_t *hello = dtls_client_hello_random(buf, len);
	bool taken = true;

	if (rank < MEDIA_SOURCE_NEAR || t->state == TRANSPORT_FAILED) {
		++t->net->stats.discarded;
		return;
	}

	/* the handlers may drop the transport */
	mem_ref(t);
	if (!hello || !is_another(d, src, hello))
		taken = records_take(d, src, buf, len);
	else if (may_begin(d, src, rank))
		listen_to(d, src, buf, len);
	else
		taken = false;

	if (!taken)
		++t->net->stats.discarded;

	update(d);
	mem_deref(t);
}


void plain_dtls_tick(struct transport *t)
{
	struct plain_dtls *all[] = {&t->rtp_dtls, &t->rtcp_dtls};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct plain_dtls *d = all[i];

		begin_if_client(d);
		if (!coming(d)->dtls)
			continue;

		dtls_association_tick(coming(d)->dtls);
		update(d);
	}
}


/* ------------------------------------------------------------ described */

static void both(struct transport *t, void (*h)(struct plain_dtls *d))
{
	h(&t->rtp_dtls);
	h(&t->rtcp_dtls);
}


/** Nothing is left of what was before */
static void start_over(struct plain_dtls *d)
{
	coming(d)->dtls = mem_deref(coming(d)->dtls);
	agreed(d)->dtls = mem_deref(agreed(d)->dtls);
	keys_forget(d);
	plain_dtls_renew_credit(d);
}


/** What is being made is not what is wanted any more. The keys stay until
 *  there are others: the far end may go on with them all the same */
static void make_another(struct plain_dtls *d)
{
	coming(d)->dtls = mem_deref(coming(d)->dtls);
	d->stale = d->in && d->transport->role == DTLS_ROLE_CLIENT;
	plain_dtls_renew_credit(d);
}


/** The one who has moved may go on with what there is, or begin anew */
static void moved(struct plain_dtls *d, const struct sa *from)
{
	const struct sa *to = &d->source->signalled;

	if (sa_cmp(from, to, SA_ALL))
		return;

	if (coming(d)->client)
		coming(d)->dtls = mem_deref(coming(d)->dtls);

	if (sa_cmp(&agreed(d)->peer, from, SA_ALL)) {
		agreed(d)->heard &= sa_cmp(from, to, SA_ADDR);
		agreed(d)->peer = *to;
	}

	d->stale = d->in && d->transport->role == DTLS_ROLE_CLIENT;
	plain_dtls_renew_credit(d);
}


static void addresses_take(struct transport *t,
			   const struct transport_remote *r)
{
	struct sa rtp = t->rtp.signalled, rtcp = t->rtcp.signalled;
	bool mux = t->rtcp_mux;

	plain_signal(t, r);
	moved(&t->rtp_dtls, &rtp);
	moved(&t->rtcp_dtls, &rtcp);
	if (mux != t->rtcp_mux)
		plain_dtls_renew_credit(&t->rtcp_dtls);
}


/** What failed begins again */
static void failure_forget(struct plain_dtls *d)
{
	if (!d->in)
		coming(d)->dtls = mem_deref(coming(d)->dtls);
}


static void note_description(struct plain_dtls *d)
{
	agreed(d)->described_us = d->transport->net->now_us;
	d->closed = false;
}


/** What failed or was closed may begin again, also as it was before. Who began
 *  again already after a close goes on */
static void described_anew(struct transport *t)
{
	both(t, note_description);
	if (t->state == TRANSPORT_FAILED)
		both(t, failure_forget);

	if (t->state == TRANSPORT_FAILED || t->state == TRANSPORT_CLOSED)
		transport_state_set(t, TRANSPORT_NEW, "described anew");
}


/** Another certificate or another role is another association (RFC 8842
 *  section 4) */
static void fingerprints_set(struct transport *t,
			     const struct transport_remote *r)
{
	bool turned = t->role_known && t->role != r->dtls_role;

	if (transport_fingerprints_take(t, r)) {
		both(t, start_over);
		transport_state_set(t, TRANSPORT_NEW, "fingerprint changed");
	}

	described_anew(t);
	t->role = r->dtls_role;
	t->role_known = true;
	if (turned)
		both(t, make_another);
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
