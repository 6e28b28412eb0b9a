/**
 * @file mixer/net/transport_webrtc.c  ICE, DTLS and SRTP joined
 *
 * Media flows when three things have come together, in any order: a validated
 * path, a finished handshake, and a signalled fingerprint that fits the
 * peer's certificate. Until the last there are no SRTP keys at all.
 *
 * After an ICE restart another association may take the place of the one that
 * there is, which goes on until the other one's certificate fits, too: a
 * ClientHello can be forged by whoever knows the far end's address.
 */
#include <string.h>
#include "mixer/net/net_private.h"


enum {
	/** So long after an ICE restart the association may be replaced */
	RENEWAL_US = 5000000,
};


/** Whoever has called knows what a check has to say, and can forge one, and
 * the first flight of a handshake, from anybody's address */
static bool may_send(struct transport *t, const struct path *path, size_t len)
{
	if (path->proven)
		return true;

	proof_towards(&t->dtls_proof, &path->addr);

	return proof_may_send(&t->dtls_proof, PROOF_HANDSHAKE, len,
			      t->net->now_us);
}


static void send_by(struct transport *t, const struct path *path,
		    const uint8_t *buf, size_t len)
{
	if (path && may_send(t, path, len))
		(void)port_send(path->port, &path->addr, buf, len);
}


static void send_datagram(const uint8_t *buf, size_t len, void *arg)
{
	struct transport *t = arg;

	send_by(t, t->dtls_path ? t->dtls_path : t->ice.selected, buf, len);
}


static void send_of_next(const uint8_t *buf, size_t len, void *arg)
{
	struct transport *t = arg;

	send_by(t, t->next_path ? t->next_path : t->ice.selected, buf, len);
}


static void next_forget(struct transport *t)
{
	t->next = mem_deref(t->next);
	t->next_path = NULL;
}


static void keys_forget(struct transport *t)
{
	t->in = mem_deref(t->in);
	t->out = mem_deref(t->out);
}


/** The association is no more, and its keys with it */
static void association_end(struct transport *t, enum transport_state state,
			    const char *reason)
{
	keys_forget(t);
	t->dtls = mem_deref(t->dtls);
	t->dtls_path = NULL;
	next_forget(t);
	transport_state_set(t, state, reason);
}


static void fail(struct transport *t, const char *reason)
{
	association_end(t, TRANSPORT_FAILED, reason);
}


/** A new peer connection may have just taken the place of the old one */
static bool is_renewed(const struct transport *t)
{
	return t->renewed_us && t->net->now_us < t->renewed_us + RENEWAL_US;
}


/** Finished or not, it is the association from now on */
static void next_takes_over(struct transport *t)
{
	mem_deref(t->dtls);
	t->dtls = t->next;
	t->dtls_path = t->next_path;
	t->next = NULL;
	t->next_path = NULL;
	t->role = DTLS_ROLE_SERVER;
	t->renewed_us = 0;
	t->dtls_strayed = true;
	dtls_association_set_sender(t->dtls, send_datagram, t);
}


/** Its keys are the transport's if it proves to be the far end's */
static void next_established(struct transport *t)
{
	struct crypto_context *in = NULL, *out = NULL;

	if (!t->fingerprint_count)
		return;

	if (dtls_association_verify(t->next, t->fingerprints,
				    t->fingerprint_count) ||
	    dtls_association_srtp(t->next, &t->suite, &in, &out)) {
		next_forget(t);
		return;
	}

	keys_forget(t);
	t->in = in;
	t->out = out;
	next_takes_over(t);
	/* who has begun anew knows nothing of the pictures of before */
	if (t->state == TRANSPORT_CONNECTED && t->handlers.path)
		t->handlers.path(t->arg);
}


static void next_update(struct transport *t)
{
	if (!t->next)
		return;

	switch (dtls_association_state(t->next)) {

	case DTLS_HANDSHAKING: break;
	case DTLS_ESTABLISHED: next_established(t); break;

	case DTLS_FAILED:
	case DTLS_CLOSED: next_forget(t); break;
	}
}


/** The handshake is complete: verify once the fingerprint is known */
static void established(struct transport *t)
{
	if (!t->fingerprint_count)
		return;

	if (!t->in) {
		if (dtls_association_verify(t->dtls, t->fingerprints,
					    t->fingerprint_count)) {
			fail(t, "certificate does not fit the fingerprint");
			return;
		}

		if (dtls_association_srtp(t->dtls, &t->suite, &t->in,
					  &t->out)) {
			fail(t, "no common SRTP protection profile");
			return;
		}
	}

	if (t->dtls_path && !t->dtls_strayed && !t->dtls_path->proven)
		ice_path_proven(t->dtls_path);

	if (t->ice.selected)
		transport_state_set(t, TRANSPORT_CONNECTED, "connected");
	else
		transport_state_set(t, TRANSPORT_NEW, "consent expired");
}


static int dtls_begin(struct transport *t, enum dtls_role role)
{
	int err;

	err = dtls_association_alloc(&t->dtls, t->net->dtls, role, NULL,
				     send_datagram, t);
	if (err)
		return err;

	t->role = role;
	t->role_known = true;
	t->handshakes++;
	t->dtls_strayed = false;
	if (!t->dtls_path)
		t->dtls_path = t->ice.selected;
	dtls_association_start(t->dtls);

	return 0;
}


/** As a client we begin as soon as there is a path to begin on */
static void begin_if_client(struct transport *t)
{
	if (t->dtls || t->state != TRANSPORT_NEW || !t->role_known ||
	    t->role != DTLS_ROLE_CLIENT || !t->ice.selected)
		return;

	if (dtls_begin(t, DTLS_ROLE_CLIENT))
		fail(t, "out of memory");
}


/** By close_notify. Another one may be under way, or about to begin */
static void closed(struct transport *t)
{
	enum transport_state state =
		is_renewed(t) ? TRANSPORT_NEW : TRANSPORT_CLOSED;

	if (!t->next) {
		association_end(t, state, "closed by the peer");
		begin_if_client(t);
		return;
	}

	keys_forget(t);
	next_takes_over(t);
	transport_state_set(t, TRANSPORT_NEW, "closed by the peer");
}


void webrtc_update(struct transport *t)
{
	if (!t->dtls || t->state == TRANSPORT_FAILED)
		return;

	next_update(t);

	switch (dtls_association_state(t->dtls)) {

	case DTLS_HANDSHAKING: break;
	case DTLS_ESTABLISHED: established(t); break;
	case DTLS_FAILED: fail(t, "DTLS handshake failed"); break;

	case DTLS_CLOSED: closed(t); break;
	}
}


void webrtc_path_changed(struct transport *t, bool moved)
{
	if (moved) {
		t->dtls_path = NULL;
		t->dtls_strayed = true;
	}

	begin_if_client(t);
	webrtc_update(t);
	if (moved && t->state == TRANSPORT_CONNECTED && t->handlers.path)
		t->handlers.path(t->arg);
}


/** Is it for the association that there is, or begins one? After an end only a
 *  ClientHello does; whoever sends it has shown by its checks that the address
 *  is its own */
static bool is_expected(struct transport *t, bool hello)
{
	if (t->state == TRANSPORT_FAILED ||
	    (!t->dtls && t->handshakes >= NET_HANDSHAKES_MAX))
		return false;

	if (t->state == TRANSPORT_CLOSED && !t->dtls && !hello)
		return false;

	if (!t->dtls && t->handshakes && hello)
		t->role = DTLS_ROLE_SERVER;

	return true;
}


/** In place of an association whose end was lost, or is to come. Of two the
 *  later ClientHello is more likely to be the far end's */
static void next_begin(struct transport *t, const uint8_t *random)
{
	if (!is_renewed(t) || !t->dtls ||
	    dtls_association_state(t->dtls) != DTLS_ESTABLISHED ||
	    t->handshakes >= NET_HANDSHAKES_MAX ||
	    (t->next &&
	     !memcmp(t->next_random, random, sizeof(t->next_random))))
		return;

	next_forget(t);
	if (dtls_association_alloc(&t->next, t->net->dtls, DTLS_ROLE_SERVER,
				   NULL, send_of_next, t))
		return;

	t->handshakes++;
	memcpy(t->next_random, random, sizeof(t->next_random));
}


void webrtc_dtls_receive(struct path *path, const uint8_t *buf, size_t len)
{
	struct transport *t = path->transport;
	const uint8_t *hello = dtls_client_hello_random(buf, len);

	if (!is_expected(t, hello != NULL)) {
		++t->net->stats.discarded;
		return;
	}

	/* A ClientHello may overtake the answer that says who is client. */
	if (!t->dtls)
		t->dtls_path = path;
	if (!t->dtls &&
	    dtls_begin(t, t->role_known ? t->role : DTLS_ROLE_SERVER)) {
		fail(t, "out of memory");
		return;
	}

	mem_ref(t);
	if (hello)
		next_begin(t, hello);

	if (t->next) {
		t->next_path = path;
		dtls_association_receive(t->next, buf, len);
	}

	t->dtls_strayed = t->dtls_strayed || t->dtls_path != path;
	t->dtls_path = path;
	dtls_association_receive(t->dtls, buf, len);
	webrtc_update(t);
	mem_deref(t);
}


void webrtc_media_receive(struct path *path, uint8_t *buf, size_t len,
			  bool rtcp, uint64_t now_us)
{
	struct transport *t = path->transport;

	/* the handler above may drop its transport */
	mem_ref(t);
	if (t->state == TRANSPORT_CONNECTED && t->in &&
	    !crypto_context_unprotect(t->in, buf, &len, rtcp, now_us)) {
		path->heard_us = now_us;
		transport_deliver(t, buf, len, rtcp, now_us);
	}
	else {
		++t->net->stats.discarded;
	}
	mem_deref(t);
}


/** Another certificate is another association (RFC 8842 section 5.1) */
static void fingerprints_set(struct transport *t,
			     const struct transport_remote *r)
{
	if (!transport_fingerprints_take(t, r))
		return;

	t->handshakes = 0;
	association_end(t, TRANSPORT_NEW, "fingerprint changed");
}


/** An ICE restart: what has ended may begin again */
static void renew(struct transport *t)
{
	t->renewed_us = t->net->now_us;
	t->handshakes = 0;
	if (t->state == TRANSPORT_CLOSED || t->state == TRANSPORT_FAILED)
		association_end(t, TRANSPORT_NEW, "described anew");
}


static bool is_restart(const struct transport *t,
		       const struct transport_remote *r)
{
	return t->ice.remote_ufrag[0] &&
	       (strcmp(r->ice_ufrag, t->ice.remote_ufrag) != 0 ||
		strcmp(r->ice_pwd, t->ice.remote_pwd) != 0);
}


int webrtc_set_remote(struct transport *t, const struct transport_remote *r)
{
	int err;

	err = transport_fingerprints_check(r);
	if (err)
		return err;

	t->rtp_proof.leg = t->dtls_proof.leg = r->leg;

	if (r->ice_ufrag && r->ice_pwd) {
		bool restart = is_restart(t, r);

		err = ice_set_remote(t, r->ice_ufrag, r->ice_pwd);
		if (err)
			return err;
		if (restart)
			renew(t);
	}

	if (r->fingerprint_count) {
		fingerprints_set(t, r);
		/* who is already at it keeps its role */
		if (!t->dtls) {
			t->role = r->dtls_role;
			t->role_known = true;
		}
	}

	begin_if_client(t);
	webrtc_update(t);

	return 0;
}


void webrtc_tick(struct transport *t, uint64_t now_us)
{
	ice_tick(t, now_us);
	if (!t->dtls)
		return;

	dtls_association_tick(t->dtls);
	if (t->next)
		dtls_association_tick(t->next);

	webrtc_update(t);
}
