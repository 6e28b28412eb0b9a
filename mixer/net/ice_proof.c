/**
 * @file mixer/net/ice_proof.c  Does who is sent media get it?
 *
 * A check proves who sent it, by a password, and not from where: whoever calls
 * can forge one in a third party's address, nominate that and fall silent. So
 * a path is proven by an answer that only who gets what we send there can
 * give: a handshake all of which went over it, or the answer to a Binding
 * request of ours (RFC 7675 section 5.1), whose transaction is random. Until
 * then what goes there is bounded by mixer/net/proof.h.
 *
 * Of those who share a host, as all behind one IPv6 /64 do, that lets one
 * begin at once: so each is asked with its first checks, and has mostly
 * answered when its handshake begins. As long as there is no connection a
 * check is followed by one request at most, no longer than itself and ten in a
 * second, whatever it comes from: a forged one brings who gets it twice its
 * bytes with the answer.
 */
#include <string.h>
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"


enum {
	/** Between requests: at first, then twice as long so often */
	ASK_US = 100000,
	ASK_DOUBLINGS = 5,
};


/** Its host gets everything; tells who waited for that */
static void host_proven(struct transport *t)
{
	bool missed;

	if (t->rtp_proof.proven)
		return;

	missed = proof_given(&t->rtp_proof);
	if (t->handlers.proved)
		t->handlers.proved(missed, t->arg);
}


void ice_select(struct transport *t, struct path *path)
{
	t->ice.selected = path;
	if (!path)
		return;

	proof_towards(&t->rtp_proof, &path->addr);
	if (path->proven)
		host_proven(t);
}


void ice_path_proven(struct path *path)
{
	struct transport *t = path->transport;

	path->proven = true;
	/* what it had of the host's is another's to have */
	if (proof_is_of(&t->dtls_proof, &path->addr))
		(void)proof_given(&t->dtls_proof);
	if (path == t->ice.selected)
		host_proven(t);
	if (t->kind == TRANSPORT_RELAY)
		relay_path_proven(t);
}


bool ice_path_held(const struct path *path, uint64_t now_us)
{
	const struct transport *t = path->transport;

	return path->proven &&
	       (t->state == TRANSPORT_CONNECTED ||
		t->kind == TRANSPORT_RELAY) &&
	       now_us < path->heard_us + ICE_HOLD_US;
}


/** @param most Bytes of it; 0: any */
static void ask(struct transport *t, size_t most)
{
	static const uint8_t priority[4] = {126, 255, 255, 255};
	struct ice *ice = &t->ice;
	struct stun_writer w;
	char username[ICE_UFRAG_MAX + ICE_UFRAG_BYTES + 2];
	uint8_t tie_breaker[8];
	int n;

	n = re_snprintf(username, sizeof(username), "%s:%s", ice->remote_ufrag,
			ice->local[0].ufrag);
	if (n < 0)
		return;

	rand_bytes(tie_breaker, sizeof(tie_breaker));
	stun_write_header(&w, STUN_BINDING_REQUEST, ice->transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username, (size_t)n);
	stun_write_attribute(&w, STUN_ATTR_CONTROLLED, tie_breaker,
			     sizeof(tie_breaker));
	stun_write_attribute(&w, STUN_ATTR_PRIORITY, priority,
			     sizeof(priority));
	stun_write_end(&w, ice->remote_pwd);
	if (!most || w.len <= most)
		(void)port_send(ice->asked->port, &ice->asked->addr, w.buf,
				w.len);
}


/** Where media goes, or the handshake that comes before */
static const struct path *unproven(const struct transport *t)
{
	const struct path *path = t->state == TRANSPORT_NEW && t->dtls_path
					  ? t->dtls_path
					  : t->ice.selected;

	return path && !path->proven ? path : NULL;
}


/** From the last request to the next one, wherever that went: the first of a
 *  path does not wait for what another one does not answer */
static uint64_t wait_us(const struct ice *ice, bool connected)
{
	const unsigned n = connected && ice->asks > 1 ? ice->asks - 1 : 0;

	return (uint64_t)ASK_US << MIN(n, ASK_DOUBLINGS);
}


void ice_prove(struct transport *t, size_t check_bytes, uint64_t now_us)
{
	const bool connected = t->state == TRANSPORT_CONNECTED;
	const struct path *path = unproven(t);
	struct ice *ice = &t->ice;

	if (!path || !ice->remote_pwd[0] ||
	    (!connected && (t->state != TRANSPORT_NEW || !check_bytes)))
		return;

	if (ice->asked != path) {
		ice->asked = path;
		ice->asks = 0;
		rand_bytes(ice->transaction, sizeof(ice->transaction));
	}

	if (ice->asked_us && now_us < ice->asked_us + wait_us(ice, connected))
		return;

	ice->asked_us = now_us;
	ice->asks++;
	ask(t, connected ? 0 : check_bytes);
}


bool ice_answered(struct path *path, const struct stun_packet *p)
{
	struct ice *ice = &path->transport->ice;

	if (ice->asked != path ||
	    memcmp(p->transaction, ice->transaction,
		   sizeof(ice->transaction)) != 0 ||
	    !stun_packet_authentic(p, ice->remote_pwd))
		return false;

	ice->asked = NULL;
	ice_path_proven(path);

	return true;
}
