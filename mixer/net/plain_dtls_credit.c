/**
 * @file mixer/net/plain_dtls_credit.c  How many handshakes a plain port pair
 * has, and what they send to who is silent
 *
 * Handshakes cost time of the media thread, so each component has credit for
 * NET_HANDSHAKES_MAX that come to nothing, and gains another one every
 * FAILURE_US; those that give keys cost SUCCESS_US each. Those with the
 * signalled address have a credit of their own, so that nobody else can use it
 * up. A description renews it where the host that is described was heard: else
 * whoever describes has a third party be sent one ClientHello after the other.
 *
 * What goes to a host that has not answered is bounded as media is
 * (mixer/net/proof.h). What is withheld is lost, and its repeat may go.
 */
#include <string.h>
#include "mixer/net/net_private.h"


enum {
	FAILURE_US = 30000000,
	SUCCESS_US = 1000000,
};


static struct proof *proof_of(const struct plain_dtls *d)
{
	struct transport *t = d->transport;

	return d == &t->rtp_dtls ? &t->rtp_proof : &t->rtcp_proof;
}


bool plain_dtls_may_send(const struct plain_association *a, size_t len)
{
	const struct plain_dtls *d = a->component;
	struct proof *proof = proof_of(d);

	return a->heard || (proof_is_of(proof, &a->peer) &&
			    proof_may_send(proof, PROOF_HANDSHAKE, len,
					   d->transport->net->now_us));
}


bool plain_dtls_is_exhausted(const struct plain_dtls *d, bool signalled)
{
	return d->paid_us[signalled] >
	       d->transport->net->now_us +
		       (NET_HANDSHAKES_MAX - 1) * (uint64_t)FAILURE_US;
}


void plain_dtls_charge(struct plain_dtls *d, bool signalled)
{
	uint64_t now_us = d->transport->net->now_us;

	if (d->paid_us[signalled] < now_us)
		d->paid_us[signalled] = now_us;

	d->paid_us[signalled] += FAILURE_US;
}


void plain_dtls_refund(struct plain_dtls *d, bool signalled)
{
	if (d->paid_us[signalled] > FAILURE_US - SUCCESS_US)
		d->paid_us[signalled] -= FAILURE_US - SUCCESS_US;
}


/** Has anything come from the host where media goes? */
static bool was_heard(const struct plain_dtls *d)
{
	const struct proof *proof = proof_of(d);

	for (size_t i = 0; i < ARRAY_SIZE(d->associations); i++) {
		const struct plain_association *a = &d->associations[i];

		if (a->heard && proof_is_of(proof, &a->peer))
			return true;
	}

	return proof->proven;
}


void plain_dtls_renew_credit(struct plain_dtls *d)
{
	if (was_heard(d))
		memset(d->paid_us, 0, sizeof(d->paid_us));
}
