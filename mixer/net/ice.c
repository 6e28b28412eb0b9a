/**
 * @file mixer/net/ice.c  ICE-lite agent (RFC 8445)
 *
 * Answers the checks of the full agent at the far end and keeps what they
 * prove: which addresses are its own (paths), which one it nominated, and
 * that it still wants media (RFC 7675); of itself it asks only whether who is
 * to get media does (ice_proof.c). A request whose ufrag is not ours is
 * dropped unanswered; only one with our ufrag costs a MAC, and no answer is
 * larger than its request.
 */
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"


static void credentials_make(struct transport *t, struct ice_credentials *c)
{
	c->transport = t;
	rand_str(c->ufrag, ICE_UFRAG_BYTES + 1);
	rand_str(c->pwd, ICE_PWD_BYTES + 1);
	hash_append(t->net->ufrags, keyed_hash_str(c->ufrag), &c->le, c);
}


static void credentials_drop(struct ice_credentials *c)
{
	if (c->transport)
		hash_unlink(&c->le);

	memset(c, 0, sizeof(*c));
}


int ice_init(struct transport *t)
{
	credentials_make(t, &t->ice.local[0]);
	proof_init(&t->rtp_proof, &t->net->unproven);
	proof_init(&t->dtls_proof, &t->net->unproven);

	return 0;
}


static void path_drop(struct path *path)
{
	struct transport *t = path->transport;
	struct ice_stream *stream = path->port->stream;

	hash_unlink(&path->le);
	if (t->dtls_path == path) {
		t->dtls_path = NULL;
		t->dtls_strayed = true;
	}
	if (t->next_path == path)
		t->next_path = NULL;
	if (t->ice.selected == path) {
		t->ice.selected = NULL;
		t->ice.nominated = false;
	}
	if (t->ice.asked == path)
		t->ice.asked = NULL;
	memset(path, 0, sizeof(*path));
	if (stream)
		ice_stream_end(stream);
}


void ice_close(struct transport *t)
{
	for (size_t i = 0; i < ICE_PATH_MAX; i++) {
		if (t->ice.paths[i].transport)
			path_drop(&t->ice.paths[i]);
	}

	credentials_drop(&t->ice.local[0]);
	credentials_drop(&t->ice.local[1]);
}


/** New credentials beside the old (RFC 8445 section 9) */
static void ice_restart(struct transport *t)
{
	struct ice *ice = &t->ice;
	struct ice_credentials old = ice->local[0];

	credentials_drop(&ice->local[1]);
	credentials_drop(&ice->local[0]);
	ice->local[1] = old;
	memset(&ice->local[1].le, 0, sizeof(ice->local[1].le));
	hash_append(t->net->ufrags, keyed_hash_str(old.ufrag),
		    &ice->local[1].le, &ice->local[1]);
	credentials_make(t, &ice->local[0]);
}


int ice_set_remote(struct transport *t, const char *ufrag, const char *pwd)
{
	struct ice *ice = &t->ice;
	size_t u = strlen(ufrag), p = strlen(pwd);

	if (!u || u > ICE_UFRAG_MAX || p < ICE_PWD_MIN || p > ICE_PWD_MAX)
		return EPROTO;

	if (ice->remote_ufrag[0] && (strcmp(ufrag, ice->remote_ufrag) != 0 ||
				     strcmp(pwd, ice->remote_pwd) != 0))
		ice_restart(t);

	memcpy(ice->remote_ufrag, ufrag, u + 1);
	memcpy(ice->remote_pwd, pwd, p + 1);

	return 0;
}


/** Whose credentials the first half of a USERNAME names, if ours */
static struct ice_credentials *
credentials_find(const struct net *net, const uint8_t *username, size_t len)
{
	const uint8_t *colon = len ? memchr(username, ':', len) : NULL;
	size_t n = colon ? (size_t)(colon - username) : 0;
	struct le *le;

	if (n != ICE_UFRAG_BYTES)
		return NULL;

	le = list_head(
		hash_list(net->ufrags, (uint32_t)keyed_hash(username, n)));
	for (; le; le = le->next) {
		struct ice_credentials *c = le->data;

		if (!memcmp(c->ufrag, username, n))
			return c;
	}

	return NULL;
}


struct path *ice_path(const struct net *net, const struct port *port,
		      const struct sa *src)
{
	struct le *le = list_head(hash_list(net->paths, keyed_hash_sa(src)));

	for (; le; le = le->next) {
		struct path *path = le->data;

		if (path->port == port && sa_cmp(&path->addr, src, SA_ALL))
			return path;
	}

	return NULL;
}


/** A place for a new path: a free one, or the one longest unchecked; of TCP
 *  connections there are fewer, and one too many takes another's place */
static struct path *path_place(struct ice *ice, bool stream)
{
	struct path *oldest = NULL, *oldest_stream = NULL, *free = NULL;
	size_t streams = 0;

	for (size_t i = 0; i < ICE_PATH_MAX; i++) {
		struct path *path = &ice->paths[i];

		if (!path->transport) {
			free = path;
			continue;
		}

		streams += path->port->stream != NULL;
		if (path == ice->selected)
			continue;
		if (!oldest || path->checked_us < oldest->checked_us)
			oldest = path;
		if (path->port->stream &&
		    (!oldest_stream ||
		     path->checked_us < oldest_stream->checked_us))
			oldest_stream = path;
	}

	if (stream && streams >= ICE_STREAM_MAX)
		oldest = oldest_stream;
	else if (free)
		return free;

	path_drop(oldest);

	return oldest;
}


/** @param former Set to whose selected path it was, with a reference; NULL:
 *                nobody's */
static struct path *path_validate(struct transport *t, struct port *port,
				  const struct sa *src, uint64_t now_us,
				  struct transport **former)
{
	struct path *path = ice_path(t->net, port, src);

	*former = NULL;
	/* the address now belongs to another agent: who had it is silent or
	 * never proved it */
	if (path && path->transport != t) {
		if (path->transport->ice.selected == path)
			*former = mem_ref(path->transport);
		path_drop(path);
		path = NULL;
	}

	if (!path) {
		path = path_place(&t->ice, port->stream != NULL);
		path->transport = t;
		path->port = port;
		path->addr = *src;
		/* who was not there could not have connected */
		path->proven = port->stream != NULL;
		hash_append(t->net->paths, keyed_hash_sa(src), &path->le,
			    path);
	}

	path->checked_us = path->heard_us = now_us;

	return path;
}


/** The path to go on with: the one checked last */
static struct path *path_best(struct ice *ice)
{
	struct path *best = NULL;

	for (size_t i = 0; i < ICE_PATH_MAX; i++) {
		struct path *path = &ice->paths[i];

		if (path->transport &&
		    (!best || path->checked_us > best->checked_us))
			best = path;
	}

	return best;
}


/** An address became valid, or the selection moved or is gone */
static void path_changed(struct transport *t, bool moved)
{
	if (t->kind == TRANSPORT_RELAY)
		relay_path_changed(t);
	else
		webrtc_path_changed(t, moved);
}


/** Its selected path is gone: it goes on with another, or is not connected any
 *  more. The handlers may drop it */
static void path_lost(struct transport *t)
{
	ice_select(t, path_best(&t->ice));
	path_changed(t, t->ice.selected != NULL);
}


void ice_path_end(struct path *path)
{
	struct transport *t = mem_ref(path->transport);
	bool selected = t->ice.selected == path;

	path_drop(path);
	if (selected)
		path_lost(t);
	mem_deref(t);
}


/** A check was good: keep what it proves */
static void check_passed(struct transport *t, struct ice_credentials *c,
			 struct port *port, const struct sa *src,
			 const struct stun_packet *p, uint64_t now_us)
{
	struct ice *ice = &t->ice;
	const struct path *before = ice->selected;
	struct transport *former;
	struct path *path;
	bool moved;

	/* nothing below drops our selected path, so it can be compared */

	path = path_validate(t, port, src, now_us, &former);
	/* consent alone is not life: nothing is heard without keys, and
	 * who forges the address is not there. Of a relay keys are unknown */
	if ((t->state == TRANSPORT_CONNECTED || t->kind == TRANSPORT_RELAY) &&
	    path->proven)
		t->received_us = now_us;
	if (p->use_candidate && c == &ice->local[0]) {
		ice_select(t, path);
		ice->nominated = true;
		/* the restart is through: the old credentials have served */
		credentials_drop(&ice->local[1]);
	}
	else if (p->use_candidate && ice->selected != path) {
		ice_select(t, path);
		ice->nominated = true;
	}
	else if (!ice->selected) {
		ice_select(t, path);
	}

	moved = before && ice->selected != before;
	path_changed(t, moved);
	ice_prove(t, p->bytes, now_us);
	/* closed by the handlers of the other, it has no paths */
	if (former && former->ice.local[0].transport)
		path_lost(former);
	mem_deref(former);
}


static void reply(struct port *port, const struct sa *dst,
		  struct stun_writer *w, const char *pwd)
{
	stun_write_end(w, pwd);
	(void)port_send(port, dst, w->buf, w->len);
}


static void reply_error(struct port *port, const struct sa *dst,
			const struct stun_packet *p, unsigned code,
			const char *reason, const char *pwd)
{
	struct stun_writer w;
	uint8_t types[2 * STUN_UNKNOWN_MAX];

	stun_write_header(&w, STUN_BINDING_ERROR, p->transaction);
	stun_write_error(&w, code, reason);
	if (code == 420) {
		for (size_t i = 0; i < p->unknown_count; i++) {
			types[2 * i] = (uint8_t)(p->unknown[i] >> 8);
			types[2 * i + 1] = (uint8_t)p->unknown[i];
		}
		stun_write_attribute(&w, STUN_ATTR_UNKNOWN_ATTR, types,
				     2 * p->unknown_count);
	}

	reply(port, dst, &w, pwd);
}


static void request(struct net *net, struct port *port, const struct sa *src,
		    const struct stun_packet *p, uint64_t now_us)
{
	struct ice_credentials *c;
	struct transport *t;
	struct stun_writer w;
	const struct path *path;

	c = credentials_find(net, p->username, p->username_bytes);
	if (!c) {
		++net->stats.discarded;
		return;
	}

	if (!stun_packet_authentic(p, c->pwd)) {
		++net->stats.discarded;
		if (p->integrity)
			reply_error(port, src, p, 401, "Unauthorized", NULL);
		else
			/* as short as what asks for it may be */
			reply_error(port, src, p, 400, "", NULL);
		return;
	}

	if (p->unknown_count) {
		reply_error(port, src, p, 420, "Unknown Attribute", c->pwd);
		return;
	}

	/* a lite agent is always controlled (RFC 8445 section 6.1.1) */
	if (p->controlled) {
		reply_error(port, src, p, 487, "Role Conflict", c->pwd);
		return;
	}

	/* unanswered, so that the agent goes on to ask should it be there. A
	 * connection is of one agent */
	path = ice_path(net, port, src);
	if (path && path->transport != c->transport &&
	    (port->stream || ice_path_held(path, now_us))) {
		++net->stats.discarded;
		return;
	}

	stun_write_header(&w, STUN_BINDING_SUCCESS, p->transaction);
	stun_write_mapped(&w, src);
	reply(port, src, &w, c->pwd);

	t = mem_ref(c->transport);
	check_passed(t, c, port, src, p, now_us);
	mem_deref(t);
}


bool ice_is_ours(const struct net *net, const uint8_t *buf, size_t len)
{
	const struct ice_credentials *c;
	struct stun_packet p;

	if (stun_packet_decode(&p, buf, len) || p.type != STUN_BINDING_REQUEST)
		return false;

	c = credentials_find(net, p.username, p.username_bytes);

	return c && stun_packet_authentic(&p, c->pwd);
}


static void response(struct net *net, const struct port *port,
		     const struct sa *src, const struct stun_packet *p)
{
	struct path *path = ice_path(net, port, src);
	struct transport *t = path ? mem_ref(path->transport) : NULL;

	if (!path || !ice_answered(path, p))
		++net->stats.discarded;
	mem_deref(t);
}


bool ice_is_keepalive(const uint8_t *buf, size_t len)
{
	struct stun_packet p;

	return !stun_packet_decode(&p, buf, len) &&
	       p.type == STUN_BINDING_INDICATION;
}


void ice_receive(struct net *net, struct port *port, const struct sa *src,
		 const uint8_t *buf, size_t len, uint64_t now_us)
{
	struct stun_packet p;

	if (stun_packet_decode(&p, buf, len) ||
	    (p.has_fingerprint && !p.fingerprint_valid)) {
		++net->stats.discarded;
		return;
	}

	switch (p.type) {

	case STUN_BINDING_REQUEST: request(net, port, src, &p, now_us); break;
	case STUN_BINDING_SUCCESS: response(net, port, src, &p); break;
	case STUN_BINDING_INDICATION: break; /* keeps a NAT open, no more */
	default: ++net->stats.discarded; break;
	}
}


void ice_tick(struct transport *t, uint64_t now_us)
{
	struct ice *ice = &t->ice;
	bool had = ice->selected != NULL;

	for (size_t i = 0; i < ICE_PATH_MAX; i++) {
		struct path *path = &ice->paths[i];

		if (path->transport &&
		    now_us > path->checked_us + ICE_CONSENT_US)
			path_drop(path);
	}

	if (had && !ice->selected)
		path_lost(t);
	ice_prove(t, 0, now_us);
}
