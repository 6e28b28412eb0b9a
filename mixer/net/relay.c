/**
 * @file mixer/net/relay.c  Two far ends that hear each other: what comes from
 * the one goes to the other as it is (TS 23.228 U.2.4)
 *
 * Their keys are their own, so nothing of it can be told to be authentic: what
 * it has is an address that was validated by a check with its password (RFC
 * 8445) and is forgotten when the checks stop (RFC 7675). It goes nowhere but
 * to where the other one is, and that in full only when who is there has
 * answered a Binding request (mixer/net/ice_proof.c).
 *
 * A packet costs the look-up of its path and no other, and a system call.
 */
#include <errno.h>
#include "mixer/net/bytes.h"
#include "mixer/net/net_private.h"


enum {
	DTLS_HEADER_BYTES = 13, /**< of a record, RFC 6347 section 4.1 */
	DTLS_APPLICATION_DATA = 23,
	/** First bytes of an encrypted record of DTLS 1.3, whose type is
	 *  hidden (RFC 9147 section 4) */
	DTLS_UNIFIED_FIRST = 32,
	DTLS_UNIFIED_LAST = 63,
	/** Encrypted datagrams that open the way: the end of a handshake, and
	 *  the beginning of SCTP, each again and again */
	OPENING_MAX = 64,
	/** What may come at once, of what kbps are in that time */
	BURST_NS = 500000000,
};

struct relay {
	struct le le;
	uint32_t number;
	struct transport *ends[2]; /**< NULL: free */
};


/* ----------------------------------------------------------------- ends */

static void relay_destructor(void *arg)
{
	struct relay *relay = arg;

	hash_unlink(&relay->le);
}


/** NULL: nobody has named the number */
static struct relay *relay_find(const struct net *net, uint32_t number)
{
	struct le *le = list_head(hash_list(net->relays, number));

	for (; le; le = le->next) {
		struct relay *relay = le->data;

		if (relay->number == number)
			return relay;
	}

	return NULL;
}


static int relay_alloc(struct relay **rp, const struct net *net,
		       uint32_t number)
{
	struct relay *relay = mem_zalloc(sizeof(*relay), relay_destructor);

	if (!relay)
		return ENOMEM;

	relay->number = number;
	hash_append(net->relays, number, &relay->le, relay);
	*rp = relay;

	return 0;
}


static void set_carried(struct transport *t, bool carried, const char *reason)
{
	transport_state_set(t, carried ? TRANSPORT_CONNECTED : TRANSPORT_NEW,
			    reason);
}


void relay_leave(struct transport *t)
{
	struct relay *relay = t->relay.relay;
	struct transport *partner = t->relay.partner;

	if (!relay)
		return;

	relay->ends[relay->ends[1] == t] = NULL;
	t->relay.relay = mem_deref(relay);
	t->relay.partner = NULL;
	t->relay.brought = false;
	set_carried(t, false, "it left its relay");
	if (partner) {
		partner->relay.partner = NULL;
		partner->relay.brought = false;
		set_carried(partner, false, "the other end left");
	}
}


/** A reference to where there is room for one more of that leg */
static int room_in(struct relay **rp, const struct net *net, uint32_t number,
		   uint64_t leg)
{
	struct relay *relay = relay_find(net, number);
	const struct transport *other;

	if (!relay)
		return relay_alloc(rp, net, number);
	if (relay->ends[0] && relay->ends[1])
		return EBUSY;

	other = relay->ends[0] ? relay->ends[0] : relay->ends[1];
	if (leg && other->dtls_proof.leg == leg)
		return EINVAL;

	*rp = mem_ref(relay);

	return 0;
}


static int join(struct transport *t, uint32_t number, uint64_t leg)
{
	struct relay_end *end = &t->relay;
	struct relay *relay;
	size_t at;
	int err;

	if (end->relay && end->relay->number == number)
		return 0;

	if (!number) {
		relay_leave(t);
		return 0;
	}

	err = room_in(&relay, t->net, number, leg);
	if (err)
		return err;

	relay_leave(t);
	at = relay->ends[0] != NULL;
	relay->ends[at] = t;
	end->relay = relay;
	end->partner = relay->ends[!at];
	if (end->partner)
		end->partner->relay.partner = t;

	return 0;
}


int relay_set_remote(struct transport *t, const struct transport_remote *r)
{
	struct relay_end *end = &t->relay;
	int err = 0;

	if (r->ice_ufrag && r->ice_pwd)
		err = ice_set_remote(t, r->ice_ufrag, r->ice_pwd);
	if (!err)
		err = join(t, r->relay, r->leg);
	if (err)
		return err;

	t->rtp_proof.leg = t->dtls_proof.leg = r->leg;
	end->sound = r->sound;
	end->picture = r->picture;
	end->kbps = r->kbps;
	end->no_data = r->no_data;

	return 0;
}


/** What it brings reaches the other one, who is there */
static void look_carried(struct transport *t)
{
	const struct transport *to = t->relay.partner;

	if (t->relay.brought && to && to->ice.selected &&
	    to->ice.selected->proven && t->state != TRANSPORT_CONNECTED)
		set_carried(t, true, "its far end's goes over");
}


/* SCTP says nothing more for half a minute once it is connected, and may be
 * before the answer has come */
void relay_path_proven(struct transport *t)
{
	if (t->relay.partner)
		look_carried(t->relay.partner);
}


void relay_path_changed(struct transport *t)
{
	struct transport *partner = t->relay.partner;

	if (t->ice.selected)
		return;

	t->relay.brought = false;
	set_carried(t, false, "no path");
	/* nor does what is for it go anywhere */
	if (partner) {
		partner->relay.brought = false;
		set_carried(partner, false, "the other end has no path");
	}
}


void transport_hold(struct transport *t, const struct transport_hold *hold)
{
	t->relay.hold = *hold;
}


bool transport_relay_stats(const struct transport *t,
			   struct transport_relay_stats *s)
{
	if (!t || t->kind != TRANSPORT_RELAY)
		return false;

	*s = t->relay.stats;
	s->relay = t->relay.relay ? t->relay.relay->number : 0;
	s->carried = t->state == TRANSPORT_CONNECTED;

	return true;
}


/* -------------------------------------------------------------- packets */

/** Does it hold more than a handshake does? A datagram may have several
 *  records. What DTLS 1.3 encrypts counts, as far as that can be told */
static bool has_dtls_data(const uint8_t *buf, size_t len)
{
	while (len) {
		size_t record;

		if (buf[0] >= DTLS_UNIFIED_FIRST &&
		    buf[0] <= DTLS_UNIFIED_LAST)
			return true;
		if (len < DTLS_HEADER_BYTES)
			return false;
		/* of epoch 0 nothing is encrypted, and there is no data */
		if (buf[0] == DTLS_APPLICATION_DATA && (buf[3] || buf[4]))
			return true;

		record = DTLS_HEADER_BYTES + get16(buf + 11);
		if (record > len)
			return false;
		buf += record;
		len -= record;
	}

	return false;
}


static bool has_payload(const struct transport_payloads *p, uint8_t type)
{
	return p->bits[type / 64] >> type % 64 & 1;
}


/** @param type Of the payload, 0 to 127 */
static bool is_held(const struct relay_end *from, const struct relay_end *to,
		    uint8_t type)
{
	const bool sound = from->hold.sound_from || to->hold.sound_to;
	const bool picture = from->hold.picture_from || to->hold.picture_to;

	const bool is_sound = has_payload(&from->sound, type);
	const bool is_picture = has_payload(&from->picture, type);

	/* one that may be either is held back with either */
	if (is_sound || is_picture)
		return (is_sound && sound) || (is_picture && picture);

	return sound || picture;
}


/** It is beyond what the far end may send, or it counts as sent. One that is
 *  larger than what there is left is owed */
static bool is_beyond_rate(struct relay_end *end, size_t len, uint64_t now_us)
{
	const uint64_t now_ns = now_us * 1000;

	if (!end->kbps)
		return false;

	if (end->paid_ns < now_ns)
		end->paid_ns = now_ns;
	if (end->paid_ns - now_ns >= BURST_NS)
		return true;

	end->paid_ns += len * 8000000ull / end->kbps;

	return false;
}


/** A handshake is to begin before its path is proven, as far as anybody's may;
 *  nothing else is */
static bool may_begin(struct transport *to, const struct path *path,
		      enum datagram_type type, size_t len, uint64_t now_us)
{
	if (type != DATAGRAM_DTLS)
		return false;

	proof_towards(&to->dtls_proof, &path->addr);

	return proof_may_send(&to->dtls_proof, PROOF_HANDSHAKE, len, now_us);
}


/** To the other end's selected path */
static void pass(struct transport *t, struct transport *to, const uint8_t *buf,
		 size_t len, enum datagram_type type, uint64_t now_us)
{
	const struct path *path = to->ice.selected;

	if (is_beyond_rate(&t->relay, len, now_us)) {
		++t->relay.stats.policed;
		return;
	}

	if (!path->proven && !may_begin(to, path, type, len, now_us)) {
		++t->net->stats.discarded;
		return;
	}

	if (!port_send(path->port, &path->addr, buf, len))
		++to->relay.stats.packets_out;
}


/** More than opens the way, where nothing more may go over it */
static bool is_data(struct relay_end *from, bool encrypted)
{
	return from->no_data && encrypted && from->data++ >= OPENING_MAX;
}


void relay_receive(struct path *path, const uint8_t *buf, size_t len,
		   enum datagram_type type, uint64_t now_us)
{
	struct transport *t = path->transport, *to = t->relay.partner;
	const bool media = type != DATAGRAM_DTLS;
	const bool data = !media && has_dtls_data(buf, len);

	++t->relay.stats.packets_in;
	t->relay.stats.bytes_in += len;
	/* who forges the address is not there */
	if (path->proven)
		t->received_us = now_us;

	if (!to || !to->ice.selected) {
		++t->net->stats.discarded;
		return;
	}

	if (media && (t->relay.hold.all || to->relay.hold.all)) {
		++t->relay.stats.held;
		return;
	}

	if (is_data(&t->relay, data)) {
		++t->relay.stats.held;
		return;
	}

	if (media || data) {
		t->relay.brought = true;
		look_carried(t);
	}

	if (type == DATAGRAM_RTP &&
	    is_held(&t->relay, &to->relay, buf[1] & 0x7f)) {
		++t->relay.stats.held;
		return;
	}

	pass(t, to, buf, len, type, now_us);
}
